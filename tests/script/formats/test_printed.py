"""The formats made for reading: what stands on their pages, and that its words can be selected."""

import io
import itertools
import unicodedata
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from pypdf import PdfReader

from storyengine.plot.branch import BranchBeat
from storyengine.script.formats import FORMATS
from storyengine.script.notes import annotated
from storyengine.script.screenplay import Offer, Options, Played, Screenplay, ScriptScene

BEATS = (
    BranchBeat("action", "The lamp <goes> out.", "", ((4, 8, "bold"),)),
    BranchBeat("note", "Check the tide."),
    BranchBeat("parenthetical", "softly", "Oda"),
    BranchBeat("dialogue", "Кто там?", "Oda"),
    BranchBeat("dialogue", "Me.", "BRAM", (), True),
    BranchBeat("transition", "CUT TO:"),
)
TITLE = (("Title", "The *Lamp*"), ("Author", "Ann Lee"), ("Draft date", "2026-11-24"), ("Contact", "Here"))
SCRIPT = Screenplay(
    "The Lamp",
    "en",
    TITLE,
    (ScriptScene("1A", "INT. BAR - NIGHT", BEATS),),
    (Played(None, "Who rows?", (Offer("Oda", 3, True), Offer("Bram", 1)), "", "Ann", "box", ("Row!",)),),
)
CHINESE = Screenplay(
    "三缺一",
    "zh-hans",
    (("Title", "三缺一"),),
    (
        ScriptScene(
            "1",
            "内景 茶馆 - 夜",
            (BranchBeat("dialogue", "灯别熄。", "老周"), BranchBeat("parenthetical", "低声", "小武")),
        ),
    ),
)


def pdf(script: Screenplay, options: Options = Options()) -> PdfReader:  # noqa: B008 - a frozen value
    return PdfReader(io.BytesIO(FORMATS["pdf"].write(script, options)))


def test_pdf_has_a_title_page_and_its_words() -> None:
    found = pdf(SCRIPT)
    front, page = [" ".join(page.extract_text().split()) for page in found.pages]
    assert [word in front for word in ("THE LAMP", "Ann Lee", "2026-11-24", "Here")] == [True] * 4
    for words in ("INT. BAR - NIGHT", "lamp", "<goes> out.", "ODA", "(softly)", "Кто там", "BRAM", "CUT TO:"):
        assert words in page
    assert page.count("1A") == 2
    assert "Check the tide." not in page
    assert found.metadata.title == "The Lamp"
    assert [float(side) for side in found.pages[0].mediabox[2:]] == [612, 792]


def test_pdf_embeds_every_face_that_it_draws_with() -> None:
    for script in (SCRIPT, CHINESE):
        pages: Any = pdf(script).pages
        for page in pages:
            drawn = page.get_contents().get_data()
            for name, font in page["/Resources"]["/Font"].items():
                if f"{name} 12 Tf".encode() in drawn:
                    descriptor = font.get_object()["/FontDescriptor"].get_object()
                    assert "/FontFile2" in descriptor


def test_pdf_names_courier_prime_for_every_face_of_an_english_script() -> None:
    styled = tuple((n, n + 1, name) for n, name in enumerate(("bold", "italic", "underline", "strikeout")))
    beats = (BranchBeat("action", "Fog lies.", "", (*styled, (5, 9, "bold"), (5, 9, "italic"))), *BEATS[2:3])
    script = Screenplay("The Lamp", "en", TITLE, (ScriptScene("1", "INT. BAR", (*beats, *BEATS[4:])),))
    pages: Any = pdf(script).pages
    faces = {str(font.get_object()["/BaseFont"]) for page in pages for font in page["/Resources"]["/Font"].values()}
    drawn = {name.split("+")[-1] for name in faces}
    assert {name for name in drawn if not name.startswith("CourierPrime")} == set()
    assert {"CourierPrime", "CourierPrime-Bold", "CourierPrime-Italic", "CourierPrime-BoldItalic"} == drawn


def test_pdf_places_every_element_where_the_industry_does() -> None:
    """In points from the page's left edge: 1.5, 2.5, about 3 and about 3.7 inches; numbers in the margins."""
    beats = (
        BranchBeat("action", "Fog."), BranchBeat("parenthetical", "softly", "ODA"),
        BranchBeat("dialogue", "Who is it?", "ODA"), BranchBeat("transition", "CUT TO:"),
    )  # fmt: skip
    script = Screenplay("", "en", (), (ScriptScene("", "INT. BAR - NIGHT", beats),))
    for paper, width in (("letter", 612.0), ("a4", 595.28)):
        places: dict[str, tuple[float, float]] = {}

        def note(text: str, matrix: object, place: list[float], *_: object, found: dict[str, Any] = places) -> None:
            if text.strip():
                found[text.strip()] = (round(place[4], 1), round(place[5], 1))

        page = pdf(script, Options(paper=paper)).pages[0]
        page.extract_text(visitor_text=note)
        assert {words: x for words, (x, _) in places.items()} == {
            "INT. BAR - NIGHT": 108.0, "Fog.": 108.0, "ODA": 266.4, "(softly)": 216.0, "Who is it?": 180.0,
            "CUT TO:": places["CUT TO:"][0],
        }  # fmt: skip
        right = places["CUT TO:"][0] + len("CUT TO:") * 7.2
        assert 71 <= width - right <= 80  # an inch, to the next whole character
        rows = [y for _, y in sorted(places.values(), key=lambda place: -place[1])]
        assert [round(above - below) for above, below in itertools.pairwise(rows)] == [24, 24, 12, 12, 24]


