"""Small stories of our own in every format that is read, for the tests; and what a graph of one is."""

from storyengine.plot.formats import read_files, write_story
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileStory

NAMES = {"twee": "s.twee", "twine-html": "s.html", "twine-json": "s.json", "ink": "s.ink", "json": "s.json"}


def read(text: str, name: str = "s.twee", *, form: str = "", report: Report | None = None) -> FileStory:
    (story,) = read_files([Sheet(name, text)], report or Report(), name=form)
    return story


def again(story: FileStory, form: str) -> FileStory:
    """Written and read back."""
    return read(write_story(story, form, Report()), NAMES[form], form=form)


def graph(story: FileStory) -> set[tuple[str, str, str, str, str]]:
    """Who leads where, saying what, when, and with what effect."""
    names = story.names
    return {
        (scene.name, way.label, names[way.to] if way.to else f"? {way.target}", way.condition, way.effects)
        for scene in story.scenes
        for way in scene.choices
    }


def texts(story: FileStory) -> dict[str, str]:
    return {scene.name: scene.source.get("text", "") for scene in story.scenes}


def prose(story: FileStory) -> list[tuple[str, str, str, str]]:
    return [(scene.name, beat.kind, beat.character, beat.text) for scene in story.scenes for beat in scene.beats]


def ways(story: FileStory, name: str) -> list[tuple[str, str, str]]:
    """(label, target, condition) of one scene's choices, in order."""
    names = story.names
    scene = next(scene for scene in story.scenes if scene.name == name)
    return [(way.label, names[way.to] if way.to else f"? {way.target}", way.condition) for way in scene.choices]


HARLOWE = r""":: StoryTitle
The Ferry

:: StoryData
{"ifid": "D674C58C-DEFA-4F70-B7A2-27742230C0FC", "format": "Harlowe", "format-version": "3.3.9", "start": "Landing",
 "tag-colors": {"night": "blue"}, "zoom": 0.6}

:: Code [script]
window.x = "[[not a link]]";

:: Look [stylesheet]
body { color: red }

:: Set up [startup]
(set: $coins to 3)

:: Landing [night dark] {"position":"600,400","size":"100,100"}
(set: $asked to true)Fog lies on the ''river''.
ODA: Nobody crosses for free.

[[Pay->Boat]] or [[Wait here->Landing]]
(if: $coins > 2 and (history:) contains "Bank")[[[Bribe her->Bank]]](else:)[No coins. [[Beg->Alley of Sighs]]]
(link: "Swim")[(set: $wet to true)(goto: "Bank")]
(link-goto: "Shout", "Nowhere")
<!-- [[hidden]] -->
(click-goto: ?river, "Bank") [[The web->https://example.org/]]

:: Boat
(link-reveal: "Look")[There is [[Bank<-an oar]].] (goto: (either: "Bank", "Landing"))

:: Bank
Mud. (warp: "x")

The End
"""

SUGARCUBE = r""":: StoryData
{"ifid": "D674C58C-DEFA-4F70-B7A2-27742230C0FC", "format": "SugarCube", "format-version": "2.37.3"}

:: StoryInit
<<set $gold to 5, $name to "Bo">>

:: StoryMenu
[[Help]]

:: Widgets [widget]
<<widget "say">>_args[0]<</widget>>

:: Start
<<say "hi">><<set $met to true>>
<<if $gold gt 3 and not hasVisited("Shop")>>[[Shop|Shop][$gold to $gold - 3]]
<<elseif visited("Shop") gte 2>><<link "Steal" "Shop">><<set $thief to true>><</link>>
<<else>><<button [[Leave->End]]>><</button>><</if>>
<<switch $name>><<case "Bo" "Al">>[[Friends->Shop]]<<default>>[[Strangers->End]]<</switch>>
[img[pic.png][End][$seen to true]] <<link "Go home">><<goto "End">><</link>> /* [[no]] */ {{{ [[no]] }}}
[[Anywhere->$next]] <<back>>

:: Shop
<<include "Prices">><<return "Back" "Start">>

:: Prices
All dear.

:: Help
Help.

:: End
THE END
"""
