"""What an author notes for himself, or says only once, is carried or reported with its line; nothing goes silently."""

from storyengine.plot.formats.report import Report
from tests.plot.formats.stories import again, graph, prose, read, ways

INK = """// The Train, by its author
VAR x = 1 // how often
-> a
// ----------------
=== a ===
// Fog here.
TODO: more fog
One. // aside
Two.
/* Not
   the end. */
* [Go] -> b // quickly
// between choices
* [Stay]
  // below a choice
  { x:
    // in a block
    -> b
  }
  -> a
=== b
// only for later
= inner
See http://a.b
-> END
"""


def test_comments_of_ink_are_notes_where_a_scene_can_hold_them_and_reported_elsewhere() -> None:
    report = Report()
    story = read(INK, "s.ink", report=report)
    notes = [(scene, text) for scene, kind, _, text in prose(story) if kind == "note"]
    assert notes == [("a", "Fog here."), ("a", "TODO: more fog"), ("a", "Not the end.")]
    left = [(note.line, note.words) for note in report.notes if note.code == "comment.left"]
    assert left == [
        (1, "The Train, by its author"), (2, "how often"), (8, "aside"), (12, "quickly"), (13, "between choices"),
        (15, "below a choice"), (17, "in a block"), (22, "only for later"), (24, "a.b"),
    ]  # fmt: skip
    bare = read("\n".join(line.split("//")[0] for line in INK.split("\n") if "TODO" not in line), "s.ink")
    assert graph(story) == graph(bare)
    assert [scene.name for scene in story.scenes] == [scene.name for scene in bare.scenes]
    story.scenes[0].beats[0].text = "Edited."
    assert prose(again(story, "ink")) == prose(story)


YARN = """title: Start
---
<<declare $roll = .Six>>
// Fog here.
Oda: Hm. // aside
=> Woof. #bark
=> Wuff. <<if $loud>> #line:0a1
// between
-> Go <<once>>
    // below
    <<jump Start>>
-> Stay <<once if $x>>
    So.
<<once>>
Hi there.
<<else>>
You again.
<<endonce>>
<<detour Side>>
===
title: Side
---
Aside. <<once if $x>>
===
"""


def test_what_yarn_says_beside_its_lines_is_carried_or_reported() -> None:
    report = Report()
    story = read(YARN, "s.yarn", report=report)
    said = [(scene, kind, text) for scene, kind, _, text in prose(story)]
    assert said[:6] == [
        ("Start", "note", "Fog here."), ("Start", "dialogue", "Hm."), ("Start", "action", "Woof."),
        ("Start", "note", "if loud"), ("Start", "action", "Wuff."), ("Start.choice-2", "action", "So."),
    ]  # fmt: skip
    assert ways(story, "Start")[:2] == [
        ("Go", "Start", "not taken_Start_1"), ("Stay", "Start.choice-2", 'x and not visited("Start.choice-2")')
    ]  # fmt: skip
    assert [(note.line, note.code) for note in report.notes] == [
        (5, "comment.left"), (6, "yarn.tag"), (8, "comment.left"), (10, "comment.left"), (3, "yarn.declared"),
        (6, "yarn.several"), (7, "yarn.several"), (14, "yarn.once"), (7, "words.conditional"),
        (23, "yarn.once"), (23, "words.conditional"),
    ]  # fmt: skip


def test_what_choicescript_does_beside_the_story_is_reported() -> None:
    report = Report()
    text = "Hm.\n*comment more fog\n*page_break\n*achieve brave\n*goto_random_scene\n  a\n  b\n"
    story = read(text, "startup.txt", report=report)
    assert [(note.line, note.code, note.words) for note in report.notes] == [
        (2, "comment.left", "more fog"), (4, "choicescript.left", "brave"), (5, "way.computed", "")
    ]  # fmt: skip
    assert [beat.text for beat in story.scenes[0].beats] == ["Hm."]
