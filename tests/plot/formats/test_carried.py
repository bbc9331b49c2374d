"""Conditions and statements that only their own tool understands go through every other tool and come back."""

import pytest

from storyengine.plot.formats import write_story
from storyengine.plot.formats.linking import link
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene, FileStory
from storyengine.plot.formats.twine.rewrite import DIALECTS
from tests.plot.formats.stories import again, graph, prose, read, ways

OUT = ["json", "twee", "twine-html", "twine-json", "ink"]
FOREIGN = {
    "harlowe": (
        "s.twee",
        ':: StoryData\n{"format":"Harlowe"}\n\n:: A\n(set: $bag to (a: "rope"))(set: $n to 2)Hm.\n'
        '(if: $bag contains "rope" and it\'s length > 1)[[[Climb->B]]](else:)'
        '[(link: "Fall")[(set: $hp to (random: 1, 6))(goto: "B")]]\n\n:: B\nb',
        [("Climb", "B", 'harlowe: $bag contains "rope" and it\'s length > 1'),
         ("Fall", "B", 'harlowe: not ($bag contains "rope" and it\'s length > 1)')],
        'harlowe: $bag to (a: "rope")\nn = 2',
    ),
    "sugarcube": (
        "s.twee",
        ':: StoryData\n{"format":"SugarCube"}\n\n:: A\n<<set $bag to ["rope"]>><<set $n to 2>>Hm.\n'
        '<<if $bag.includes("rope") && random(1,6) > 3>>[[Climb|B][$hp to random(1, 6)]]<</if>>\n\n:: B\nb',
        [("Climb", "B", 'sugarcube: $bag.includes("rope") && random(1,6) > 3')],
        'sugarcube: $bag to ["rope"]\nn = 2',
    ),
    "yarn": (
        "s.yarn",
        "title: A\n---\n<<set $x to dice(6)>>\n<<set $n to 2>>\nHm.\n"
        '-> Climb <<if has_item("rope") && random() > 0.5>>\n'
        "    <<jump B>>\n===\ntitle: B\n---\nb\n===\n",
        [("Climb", "B", 'yarn: has_item("rope") && random() > 0.5')],
        "yarn: $x to dice(6)\nn = 2",
    ),
    "choicescript": (
        "startup.txt",
        'Hm.\n*rand hp 1 6\n*set n 2\n*choice\n'
        '  *if ((choice_purchased("x")) and (hp#1 = "a"))\n    #Climb\n      *goto b\n'
        "  #Stay\n    *goto b\n*label b\nb\n*finish\n",
        [("Climb", "startup.b", 'choicescript: ((choice_purchased("x")) and (hp#1 = "a"))'), ("Stay", "startup.b", "")],
        "choicescript: $hp by *rand\nn = 2",
    ),
    "ink": (
        "s.ink",
        "-> A\n=== A\n~ bag += (rope, key)\n~ n = 2\nHm.\n+ {bag ? rope} [Climb] -> B\n"
        "+ {RANDOM(1, 6) > 3} [Fall]\n ~ hurt(2)\n -> B\n"
        "=== B\nb\n-> END\n",
        [("Climb", "B", "ink: bag ? rope"), ("Fall", "B", "ink: RANDOM(1, 6) > 3")],
        "ink: bag += (rope, key)\nn = 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", OUT)
@pytest.mark.parametrize("tool", FOREIGN)
def test_what_only_one_tool_understands_goes_through_every_other(tool: str, form: str) -> None:
    name, text, expected, effects = FOREIGN[tool]
    story = read(text, name)
    story.slug = "s"
    first = story.scenes[0].name
    assert (ways(story, first)[: len(expected)], story.scenes[0].effects) == (expected, effects)
    for scene in story.scenes:
        scene.source.pop("text", None)  # as if somebody had edited every scene
    report = Report()
    back = read(write_story(story, form, report), f"s.{form.rpartition('-')[2]}", form=form)
    assert graph(back) == graph(story)
    assert [scene.effects for scene in back.scenes] == [scene.effects for scene in story.scenes]
    assert prose(back) == prose(story)
    own = form == "json" or tool == form or (tool in DIALECTS and form.startswith("tw"))
    assert ("out.condition" in [note.code for note in report.notes]) == (not own)
    assert graph(again(back, form)) == graph(story)


def test_its_own_tool_gets_back_what_it_wrote() -> None:
    story = read(FOREIGN["harlowe"][1])
    story.scenes[0].beats[0].text = "Edited."
    text = write_story(story, "twee", Report())
    assert '(set: $bag to (a: "rope"))' in text
    assert '(if: $bag contains "rope" and it\'s length > 1)[[[Climb->B]]]' in text
    assert '(set: $hp to (random: 1, 6))(goto: "B")' in text
    story = read(FOREIGN["sugarcube"][1])
    story.scenes[0].beats[0].text = "Edited."
    text = write_story(story, "twee", Report())
    assert '<<set $bag to ["rope"]>>' in text
    assert '<<if $bag.includes("rope") && random(1,6) > 3>>[[Climb->B][$hp to random(1, 6)]]<</if>>' in text
    story = read(FOREIGN["ink"][1], "s.ink")
    story.scenes[0].beats[0].text = "Edited."
    text = write_story(story, "ink", Report())
    assert "~ bag += (rope, key)" in text
    assert "    ~ hurt(2)" in text


@pytest.mark.parametrize("dialect", ["snowman", "chapbook"])
def test_what_a_choice_changes_is_carried_where_links_change_nothing(dialect: str) -> None:
    story = FileStory(title="T", source={"family": "twine", "dialect": dialect, "format": dialect.title()})
    story.scenes = [FileScene(name="A", beats=[FileBeat("action", "a")])]
    story.scenes[0].choices = [FileChoice("Go", None, "A", "x > 1", "x = 1\ny = 2 if x\nyarn: $a -->")]
    back = again(link(story, Report()), "twee")
    assert graph(back) == graph(story)
    assert prose(back) == prose(story)


@pytest.mark.parametrize("form", ["twee", "ink"])
def test_a_way_on_that_is_taken_unasked_is_not_taken_where_its_condition_is_not_understood(form: str) -> None:
    text = "title: A\n---\nHm.\n<<if dice(6) > 3>>\n<<jump B>>\n<<endif>>\n<<jump C>>\n===\n"
    text += "title: B\n---\nb\n===\ntitle: C\n---\nc\n===\n"
    story = read(text, "s.yarn")
    assert ways(again(story, form), "A") == [("Go on", "B", "yarn: dice(6) > 3"), ("Go on", "C", "")]
