"""What stands beside a script in Final Draft's files: notes by their range, other wordings, omitted scenes, marks."""

import pytest
from defusedxml import ElementTree as ET

from storyengine.plot.branch import BranchBeat
from storyengine.plot.formats.report import Report
from storyengine.script.formats import FORMATS
from storyengine.script.formats.fdx import write_fdx
from storyengine.script.formats.fdx_reader import read_fdx
from storyengine.script.screenplay import Options, Screenplay, ScriptScene


def paragraph(kind: str, text: str, attributes: str = "", inside: str = "") -> str:
    return f'<Paragraph Type="{kind}" {attributes}><Text>{text}</Text>{inside}</Paragraph>'


def read(content: str, rest: str = "", report: Report | None = None) -> Screenplay:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<FinalDraft DocumentType="Script" Version="6">'
    return read_fdx(f"{head}<Content>{content}</Content>{rest}</FinalDraft>".encode(), report)


def told(script: Screenplay) -> list[tuple[str, str]]:
    return [(beat.kind, beat.text) for scene in script.scenes for beat in scene.beats]


def note(text: str, place: str) -> str:
    return f'<ScriptNote Id="1" Name="" Range="{place}"><Paragraph><Text>{text}</Text></Paragraph></ScriptNote>'


DUAL = (
    '<Paragraph Type="General"><DualDialogue>'
    + paragraph("Character", "MARA ") + paragraph("Dialogue", "Yes.")
    + paragraph("Character", "JON") + paragraph("Dialogue", "No.")
    + "</DualDialogue><Text></Text></Paragraph>"
)  # fmt: skip


@pytest.mark.parametrize(
    ("place", "after"),
    [("0,4", "Hum 😀."), ("6,8", "Hum 😀."), ("8,9", "No."), ("10,10", "No."), ("11,14", "Go."), ("", "Hum 😀."),
     ("9999,9999", "Go.")],
)  # fmt: skip
def test_a_note_in_the_margin_stands_after_the_paragraph_that_its_range_begins_in(place: str, after: str) -> None:
    script = read(
        paragraph("Action", "Hum 😀.") + DUAL + paragraph("Action", "Go."),
        f"<ScriptNotes>{note('Look.', place)}</ScriptNotes>",
    )
    texts = [text for _, text in told(script)]
    assert texts[texts.index("Look.") - 1] == after


def test_a_note_inside_a_speech_waits_until_it_has_been_spoken() -> None:
    speech = paragraph("Character", "ODA", inside=note("Who?", "0,0")) + paragraph("Dialogue", "Me.")
    assert told(read(speech)) == [("dialogue", "Me."), ("note", "Who?")]
    dual = DUAL.replace("<Text>JON", f"{note('Both.', '0,0')}<Text>JON")
    script = read(dual)
    assert told(script) == [("dialogue", "Yes."), ("dialogue", "No."), ("note", "Both.")]
    assert script.scenes[0].beats[1].is_dual


def test_the_other_wordings_of_a_line_are_notes_and_the_one_that_stands_there_is_none() -> None:
    line = paragraph("Dialogue", "Now.", inside="<Alts><AltId>7</AltId><AltId>8</AltId><AltId>9</AltId></Alts>")
    alts = "".join(
        f'<Alt Id="{number}"><Paragraph><Text Style="Bold">{text}</Text></Paragraph></Alt>'
        for number, text in [(8, "Soon."), (7, "Now.")]
    )
    script = read(paragraph("Character", "ODA") + line, f"<AltCollection>{alts}</AltCollection>")
    assert told(script) == [("dialogue", "Now."), ("note", "Alt: Soon.")]
    assert script.scenes[0].beats[1].styles == ((5, 10, "bold"),)


def test_an_omitted_scene_is_struck_out_and_its_number_stays() -> None:
    omitted = "<OmittedScene>" + paragraph("Scene Heading", "EXT. YARD") + paragraph("Action", "*/ Rain.")
    script = read(
        paragraph("Scene Heading", "INT. A", 'Number="20"')
        + paragraph("Scene Heading", "OMITTED", 'Number="21"', omitted + "</OmittedScene>")
        + paragraph("Scene Heading", "INT. B", 'Number="22"')
    )
    assert [(scene.number, scene.heading) for scene in script.scenes] == [
        ("20", "INT. A"), ("21", "OMITTED"), ("22", "INT. B"),
    ]  # fmt: skip
    assert told(script) == [("note", "/*\nEXT. YARD\n\n\\*\u200b/ Rain.\n*/")]
    assert FORMATS["fountain"].write(script).decode().count("/*\nEXT. YARD") == 1


def test_levels_of_the_outline_and_lines_that_do_not_print_are_what_they_are() -> None:
    script = read(
        paragraph("Outline 1", "Act") + paragraph("Outline 3", "Key") + paragraph("Outline Body", "A quest.")
        + paragraph("Summary", "It begins.") + paragraph("Note", "Ask.") + paragraph("Note", "")
    )  # fmt: skip
    assert told(script) == [
        ("section", "Act"), ("section", "## Key"), ("synopsis", "A quest."), ("synopsis", "It begins."),
        ("note", "Ask."),
    ]  # fmt: skip


