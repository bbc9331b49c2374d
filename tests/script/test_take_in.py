"""A screenplay comes in as a story and goes out again as it came."""

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storyengine.errors import Refused
from storyengine.plot.exchange import bring_in, take_out
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.report import Report
from storyengine.plot.models import Beat, Choice, Scene, Story
from storyengine.plot.path import Mark
from storyengine.script.compose import screenplay_of_path
from storyengine.script.formats import FORMATS, read_script
from storyengine.script.screenplay import Options, Screenplay
from storyengine.script.take_in import store_script, take_in_script
from tests.script.strategies import screenplays

pytestmark = pytest.mark.django_db

FOUNTAIN = """Title: The _Lamp_
Author: Ann Lee
Contact:
    Somewhere
    Else

FADE IN:

# Act One

= It begins.

INT. LIGHTHOUSE - NIGHT #1A#

= Oda waits.

The **lamp** is out.
Somebody knocks.

ODA (V.O.)
(softly)
Who *is* it?
(beat)
~ Row, row
Nobody.

BRAM ^
Me.

> THE END <

/* struck out
for now */

# Act Two

EXT. SHORE - DAY #2#

[[Check the tide.]]

CUT TO:
"""


def path_of(story: Story) -> list[Mark]:
    return [Mark(pk) for pk in story.scenes.order_by("id").values_list("pk", flat=True)]


def test_take_in_makes_scenes_chapters_cast_and_places() -> None:
    story = take_in_script(FOUNTAIN.encode(), ".fountain")
    assert (story.slug, story.title, story.language) == ("the-lamp", "The Lamp", "en")
    assert [(s.number, s.heading, s.chapter, s.is_ending) for s in story.scenes.all()] == [
        ("1A", "INT. LIGHTHOUSE - NIGHT", "Act One", False),
        ("2", "EXT. SHORE - DAY", "Act Two", True),
    ]
    assert story.start.summary == "Oda waits."
    assert [character.name for character in story.characters.all()] == ["ODA", "BRAM"]
    assert [place.name for place in story.places.all()] == ["LIGHTHOUSE", "SHORE"]
    assert [(c.scene.number, c.label, c.to_scene.number) for c in Choice.objects.all()] == [("1A", "Go on", "2")]
    assert [(b.kind, b.text, b.character, b.styles, b.is_dual) for b in story.start.beats.all()] == [
        ("action", "FADE IN:", "", [], False),
        ("section", "Act One", "", [], False),
        ("synopsis", "It begins.", "", [], False),
        ("synopsis", "Oda waits.", "", [], False),
        ("action", "The lamp is out.\nSomebody knocks.", "", [[4, 8, "bold"]], False),
        ("parenthetical", "softly", "ODA (V.O.)", [], False),
        ("dialogue", "Who is it?", "ODA (V.O.)", [[4, 6, "italic"]], False),
        ("parenthetical", "beat", "ODA (V.O.)", [], False),
        ("lyric", "Row, row", "", [], False),
        ("dialogue", "Nobody.", "ODA (V.O.)", [], False),
        ("dialogue", "Me.", "BRAM", [], True),
        ("centred", "THE END", "", [], False),
        ("note", "/* struck out\nfor now */", "", [], False),
    ]


@pytest.mark.parametrize("extension", ["fountain", "fdx", "json"])
def test_take_in_then_export_gives_the_same_script(extension: str) -> None:
    before = read_script(FOUNTAIN.encode(), "fountain")
    story = take_in_script(FORMATS[extension].write(before), extension, slug="again")
    after = screenplay_of_path(story, path_of(story), Options(date="2026"))
    assert after.scenes == before.scenes
    assert after.title_page == (*before.title_page, ("Draft date", "2026"))


@given(screenplays(strikeout=True))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_script_is_kept_by_the_tables(script: Screenplay) -> None:
    if not script.scenes:
        return
    _clear()
    story = store_script(script, slug="any")
    after = screenplay_of_path(story, path_of(story)).scenes
    # One number that stands twice is told apart on the path.
    assert tuple(replace(scene, number="") for scene in after) == tuple(
        replace(scene, number="") for scene in script.scenes
    )
    numbers = [scene.number for scene in script.scenes if scene.number]
    if len(set(numbers)) == len(numbers):
        assert after == script.scenes


def rows_of(story: Story) -> list[tuple[object, ...]]:
    scenes = story.scenes.order_by("id").prefetch_related("beats", "choices")
    return [
        (
            (s.key, s.number, s.heading, s.chapter, s.summary, s.is_ending, s.source),
            [(b.position, b.kind, b.text, b.character, b.styles, b.is_dual) for b in s.beats.all()],
            [(c.position, c.label, c.to_scene and c.to_scene.key) for c in s.choices.all()],
        )
        for s in scenes
    ]


def again(story: Story) -> Story:
    """Out as a story's own JSON, and in again."""
    (twin,) = bring_in([Sheet("s.json", take_out(story, "json", Report()))], Report(), slug="twin")
    return twin


def test_an_imported_script_comes_back_from_its_own_file() -> None:
    gaps = b"ODA\nOne.\n\nODA\n(beat)\nTwo.\n\nMRS.  OAK\n~La la la\n\n/* " + b"gone " * 30_000 + b"*/\n"
    story = take_in_script(gaps, "fountain", slug="gaps")
    assert {beat.text for beat in story.start.beats.filter(kind__in=["action", "dialogue"])} == {"", "One.", "Two."}
    assert story.start.beats.filter(character="MRS.  OAK", text="").count() == 1
    assert rows_of(again(story)) == rows_of(story)


