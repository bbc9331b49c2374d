"""Everything that a story's rows hold is in its own file, and comes back: row by row, column by column."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from django.db.models import Field, Model

from storyengine.errors import Refused
from storyengine.plot import edit, undo
from storyengine.plot.exchange import bring_in, take_out
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.native import SCHEMA, parse_native
from storyengine.plot.formats.report import Report
from storyengine.plot.models import (
    Beat,
    Character,
    Choice,
    Drawing,
    Edit,
    PathStep,
    Performance,
    Place,
    RandomPlay,
    Scene,
    Story,
)
from storyengine.plot.snapshot import scene_snapshot, story_snapshot, version_of
from tests.factories import make_story, make_user

pytestmark = pytest.mark.django_db
SCHEME = json.loads(SCHEMA.read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEME)
DEFINED = SCHEME["$defs"]
AT = datetime(2026, 11, 24, 20, tzinfo=UTC)
OURS = "a row's own number, or the row that it belongs to"
ORDER = "the file's order says it, without gaps"
# What the file does not say, and why; every other column comes back as it was.
LEFT_OUT: dict[type[Model], dict[str, str]] = {
    Story: {"id": OURS, "slug": "the copy's own", "created_at": "when this row was made"},
    Character: {"id": OURS, "story": OURS, "position": ORDER},
    Place: {"id": OURS, "story": OURS, "position": ORDER},
    Scene: {"id": OURS, "story": OURS, "created_at": "when this row was made"},
    Beat: {"id": OURS, "scene": OURS},
    Choice: {"id": OURS, "scene": OURS, "position": ORDER},
    Performance: {"id": OURS, "story": OURS, "state": "over, once it comes in", "code": "unique in a house"},
    PathStep: {"id": OURS, "performance": OURS},
    Edit: {"id": OURS, "story": OURS, "by": "a name in the file, nobody here", "told_by": "compared as `who`"},
}
NOT_IN_THE_FILE = {
    Drawing: "derived: it can always be made again",
    RandomPlay: "derived: it can always be played again",
}
SETTINGS = {
    "poll_seconds": 100_000, "poll_kind": "multiple", "min_choices": 3, "max_choices": 5, "results": "by_hand",
    "tie_rule": "decide", "tie_seconds": 7, "empty_rule": "last", "shift_rule": "rewrite", "late_rule": "extend",
    "late_seconds": 0, "write_ahead": False, "directive": "Rain.", "words_min": 50, "words_max": 90,
    "ends_next": True, "seed": "s" * 32,
}  # fmt: skip


@pytest.fixture
def whole() -> Story:
    """A story in which no column holds what it would hold by itself."""
    story, person = make_story(), make_user("editor", "ada")
    Story.objects.filter(pk=story.pk).update(
        language="zh-hans", rules=["a  b"], outline=["c"], lore=["d: e"], variables={"gold": 3}, ifid="I",
        source={"family": "twine"},
    )  # fmt: skip
    Scene.objects.filter(story=story).update(
        name="Name", chapter="One", number="1A", question="Who?", summary="Sum", correction="A name", is_ending=True,
        origin="written", effects="gold = 1", tags=["t"], x=1.5, y=-2.0, source={"text": "x"},
    )  # fmt: skip
    Beat.objects.filter(character="ODA").update(styles=[[0, 3, "bold"]], is_dual=True, character="MRS.  OAK")
    far = story.scenes.get(key="far-bank")
    Choice.objects.filter(scene=story.start).update(
        target="Elsewhere", condition="gold > 2", effects="gold = 0", source={"once": True}, to_scene=far
    )
    Character.objects.update(voice="dry")
    Place.objects.update(description="wet")
    story.start.choices.get(position=2).delete()  # as by the admin: a gap is left
    performance = Performance.objects.create(
        story=story, state="ended", started_at=AT, ended_at=AT, record={"guests": 2}, **SETTINGS
    )
    PathStep.objects.create(performance=performance, position=1, scene=story.start, entered_at=AT)
    last = story.start.choices.last()
    PathStep.objects.create(performance=performance, position=2, scene=far, choice=last, entered_at=AT)
    edit_it(Story.objects.get(pk=story.pk), person)
    return Story.objects.get(pk=story.pk)


def edit_it(story: Story, person: Any) -> None:
    """Every verb that an author has, so that the history holds every kind of content, and rows that are gone."""
    draft = edit.add_scene(story, heading="INT. DRAFT", by=person)
    gone = edit.add_scene(story, heading="INT. GONE", by=person)
    for heading in ("INT. ONE", "INT. TWO"):
        draft.refresh_from_db()
        content = scene_snapshot(draft)
        content |= {"heading": heading, "choices": [{"id": None, "to": gone.pk, "label": "Go", "target": "",
                                                     "condition": "", "effects": "", "source": {}}]}  # fmt: skip
        edit.save_scene(draft, content, version=version_of(scene_snapshot(draft)), by=person)
    undo.undo(story, f"scene:{draft.pk}", by=person)
    edit.remove_scene(gone, by=person)
    draft.refresh_from_db()
    content = scene_snapshot(draft) | {"heading": "INT. LAST", "choices": []}
    edit.save_scene(draft, content, version=version_of(scene_snapshot(draft)), by=person)
    world = story_snapshot(story)
    edit.save_story(story, {**world, "tone": "wry"}, version=version_of(world), by=person)
    edit.make_new_version(story.scenes.get(key="far-bank"), by=person)


def twin_of(story: Story, slug: str = "twin") -> Story:
    text = take_out(story, "json", Report())
    VALIDATOR.validate(json.loads(text))
    (twin,) = bring_in([Sheet("s.json", text)], Report(), slug=slug)
    return twin


def rows(story: Story) -> dict[type[Model], list[Model]]:
    return {
        Story: [story],
        Character: list(story.characters.all()),
        Place: list(story.places.all()),
        Scene: list(story.scenes.order_by("id")),
        Beat: list(Beat.objects.filter(scene__story=story)),
        Choice: list(Choice.objects.filter(scene__story=story).order_by("scene_id", "position")),
        Performance: list(story.performances.order_by("id")),
        PathStep: list(PathStep.objects.filter(performance__story=story)),
        Edit: list(story.edits.order_by("id")),
    }


def kept(model: type[Model]) -> Iterator[Field]:
    yield from (field for field in model._meta.concrete_fields if field.name not in LEFT_OUT[model])


def value(row: Model, field: Field) -> object:
    """What a column says, whatever the numbers of rows are."""
    found = getattr(row, field.name)
    match row, field.name:
        case Edit(), "scene" | "scope" | "before" | "after":
            return None  # compared as the file says them
    match found:
        case Scene():
            return found.key
        case Choice():
            return (found.scene.key, found.label)
    return found


def test_every_column_comes_back_as_it_was(whole: Story) -> None:
    twin = twin_of(whole)
    pairs = zip(rows(whole).values(), rows(twin).values(), strict=True)
    for before, after in pairs:
        model = type(before[0])
        assert len(before) == len(after), model
        for field in kept(model):
            told = [value(row, field) for row in before]
            assert [value(row, field) for row in after] == told, f"{model.__name__}.{field.name}"
            if model is not Edit and field.name not in ("title", "ended_at"):
                default = field.get_default()
                assert any(one != default for one in told), f"{model.__name__}.{field.name} says nothing here"
    assert [row.who for row in rows(twin)[Edit]] == [row.who for row in rows(whole)[Edit]] == ["ada"] * 9


def test_no_table_of_a_story_is_forgotten() -> None:
    related = [each for each in Story._meta.get_fields(include_hidden=True) if each.auto_created and not each.concrete]
    tables = {each.related_model for each in related if each.related_model._meta.app_label == "plot"}
    assert tables | {Story, Beat, Choice, PathStep} == set(LEFT_OUT) | set(NOT_IN_THE_FILE)


def test_edits_come_back_with_their_rows_under_new_numbers(whole: Story) -> None:
    twin = twin_of(whole)
    files = [json.loads(take_out(story, "json", Report()))["edits"] for story in (whole, twin)]
    assert files[0] == files[1]
    assert {Edit.Verb(told["verb"]) for told in files[0]} == set(Edit.Verb)
    draft, person = twin.scenes.get(heading="INT. LAST"), make_user("editor", "bo")
    removed = twin.edits.get(verb="scene.removed")
    assert removed.before
    edit.put_back(twin, removed.before, by=person, kind=Edit.Kind.RESTORE)
    first = twin.edits.filter(scene=draft.pk, verb="scene.saved").order_by("id").first()
    assert first.after
    undo.restore_scene(draft, first, version=version_of(scene_snapshot(draft)), by=person)
    way = draft.choices.get()  # the same row again, and of this story
    assert (way.pk, way.to_scene_id) == (first.after["choices"][0]["id"], removed.before["pk"])
    assert set(whole.scenes.values_list("pk", flat=True)).isdisjoint(twin.edits.values_list("scene", flat=True))


@pytest.mark.parametrize(
    ("place", "broken"),
    [
        (["verb"], "scene.eaten"), (["kind"], "dream"), (["scope"], "world"), (["scene"], "nowhere"), (["scene"], 0),
        (["scene"], None), (["scene"], True), (["at"], "now"), (["by"], 5), (["by"], "x" * 151), (["before"], None),
        (["after"], []), (["after", "heading"], None), (["after", "tags"], [1]), (["after", "beats"], None),
        (["after", "choices", 0, "id"], ["start", 9]), (["after", "choices", 0, "to"], "nowhere"),
        (["after", "choices", 0, "label"], "x" * 121), (["after", "is_ending"], 1), (["after", "x"], "far"),
        (["after", "beats"], [{"kind": "action", "character": "ODA", "text": "", "styles": [], "is_dual": False}]),
        (["after", "beats"], [{"kind": "action", "character": "", "text": "", "styles": [[0, True, "bold"]],
                               "is_dual": False}]),
    ],
)  # fmt: skip
def test_an_edit_that_no_page_could_show_is_refused(whole: Story, place: list[str], broken: object) -> None:
    data = json.loads(take_out(whole, "json", Report()))
    at: Any = next(told for told in data["edits"] if told["verb"] == "scene.saved")
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = broken
    with pytest.raises(Refused) as refused:
        parse_native(json.dumps(data))
    assert refused.value.code == "story.invalid"


@pytest.mark.parametrize(
    "settings",
    [
        {"poll_seconds": 4}, {"poll_seconds": 2**31}, {"poll_seconds": True}, {"min_choices": 4}, {"max_choices": 0},
        {"min_choices": 0}, {"results": "never"}, {"results": ["live"]}, {"write_ahead": 1}, {"seed": "x" * 33},
        {"story": 1}, {"directive": None}, {"tie_seconds": -1}, {"directive": "\x00"},
    ],
)  # fmt: skip
def test_settings_that_no_performance_can_have_are_refused(whole: Story, settings: dict[str, object]) -> None:
    data = json.loads(take_out(whole, "json", Report()))
    data["performances"][0]["settings"] = settings
    with pytest.raises(Refused) as refused:
        parse_native(json.dumps(data))
    assert refused.value.code == "story.invalid"


def enum_of(model: type[Model], name: str) -> list[str]:
    return [each for each, _ in model._meta.get_field(name).flatchoices]


def test_the_schema_knows_every_word_that_a_column_may_hold() -> None:
    settings = DEFINED["performance"]["properties"]["settings"]["properties"]
    left = {"id", "story", "code", "state", "created_at", "started_at", "ended_at", "record"}
    assert set(settings) == {field.name for field in Performance._meta.concrete_fields} - left
    for name, rule in settings.items():
        field = Performance._meta.get_field(name)
        if field.choices:
            assert rule["enum"] == enum_of(Performance, name)
        elif "maximum" in rule:
            field.run_validators(rule["maximum"])
        elif "maxLength" in rule:
            assert rule["maxLength"] == field.max_length
    polls = DEFINED["record"]["properties"]["polls"]["items"]["properties"]
    assert polls["kind"]["enum"] == enum_of(Performance, "poll_kind")
    edits = DEFINED["edit"]["properties"]
    assert (edits["verb"]["enum"], edits["kind"]["enum"]) == (enum_of(Edit, "verb"), enum_of(Edit, "kind"))
    scene, beat = DEFINED["scene"]["properties"], DEFINED["beat"]["properties"]
    assert (scene["origin"]["enum"], beat["kind"]["enum"]) == (enum_of(Scene, "origin"), enum_of(Beat, "kind"))
    assert set(DEFINED["performance"]["properties"]["state"]["enum"]) == set(enum_of(Performance, "state")) - {"draft"}


def test_a_place_in_the_file_is_counted_as_the_file_counts(whole: Story) -> None:
    data = json.loads(take_out(whole, "json", Report()))
    assert [choice["label"] for choice in data["scenes"][0]["choices"]] == ["Carry the widow", "Burn the ferry"]
    assert data["performances"][0]["path"][1]["choice"] == ["start", 2]
    assert twin_of(whole).performances.get().steps.last().choice.label == "Burn the ferry"
