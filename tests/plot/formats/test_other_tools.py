"""Yarn Spinner and ChoiceScript come in; folders and archives are taken whole."""

import io
import json
import zipfile

import pytest

from storyengine.errors import Refused
from storyengine.plot.formats import read_files
from storyengine.plot.formats.intake import MAX_FILES, Sheet, take
from storyengine.plot.formats.report import Report
from tests.plot.formats.stories import graph, prose, read, ways

YARN = """title: Start
tags: intro night
position: 10,20
---
<<declare $gold = 3 as number>>
// a comment
Mae Borowski: Hello {$gold} [b]there[/b]! #line:1
-> Buy <<if $gold >= 3>> #line:2
    <<set $gold = $gold - 3>>
    <<jump Shop>>
-> Talk
    Mae: Sure.
    -> About what?
        Gregg: Nothing.
    -> Bye <<once>>
        <<jump End>>
    Back here.
-> Leave
Afterwards.
<<if visited("Shop")>>
  <<jump Shop>>
<<elseif $gold == 1>>
  <<jump Start>>
<<else>>
  <<jump End>>
<<endif>>
===
title: Shop
---
<<play_sound door>>
[[Go|End]]
[[Start]]
===
title: End
---
Done.
<<stop>>
===
"""
CHOICESCRIPT = """*title Dragon
*create strength 50
*create name "Bo"
*scene_list
  startup
  two
Hello ${name}.
*choice
  #Fight
    You [b]fight[/b].
    *set strength +10
    *if strength > 55
      *goto win
    *finish
  *hide_reuse #Run
    *goto_scene two cave
  *if (strength > 40) and (name = "Bo")
    #Roar
      *goto win
  *selectable_if (strength > 90) *hide_reuse #Fly
    *gosub wings
    *goto win
*label win
You win.
*ending
*label wings
Wings.
*return
"""
TWO = "Two.\n*fake_choice\n  #A\n    Ay.\n  #B\nAfter.\n*label cave\nCave.\n*finish\n"


def test_yarn_options_jumps_and_conditions() -> None:
    report = Report()
    story = read(YARN, "s.yarn", report=report)
    assert [scene.name for scene in story.scenes] == [
        "Start", "Start.choice-2", "Start.choice-4", "Start.then-3", "Start.then-1", "Shop", "End"
    ]  # fmt: skip
    assert ways(story, "Start") == [
        ("Buy", "Shop", "gold >= 3"), ("Talk", "Start.choice-2", ""), ("Leave", "Start.then-1", "")
    ]  # fmt: skip
    assert ways(story, "Start.then-1") == [
        ("Go on", "Shop", 'visited("Shop")'),
        ("Go on", "Start", 'not visited("Shop") and gold == 1'),
        ("Go on", "End", 'not visited("Shop") and not gold == 1'),
    ]
    assert ways(story, "Shop") == [("Go", "End", ""), ("Start", "Start", "")]
    start = story.scenes[0]
    assert (start.choices[0].effects, start.tags, start.x, story.variables) == (
        "gold = gold - 3", ["intro", "night"], 10, {"gold": 3}
    )  # fmt: skip
    assert prose(story)[1] == ("Start", "dialogue", "Mae Borowski", "Hello {$gold} there!")
    assert start.beats[1].styles == [(14, 19, "bold")]
    assert ("Shop", "note", "", "<<play_sound door>>") in prose(story)
    assert [scene.name for scene in story.scenes if scene.is_ending] == ["End"]
    assert [note.line for note in report.notes] == [7, 30]
    assert prose(story)[0] == ("Start", "note", "", "a comment")


def test_choicescript_scenes_labels_and_reuse() -> None:
    sheets = [Sheet("startup.txt", CHOICESCRIPT), Sheet("two.txt", TWO)]
    (story,) = read_files(sheets, Report())
    assert (story.title, story.variables) == ("Dragon", {"strength": 50, "name": "Bo"})
    assert ways(story, "startup") == [
        ("Fight", "startup.choice-1", ""),
        ("Run", "two.cave", ""),
        ("Roar", "startup.win", 'strength > 40 and name == "Bo"'),
        ("Fly", "startup.choice-2", "strength > 90"),
    ]
    scenes = {scene.name: scene for scene in story.scenes}
    assert scenes["startup.choice-1"].effects == "strength = strength + 10"
    assert ways(story, "startup.choice-1") == [
        ("Go on", "startup.win", "strength > 55"),
        ("Go on", "two", "not strength > 55"),
    ]
    assert ways(story, "two") == [("A", "two.choice-2", ""), ("B", "two.then-1", "")]
    assert ways(story, "startup.choice-2") == [("Go on", "startup.wings", "")]
    assert ways(story, "startup.wings") == [("Go on", "startup.win", "")]
    assert scenes["startup.win"].is_ending
    assert {scene.chapter for scene in story.scenes} == {"startup", "two"}


