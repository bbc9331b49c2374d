"""The story file: both samples are whole; a broken file is refused with its fault and leaves nothing."""

import copy
import json
from typing import Any

import pytest
from django.db.models import Count

from storyengine.errors import Refused
from storyengine.plot.formats.native import read_story
from storyengine.plot.models import Beat, Choice, Scene, Story
from storyengine.plot.sample import FOLDER, load_samples

pytestmark = pytest.mark.django_db

STORY = {
    "format": "storyengine-story",
    "version": 1,
    "slug": "ferry",
    "title": "The Ferry",
    "language": "en",
    "rules": ["The river is wide."],
    "outline": ["ODA drowns."],
    "lore": ["the Bell: rings"],
    "start": "landing",
    "characters": [{"name": "ODA"}],
    "places": [{"name": "THE LANDING"}],
    "scenes": [
        {
            "key": "landing",
            "heading": "EXT. LANDING - DAY",
            "question": "Who?",
            "beats": [{"kind": "action", "text": "Fog."}, {"kind": "dialogue", "character": "ODA", "text": "No."}],
            "choices": [{"label": "Row", "to": "bank"}, {"label": "Wait"}],
        },
        {"key": "bank", "heading": "EXT. BANK", "beats": [{"kind": "action", "text": "Mud."}], "ending": True},
    ],
}


def load_sample(slug: str) -> Story:
    return read_story((FOLDER / f"{slug}.json").read_bytes())


@pytest.mark.parametrize(
    ("slug", "scenes", "characters", "merges", "open_choices"),
    [("salt-lamp", 12, 5, 2, 6), ("san-que-yi", 6, 2, 1, 0)],
)
def test_sample_story_has_at_least(slug: str, scenes: int, characters: int, merges: int, open_choices: int) -> None:
    story = load_sample(slug)
    assert story.scenes.count() >= scenes
    assert story.characters.exclude(voice="").count() >= characters
    assert story.places.exclude(description="").count() >= 1
    assert story.tone
    assert story.rules
    assert story.scenes.annotate(ways=Count("arrivals")).filter(ways__gte=2).count() >= merges
    assert Choice.objects.open().filter(scene__story=story).count() >= open_choices
    if not open_choices:
        assert not Choice.objects.open().filter(scene__story=story).exists()


@pytest.mark.parametrize("slug", ["salt-lamp", "san-que-yi"])
def test_sample_story_reaches_every_scene_and_leaves_none_dangling(slug: str) -> None:
    story = load_sample(slug)
    reached, following = set(), [story.start_id]
    while following:
        scene = following.pop()
        if scene not in reached:
            reached.add(scene)
            following += Choice.objects.filter(scene=scene).exclude(to_scene=None).values_list("to_scene", flat=True)
    assert reached == set(story.scenes.values_list("pk", flat=True))
    counted = story.scenes.annotate(ways_on=Count("choices"))
    assert {scene.is_ending for scene in counted.filter(ways_on=0)} == {True}
    assert {scene.is_ending for scene in counted.filter(ways_on__gt=0)} == {False}
    assert not counted.filter(ways_on=1).exists()  # a poll over one choice asks nothing


@pytest.mark.parametrize("slug", ["salt-lamp", "san-que-yi"])
def test_sample_story_lets_only_its_characters_speak(slug: str) -> None:
    story = load_sample(slug)
    cast = set(story.characters.values_list("name", flat=True))
    assert (
        set(Beat.objects.filter(scene__story=story).exclude(character="").values_list("character", flat=True)) == cast
    )


def test_read_story_keeps_order_and_ways() -> None:
    story = read_story(json.dumps(STORY))
    assert (story.slug, story.title, story.language, story.rules) == (
        "ferry",
        "The Ferry",
        "en",
        ["The river is wide."],
    )
    assert (story.outline, story.lore) == (["ODA drowns."], ["the Bell: rings"])
    assert story.start.key == "landing"
    assert [(beat.kind, beat.character, beat.text) for beat in story.start.beats.all()] == [
        ("action", "", "Fog."),
        ("dialogue", "ODA", "No."),
    ]
    ways = [(choice.label, choice.to_scene and choice.to_scene.key) for choice in story.start.choices.all()]
    assert ways == [("Row", "bank"), ("Wait", None)]


def broken(path: str, value: object) -> str:
    """The story with one value changed; `path` is its place, as "scenes.0.key"."""
    data: Any = copy.deepcopy(STORY)
    *way, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    place = data
    for step in way:
        place = place[step]
    place[last] = value
    return json.dumps(data)


