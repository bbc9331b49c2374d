"""Final Draft's files as programs write them, and as nobody should."""

import pytest

from storyengine.errors import Refused
from storyengine.script.formats.fdx import write_fdx
from storyengine.script.formats.fdx_reader import read_fdx
from storyengine.script.screenplay import Options, ScriptScene

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n<FinalDraft DocumentType="Script" Version="5">'


def read(content: str, rest: str = "") -> tuple[ScriptScene, ...]:
    return read_fdx(f"{HEAD}<Content>{content}</Content>{rest}</FinalDraft>".encode()).scenes


def paragraph(kind: str, text: str, attributes: str = "") -> str:
    return f'<Paragraph Type="{kind}" {attributes}><Text>{text}</Text></Paragraph>'


def test_all_runs_of_a_paragraph_are_joined_with_their_styles() -> None:
    (scene,) = read(
        paragraph("Scene Heading", "INT. BAR", 'Number="12A"').replace(
            "</Paragraph>",
            '<SceneProperties Length="1/8"><SceneArcBeats><CharacterArcBeat Name="ODA"><Paragraph><Text>no</Text>'
            "</Paragraph></CharacterArcBeat></SceneArcBeats></SceneProperties></Paragraph>",
        )
        + '<Paragraph Type="Action"><Text>The </Text><Text Style="Bold+Italic" RevisionID="2">lamp</Text>'
        '<Text Style="Underline+Strikeout"> goes</Text><Text> out &amp; on.</Text></Paragraph>'
    )
    assert (scene.number, scene.heading) == ("12A", "INT. BAR")
    arc, beat = scene.beats
    assert (arc.kind, arc.text) == ("note", "ODA: no")
    assert beat.text == "The lamp goes out & on."
    assert set(beat.styles) == {(4, 8, "bold"), (4, 8, "italic"), (8, 13, "underline"), (8, 13, "strikeout")}


def test_dual_dialogue_without_a_paragraph_around_it_is_spoken_too() -> None:
    (scene,) = read(
        paragraph("Scene Heading", "INT. BAR")
        + "<DualDialogue>"
        + "".join(
            paragraph(kind, text)
            for kind, text in [("Character", "ODA"), ("Dialogue", "Now."), ("Character", "BRAM"), ("Dialogue", "No!")]
        )
        + "</DualDialogue>"
        + paragraph("Action", "Silence.")
    )
    assert [(b.kind, b.text, b.character, b.is_dual) for b in scene.beats] == [
        ("dialogue", "Now.", "ODA", False),
        ("dialogue", "No!", "BRAM", True),
        ("action", "Silence.", "", False),
    ]


def test_what_is_sung_by_nobody_is_a_lyric_too() -> None:
    (scene,) = read(paragraph("Scene Heading", "INT. BAR") + paragraph("Singing", "La la"))
    assert [(beat.kind, beat.text) for beat in scene.beats] == [("lyric", "La la")]


def test_an_empty_transition_and_an_empty_synopsis_stay() -> None:
    (scene,) = read(
        paragraph("Scene Heading", "INT. BAR") + paragraph("Synopsis", "") + paragraph("Transition", "")
        + paragraph("Action", "") + paragraph("Dialogue", "")
    )  # fmt: skip
    assert [(beat.kind, beat.text) for beat in scene.beats] == [("synopsis", ""), ("transition", "")]


def test_dual_dialogue_notes_and_summaries() -> None:
    (scene,) = read(
        '<Paragraph Number="1" Type="Scene Heading"><SceneProperties><Summary><Paragraph><Text>It rains.</Text>'
        "</Paragraph></Summary></SceneProperties><Text>EXT. SHORE</Text></Paragraph>"
        "<Paragraph><DualDialogue>"
        + paragraph("Character", "ODA")
        + paragraph("Dialogue", "Now.")
        + paragraph("Character", "BRAM")
        + paragraph("Parenthetical", "(softly)")
        + paragraph("Dialogue", "Now!")
        + "</DualDialogue></Paragraph>"
        '<Paragraph Type="Action"><ScriptNote ID="1"><Paragraph><Text>Check</Text></Paragraph><Paragraph>'
        "<Text>twice</Text></Paragraph></ScriptNote><Text>Rain.</Text></Paragraph>"
    )
    assert [(b.kind, b.text, b.character, b.is_dual) for b in scene.beats] == [
        ("synopsis", "It rains.", "", False),
        ("dialogue", "Now.", "ODA", False),
        ("parenthetical", "softly", "BRAM", True),
        ("dialogue", "Now!", "BRAM", True),
        ("action", "Rain.", "", False),
        ("note", "Check\ntwice", "", False),
    ]


def test_index_cards_and_named_notes_lose_no_word() -> None:
    (scene,) = read(
        '<Paragraph Type="Scene Heading"><SceneProperties Title="A flood"><Summary><Paragraph><Text>Rain.</Text>'
        '</Paragraph></Summary><SceneArcBeats><CharacterArcBeat Name="ODA">Gives up.\n\nThen not.</CharacterArcBeat>'
        '<CharacterArcBeat Name="BRAM"/></SceneArcBeats></SceneProperties><ScriptNote Name="place"><Paragraph>'
        '<Text Style="Bold">Near</Text><Text> it</Text></Paragraph></ScriptNote><Text>EXT. DYKE</Text></Paragraph>'
    )
    assert [(beat.kind, beat.text) for beat in scene.beats] == [
        ("synopsis", "A flood"),
        ("synopsis", "Rain."),
        ("note", "ODA: Gives up.\n\nThen not."),
        ("note", "place: Near it"),
    ]
    assert scene.beats[3].styles == ((7, 11, "bold"),)


