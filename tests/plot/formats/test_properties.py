"""Any story, written and read back, is the same story; any damaged file is read or refused, and nothing else."""

import contextlib
import json
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storyengine.errors import Refused
from storyengine.plot.expressions import Expression, write
from storyengine.plot.formats import FORMATS, read_files, write_story
from storyengine.plot.formats.dialects import condition_of, spell_condition
from storyengine.plot.formats.ink.write import print_of
from storyengine.plot.formats.intake import take
from storyengine.plot.formats.linking import link
from storyengine.plot.formats.native import parse_native, write_native
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileCharacter, FileChoice, FileScene, FileStory
from storyengine.plot.formats.twine.rewrite import DIALECTS
from tests.plot.formats.stories import HARLOWE, SUGARCUBE, again, graph, prose, read
from tests.plot.formats.test_ink import STORY as INK
from tests.plot.formats.test_other_tools import CHOICESCRIPT, YARN
from tests.plot.test_expressions import EXPRESSIONS

PLAIN = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=8)
WORDS = st.lists(PLAIN, min_size=1, max_size=5).map(" ".join)
MARKS = st.text(st.sampled_from("ab ()[]{}<>|*/'\"#:;-=~_$%&!?.,§中"), max_size=12)
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CONDITIONS = st.sampled_from(["", "a > 2", 'b == "x" and not a > 1', "a + 1 < 3 or b", "not (a or b)"])


@st.composite
def stories(draw, text=WORDS, label=WORDS, name=PLAIN) -> FileStory:
    """A story as any reader may make it: names once each, choices to scenes, to nowhere and to what is missing."""
    names = draw(st.lists(name, min_size=1, max_size=5, unique_by=lambda n: n.casefold()))
    story = FileStory(
        title=draw(WORDS), slug="s", variables=draw(st.dictionaries(st.sampled_from("ab"), st.integers(0, 9)))
    )
    for each in names:
        scene = FileScene(name=each, effects=draw(st.sampled_from(["", "a = 1", 'a = a + 1\nb = "x"'])))
        scene.beats = [FileBeat("action", draw(text)) for _ in range(draw(st.integers(0, 2)))]
        scene.beats += [
            FileBeat("dialogue", draw(text), draw(st.sampled_from(["ODA", "Bram", "小梅"])))
            for _ in range(draw(st.integers(0, 1)))
        ]
        labels = draw(st.lists(label, max_size=3, unique=True))
        scene.choices = [
            FileChoice(
                each, None, draw(st.sampled_from([*names, ""])), draw(CONDITIONS), draw(st.sampled_from(["", "b = 2"]))
            )
            for each in labels
        ]
        scene.is_ending = not scene.choices
        story.scenes.append(scene)
    return link(story, Report())


@given(stories())
@QUIET
@pytest.mark.parametrize("form", ["twee", "twine-html", "twine-json"])
def test_any_story_is_the_same_after_twine(form: str, story: FileStory) -> None:
    back = again(story, form)
    assert graph(back) == graph(story)
    assert prose(back) == prose(story)
    assert [scene.effects for scene in back.scenes] == [scene.effects for scene in story.scenes]
    assert (back.title, back.ifid, back.variables) == (story.title, story.ifid, story.variables)
    # What was read is text of its own now: the second way round gives the same words to the letter.
    assert [s.source["text"] for s in again(back, form).scenes] == [s.source["text"] for s in back.scenes]


@given(stories(text=MARKS.filter(str.strip), label=MARKS.filter(str.strip)))
@QUIET
@pytest.mark.parametrize("form", ["twee", "twine-html", "twine-json", "ink"])
def test_whatever_the_words_hold_the_way_out_is_readable(form: str, story: FileStory) -> None:
    back = again(story, form)
    assert len(back.scenes) >= len(story.scenes)


@given(stories(name=PLAIN | MARKS.map(str.strip).filter(bool)))
@QUIET
def test_any_story_is_the_same_after_ink(story: FileStory) -> None:
    back = again(story, "ink")
    assert graph(back) == graph(story)
    assert prose(back) == prose(story)
    assert {n: v for n, v in back.variables.items() if v} == {n: v for n, v in story.variables.items() if v}
    assert print_of(again(back, "ink")) == print_of(back)


@given(stories(text=st.text(min_size=1, max_size=30).filter(str.strip)), st.data())
@QUIET
def test_any_story_is_equal_after_its_own_format(story: FileStory, data) -> None:
    for scene in story.scenes:
        scene.beats = [beat for beat in scene.beats if beat.text.strip("\x00") and not _lone(beat.text)]
        for beat in scene.beats:
            beat.text = beat.text.replace("\x00", "")
            beat.styles = [(0, len(beat.text), "bold")] if beat.text else []
        scene.beats = [beat for beat in scene.beats if beat.text.strip()]
        scene.x, scene.tags = data.draw(st.none() | st.floats(-1e6, 1e6)), data.draw(st.lists(WORDS, max_size=2))
        for choice in scene.choices:
            choice.condition = write(data.draw(EXPRESSIONS))[:1000]
    story.characters = [FileCharacter("ODA", "old", "dry")]
    assert parse_native(write_native(story)) == story


def _lone(text: str) -> bool:
    return any("\ud800" <= ch <= "\udfff" for ch in text)


