"""ChoiceScript sets lines that stand right below each other as one paragraph."""

from storyengine.plot.formats.report import Report
from tests.plot.formats.stories import again, prose, read

TEXT = """*title Ferry
INT. QUAY - NIGHT
The boat comes in from the fog,
slow and low. Its name is
*print name
and it is late.

ODA: Get in.
She laughs
[b]out loud[/b].
*choice
  #Cross
    You cross
    the water.
    *finish
  #Wait
    *if late
      Too late,
      or too early.
    Dawn.
    *comment so soon
    The end.
    *finish
"""


def test_lines_right_below_each_other_are_one_paragraph() -> None:
    report = Report()
    story = read(TEXT, "startup.txt", report=report)
    assert [(name, kind, text) for name, kind, _, text in prose(story)] == [
        ("startup", "action", "The boat comes in from the fog, slow and low. Its name is ${name} and it is late."),
        ("startup", "dialogue", "Get in."),
        ("startup", "action", "She laughs out loud."),
        ("startup.choice-1", "action", "You cross the water."),
        ("startup.choice-2", "note", "if late"),
        ("startup.choice-2", "action", "Too late, or too early."),
        ("startup.choice-2", "action", "Dawn."),
        ("startup.choice-2", "action", "The end."),
    ]
    assert story.scenes[0].heading == "INT. QUAY - NIGHT"
    assert story.scenes[0].beats[2].styles == [(11, 19, "bold")]
    assert [(note.line, note.code) for note in report.notes] == [
        (3, "words.value"), (21, "comment.left"), (18, "words.conditional"),
    ]  # fmt: skip
    assert prose(again(story, "twee")) == prose(story)
