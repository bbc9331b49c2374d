"""Ink's functions that only compute, blocks that begin behind a gather, sequences by any of their names."""

import pytest

from storyengine.plot.formats.report import Report
from tests.plot.formats.stories import again, graph, prose, read, ways

TEXT = """VAR hope = 0
VAR fear = 0
-> a
=== function raise(ref x)
~ x = x + 1
=== function alter(ref x, by) ===
~ x += by
=== function sway(ref x, ref y, by)
~ raise(x)
~ alter(y, -by)
~ return
=== function own(x)
~ x = x + 1
=== function asked(x)
~ return x > 2
=== function round(ref x)
~ round(x)
=== a
~ raise(hope)
~ alter(fear, hope * 2)
~ sway(hope, fear, 3 + 1)
~ own(hope)
~ alter(hope)
~ round(hope)
* [Go] -> b
* [Wait]
    ~ raise (fear)
    -> b
=== b
-> END
"""


def test_what_a_function_computes_is_done_where_it_is_called() -> None:
    report = Report()
    story = read(TEXT, "s.ink", report=report)
    assert story.scenes[0].effects.split("\n") == [
        "hope = hope + 1",
        "fear = fear + hope * 2",
        "hope = hope + 1",
        "fear = fear + -(3 + 1)",
        "ink: own(hope)",  # it would change what it was given, which nobody sees
        "ink: alter(hope)",
        "ink: round(hope)",
    ]
    assert [way.effects for way in story.scenes[0].choices] == ["", "fear = fear + 1"]
    assert [note.given["name"] for note in report.notes if note.code == "ink.function"] == ["own", "asked"]
    story.slug = "s"
    for form in ("twee", "ink", "json"):
        assert graph(again(story, form)) == graph(story)


def test_a_block_may_begin_right_behind_a_gather() -> None:
    text = "-> a\n=== a\n* [x]\n- {wet:\n    ~ seen = true\n    Rain.\n}\n- (here) {not b: -> b ->\n}\nSun. -> END\n"
    story = read(f"{text}=== b\n->->\n", "s.ink")
    assert story.scenes[1].effects == "seen = true if wet"
    assert [text for *_, text in prose(story)] == ["{wet: Rain.}", "Sun."]
    assert ways(story, "a.here") == [("Go on", "b", 'not visited("b")'), ("Go on", "a.then-2", 'visited("b")')]


@pytest.mark.parametrize(
    ("kind", "line"),
    [("stopping", "{One.|Two.}"), ("once", "{!One.|Two.}"), ("cycle", "{&One.|Two.}"), ("shuffle", "{~One.|Two.}"),
     ("shuffle once", "{~!One.|Two.}"), ("once shuffle", "{~!One.|Two.}"), ("stopping shuffle", "{~$One.|Two.}")],
)  # fmt: skip
def test_a_sequence_is_known_by_each_of_its_names(kind: str, line: str) -> None:
    story = read(f"=== a\n{{{kind}:\n- One.\n- Two.\n}}\n-> END\n", "s.ink")
    assert [text for *_, text in prose(story)] == [line]
    story = read(f"=== a\n{{{kind}:\n- -> b\n- -> c\n}}\n-> END\n=== b\n-> a\n=== c\n-> a\n", "s.ink")
    drawn = "shuffle" in kind
    assert [bool(way.source.get("one_of")) for way in story.scenes[0].choices] == [drawn, drawn]
    assert ["visits" in when for _, _, when in ways(story, "a")] == [not drawn, not drawn]


def test_a_line_that_is_drawn_in_a_comment_says_nothing() -> None:
    report = Report()
    read("/*-------\n Functions\n-------*/\n=== a\nHm.\n// =====\n-> END\n", "s.ink", report=report)
    assert [note.words for note in report.notes if note.code == "comment.left"] == ["Functions"]
