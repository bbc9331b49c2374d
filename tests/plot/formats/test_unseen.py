"""Of a Twine passage its reader sees the words: not the code that acts unseen, and of what changes the first text."""

import time

import pytest

from storyengine.plot.formats.report import Report
from tests.plot.formats.stories import again, graph, read
from tests.plot.formats.test_emphasis import anew, told, words

RICH = "<center>So <size=150%>big</size></center> <color=red>it</color> is<br>now, <aside>he</aside> <3."
PLAIN, ASIDE = "So big it is", "<aside>he</aside> <3."


@pytest.mark.parametrize(
    ("dialect", "page", "seen"),
    [
        ("SugarCube", 'a<<addclass "#x" "y">><<audio "x" play>> b', ["a b"]),
        ("SugarCube", "Hit.<<run UI.alert('hm')>>", ["Hit."]),
        ("SugarCube", "@@color:red;x@@ y @@.a;z@@ @@#i.j;color: red; w@@", ["x y z w"]),
        ("SugarCube", "[[Go back|previous()]]", ["Go back"]),
        ("SugarCube", "<<timed 2s>>One.<<next>>Two.<</timed>>", ["One.", "Two."]),
        (
            "SugarCube",
            '<<linkreplace "Take it">><<replace "#a">>Taken.<</replace>><</linkreplace>>',
            ["Take it / Taken."],
        ),
        ("SugarCube", 'Home: <<return "To bed">>, <<back>>.', ["Home: To bed, Back."]),
        ("SugarCube", 'See <svg class="x"><path d="M1"/><text>A</text></svg>it <svg>', ["See it"]),
        ("SugarCube", "<style>.a { color: red }</style>So <STYLE>b</STYLE>it is.", ["So it is."]),
        (
            "SugarCube",
            'By the <<cycle "$a" autoselect>>\n<<option "door">><<option "wall">>\n<</cycle>>.',
            ["By the door."],
        ),
        ("SugarCube", "One.<<br>>Two.<<br>>", ["One.", "Two."]),
        ("Harlowe", "(hidden:)|secret>[Hidden] (if: $a)|b>[Seen]", ["Hidden Seen"]),
        ("Harlowe", '(enchant: ?p, (text-colour: red))(alert: "x")One. (stop:)', ["One."]),
        ("Harlowe", "$robotic[Hi] there, $name", ["Hi there, $name"]),
        ("Harlowe", 'Take (cycling-link: bind $x, "one", "two") now', ["Take one now"]),
        ("Harlowe", '(link-undo: "Back")(undo:)(link-undo:)', ["Back"]),
        ("Chapbook", "[if a[0] == 0]\nyes\n\n[continue]\nno", ["yes", "no"]),
        ("Chapbook", "{reveal link: 'Look', text: 'A door.'}", ["Look / A door."]),
        ("Chapbook", "{restart link, label: 'Again'} {back link}", ["Again Back"]),
        ("Chapbook", "{cycling link for: 'x', choices: ['one', 'two']}", ["one"]),
        ("Chapbook", "{dropdown menu for: 'x', choices: ['one', 'two']}", ["one"]),
    ],
)
def test_what_acts_unseen_leaves_no_words(dialect: str, page: str, seen: list[str]) -> None:
    story = told(dialect, page)
    assert (words(story), graph(story)) == (seen, set())
    assert anew(story).scenes[0].beats == story.scenes[0].beats


def test_what_is_left_out_is_said() -> None:
    report = Report()
    told("SugarCube", '<<audio "x" play>>a', report)
    assert "twine.script" in [note.code for note in report.notes]


def test_words_of_an_anchor_label_its_choice() -> None:
    story = told("SugarCube", '<a data-passage="B" class="x"><b>go</b> on</a> now. <a data-passage="A">')
    assert [(choice[1], choice[2]) for choice in sorted(graph(story))] == [("A", "A"), ("go on", "B")]