def test_a_zip_archive_is_a_folder() -> None:
    sheets = take(
        "game.zip",
        archive({"g/startup.txt": CHOICESCRIPT, "g/two.txt": TWO, "g/.hidden.txt": "no", "g/a.png": "x"}),
        Report(),
    )
    assert [sheet.name for sheet in sheets] == ["g/startup.txt", "g/two.txt"]
    (story,) = read_files(sheets, Report())
    assert ("startup", "Run", "two.cave", "", "") in graph(story)


def archive(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, text in files.items():
            writer.writestr(name, text)
    return buffer.getvalue()


def test_a_bomb_is_refused_before_it_goes_off(monkeypatch: pytest.MonkeyPatch) -> None:
    from storyengine.plot.formats import intake

    monkeypatch.setattr(intake, "MAX_BYTES", 1_000_000)
    bomb = archive({"a.twee": "x" * 900_000, "b.twee": "x" * 900_000})
    assert len(bomb) < 10_000
    many = archive({f"{n}.twee": "" for n in range(MAX_FILES + 1)})
    for data in (bomb, many, b"x" * 1_000_001):
        with pytest.raises(Refused) as refused:
            take("a.zip", data, Report())
        assert refused.value.code == "story.too_large"


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04 nonsense", archive({"a.png": "x"}), archive({"a.twee": "x"})[:-30]],
    ids=["nonsense", "no story", "cut off"],  # an archive holds the time of day, and two workers must agree on names
)
def test_a_broken_or_empty_archive_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        take("a.zip", data, Report())
    assert refused.value.code == "story.invalid"


@pytest.mark.parametrize(
    ("data", "text", "noted"),
    [
        (b"\xef\xbb\xbf:: A\r\nb", ":: A\nb", False),
        (":: Ä".encode("utf-16"), ":: Ä", False),
        (":: Ä b c".encode("utf-16-le"), ":: Ä b c", False),
        (":: Ä".encode("utf-32"), ":: Ä", False),
        (b":: caf\xe9 \x93x\x94", ":: café “x”", True),
        (b"a\rb", "a\nb", False),
    ],
)
def test_encodings_are_found(data: bytes, text: str, noted: bool) -> None:
    report = Report()
    (sheet,) = take("a.twee", data, report)
    assert (sheet.text, bool(report.notes)) == (text, noted)


