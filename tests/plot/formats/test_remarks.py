"""What a reader says of a file is said by a code, in words that stand in one place and are translated."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from storyengine.plot.formats.remarks import REMARKS
from storyengine.plot.formats.report import Report
from tests.plot.formats.stories import read

ROOT = Path(__file__).resolve().parents[3] / "storyengine"


def test_every_code_has_words_and_all_words_are_said() -> None:
    files = [path for room in ("plot", "script") for path in (ROOT / room / "formats").rglob("*.py")]
    sources = "\n".join(path.read_text() for path in files if path.name != "remarks.py")
    said = re.findall(r'\b(?:warn|keep)\(\s*[^"]*?"([a-z]+\.[a-z_]+)"', sources)
    assert set(said) <= set(REMARKS)
    assert [code for code in REMARKS if f'"{code}"' not in sources] == []


def test_a_note_speaks_the_language_of_its_reader() -> None:
    report = Report(file="a.yarn")
    report.warn(7, "yarn.command", name="wait")
    (note,) = report.notes
    assert str(note) == "a.yarn:7: <<wait>> is kept as a note: only the game that it is for knows it"
    with translation.override("zh-hans"):
        assert (note.what, note.why) == ("<<wait>> 作为附注保留", "只有它所属的游戏认识它")


def test_a_percent_sign_in_a_file_is_a_sign() -> None:
    report = Report()
    report.warn(1, "words.value", words="100 %(x)s")
    assert report.notes[0].words == "100 %(x)s"


def test_every_remark_says_why_it_matters() -> None:
    assert [
        code for code, (what, why) in REMARKS.items() if not (what and str(why).strip() and "%" not in str(why))
    ] == []


@pytest.mark.parametrize(
    ("tool", "lines", "at"),
    [
        ("Harlowe", ["(if: $x)[ [[In->Hall]] ](else:)[(set: $y to 1)]", "(if: $x)[Rain. [[Up->Hall]]]"], 2),
        ("SugarCube", ["<<if $x>>[[In->Hall]]<<else>><<set $y to 1>><</if>>", "<<if $x>>Rain.<</if>>"], 2),
        ("Snowman", ["<% if (s.x) { %>[[In->Hall]]<% } %>", "<% if (s.x) { %>Rain. [[Up->Hall]]<% } %>"], 2),
        ("Chapbook", ["[if x]", "[[In->Hall]]", "[else]", "Rain. [[Up->Hall]]"], 3),
    ],
)
def test_a_link_under_a_condition_is_no_text_under_one(tool: str, lines: list[str], at: int) -> None:
    head = [":: StoryData", f'{{"format":"{tool}"}}', "", ":: Quay"]
    report = Report()
    read("\n".join([*head, *lines, "", ":: Hall", "End."]), "a.twee", report=report)
    told = [(note.line, note.scene) for note in report.notes if note.code == "twine.conditional"]
    assert told == [(len(head) + at, "Quay")]


def test_words_beside_a_link_under_a_condition_are_always_shown() -> None:
    report = Report()
    read(
        ':: StoryData\n{"format":"Harlowe"}\n\n:: A\nTake (if: $x)[[[the lamp->B]]] now.\n\n:: B\nEnd.',
        "a.twee",
        report=report,
    )
    assert [(n.line, n.code) for n in report.notes if n.code == "twine.conditional"] == [(5, "twine.conditional")]


def test_a_note_names_its_scene() -> None:
    report = Report()
    read("=== quay\nFog {a > 1: and rain}.\n* [In] -> hall\n=== hall\nDark {a}.\n-> END\n", "a.ink", report=report)
    assert [(n.line, n.scene, n.words) for n in report.notes if n.code == "ink.logic"] == [
        (2, "quay", "Fog {a > 1: and rain}."), (5, "hall", "Dark {a}."),
    ]  # fmt: skip