SEEDS = {
    "a.twee": HARLOWE, "b.twee": SUGARCUBE, "c.ink": INK, "d.yarn": YARN, "startup.txt": CHOICESCRIPT,
    "e.html": write_story(read(HARLOWE), "twine-html", Report()),
    "f.json": write_story(read(SUGARCUBE), "twine-json", Report()),
    "g.json": json.dumps({"format": "storyengine-story", "version": 1, "slug": "a", "title": "A", "language": "en",
                          "start": "k", "scenes": [{"key": "k", "heading": "H", "beats": [], "choices": []}]}),
}  # fmt: skip
BITS = [
    "[[", "]]", "->", "<-", "|", "{", "}", "(if:", "(else:)[", "<<if", "<</if>>", "<<", ">>", "\n", "\n:: ", "\x00",
    '"', "'", "\\", "-", "* ", "+ ", "===", "---", "\n    ", "<%", "%>", "<tw-passagedata", "</tw-passagedata>",
    "&#x0;", "&#xD800;", "\\ud800", "\U0001f600", "null", "[", "]", "1e999", "~ ", "-> END", "#", "*choice\n", "*if",
    "title: q\n", "\ud800", "é",
]  # fmt: skip


@pytest.mark.parametrize("name", SEEDS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_a_damaged_file_is_read_or_refused(name: str, seed: int) -> None:
    data = damaged(SEEDS[name], random.Random(seed)).encode("utf-8", "surrogatepass")
    report, found, written, code = Report(), [], [], ""
    try:
        found = read_files(take(name, data, report), report)
        for story in found:
            story.slug = story.slug or "s"
        written = [form.write(story, Report()) for story in found for form in FORMATS.values() if form.write]
    except Refused as refused:
        code = refused.code
    assert code.startswith("story.") if code else found and all(written)


def damaged(text: str, dice: random.Random) -> str:
    """Cut, doubled, crossed with another file, strewn with what means something somewhere."""
    for _ in range(dice.randrange(1, 10)):
        at = dice.randrange(len(text) + 1)
        to = min(len(text), at + dice.randrange(1, 40))
        other = dice.choice(list(SEEDS.values()))
        start = dice.randrange(len(other))
        text = dice.choice([
            text[:at] + text[to:],
            text[:at] + dice.choice(BITS) * dice.choice([1, 1, 2, 40]) + text[at:],
            text[:to] + text[at:to] * 3 + text[to:],
            text[:at] + other[start : start + 60] + text[at:],
        ])  # fmt: skip
    return text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("b.yarn", "title: x\n" * 40_000),
        ("b.twee", "\n" * 300_000 + "x"),
        ("b.ink", "=== a\n{x:\n" + "- else: y\n" * 2_000 + "}\n"),
        ("b.ink", "=== a\n" + "{x: -> a|" * 2_000 + "}" * 2_000),
        ("b.yarn", "title: A\n---\n" + "x\n" * 20_000 + "===\n"),
        ("b.ink", "".join(f"=== k{n}\n* {{k{n}}} [Go] -> k{n + 1}\n" for n in range(10_000))),
        ("b.twee", ':: StoryData\n{"format":"SugarCube"}\n\n:: A\n' + "<<script>>" * 20_000),
    ],
    ids=["headers", "blank lines", "branches", "braces", "lines", "knots", "scripts"],
)
def test_what_repeats_without_end_is_read_or_refused_in_a_moment(name: str, text: str) -> None:
    began = time.monotonic()
    with contextlib.suppress(Refused):
        read_files(take(name, text.encode(), Report()), Report())
    assert time.monotonic() - began < 20  # on a busy machine; a reader that goes back for each line takes minutes


@pytest.mark.parametrize("form", ["twee", "twine-html", "twine-json", "ink"])
def test_a_speaker_by_any_name_speaks_after_a_way_through_another_tool(form: str) -> None:
    story = FileStory(title="T")
    said = [("Oda", "Get in."), ("小梅", "上船。"), ("ODA", "Now."), ("Dr Node", "Well: yes.")]
    story.scenes = [FileScene(name="A", beats=[FileBeat("dialogue", text, name) for name, text in said])]
    story.scenes[0].beats.append(FileBeat("action", "Later: rain."))
    back = again(again(link(story, Report()), form), form)
    assert [(beat.kind, beat.character, beat.text) for beat in back.scenes[0].beats] == [
        *(("dialogue", name, text) for name, text in said), ("action", "", "Later: rain.")
    ]  # fmt: skip


def test_a_list_of_speakers_that_is_none_is_not_minded() -> None:
    for value in ['"x"', "7", '"["', '[1, {"a": 2}]']:
        story = read(f':: StoryData\n{{"format": "Harlowe", "speakers": {value}}}\n\n:: A\nOda: Hm.')
        assert [beat.kind for beat in story.scenes[0].beats] == ["action"]


@given(EXPRESSIONS)
@QUIET
@pytest.mark.parametrize("dialect", DIALECTS, ids=list(DIALECTS))
def test_any_condition_is_the_same_after_a_tools_own_spelling(dialect: str, expression: Expression) -> None:
    ours = write(expression)
    spelled = spell_condition(DIALECTS[dialect], ours)
    assert spelled is not None
    assert condition_of(DIALECTS[dialect], spelled) == ours


@given(stories())
@QUIET
@pytest.mark.parametrize("dialect", list(DIALECTS))
def test_any_story_is_the_same_in_every_story_format(dialect: str, story: FileStory) -> None:
    story.source, story.variables = {"family": "twine", "dialect": dialect, "format": dialect.title()}, {}
    for choice in (choice for scene in story.scenes for choice in scene.choices if dialect in ("snowman", "chapbook")):
        choice.effects = ""  # their links change nothing, which the writer says
    back = again(story, "twee")
    assert graph(back) == graph(story)
    assert prose(back) == prose(story)
    assert [(s.effects, s.is_ending) for s in back.scenes] == [(s.effects, s.is_ending) for s in story.scenes]
