"""What a reader says of a file is said by a code, in words that stand in one place and are translated."""

import re
from pathlib import Path

from django.utils import translation

from storyengine.plot.formats.remarks import REMARKS
from storyengine.plot.formats.report import Note, Report

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
    assert (Note(0, "twine.no_name").what, Note(0, "twine.no_name").why) == ("a passage has no name", "")


def test_a_percent_sign_in_a_file_is_a_sign() -> None:
    report = Report()
    report.warn(1, "words.value", words="100 %(x)s")
    assert report.notes[0].why == "100 %(x)s"