def test_capitals_are_a_style_that_prints_and_a_cue_keeps_its_own() -> None:
    script = read(
        '<Paragraph Type="Character"><Text Style="Italic+AllCaps"> Head Maid</Text></Paragraph>'
        '<Paragraph Type="Parenthetical"><Text Style="Italic">(low)</Text></Paragraph>'
        '<Paragraph Type="Dialogue"><Text>A </Text><Text Style="AllCaps">lobster</Text></Paragraph>'
    )
    aside, said = script.scenes[0].beats
    assert (said.text, said.styles) == ("A lobster", ((2, 9, "capitals"),))
    assert said.cue_styles == aside.cue_styles == ((0, 9, "capitals"), (0, 9, "italic"))
    written = FORMATS["fdx"].write(script).decode()
    assert '<Text Style="AllCaps">lobster</Text>' in written
    assert '<Text Style="Italic+AllCaps">Head Maid</Text>' in written
    assert '<Text Style="Italic">(low)</Text>' in written
    for extension in ("fountain", "txt", "html"):
        assert "LOBSTER" in FORMATS[extension].write(script).decode()


def test_a_type_that_is_centred_in_the_file_is_centred_text() -> None:
    setting = '<ElementSettings Type="Act Break"><ParagraphSpec Alignment="Center"/></ElementSettings>'
    assert told(read(paragraph("Act Break", "ACT ONE"), setting)) == [("centred", "ACT ONE")]


def test_a_title_page_that_places_nothing_is_read_from_the_top() -> None:
    page = "".join(f"<Paragraph><Text>{text}</Text></Paragraph>" for text in ("Lamp", "Written by", "Ann"))
    script = read(paragraph("Action", "x"), f"<TitlePage><Content>{page}</Content></TitlePage>")
    assert script.title_page == (("Title", "Lamp"), ("Credit", "Written by"), ("Author", "Ann"))


def test_what_no_screenplay_holds_is_told() -> None:
    report = Report()
    read(
        '<Paragraph Type="Cast List" Label="S1"><Text RevisionID="2" TagNumber="4" Font="Arial">Oda</Text></Paragraph>'
        '<Paragraph Type="Cast List" Bookmark="Start"><Text>Bram</Text></Paragraph>' + paragraph("Character", "ODA"),
        "<HeaderAndFooter><Header><Paragraph><Text>Blue</Text></Paragraph></Header></HeaderAndFooter>"
        '<LockedPages><LockedPage Number="2"/></LockedPages>'
        "<ListItems><ListItem><Paragraph><Text>Beat</Text></Paragraph></ListItem></ListItems>",
        report,
    )
    assert [(found.code, found.given) for found in report.notes] == [
        ("fdx.revisions", {"number": "1"}),
        ("fdx.tags", {"number": "1"}),
        ("fdx.looks", {"number": "1"}),
        ("fdx.bookmarks", {"number": "2"}),
        ("fdx.pages", {"number": "1"}),
        ("fdx.type", {"name": "Cast List", "number": "2"}),
        ("fdx.header", {"words": "Blue"}),
        ("fdx.board", {"words": "Beat"}),
    ]
    quiet = Report()
    read(paragraph("Action", "Rain.", 'Alignment="Left"') + DUAL, "", quiet)
    assert quiet.notes == []


def test_notes_synopses_and_page_breaks_are_written_where_final_draft_has_them() -> None:
    beats = (
        BranchBeat("synopsis", "It rains."),
        BranchBeat("action", "Rain."),
        BranchBeat("note", "Cold."),
        BranchBeat("page_break", ""),
        BranchBeat("dialogue", "One.\nTwo.", "ODA"),
        BranchBeat("section", "# Sequence"),
    )
    script = Screenplay("", "", (), (ScriptScene("1", "INT. A", beats),))
    root = ET.fromstring(write_fdx(script, Options()))
    content = root.find("Content")
    assert content is not None
    assert [(p.get("Type"), p.get("StartsNewPage"), p.findtext("Text")) for p in content] == [
        ("Scene Heading", None, "INT. A"),
        ("Action", None, "Rain."),
        ("Character", "Yes", "ODA"),
        ("Dialogue", None, "One."),
        ("Dialogue", None, "Two."),
        ("Outline 2", None, "Sequence"),
    ]
    assert content.findtext("Paragraph/SceneProperties/Summary/Paragraph/Text") == "It rains."
    (numbers,) = root.findall("SceneNumberOptions")
    assert (numbers.get("ShowNumbersOnLeft"), numbers.get("ShowNumbersOnRight")) == ("Yes", "Yes")
    (margin,) = root.findall("ScriptNotes/ScriptNote")
    assert (margin.get("Range"), margin.findtext("Paragraph/Text")) == ("7,12", "Cold.")
    assert read_fdx(write_fdx(script, Options()).encode()).scenes == script.scenes


def test_styles_of_an_aside_are_in_order_though_its_brackets_share_one() -> None:
    beat = BranchBeat("parenthetical", "so low", "ODA", ((0, 2, "bold"), (0, 6, "italic")))
    script = Screenplay("", "", (), (ScriptScene("", "", (beat,)),))
    assert read_fdx(write_fdx(script, Options()).encode()).scenes == script.scenes


def test_a_song_that_only_a_note_parts_from_a_speech_is_no_part_of_it() -> None:
    beats = (BranchBeat("dialogue", "Now.", "ODA"), BranchBeat("note", "Slow."), BranchBeat("lyric", "La"))
    script = Screenplay("", "", (), (ScriptScene("", "", beats),))
    assert read_fdx(write_fdx(script, Options()).encode()).scenes == script.scenes


def test_an_empty_line_of_the_outline_may_open_a_page() -> None:
    beats = (BranchBeat("page_break", ""), BranchBeat("synopsis", ""), BranchBeat("transition", ""))
    script = Screenplay("", "", (), (ScriptScene("", "INT. A", beats),))
    assert read_fdx(write_fdx(script, Options()).encode()).scenes == script.scenes
