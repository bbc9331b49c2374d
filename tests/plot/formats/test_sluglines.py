"""A story from a prose tool that is written as a script: sluglines, cues, and how a line is spoken."""

import pytest

from storyengine.plot.headings import is_slugline
from tests.plot.formats.stories import again, prose, read

TWINE = ["twee", "twine-html", "twine-json"]
SCRIPTED = """:: Cellar
(set: $lamp to true)INT. CELLAR - NIGHT

Water stands on the floor.

ODA: (low, to //Bram//) Do not **move**.

BRAM (V.O.): I was not going to.

EXT. QUAY - NIGHT

[[Go up->Quay]]

:: Quay
It is INT. something, says ODA: (no) never.
"""


def test_a_slugline_becomes_the_heading_and_brackets_say_how_it_is_spoken() -> None:
    cellar, quay = read(SCRIPTED).scenes
    assert (cellar.name, cellar.heading, quay.heading) == ("Cellar", "INT. CELLAR - NIGHT", "Quay")
    assert [(beat.kind, beat.character, beat.text, beat.styles) for beat in cellar.beats] == [
        ("action", "", "Water stands on the floor.", []),
        ("parenthetical", "ODA", "low, to Bram", [(8, 12, "italic")]),
        ("dialogue", "ODA", "Do not move.", [(7, 11, "bold")]),
        ("action", "", "BRAM (V.O.): I was not going to.", []),
        ("action", "", "EXT. QUAY - NIGHT", []),
    ]
    assert [beat.kind for beat in quay.beats] == ["action"]


def test_the_places_of_a_story_are_those_of_its_sluglines() -> None:
    more = SCRIPTED + "\n:: Hall\nEXT./INT. THE HALL - LATER\n\nDark.\n\n:: Again\nINT. CELLAR - DAWN\n\nDry.\n"
    assert [place.name for place in read(more).places] == ["CELLAR", "THE HALL"]


@pytest.mark.parametrize("form", TWINE)
def test_headings_and_asides_go_out_as_they_came_in_and_as_they_were_edited(form: str) -> None:
    story = read(SCRIPTED)
    assert again(story, form).scenes[0].source["text"] == story.scenes[0].source["text"]
    story.scenes[0].heading = "INT. CELLAR - DAWN"
    back = again(story, form)
    assert "INT. CELLAR - DAWN\n\nWater" in back.scenes[0].source["text"]
    assert prose(back) == prose(story)
    assert back.scenes[0].heading == "INT. CELLAR - DAWN"


INK = """-> cellar
== cellar
// not a word of it
INT. CELLAR - NIGHT
Water stands on the floor.
* [Up] -> quay
* [Down]
  EXT. SHAFT - NIGHT
  Dark.
  -> END
== quay
She says: EXT. QUAY
-> END
"""
YARN = """title: Cellar
---
// who is it?
INT. CELLAR - NIGHT #line:1
Water stands on the floor.
-> Up
    <<jump Quay>>
-> Down
    EXT. SHAFT - NIGHT
    Dark.
    <<stop>>
===
title: Quay
---
She says: EXT. QUAY
<<stop>>
===
"""
CHOICESCRIPT = """INT. CELLAR - NIGHT
Water stands on the floor.
*choice
  #Up
    *goto quay
  #Down
    EXT. SHAFT - NIGHT
    Dark.
    *finish
*label quay
She says: EXT. QUAY
*finish
"""


@pytest.mark.parametrize(("text", "name"), [(INK, "s.ink"), (YARN, "s.yarn"), (CHOICESCRIPT, "startup.txt")])
def test_every_tool_may_head_its_scenes_with_sluglines(text: str, name: str) -> None:
    story = read(text, name)
    headed = {scene.heading: [beat.text for beat in scene.beats if beat.kind != "note"] for scene in story.scenes}
    assert len(headed) == 3
    assert headed["INT. CELLAR - NIGHT"] == ["Water stands on the floor."]
    assert headed["EXT. SHAFT - NIGHT"] == ["Dark."]
    assert [place.name for place in story.places] == ["CELLAR", "SHAFT"]


@pytest.mark.parametrize("form", [*TWINE, "ink"])
@pytest.mark.parametrize(("text", "name"), [(INK, "s.ink"), (YARN, "s.yarn"), (CHOICESCRIPT, "startup.txt")])
def test_sluglines_go_from_tool_to_tool(text: str, name: str, form: str) -> None:
    story = read(text, name)
    story.scenes[0].heading = "INT. CELLAR - DAWN"
    back = again(story, form)
    assert [scene.heading for scene in back.scenes] == [scene.heading for scene in story.scenes]
    assert prose(back) == prose(story)


@pytest.mark.parametrize(
    ("line", "yes"),
    [
        ("INT. CELLAR - NIGHT", True), ("INT CELLAR", True), ("EXT./INT. CAR - DAY", True), ("I/E CAR", True),
        ("内景 茶馆 - 夜", True), ("Int. Cellar", False), ("INTO THE DARK", False), ("EXTRA MILE", False),
        ("INT.", False), ("EST. 1897", True),
    ],
)  # fmt: skip
def test_a_slugline_says_inside_or_outside(line: str, yes: bool) -> None:
    assert is_slugline(line) is yes
