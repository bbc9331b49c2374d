"""Pages to the letter: what stands where, and what never stands at a page's end or beginning."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storyengine.plot.branch import BranchBeat
from storyengine.script.pages import Layout, lay_out
from storyengine.script.screenplay import Options, Screenplay, ScriptScene
from storyengine.script.setter import cue_capitals
from storyengine.script.wrapping import Widths, sentence_ends, wrap
from tests.script.strategies import screenplays

LINE = "Rain on the window, rain on the lamp, rain on the boat. "


def action(text: str) -> BranchBeat:
    return BranchBeat("action", text)


def fill(count: int) -> list[BranchBeat]:
    """Actions that fill so many rows when they open a page: one line each, a free row between them."""
    assert count % 2 == 1
    return [action(f"Row {number}.") for number in range(count // 2 + 1)]


def script(*beats: BranchBeat, heading: str = "", language: str = "en") -> Screenplay:
    return Screenplay("", language, (), (ScriptScene("7", heading, tuple(beats)),))


def page_texts(layout: Layout, number: int) -> list[tuple[int, str]]:
    return [(row, line.text) for row, line in layout.pages[number - 1].lines]


def test_elements_stand_in_the_industrys_columns() -> None:
    layout = lay_out(
        script(
            action("Fog."),
            BranchBeat("parenthetical", "softly", "ODA"),
            BranchBeat("dialogue", "Who?", "ODA"),
            BranchBeat("transition", "Cut to:"),
            BranchBeat("centred", "END"),
            BranchBeat("shot", "close on oda"),
            action("Her hand."),
            heading="INT. BAR",
        ),
        Options(),
    )
    placed = [(row, line.left / 3, line.text) for row, line in layout.pages[0].lines]
    assert placed == [
        (0, 12, "7"),
        (0, 15, "INT. BAR"),
        (0, 80, "7"),
        (2, 15, "Fog."),
        (4, 37, "ODA"),
        (5, 30, "(softly)"),
        (6, 25, "Who?"),
        (8, 68, "CUT TO:"),
        (10, 43 + 1 / 3, "END"),
        (12, 15, "CLOSE ON ODA"),
        (14, 15, "Her hand."),
    ]


@pytest.mark.parametrize(("paper", "rows"), [("letter", 54), ("a4", 58)])
def test_a_page_holds_so_many_rows(paper: str, rows: int) -> None:
    layout = lay_out(script(*fill(rows - 1 if rows % 2 == 0 else rows), action("Last.")), Options(paper=paper))
    assert layout.rows == rows
    assert len(layout.pages) == 2
    assert page_texts(layout, 2) == [(0, "Last.")]


def test_no_page_ends_on_a_heading() -> None:
    beats = fill(51)
    script_ = Screenplay(
        "", "en", (), (ScriptScene("", "", tuple(beats)), ScriptScene("2", "EXT. SHORE", (action("Sand."),)))
    )
    layout = lay_out(script_, Options())
    assert [text for _, text in page_texts(layout, 2)] == ["2", "EXT. SHORE", "2", "Sand."]
    assert layout.scene_starts == (1, 2)


def test_no_page_ends_on_a_cue_or_a_parenthetical() -> None:
    for used in (49, 51, 53):
        speech = (BranchBeat("parenthetical", "softly", "ODA"), BranchBeat("dialogue", "Who?", "ODA"))
        layout = lay_out(script(*fill(used), *speech), Options())
        last = page_texts(layout, 1)[-1][1]
        assert last == ("Who?" if used == 49 else f"Row {used // 2}.")


def test_no_page_starts_with_a_transition() -> None:
    layout = lay_out(script(*fill(53), BranchBeat("transition", "CUT TO:")), Options())
    assert page_texts(layout, 2) == [(0, "Row 26."), (2, "CUT TO:")]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(("kind", "column"), [("action", 58), ("dialogue", 33)])
def test_a_transition_takes_the_end_of_an_endless_text_along(kind: Any, column: int, count: int) -> None:
    """What no sentence divides and just fills the page gives a line to the page of the transition after it."""
    for lines in range(48, 57):
        text = " ".join(["x" * column] * lines)
        said = BranchBeat(kind, text, "ODA" if kind == "dialogue" else "")
        layout = lay_out(script(said, *[BranchBeat("transition", "CUT TO:")] * count), Options())
        for page in layout.pages[1:]:
            assert page.lines[0][1].kind != "transition", lines


def test_action_divides_at_the_end_of_a_sentence_after_two_lines() -> None:
    layout = lay_out(script(*fill(47), action((LINE * 8).strip())), Options())
    first = [text for row, text in page_texts(layout, 1) if row > 47]
    second = [text for _, text in page_texts(layout, 2)]
    assert len(first) >= 2
    assert first[-1].endswith("boat.")
    assert second[0].startswith("Rain on the window")
    assert " ".join(first + second) == (LINE * 8).strip()


def test_action_without_room_for_two_lines_goes_to_the_next_page() -> None:
    layout = lay_out(script(*fill(49), action("Two\nlines."), action((LINE * 4).strip())), Options())
    assert page_texts(layout, 1)[-1] == (51, "lines.")
    assert len(page_texts(layout, 2)) == 4


def test_divided_dialogue_says_so_on_both_pages() -> None:
    said = "One is a lonely number, they say. " * 8
    again_of = {"ODA": "ODA (CONT'D)", "ODA (CONT'D)": "ODA (CONT'D)", "Oda (V.O.)": "ODA (V.O.) (CONT'D)"}
    for cue, again in again_of.items():
        layout = lay_out(script(*fill(47), BranchBeat("dialogue", said.strip(), cue)), Options())
        first, second = page_texts(layout, 1), page_texts(layout, 2)
        assert first[-1][1] == "(MORE)"
        assert first[-2][1].endswith("say.")
        assert second[0][1] == again
        words = [text for row, text in first if row > 48][:-1] + [text for _, text in second[1:]]
        assert " ".join(words) == said.strip()


def test_divided_dialogue_in_chinese() -> None:
    said = "今晚的渡船不会来了，你们谁也别等。" * 8
    layout = lay_out(script(*fill(31), BranchBeat("dialogue", said, "老周"), language="zh-hans"), Options())
    assert layout.rows == 36
    assert page_texts(layout, 1)[-1][1] == "（转下页）"
    assert page_texts(layout, 2)[0][1] == "老周（续）"


def test_two_voices_stand_side_by_side() -> None:
    beats = BranchBeat("dialogue", "Now.", "ODA"), BranchBeat("dialogue", "Never!", "BRAM", (), True)
    layout = lay_out(script(*beats), Options())
    assert [(row, line.left // 3, line.text) for row, line in layout.pages[0].lines] == [
        (0, 23, "ODA"),
        (0, 55, "BRAM"),
        (1, 15, "Now."),
        (1, 47, "Never!"),
    ]


def test_a_page_break_breaks_and_an_empty_page_does_not() -> None:
    broken = BranchBeat("page_break", "")
    layout = lay_out(script(broken, action("One."), broken, broken, action("Two."), broken), Options())
    assert [page_texts(layout, number) for number in (1, 2)] == [[(0, "One.")], [(0, "Two.")]]
    assert len(layout.pages) == 2


def test_length_counts_pages_and_minutes() -> None:
    layout = lay_out(script(*fill(53), *fill(27)), Options())
    assert (len(layout.pages), layout.minutes) == (2, 1.5)
    assert lay_out(script(), Options()).minutes == 0


@given(screenplays())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_script_is_laid_out_within_its_pages(screenplay: Screenplay) -> None:
    layout = lay_out(screenplay, Options())
    for page in layout.pages:
        for row, line in page.lines:
            assert 0 <= row < layout.rows
            assert line.left >= 0
            assert line.left + layout.widths.text(line.text.rstrip()) <= layout.width


SAID = ("Rain.", "Somebody knocks at the door and waits for what the house has to say about it.", "Who? Me!", "no end")
WORDS = st.lists(st.sampled_from(SAID), min_size=1, max_size=24).map(" ".join)
ENDLESS = st.integers(1, 700).map(lambda number: " ".join(["without"] * number))  # no sentence of it ends
BEATS = st.one_of(
    st.builds(lambda text: (BranchBeat("action", text),), WORDS | ENDLESS),
    st.builds(lambda text: (BranchBeat("dialogue", text, "ODA"),), WORDS | ENDLESS),
    st.builds(
        lambda text: (BranchBeat("parenthetical", "softly", "BRAM"), BranchBeat("dialogue", text, "BRAM")), WORDS
    ),
    st.just((BranchBeat("dialogue", "Now.", "ODA"), BranchBeat("dialogue", "Never!", "BRAM", (), True))),
    st.just((BranchBeat("transition", "CUT TO:"),)),
    st.just((BranchBeat("shot", "CLOSE ON ODA"), BranchBeat("action", "Her hand."))),
    st.just((BranchBeat("lyric", "Row, row, row"),)),
)
SCENES = st.lists(st.lists(BEATS, min_size=1, max_size=9), min_size=3, max_size=14)


@given(SCENES, st.sampled_from(["letter", "a4"]), st.sampled_from(["en", "zh-hans"]))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_page_of_any_script_ends_or_begins_where_it_may_not(scenes: Any, paper: Any, language: str) -> None:
    found = tuple(
        ScriptScene(str(number), "INT. BAR - NIGHT", tuple(beat for beats in scene for beat in beats))
        for number, scene in enumerate(scenes, 1)
    )
    layout = lay_out(Screenplay("", language, (), found), Options(paper=paper))
    for page in layout.pages:
        kinds = [[line.kind for at, line in page.lines if at == row] for row in sorted({at for at, _ in page.lines})]
        assert not {"heading", "cue", "shot"} & set(kinds[-1]), f"page {page.number} ends on {kinds[-1]}"
        if page.number > 1:
            assert "transition" not in kinds[0], f"page {page.number} starts with a transition"


def texts(text: str, width: int, widths: Widths = Widths()) -> list[str]:  # noqa: B008 - a frozen value
    return [line for line, _ in wrap(text, (), width, widths)]


def test_wrap_breaks_at_spaces_and_keeps_line_breaks() -> None:
    assert texts("one two three", 21) == ["one two", "three"]
    assert texts("one\n\n two", 90) == ["one", "", " two"]
    assert texts("abcdefghij", 12) == ["abcd", "efgh", "ij"]
    assert texts("well-known fact", 18) == ["well-", "known", "fact"]


def test_wrap_keeps_styles_in_their_lines() -> None:
    assert wrap("one two", ((2, 5, "bold"),), 9, Widths()) == [("one", ((2, 3, "bold"),)), ("two", ((0, 1, "bold"),))]


def test_wrap_obeys_kinsoku() -> None:
    cjk = Widths(is_cjk=True)
    assert texts("一二三四，五", 20, cjk) == ["一二三", "四，五"]
    assert texts("一二三“四五", 20, cjk) == ["一二三", "“四五"]
    assert texts("一二三……四", 20, cjk) == ["一二", "三……四"]
    assert texts("一二三四五", 15, cjk) == ["一二三", "四五"]


def test_sentence_ends_know_abbreviations() -> None:
    text = 'Mr. Lee says "No." Then J. Doe goes. End.'
    assert [text[:end].split()[-1] for end in sentence_ends(text)] == ['"No."', "goes."]
    assert sentence_ends("他说：“走。”然后走了。") == [7]


@pytest.mark.parametrize(
    ("name", "cue"),
    [
        ("Oda", "ODA"),
        ("McCLANE", "McCLANE"),
        ("oda (v.o.)", "ODA (V.O.)"),
        ("Oda (CONT'D)", "ODA (CONT'D)"),
        ("EdWARD", "EDWARD"),
        ("DiNKO (o.S.)", "DINKO (O.S.)"),
        ("OLD MacLEOD", "OLD MacLEOD"),
        ("Macy", "MACY"),
    ],
)
def test_cue_capitals_keep_what_was_mixed_on_purpose(name: str, cue: str) -> None:
    assert cue_capitals(name) == cue


def test_a_paragraph_of_twenty_pages_with_a_style_at_every_word_is_laid_out_whole() -> None:
    """Set anew for each of its sentences, or cut anew for each of its styles, it would take minutes."""
    text = "The lamp went out. " * 3000
    styles = tuple((at * 19 + 4, at * 19 + 8, "bold") for at in range(3000))
    layout = lay_out(
        Screenplay("", "en", (), (ScriptScene("", "", (BranchBeat("action", text, "", styles),)),)), Options()
    )
    lines = [line for page in layout.pages for _, line in page.lines]
    assert " ".join(line.text for line in lines).split() == text.split()
    assert sum(len(line.styles) for line in lines) == 3000
    assert len(layout.pages) > 17
    assert all(page.lines[-1][1].text.endswith("out.") for page in layout.pages)