@pytest.mark.parametrize(
    "source",
    [
        "", "{", "[]", '"x"', b"\xff\xfe\x00", "[" * 100_000, '{"format": "storyengine-story", "version": 2}',
        broken("slug", "A b"), broken("slug", 7), broken("slug", "a" * 81), broken("slug", "a\n"),
        broken("title", ""), broken("title", "x" * 201), broken("title", None), broken("title", "a\x00b"),
        broken("title", "a\ud800"), broken("language", "x" * 17), broken("start", "nowhere"),
        broken("start", ["landing"]),
        broken("rules", "be wide"), broken("rules", 5), broken("rules", [5]), broken("tone", "x" * 301),
        broken("characters", "ODA"), broken("characters", [{"name": "ODA"}, {"name": "ODA"}]),
        broken("characters", [{}]), broken("characters.0.voice", 4), broken("characters.0.name", "x" * 61),
        broken("places", [{"name": "A"}, {"name": "A"}]), broken("places.0.description", "\x00"),
        broken("scenes", []), broken("scenes", {}), broken("scenes", [1]), broken("scenes.1.key", "landing"),
        broken("scenes.1.key", ""), broken("scenes.1.heading", ""),
        broken("scenes.1.beats.0.kind", "song"), broken("scenes.0.beats.1.character", ""),
        broken("scenes.0.question", "x" * 201), broken("scenes.0.choices", "x"),
        broken("scenes.0.choices.0.to", "moon"),
        broken("scenes.0.choices.0.to", ["bank"]), broken("scenes.0.choices.0.label", ""),
        broken("scenes.0.choices.1.label", " "), broken("scenes.0.choices.1.source", []),
        broken("scenes.0.beats.0.styles", [[0, 9, "bold"]]), broken("scenes.0.beats.0.styles", [[0, 1, "huge"]]),
        broken("scenes.0.x", "far"), broken("scenes.0.tags", [1]), broken("scenes.0.origin", "heaven"),
        broken("variables", {"a": []}), broken("performances", [{"code": "A"}]),
    ],
)  # fmt: skip
def test_read_story_refuses_a_broken_file_and_leaves_nothing(source: str | bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_story(source)
    assert refused.value.code == "story.invalid"
    assert refused.value.detail["reason"]
    assert (Story.objects.count(), Scene.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("path", "value", "said", "way"),
    [
        ("title", 7, '"title": 7', "title"),
        ("scenes.0.beats.1.kind", "song", '"kind": "song"', "scenes[0].beats[1].kind"),
        ("scenes.0.choices.0.to", "moon", '"to": "moon"', "scenes[0].choices[0].to"),
        ("scenes.1.heading", "", '"heading": ""', "scenes[1].heading"),
        ("scenes.1.key", "landing", '"key": "landing"', "scenes[1].key"),
        ("characters.0.voice", 4, '"voice": 4', "characters[0].voice"),
        ("variables", {"a b": []}, '"a b": []', "variables.a b"),
        ("performances", [{"code": "A"}], "{", "performances[0].created_at"),
    ],
)
def test_a_fault_is_told_with_its_line_and_the_way_to_it(path: str, value: object, said: str, way: str) -> None:
    text = json.dumps(json.loads(broken(path, value)), indent=1)
    with pytest.raises(Refused) as refused:
        read_story(text)
    line, named, _ = str(refused.value.detail["reason"]).split(": ", 2)
    assert text.splitlines()[int(line.removeprefix("line ")) - 1].strip().rstrip(",") == said
    assert named == way


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('{\n"a": }', "line 2: this is not JSON from column 6 on"),
        ("[\n" + "[" * 100_000, "line 2: nested too deep"),
        (b'{\n"a": "\xff"}', "line 2: this is not utf-8"),
    ],
)
def test_what_is_no_json_is_told_with_its_line(source: str | bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        read_story(source)
    assert str(refused.value.detail["reason"]) == reason


def test_read_story_stores_a_rule_as_one_line() -> None:
    assert read_story(broken("rules", ["a\x00\n b\ud800"])).rules == ["a b"]


def test_read_story_twice_is_refused() -> None:
    read_story(json.dumps(STORY))
    with pytest.raises(Refused) as refused:
        read_story(json.dumps(STORY))
    assert (refused.value.code, refused.value.detail) == ("story.exists", {"reason": "ferry"})
    assert Story.objects.count() == 1


def test_load_samples_leaves_what_is_there_alone() -> None:
    assert [story.slug for story in load_samples()] == ["salt-lamp", "san-que-yi"]
    Story.objects.filter(slug="salt-lamp").update(title="Mine now")
    assert load_samples() == []
    assert Story.objects.get(slug="salt-lamp").title == "Mine now"