@given(screenplays(strikeout=True))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_imported_script_comes_back_from_its_own_file(script: Screenplay) -> None:
    if not script.scenes:
        return
    _clear()
    story = store_script(script, slug="any")
    assert rows_of(again(story)) == rows_of(story)


def _clear() -> None:
    Choice.objects.all().delete()
    Story.objects.all().delete()


def test_take_in_keeps_what_no_column_holds() -> None:
    heading, cue = f"INT. {'LONG ' * 40}ROOM - DAY", f"{'VERY ' * 20}OLD MAN"
    story = take_in_script(f".**{heading}**\n\n@{cue}\nYes.\n".encode(), "fountain", slug="long")
    assert len(story.start.heading) == 120
    (scene,) = screenplay_of_path(story, path_of(story)).scenes
    assert (scene.heading, scene.heading_styles) == (heading, ((0, len(heading), "bold"),))
    assert scene.beats[0].character == cue
    Scene.objects.filter(pk=story.start.pk).update(heading="INT. HALL")
    assert screenplay_of_path(story, path_of(story)).scenes[0].heading == "INT. HALL"


def test_take_in_without_a_slugline_is_one_scene() -> None:
    story = take_in_script(b"Only this.\n", "fountain", title="Alone")
    assert story.scenes.get().heading == "Alone"
    assert screenplay_of_path(story, path_of(story)).scenes[0].heading == ""


def test_take_in_asks_as_much_for_a_long_script(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    long = "".join(f"INT. ROOM {n} - DAY\n\nRain.\n\nODA\nYes.\n\n" for n in range(300))
    with django_assert_max_num_queries(20):
        assert take_in_script(long.encode(), "fountain", slug="long").scenes.count() == 300


@pytest.mark.parametrize(
    ("source", "extension", "line"),
    [
        (b"", "fountain", "line 1"),
        (b"a\nb\x00c", "fountain", "line 2"),
        (b"<FinalDraft>\n<Content>\n<Paragraph>\n</FinalDraft>", "fdx", "line 4"),
        (b"<html></html>", "fdx", "line 1"),
        (b"INT. BAR", "fdx", "line 1"),
        (b"{\n  nope", "json", "line 2"),
        (b"<FinalDraft>\n<Content>\n" + b"<a>\n" * 99, "fdx", "line 61"),
        (b"[\n" + b"[" * 9999, "json", "line 2"),
        (b'{"a": "\n\xff"}', "json", "line 2"),
        (
            b'{"format": "storyengine-screenplay", "version": 1, "scenes": [\n{}, {"beats": [\n{"kind": "song"}]}]}',
            "json",
            "line 3: scenes[1].beats[0].kind",
        ),
        (b"x", "docx", ".docx"),
        (b"<FinalDraft><Content/></FinalDraft>", "fdx", "nothing in it"),
    ],
)
def test_take_in_refuses_with_the_line_and_keeps_nothing(source: bytes, extension: str, line: str) -> None:
    with pytest.raises(Refused, match=re.escape(line)) as refusal:
        take_in_script(source, extension)
    assert refusal.value.code == "script.invalid"
    assert (Story.objects.count(), Beat.objects.count()) == (0, 0)


def test_take_in_refuses_a_slug_that_exists() -> None:
    take_in_script(b"Rain.\n", "fountain", slug="rain")
    with pytest.raises(Refused) as refusal:
        take_in_script(b"Rain.\n", "fountain", slug="rain")
    assert refusal.value.code == "story.exists"


@given(st.binary(max_size=300), st.sampled_from(["fountain", "fdx", "json"]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(source: bytes, extension: str) -> None:
    for wrapped in (source, b"<FinalDraft><Content>" + source + b"</Content></FinalDraft>"):
        with suppress(Refused):  # anything else fails the test
            assert read_script(wrapped, extension).scenes


def test_commands_import_a_screenplay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lamp.fountain"
    file.write_text(FOUNTAIN)
    call_command("import_script", str(file))
    assert capsys.readouterr().out == "the-lamp: The Lamp, 2 scenes, 16 beats\n"
    call_command("import_story", str(file.rename(tmp_path / "other.fountain")))
    assert capsys.readouterr().out == "the-lamp-2: The Lamp, 2 scenes\n1 stories, 2 scenes, 16 beats, 1 choices\n"


@pytest.mark.django_db
def test_a_script_named_by_a_file_with_an_underscore_comes_back_from_its_own_file() -> None:
    story = take_in_script(b"INT. A\n\nRain.\n", "fountain", name="my_film")
    assert story.slug == "my_film"
    assert rows_of(again(story)) == rows_of(story)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["twee", "ink", "twine-json"])
def test_what_is_only_shown_in_capitals_is_written_in_them_for_tools_of_prose(name: str) -> None:
    source = (
        b'<Paragraph Type="Action"><Text>A </Text><Text Style="AllCaps+Bold">lobster</Text><Text>.</Text></Paragraph>'
    )
    story = take_in_script(b"<FinalDraft><Content>" + source + b"</Content></FinalDraft>", "fdx", name="sea")
    assert "LOBSTER" in take_out(story, name, Report())
    assert "lobster" in take_out(story, "json", Report())