def test_other_types_are_kept_as_what_they_look_like() -> None:
    (scene,) = read(
        paragraph("Shot", "CLOSE ON ODA")
        + paragraph("General", "A general remark.")
        + paragraph("Cast List", "Oda, Bram")
        + paragraph("Action", "THE END", 'Alignment="Center"')
        + paragraph("New Act", "ACT TWO")
        + '<Paragraph Type="Action"/>'
        + "<Paragraph><Text>Without a type</Text></Paragraph>"
        + paragraph("Transition", "CUT TO:")
        + paragraph("Action", "Overleaf.", 'StartsNewPage="Yes"')
        + paragraph("Dialogue", "Nobody&apos;s line.")
    )
    assert [(beat.kind, beat.text) for beat in scene.beats] == [
        ("shot", "CLOSE ON ODA"),
        ("action", "A general remark."),
        ("action", "Oda, Bram"),
        ("centred", "THE END"),
        ("centred", "ACT TWO"),
        ("action", "Without a type"),
        ("transition", "CUT TO:"),
        ("page_break", ""),
        ("action", "Overleaf."),
        ("action", "Nobody's line."),
    ]


def test_title_page_is_a_sibling_of_the_content_and_is_named() -> None:
    page = "".join(
        f'<Paragraph Alignment="{where}"><Text>{text}</Text></Paragraph>'
        for where, text in [
            ("Center", ""),
            ("Center", "THE LAMP"),
            ("Center", "Written by"),
            ("Center", "Ann Lee"),
            ("Center", "Based on a tale"),
            ("Left", "Draft date: today"),
            ("Left", "555-0100"),
            ("Right", "1 May 2026"),
        ]
    )
    title = f"<TitlePage><Content>{page}</Content></TitlePage>"
    script = read_fdx(f"{HEAD}<Content>{paragraph('Action', 'x')}</Content>{title}</FinalDraft>".encode())
    assert script.title == "THE LAMP"
    assert script.title_page == (
        ("Title", "THE LAMP"),
        ("Credit", "Written by"),
        ("Author", "Ann Lee"),
        ("Source", "Based on a tale"),
        ("Draft date", "today"),
        ("Contact", "555-0100"),
        ("Draft date", "1 May 2026"),
    )


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><FinalDraft><Content>&b;</Content></FinalDraft>'


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (BOMB.encode(), "document types"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><FinalDraft/>', "document types"),
        (b"<FinalDraft>" + b"<a>" * 100_000, "nested"),
        (b"<FinalDraft>\n<Content>\n&nope;</Content></FinalDraft>", "line 3"),
        (b'<?xml version="1.0" encoding="martian"?><FinalDraft/>', "line 1"),
        (b"<FinalDraft></FinalDraft>", "<Content>"),
        (b"\x00\x01", "line 1"),
        (b"", "line 1"),
    ],
)
def test_read_fdx_refuses(source: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refusal:
        read_fdx(source)
    assert refusal.value.code == "script.invalid"


def test_a_file_with_a_blank_line_above_it_and_signs_that_xml_may_not_hold_is_read() -> None:
    source = f"\r\n {HEAD}<Content>{paragraph('Action', 'Rain.' + chr(11) + 'Wind' + chr(7))}</Content></FinalDraft>"
    assert read_fdx(source.encode()).scenes[0].beats[0].text == "Rain.\nWind"


def test_write_fdx_is_what_final_draft_writes() -> None:
    scenes = read(
        paragraph("Scene Heading", "INT. BAR", 'Number="3"')
        + paragraph("Character", "ODA")
        + paragraph("Parenthetical", "(softly)")
        + paragraph("Dialogue", "Who?")
    )
    written = write_fdx(read_fdx(f"{HEAD}<Content/></FinalDraft>".encode()), Options(paper="a4"))
    assert '<PageSize Height="11.69" Width="8.26" />' in written
    script = read_fdx(f"{HEAD}<Content/></FinalDraft>".encode())
    content = write_fdx(type(script)("", "", (), scenes), Options()).split("</Content>")[0]
    assert content == (
        '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n'
        '<FinalDraft DocumentType="Script" Template="No" Version="5">\n'
        "  <Content>\n"
        '    <Paragraph Type="Scene Heading" Number="3">\n      <Text>INT. BAR</Text>\n    </Paragraph>\n'
        '    <Paragraph Type="Character">\n      <Text>ODA</Text>\n    </Paragraph>\n'
        '    <Paragraph Type="Parenthetical">\n      <Text>(softly)</Text>\n    </Paragraph>\n'
        '    <Paragraph Type="Dialogue">\n      <Text>Who?</Text>\n    </Paragraph>\n'
        "  "
    )


def test_a_bracket_inside_a_parenthetical_keeps_its_style() -> None:
    runs = '<Text>(</Text><Text Style="Bold">(</Text><Text>)</Text>'
    (scene,) = read(paragraph("Character", "ODA") + f'<Paragraph Type="Parenthetical">{runs}</Paragraph>')
    (aside,) = scene.beats
    assert (aside.text, aside.styles) == ("(", ((0, 1, "bold"),))
