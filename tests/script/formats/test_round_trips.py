"""Any screenplay, written and read again, is the same screenplay; and what others read of ours is what stands in it."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from screenplay_tools.fountain.parser import Parser
from screenplay_tools.screenplay import ElementType

from storyengine.plot.branch import BranchBeat
from storyengine.script.formats import FORMATS, READERS, read_script
from storyengine.script.formats.fdx import write_fdx
from storyengine.script.formats.fdx_reader import read_fdx
from storyengine.script.formats.fountain_reader import read_fountain
from storyengine.script.formats.native import schema
from storyengine.script.markup import mark, unmark
from storyengine.script.screenplay import Offer, Options, Played, Screenplay, ScriptScene
from tests.script.strategies import screenplays, styled

EVERYTHING = Options(choices=True, approvals=True, appendix=True)


@given(styled())
@settings(max_examples=300, deadline=None)
def test_any_emphasis_is_read_back(text: tuple[str, tuple[tuple[int, int, str], ...]]) -> None:
    assert unmark(mark(*text)) == text


@pytest.mark.parametrize(
    ("line", "text", "styles"),
    [
        ("*a* **b** _d_", "a b d", [(0, 1, "italic"), (2, 3, "bold"), (4, 5, "underline")]),
        ("***c***", "c", [(0, 1, "bold"), (0, 1, "italic")]),
        ("_under **bold** under_", "under bold under", [(0, 16, "underline"), (6, 10, "bold")]),
        (r"\*a\* and \_b\_", "*a* and _b_", []),
        ("2 * 3 * 4", "2 * 3 * 4", []),
        ("snake_case and ____", "snake_case and ____", []),
        ("*never closed", "*never closed", []),
        ("a* b*", "a* b*", []),
    ],
)  # fmt: skip
def test_unmark_reads_fountains_emphasis(line: str, text: str, styles: list[tuple[int, int, str]]) -> None:
    assert unmark(line) == (text, tuple(styles))


@given(screenplays())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_script_comes_back_from_fountain(script: Screenplay) -> None:
    again = read_fountain(FORMATS["fountain"].write(script))
    assert (again.scenes, again.title_page) == (script.scenes, script.title_page)


@given(screenplays(strikeout=True))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_script_comes_back_from_final_draft(script: Screenplay) -> None:
    again = read_fdx(FORMATS["fdx"].write(script))
    assert (again.scenes, again.title_page) == (script.scenes, script.title_page)


@given(screenplays(strikeout=True))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_script_comes_back_from_json_by_its_schema(script: Screenplay) -> None:
    written = FORMATS["json"].write(script)
    Draft202012Validator(schema()).validate(json.loads(written))
    if script.scenes:
        assert read_script(written, "json") == script


def test_json_holds_what_was_played_only_where_it_is_asked_for() -> None:
    played = Played(None, "Who?", (Offer("Row", 3, True), Offer("Wait", 0)), "", "Ann", "box", ("Row!",))
    script = Screenplay("", "en", (), (ScriptScene("1", "INT. A", (BranchBeat("action", "x"),)),), (played,))
    assert "played" not in json.loads(FORMATS["json"].write(script))
    whole = FORMATS["json"].write(script, EVERYTHING)
    Draft202012Validator(schema()).validate(json.loads(whole))
    assert json.loads(whole)["played"] == [
        {
            "words": ["Row!"],
            "question": "Who?",
            "offers": [
                {"label": "Row", "votes": 3, "was_taken": True},
                {"label": "Wait", "votes": 0, "was_taken": False},
            ],
            "approved_by": "Ann",
            "written_by": "box",
        }
    ]


@given(screenplays())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_format_writes_any_script_and_the_same_twice(script: Screenplay) -> None:
    for form in FORMATS.values():
        assert form.write(script, EVERYTHING) == form.write(script, EVERYTHING), form.extension


def test_another_programs_reader_finds_our_elements() -> None:
    beats = (
        BranchBeat("action", "THE DOOR SLAMS."),
        BranchBeat("parenthetical", "softly", "ODA"),
        BranchBeat("dialogue", "Who?", "ODA"),
        BranchBeat("dialogue", "Me.", "BRAM", (), True),
        BranchBeat("lyric", "La la"),
        BranchBeat("centred", "THE END"),
        BranchBeat("transition", "Fade out."),
        BranchBeat("page_break", ""),
    )
    script = Screenplay("", "en", (("Title", "X"),), (ScriptScene("1A", "INT. BAR", beats),))
    parser = Parser()
    parser.add_text(FORMATS["fountain"].write(script).decode())
    found = [(element.type, element.text_raw) for element in parser.script.elements if hasattr(element, "text_raw")]
    assert [kind for kind, _ in found] == [
        ElementType.HEADING,
        ElementType.ACTION,
        ElementType.CHARACTER,
        ElementType.PARENTHETICAL,
        ElementType.DIALOGUE,
        ElementType.CHARACTER,
        ElementType.DIALOGUE,
        ElementType.LYRIC,
        ElementType.ACTION,
        ElementType.TRANSITION,
        ElementType.PAGEBREAK,
    ]
    heading, *_ = parser.script.elements
    assert (heading.text_raw, heading.scene_number) == ("INT. BAR", "1A")
    assert [e.is_dual_dialogue for e in parser.script.elements if e.type == ElementType.CHARACTER] == [False, True]


def test_every_reader_is_named_for_a_suffix() -> None:
    assert set(READERS) == {"fountain", "spmd", "txt", "fdx", "json"}


def test_a_key_that_stands_twice_on_the_title_page_stays_twice() -> None:
    script = read_fountain(b"Title: X\nAuthor: Oda\nAuthor: Bram\nFed by: A\nFed by: B\n\nINT. BAR\n\nRain.\n")
    assert len(script.title_page) == 5
    assert read_fdx(write_fdx(script, Options()).encode()).title_page == script.title_page
