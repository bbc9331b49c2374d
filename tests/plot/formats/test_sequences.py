"""Ink's sequences over several lines: of an edited story they go out as they came in."""

import pytest

from storyengine.plot.formats import write_story
from storyengine.plot.formats.ink.sequences import fold
from storyengine.plot.formats.report import Report
from tests.plot.formats.stories import again, graph, prose, read

BLOCKS = """{ stopping:
- Oda: First.
- Second.
  It goes on.
-
}
{shuffle once:
    - Heads.
    - Tails.
}"""
STORY = f"-> a\n=== a\n{BLOCKS}\n* [Go] -> b\n=== b\nEnd.\n-> END\n"


def test_a_sequence_is_one_beat_in_the_form_of_one_line() -> None:
    story = read(STORY, "s.ink")
    assert [line for *_, line in prose(story)] == ["{$Oda: First.|Second. It goes on.| }", "{~!Heads.|Tails.}", "End."]


def test_an_edited_story_keeps_its_sequences_as_they_were_written() -> None:
    story = read(STORY, "s.ink")
    story.scenes[1].beats[0].text = "The end."
    written = write_story(story, "ink", Report())
    assert BLOCKS in written
    back = again(story, "ink")
    assert (prose(back), graph(back)) == (prose(story), graph(story))
    story.scenes[0].beats[1].text = "{~!Heads.|Tails.|The rim.}"
    assert "}\n{~!Heads.|Tails.|The rim.}\n" in write_story(story, "ink", Report())


def test_later_lines_keep_their_numbers() -> None:
    report = Report()
    read(f"{STORY}=== c\n{{x|y}}\n-> nowhere(2)\n-> END\n", "s.ink", report=report)
    assert [note.line for note in report.notes if note.code == "ink.given"] == [19]


@pytest.mark.parametrize("line", ["- Go. -> b", "- ~ x = 1", "- * [No]", "- {x: y}", "- a # tag", "- a|b", "Loose."])
def test_what_is_more_than_words_stays_as_it_is(line: str) -> None:
    text = f"{{ cycle:\n{line}\n- Two.\n}}\n"
    assert fold(text) == (text, {})