@pytest.mark.parametrize(
    "data", [b":: A\nx\x00y", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"\xff\xfe\x00", b"\xff\xfe\x00\xd8\n\x00"]
)
def test_what_is_no_text_is_refused_with_its_line(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        take("a.twee", data, Report())
    assert str(refused.value.detail["reason"]).startswith("line ")


def test_nesting_without_end_is_refused() -> None:
    yarn = "title: A\n---\n" + "".join(" " * n + "-> x\n" for n in range(200)) + "===\n"
    script = "".join("  " * n + ("*choice\n" if n % 2 == 0 else "#x\n") for n in range(300))
    for text, name in ((yarn, "s.yarn"), (script, "s.txt")):
        with pytest.raises(Refused) as refused:
            read(text, name)
        assert "deep" in str(refused.value.detail["reason"])


NODE_GROUP = """title: Start
---
Now. <<if $late>>
[[Bark]]
===
title: Bark
when: $late
---
=> Woof. <<once>>
===
title: Bark
when: always
---
A path \\\\ is \\#one [wave]here[/wave].
-> [select {$x} a="one" b="two"] <<if true>>#line:07
-> [[plural {$x} one="dog"]|End]
===
"""


def test_yarn_groups_conditions_on_lines_and_what_its_marks_say() -> None:
    report = Report()
    story = read(NODE_GROUP, "s.yarn", report=report)
    assert ways(story, "Start") == [("Go on", "Bark", "late"), ("Go on", "Bark.2", "")]
    assert prose(story)[:3] == [
        ("Start", "note", "", "if late"), ("Start", "action", "", "Now."), ("Bark", "action", "", "Woof.")
    ]  # fmt: skip
    assert ("Bark.2", "action", "", "A path \\ is #one here.") in prose(story)
    assert ways(story, "Bark.2")[0] == ('[select {$x} a="one" b="two"]', "? ", "true")
    said = "\n".join(map(str, report.notes))
    assert "the attribute [wave] is left out" in said
    assert "this is said once in Yarn" in said


def test_the_first_yarn_editors_json_is_yarn() -> None:
    start = {"title": "Start", "tags": "a b", "body": "Mae: Hi. [[Go|End]]", "position": {"x": 3, "y": 4}}
    text = json.dumps([start, {"title": "End", "tags": "", "body": "Bye."}])
    story = read(text, "s.json")
    assert (ways(story, "Start"), story.scenes[0].x, story.scenes[0].tags) == ([("Go", "End", "")], 3, ["a", "b"])
    assert prose(story)[0] == ("Start", "dialogue", "Mae", "Hi.")
    with pytest.raises(Refused) as refused:
        read('[{"title": "Start", "body": 3}]', "s.json", form="yarn")
    assert refused.value.code == "story.invalid"


def test_what_stands_behind_a_jump_is_reported() -> None:
    report = Report()
    read("title: Start\n---\n<<jump End>>\nNever.\n===\ntitle: End\n---\nBye.\n===\n", "s.yarn", report=report)
    assert [(note.line, note.words) for note in report.notes] == [(4, "Never.")]


def test_a_choice_in_stages_and_a_scene_that_is_not_there() -> None:
    text = "*scene_list\n  gone\n*choice colour toy\n  #red\n    #ship\n      Red ship.\n      *goto_scene gone\n"
    text += "    #train\n      *finish\n  #blue\n    Blue.\n    *finish\n"
    (story,) = read_files([Sheet("startup.txt", text)], Report())
    assert [way[0] for way in ways(story, "startup")] == ["red", "blue"]
    assert [way[0] for way in ways(story, "startup.choice-1")] == ["ship", "train"]
    assert ways(story, "startup.choice-2") == [("Go on", "? gone", "")]


def test_yarn_one_puts_links_and_conditions_inside_its_lines() -> None:
    body = "Hi. <<if $x>>Rich.<<else>>Poor.<<endif>> So.\n-> One\n-> Two\n[[Go|End]][[Stay|Start]]"
    story = read(f"title: Start\n---\n{body}\n===\ntitle: End\n---\nBye.\n===\n", "s.yarn")
    said = [text for scene, _, _, text in prose(story) if scene == "Start"]
    assert said == ["Hi.", "if x", "Rich.", "if not x", "Poor.", "So."]
    assert ways(story, "Start") == [("One", "Start.then-1", ""), ("Two", "Start.then-1", "")]
    assert ways(story, "Start.then-1") == [("Go", "End", ""), ("Stay", "Start", "")]


def test_a_label_of_choicescript_is_found_whatever_its_case() -> None:
    first = "*choice\n  #A\n    *goto Top\n  #B\n    *goto_scene TWO cave\n*label top\nTop.\n*finish\n"
    sheets = [Sheet("startup.txt", first), Sheet("two.txt", "*label Cave\nCave.\n*ending\n")]
    (story,) = read_files(sheets, Report(), name="choicescript")
    assert ways(story, "startup") == [("A", "startup.top", ""), ("B", "two.Cave", "")]


def test_a_variable_of_choicescript_is_one_whatever_its_case() -> None:
    choice = '*choice\n  *if (AGILITY > 2) and (name = "Bo")\n    #A\n      *finish\n  #B\n    *finish\n'
    text = f"*create Agility 3\n*set agility +1\n{choice}"
    story = read(text, "startup.txt")
    assert (story.variables, story.scenes[0].effects) == ({"agility": 3}, "agility = agility + 1")
    assert ways(story, "startup")[0][2] == 'agility > 2 and name == "Bo"'