def test_a_statement_of_run_counts_as_one_of_set() -> None:
    story = told("SugarCube", "Hit. <<run $hp -= 1>><<if $hp lt 2>><<run $low = true>><</if>>[[B]]")
    scene = story.scenes[0]
    assert (words(story), scene.effects) == (["Hit. B"], "hp = hp - 1\nlow = true if hp < 2")


def test_macros_are_closed_as_they_were_at_first() -> None:
    page = (
        "<<if $a>>So [[B]]<<endif>> on. [[A]]<<link 'Wait' 'B'>><<set $c to 1>><<endlink>><<set $d to 1>>"
        "<<silently>>x<<endsilently>>"
    )
    story = told("SugarCube", page)
    assert graph(story) == {("A", "B", "B", "a", ""), ("A", "A", "A", "", ""), ("A", "Wait", "B", "", "c = 1")}
    assert (story.scenes[0].effects, words(story)) == ("d = 1", ["So B on. AWaitx"])


@pytest.mark.parametrize(
    ("name", "text", "shown", "label"),
    [
        ("s.ink", f"{RICH}\n+ [<center>Go</center> <size=2>on</size>] -> END\n", f"{PLAIN} now, {ASIDE}", "Go on"),
        ("s.yarn", f"title: A\n---\n{RICH}\n-> <size=2>Go</size> on\n===\n", f"{PLAIN}<br>now, {ASIDE}", "Go on"),
    ],
)
def test_tags_that_lay_words_out_are_none(name: str, text: str, shown: str, label: str) -> None:
    report = Report()
    story = read(text, name, report=report)
    assert [beat.text for beat in story.scenes[0].beats] == [shown]
    assert [choice.label for choice in story.scenes[0].choices] == [label]
    assert {note.code for note in report.notes} & {"twine.tags", "yarn.attribute"}


@pytest.mark.parametrize("tag", ["<center>", "<size=2>", "<svg></svg>", "<style>x</style>", "<b>"])
@pytest.mark.parametrize("form", ["twee", "ink"])
def test_words_that_look_like_tags_come_back(tag: str, form: str) -> None:
    story = read("title: A\n---\nOne.\n-> Go\n    <<jump A>>\n===\n", "s.yarn")
    scene = story.scenes[0]
    scene.beats[0].text, scene.choices[0].label = f"The tag {tag} is open. {tag}", f"Say {tag}"
    back = again(story, form).scenes[0]
    assert (back.beats[0].text, back.choices[0].label) == (scene.beats[0].text, scene.choices[0].label)
    assert not back.beats[0].styles


def test_what_is_revealed_leads_on_or_is_done_at_once() -> None:
    page = (
        '<<if $a>><<linkreplace "Talk">><<set $b to 1>><<goto [[B]]>><</linkreplace>><</if>>'
        '<<link "Wait" "B">><<linkappend "Look">><<set $c to 1>><</linkappend>><</link>>'
        '<<if $d>><<linkreplace "Take">><<set $e to 1>>Taken.<</linkreplace>><</if>>'
        '<<linkreplace "Never closed">><<set $f to 1>>'
    )
    story = told("SugarCube", page)
    assert graph(story) == {("A", "Talk", "B", "a", "b = 1"), ("A", "Wait", "B", "", "c = 1")}
    assert story.scenes[0].effects.splitlines() == ["e = 1 if d", "f = 1"]
    assert graph(anew(story)) == graph(story)


@pytest.mark.parametrize(
    ("dialect", "page"),
    [
        ("SugarCube", "@@" + "a" * 60000),
        ("SugarCube", "@@" + "a:b;" * 15000),
        ("SugarCube", '<a data-passage="B">' * 3000),
        ("Chapbook", "[" + "[a]" * 20000),
        ("Harlowe", "$a[" * 20000),
        ("Harlowe", "<svg>" * 20000),
        ("SugarCube", '<<linkreplace "a">>' * 3000),
    ],
)
def test_signs_that_never_close_take_no_time(dialect: str, page: str) -> None:
    began = time.monotonic()
    told(dialect, page)
    assert time.monotonic() - began < 20  # each is done in less than a second; going back for each sign takes minutes
