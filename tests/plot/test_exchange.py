"""Stories in and out through the tables: nothing is lost, nothing is half there, and the queries stay few."""

import json

import jsonschema
import pytest
from django.utils import timezone

from storyengine.errors import Refused
from storyengine.plot.exchange import bring_in, free_slug, take_out
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.native import SCHEMA, parse_native, write_native
from storyengine.plot.formats.report import Report
from storyengine.plot.models import Choice, Performance, Scene, Story
from storyengine.plot.path import enter
from storyengine.plot.sample import FOLDER
from tests.factories import StoryFactory, make_performance
from tests.plot.formats.stories import HARLOWE, SUGARCUBE
from tests.plot.formats.test_ink import STORY as INK

pytestmark = pytest.mark.django_db
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
PLACE = ["start", 2]
RECORD = {
    "guests": 3,
    "polls": [{"step": 1, "question": "Who?", "state": "closed", "opened_at": "2026-11-24T20:00:00+00:00",
               "offers": [{"choice": PLACE, "label": "Carry the thief", "votes": 2}],
               "tally": {"winner": PLACE, "voters": 2, "decided_by": "votes"}}],
    "releases": [{"choice": PLACE, "scene": "far-bank", "approved_by": "ada", "writer": "box",
                  "released_at": "2026-11-24T20:01:00+00:00", "reviews": []}],
}  # fmt: skip


def bring(text: str, name: str = "s.twee", **options: object) -> Story:
    (story,) = bring_in([Sheet(name, text)], Report(), **options)  # type: ignore[arg-type]
    return story


@pytest.mark.parametrize(
    ("text", "name", "form"), [(HARLOWE, "s.twee", "twee"), (SUGARCUBE, "s.twee", "twee"), (INK, "s.ink", "ink")]
)
def test_a_story_comes_out_of_the_tables_as_it_went_in(text: str, name: str, form: str) -> None:
    story = bring(text, name)
    out = take_out(story, form, Report())
    if form == "ink":
        assert out == text
    again = bring(out, name, slug="again")
    natives = [json.loads(take_out(each, "json", Report())) for each in (story, again)]
    for native in natives:
        VALIDATOR.validate(native)
        for volatile in ("slug", "title", *(["ifid"] if form == "ink" else [])):
            native.pop(volatile)
        for scene in native["scenes"]:
            scene["source"].pop("line", None)
        for passage in native["source"].get("special", []):
            passage.pop("line")
    assert natives[0] == natives[1]


def test_editing_a_row_is_seen_on_the_way_out() -> None:
    story = bring(HARLOWE)
    assert "((link-goto:" not in take_out(story, "twee", Report())
    before = take_out(story, "twee", Report())
    choice = Choice.objects.get(scene__story=story, label="Pay")
    choice.label = "Pay at once"
    choice.save()
    after = take_out(story, "twee", Report())
    assert "[[Pay at once->Boat]]" in after
    assert "[[Pay->Boat]]" in before
    assert before.split(":: Boat")[1] == after.split(":: Boat")[1]


def test_performances_come_back_as_history_that_is_over() -> None:
    performance = make_performance(state="live", started_at=timezone.now())
    story = performance.story
    scene = story.scenes.get(key="far-bank")
    enter(performance, story.start, choice=None)
    enter(performance, scene, choice=story.start.choices.first())
    text = take_out(story, "json", Report(), {performance.pk: RECORD})
    VALIDATOR.validate(json.loads(text))
    twin = bring(text.replace(f'"slug": "{story.slug}"', '"slug": "twin"'), "s.json")
    copy = Performance.objects.get(story=twin)
    assert (copy.state, copy.record, copy.code != performance.code) == ("ended", RECORD, True)
    assert [(step.scene.key, step.choice and step.choice.label) for step in copy.steps.all()] == [
        ("start", None), ("far-bank", "Carry the widow")
    ]  # fmt: skip
    first, second = (json.loads(each)["performances"] for each in (text, take_out(twin, "json", Report())))
    first[0] |= {"state": "ended", "code": copy.code, "ended_at": second[0]["ended_at"]}
    assert first == second


def test_samples_and_what_is_written_fit_the_schema() -> None:
    for path in FOLDER.glob("*.json"):
        data = json.loads(path.read_text())
        VALIDATOR.validate(data)
        VALIDATOR.validate(json.loads(write_native(parse_native(path.read_bytes()))))
    broken = {**data, "scenes": [{"key": "a"}]}
    assert not VALIDATOR.is_valid(broken)


def test_queries_do_not_grow_with_the_story(django_assert_max_num_queries) -> None:
    text = "\n\n".join(f":: P{n}\nODA: Hello.\n[[P{(n + 1) % 300}]]" for n in range(300))
    with django_assert_max_num_queries(20):
        story = bring(text)
    with django_assert_max_num_queries(10):
        take_out(story, "twee", Report())
    assert (story.scenes.count(), story.characters.count(), story.start.name) == (300, 1, "P0")


@pytest.mark.parametrize("value", [[1], None, 10**400, "x" * 5000])
def test_a_variable_that_is_no_value_is_refused(value: object) -> None:
    native = json.loads(take_out(make_performance().story, "json", Report()))
    with pytest.raises(Refused) as refused:
        bring(json.dumps(native | {"slug": "new", "variables": {"bag": value}}), "s.json")
    assert (refused.value.code, "bag" in str(refused.value)) == ("story.invalid", True)


def test_nothing_is_half_imported() -> None:
    StoryFactory(slug="taken")
    with pytest.raises(Refused) as refused:
        bring(HARLOWE, slug="taken")
    assert refused.value.code == "story.exists"
    page = '<tw-storydata name="A"><tw-passagedata name="A">a</tw-passagedata></tw-storydata>' * 2
    with pytest.raises(Refused):
        bring_in([Sheet("s.html", page)], Report(), slug="one")
    assert (Story.objects.count(), Scene.objects.count()) == (1, 0)


def test_ends_are_closed_where_that_is_wanted_and_slugs_are_free() -> None:
    story = bring(":: A\n[[B]]\n\n:: B\nb\n", close_ends=True)
    assert [scene.is_ending for scene in story.scenes.all()] == [False, True]
    assert (story.slug, free_slug("Untitled"), free_slug("三缺一")) == ("untitled", "untitled-2", "story")
