"""Emphasis in every story format's own signs, what only lays a page out, and words that are no signs at all."""

import pytest

from storyengine.plot.formats.native import parse_native, write_native
from storyengine.plot.formats.prose import styled
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.runs import crosses, marked, nested
from storyengine.plot.formats.shape import FileStory
from tests.plot.formats.stories import again, graph, prose, read

DATA = ':: StoryData\n{{"ifid": "D674C58C-DEFA-4F70-B7A2-27742230C0FC", "format": "{}"}}\n\n:: A\n{}\n\n:: B\nb'


def told(dialect: str, page: str, report: Report | None = None) -> FileStory:
    story = read(DATA.format(dialect, page), report=report)
    story.slug = "s"
    return story


def words(story: FileStory) -> list[str]:
    return [text for name, _, _, text in prose(story) if name == "A"]


def anew(story: FileStory) -> FileStory:
    """Written from its rows alone, and read back."""
    copy = parse_native(write_native(story))
    for scene in copy.scenes:
        scene.source.pop("text", None)
    return again(copy, "twee")


@pytest.mark.parametrize(
    ("line", "text", "styles"),
    [
        ("And ''//look out!//'' now", "And look out! now", [(4, 13, "bold"), (4, 13, "italic")]),
        ("//a ''b'' c//", "a b c", [(0, 5, "italic"), (2, 3, "bold")]),
        ("***both***, **one *and* two**", "both, one and two",
         [(0, 4, "bold"), (0, 4, "italic"), (6, 17, "bold"), (10, 13, "italic")]),
        ("<b>a <i class='x'>b</i></b>", "a b", [(0, 3, "bold"), (2, 3, "italic")]),
        ("<b>a <b>b</b>", "a <b>b", [(0, 6, "bold")]),
    ],
)  # fmt: skip
def test_emphasis_within_emphasis_is_read_and_written(line: str, text: str, styles: list) -> None:
    assert styled(line) == (text, styles)
    for dialect in ("Harlowe", "Chapbook"):
        story = told(dialect, line)
        assert anew(story).scenes[0].beats == story.scenes[0].beats
        assert again(anew(story), "ink").scenes[0].beats == story.scenes[0].beats


def test_of_runs_that_cross_the_later_stays() -> None:
    runs = [(0, 5, "bold"), (4, 7, "italic"), (4, 7, "bold"), (3, 3, "bold")]
    assert (nested(runs), crosses(runs)) == ([(4, 7, "italic"), (4, 7, "bold")], True)
    assert marked("One two", runs, lambda name: f"<{name[0]}>", lambda name: f"</{name[0]}>") == "One <i><b>two</b></i>"


@pytest.mark.parametrize(
    ("dialect", "page", "said"),
    [
        ("Harlowe", "=><=\nMid ~~gone~~ 2^^nd^^\n<==\n# Title\n|==\nLeft\n=||=\nRight",
         ["Mid gone 2nd", "Title", "Left", "Right"]),
        ("Harlowe", '(text-style: "bold")+(text-colour: red)[Loud] (button:)[[Go->B]]', ["Loud Go"]),
        ("Harlowe", "(align: '=><=') [Mid] {\n(set: $a to 1)\ncalm }", ["Mid", "calm"]),
        ("Harlowe", "`[[no link]]` and ``x`//y//`` and `(print: 1)`", ["[[no link]] and x`//y// and (print: 1)"]),
        ("SugarCube", "__Under__ ==gone== H~~2~~O {{{a //b// [[c]]}}} <nowiki>''d''</nowiki>",
         ["Under gone H2O a //b// [[c]] ''d''"]),
        ("SugarCube", "He drove. <<linkappend '//Faster//'>> Still.<</linkappend>>", ["He drove. Faster Still."]),
        ("SugarCube", "<<linkreplace 'The door'>>It is open.<</linkreplace>>", ["The door / It is open."]),
        ("SugarCube", "[[Map|https://example.org/map]] and [[the site->http://example.org]].", ["Map and the site."]),
        ("Snowman", "Dawn.\n<% var n = 1;\nif (n) { f('x'); } %>\n_Low_ and __high__.\n# Title",
         ["Dawn.", "Low and high.", "Title"]),
        ("Chapbook", "\\*Not so\\*, _low_ and snake_case_name **loud _both_**",
         ["*Not so*, low and snake_case_name loud both"]),
        ("Chapbook", 'Super<sup>script</sup> <i class="icon"></i><blockquote>Quote</blockquote>',
         ["Superscript Quote"]),
    ],
)  # fmt: skip
def test_a_page_says_what_its_reader_sees(dialect: str, page: str, said: list[str]) -> None:
    story = told(dialect, page)
    assert words(story) == said
    for form in ("twee", "twine-html", "twine-json", "ink", "json"):
        assert (prose(again(story, form)), graph(again(story, form))) == (prose(story), graph(story))
    assert [beat.styles for beat in anew(story).scenes[0].beats] == [beat.styles for beat in story.scenes[0].beats]
    assert (words(anew(story)), graph(anew(story))) == (said, graph(story))


def test_beside_code_that_stays_verbatim_words_keep_their_marks() -> None:
    report = Report()
    story = told("Harlowe", "`[[no link]]` (print: $x)", report)
    assert words(story) == ["`[[no link]]` (print: $x)"]
    assert graph(story) == graph(anew(story)) == set()
    assert [note.code for note in report.notes].count("twine.code") == 1


def test_what_leads_out_or_runs_is_told() -> None:
    report = Report()
    told("SugarCube", "[[Map|https://example.org/map]] <<linkreplace 'x'>>y<</linkreplace>>", report)
    told("Snowman", "<% var n = 1 + f(2); %>", report)
    assert [note.code for note in report.notes] == ["twine.outside", "twine.more", "twine.script"]
