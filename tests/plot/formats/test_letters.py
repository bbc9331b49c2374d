"""Words to the letter: spaces, line breaks and signs that a tool would trim or read as its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyengine.plot.formats import write_story
from storyengine.plot.formats.linking import link
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene, FileStory
from storyengine.plot.formats.twine.rewrite import DIALECTS
from tests.plot.formats.stories import again, graph, prose, read
from tests.plot.formats.test_properties import QUIET

TWINE = ["twee", "twine-html", "twine-json"]
SIGNS = "ab  \t\u3000\xa0()[]{}<>|*/'\"#:;-=~_$%&!?.,\\@^`+1§中\n"
PIECES = (
    "[[ ]] (if:~$a) [ ] <<b>> <% %> '' // ** &#91; &amp; ODA:~ x :: <!-- --> http://a.b -- Oda:~ {embed~to:~'x'} <br> /"
)
WORDS = st.text(st.sampled_from(SIGNS), max_size=20) | st.lists(
    st.sampled_from([*PIECES.replace("~", " ").split(" "), " ", "  ", "\n", "ODA: "]), max_size=8
).map("".join)
KINDS = st.sampled_from([("action", ""), ("note", ""), ("dialogue", "ODA"), ("dialogue", "小梅"), ("dialogue", "Oda")])


def of(*beats: FileBeat) -> FileStory:
    return link(
        FileStory(title="T", slug="t", scenes=[FileScene(name="A", beats=list(beats), is_ending=True)]), Report()
    )


@pytest.mark.parametrize("form", TWINE)
@pytest.mark.parametrize(
    "text",
    [
        "Two  spaces.", "  Before and after  ", "\tTab", "One.\nTwo.", "　　全角空格。", "He said [[no]].",
        "<<nothing>>", "\\", "''quoted''", "5 * 3 * 2", "NOTE: speech", "ODA: not her words", "Oda: nor hers", "&#91;",
        "{ }", "(if: it rains) we go.",
        "-->", "a // b // c /%x%/", "<b>bold</b>", "$5 and $money", ":: header", "1. One", "a_b _c_ __d__",
    ],
)  # fmt: skip
def test_words_come_back_to_the_letter_from_twine(text: str, form: str) -> None:
    for kind, name in [("action", ""), ("dialogue", "Oda"), ("note", "")]:
        story = of(FileBeat(kind, text, name), FileBeat("dialogue", "Hm.", "Oda"))
        back = again(story, form)
        assert prose(back) == prose(story)
        back.scenes[0].beats[1].text = "Edited."
        assert prose(again(back, form))[0] == prose(story)[0]


@given(st.lists(st.tuples(KINDS, WORDS.filter(str.strip)), max_size=4))
@QUIET
@pytest.mark.parametrize("dialect", list(DIALECTS))
def test_any_words_come_back_to_the_letter_from_any_story_format(dialect: str, said: list) -> None:
    story = of(*(FileBeat(kind, text, name) for (kind, name), text in said))
    story.source = {"family": "twine", "dialect": dialect, "format": dialect.title()}
    back = again(story, "twee")
    assert (prose(back), graph(back)) == (prose(story), graph(story))


@given(
    st.text("ab /*'_:x ", min_size=6, max_size=20),
    st.sampled_from(["bold", "italic", "underline", "strikeout"]),
    st.data(),
)
@QUIET
def test_a_style_comes_back_wherever_it_begins(text: str, style: str, data) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 1, len(text)))
    story = of(FileBeat("action", text, "", [(start, end, style)]))
    assert again(story, "twee").scenes[0].beats == story.scenes[0].beats


def test_styles_that_overlap_are_reported() -> None:
    report = Report()
    write_story(of(FileBeat("action", "One two", "", [(0, 5, "bold"), (4, 7, "italic")])), "twee", report)
    assert [note.what for note in report.notes] == ["'A': styles that overlap are not all written"]


def test_what_stays_between_two_things_that_go_is_one_space() -> None:
    page = "You (set: $x to 1) go  on (if: $x)[ now ] then.\n   Indented.  \nA <span>b</span> <hr> c."
    story = read(f':: StoryData\n{{"format":"Harlowe"}}\n\n:: A\n{page}')
    assert [text for _, _, _, text in prose(story)] == ["You go  on now then.", "Indented.", "A b c."]


@pytest.mark.parametrize("form", TWINE)
def test_a_label_keeps_its_spaces_in_twine(form: str) -> None:
    story = read(":: A\nHm.\n[[Go  on,   then->B]]\n\n:: B\nb")
    assert story.scenes[0].choices[0].label == "Go on, then"
    story.scenes[0].beats[0].text = "Edited."
    assert "[[Go  on,   then->B]]" in again(story, form).scenes[0].source["text"]
    story.scenes[0].choices[0] = FileChoice("Stay", story.scenes[1].key, source=story.scenes[0].choices[0].source)
    assert "[[Stay->B]]" in again(story, form).scenes[0].source["text"]


def test_ink_says_that_it_shows_spaces_in_a_row_as_one_and_keeps_them() -> None:
    report = Report()
    story = of(FileBeat("action", " Two  spaces.\nTwo lines.　"), FileBeat("note", "  Two  notes. "))
    back = read(write_story(story, "ink", report), "s.ink")
    assert [(note.code, note.words) for note in report.notes] == [("out.spaces", "Two spaces. Two lines.　")]
    assert [beat.text for beat in back.scenes[0].beats] == ["Two  spaces. Two lines.　", "  Two  notes. "]
    report = Report()
    read("=== a\nOne  two.  \nThree.\nFour  five.\n-> END\n", "s.ink", report=report)
    assert [(note.line, note.code) for note in report.notes if note.code != "ink.no_start"] == [(2, "ink.spaces")]


def test_a_label_of_any_length_goes_out_whole() -> None:
    story = read(f":: A\nHm.\n[[{'Go on ' * 60}->B]]\n\n:: B\nb")
    assert "Go on " * 59 in write_story(story, "ink", Report())


@pytest.mark.parametrize("form", TWINE)
def test_spaces_in_a_name_stay_since_links_find_it_by_them(form: str) -> None:
    story = read(":: A  B\n[[第　一　章]]\n\n:: 第　一　章\n[[A  B]]")
    assert graph(again(story, form)) == graph(story)
    assert {way[2] for way in graph(story)} == {"A  B", "第　一　章"}


@pytest.mark.parametrize("dialect", list(DIALECTS))
def test_references_are_the_characters_that_a_reader_sees(dialect: str) -> None:
    said = "Fish &amp; chips&mdash;&#8220;two&#x201D;&nbsp;&lt;b&gt; &copy; &nosuch; &#2; AT&T"
    story = read(f':: StoryData\n{{"format": "{dialect.title()}"}}\n\n:: A\n{said}\n[[Salt &amp; &#42;oil&#42;->A]]')
    assert [beat.text for beat in story.scenes[0].beats] == ["Fish & chips—“two”\xa0<b> © &nosuch; &#2; AT&T"]
    assert [choice.label for choice in story.scenes[0].choices] == ["Salt & *oil*"]
    story.scenes[0].source.pop("text")
    back = again(story, "twee")
    assert (prose(back), graph(back)) == (prose(story), graph(story))


@pytest.mark.parametrize("form", ["twee", "twine-html", "twine-json", "ink", "json"])
@pytest.mark.parametrize("dialect", list(DIALECTS))
@pytest.mark.parametrize(
    "label", ["//no// emphasis", "*a* b", "''c''", "<b>d</b>", "_e_ &amp; f", "~~g~~ ^^h^^", "__i__"]
)
def test_labels_come_back_to_the_letter(label: str, dialect: str, form: str) -> None:
    story = of(FileBeat("action", "Words."))
    scene = story.scenes[0]
    scene.choices = [FileChoice(label, scene.key)]
    story.source = {"family": "twine", "dialect": dialect, "format": dialect.title()}
    assert graph(again(story, form)) == graph(story) == {("A", label, "A", "", "")}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("s.twee", ":: A\n[[//Go// ''on''->A]]"),
        ("s.twee", ':: A\n(link: "<i>Go</i> on")[(goto: "A")]'),
        ("s.twee", ':: StoryData\n{"format": "SugarCube"}\n\n:: A\n<<link "//Go// on" "A">><</link>>'),
        ("s.twee", ':: StoryData\n{"format": "Chapbook"}\n\n:: A\n[[_Go_ **on**->A]]'),
        ("s.ink", "-> A\n=== A\n+ [<i>Go</i> <b>on</b>] -> A\n"),
        ("s.yarn", "title: A\n---\n-> [i]Go[/i] on\n    <<jump A>>\n===\n"),
    ],
)
def test_a_label_is_what_a_reader_sees(name: str, text: str) -> None:
    story = read(text, name)
    story.slug = "s"
    assert [choice.label for choice in story.scenes[0].choices] == ["Go on"]
    for form in ("twee", "ink", "json"):
        assert {way[1] for way in graph(again(story, form))} == {"Go on"}