def test_pdf_sets_chinese_with_selectable_words() -> None:
    text = "".join(pdf(CHINESE, Options(paper="a4")).pages[1].extract_text().split())
    for words in ("内景茶馆-夜", "灯别熄。", "老周", "（低声）"):
        assert words in text


def shown(text: str) -> tuple[str, bytes]:
    """The words of a page, and its drawing."""
    page = pdf(Screenplay("", "en", (), (ScriptScene("", "", (BranchBeat("action", text),)),))).pages[0]
    return page.extract_text().strip(), page.get_contents().get_data()


@pytest.mark.parametrize("text", ["안녕하세요 세계", "이것은 lamp 이다.", "こんにちは、世界。", "Cafe\u0301 привет"])
def test_pdf_sets_the_letters_of_other_languages_with_selectable_words(text: str) -> None:
    words, drawing = shown(text)
    assert "".join(words.split()) == "".join(unicodedata.normalize("NFC", text).split())
    assert b" re" not in drawing


@pytest.mark.parametrize(("text", "boxes"), [("נר lamp", 2), ("😀", 1), ("lamp", 0)])
def test_pdf_shows_a_box_for_a_letter_that_no_face_has(text: str, boxes: int) -> None:
    assert shown(text)[1].count(b" re") == boxes


def test_pdf_numbers_pages_from_the_second() -> None:
    long = Screenplay("", "en", (), (ScriptScene("", "", tuple(BranchBeat("action", "Rain.") for _ in range(60))),))
    pages = [page.extract_text().split() for page in pdf(long).pages]
    assert ["2." in page for page in pages] == [False, True, False]
    assert pages[2][0] == "3."


def test_docx_has_a_style_for_every_element() -> None:
    document = Document(io.BytesIO(FORMATS["docx"].write(SCRIPT)))
    found = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]
    assert found == [
        ("Title Page", "The Lamp"),
        ("Title Page", "Ann Lee"),
        ("Title Page", "2026-11-24"),
        ("Title Page", "Here"),
        ("Scene Heading", "1A\tINT. BAR - NIGHT\t1A"),
        ("Action", "The lamp <goes> out."),
        ("Transition", "CUT TO:"),
    ]
    cells = [cell.text for cell in document.tables[0].rows[0].cells]
    assert cells == ["ODA\n(softly)\nКто там?", "BRAM\nMe."]
    assert [run.text for run in document.paragraphs[5].runs if run.bold] == ["lamp"]


def test_docx_has_scene_numbers_in_both_margins_and_the_first_page_after_the_title_is_one() -> None:
    document = Document(io.BytesIO(FORMATS["docx"].write(SCRIPT)))
    heading = document.paragraphs[4].paragraph_format
    assert (heading.first_line_indent.inches, heading.right_indent.inches) == (-0.6, 0.6)
    assert [(stop.position.inches, stop.alignment) for stop in heading.tab_stops] == [(6, WD_TAB_ALIGNMENT.RIGHT)]
    section = document.sections[0]._sectPr
    names = [child.tag.split("}")[1] for child in section]
    assert names.index("pgNumType") == names.index("pgMar") + 1
    assert section.find(qn("w:pgNumType")).get(qn("w:start")) == "0"


def test_html_escapes_and_stands_by_itself() -> None:
    page = FORMATS["html"].write(SCRIPT).decode()
    assert "The <strong>lamp</strong> &lt;goes&gt; out." in page
    assert '<h2><span>1A</span><span>INT. BAR - NIGHT</span><span aria-hidden="true">1A</span></h2>' in page
    assert page.count('<div class="dual">') == 1
    assert "<script" not in page
    assert '"Courier New",\n  Courier, monospace;' in page  # a Chinese face before it would set the English, too
    assert "http" not in page


def test_text_is_laid_out_as_a_screenplay() -> None:
    front, page = FORMATS["txt"].write(SCRIPT).decode().split("\f")
    assert "THE LAMP" in front
    assert page.split("\n")[:8] == [
        f"{' ' * 11}1A  INT. BAR - NIGHT{' ' * 48}1A",
        "",
        f"{' ' * 15}The lamp <goes> out.",
        "",
        f"{' ' * 23}ODA{' ' * 29}BRAM",
        f"{' ' * 18}(softly){' ' * 21}Me.",
        f"{' ' * 15}Кто там?",
        "",
    ]


def test_notes_and_appendix_are_printed_where_they_are_asked_for() -> None:
    plain = annotated(SCRIPT, Options(), is_page=True)
    assert [beat.kind for beat in plain.scenes[0].beats].count("note") == 0
    own = annotated(SCRIPT, Options(notes=True), is_page=True)
    assert [b.text for b in own.scenes[0].beats if b.kind == "note"] == ["Check the tide."]
    votes = annotated(SCRIPT, Options(choices=True, approvals=True), is_page=True)
    assert [b.text for b in votes.scenes[0].beats if b.kind == "note"] == [
        "Choice: Oda (3 votes) / Bram (1 vote). Taken: Oda.",
        "Approved by Ann. Written by box.",
    ]
    *_, appendix = annotated(SCRIPT, Options(appendix=True), is_page=True).scenes
    assert [beat.text for beat in appendix.beats] == [
        "",
        "AS IT WAS PLAYED",
        "1A. INT. BAR - NIGHT\nWho rows?\nChoice: Oda (3 votes) / Bram (1 vote). Taken: Oda.\n"
        "Approved by Ann. Written by box.",
        "– Row!",
    ]


def test_writers_formats_keep_their_own_notes() -> None:
    kept = annotated(SCRIPT, Options(), is_page=False)
    assert kept.scenes == SCRIPT.scenes
