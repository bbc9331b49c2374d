"""Fountain files as people write them: every element, and every carelessness."""

import pytest

from storyengine.plot.branch import BranchBeat
from storyengine.plot.formats.report import Report
from storyengine.script.formats import FORMATS
from storyengine.script.formats.fountain_reader import decode, read_fountain
from storyengine.script.screenplay import Screenplay, ScriptScene


def read(text: str) -> tuple[ScriptScene, ...]:
    return read_fountain(text.encode()).scenes


def beats(text: str) -> list[tuple[str, str, str]]:
    return [(beat.kind, beat.text, beat.character) for scene in read(text) for beat in scene.beats]


@pytest.mark.parametrize(
    ("line", "heading", "number"),
    [
        ("INT. BAR - DAY", "INT. BAR - DAY", ""),
        ("int. bar", "int. bar", ""),
        ("EXT BAR", "EXT BAR", ""),
        ("INT./EXT. CAR", "INT./EXT. CAR", ""),
        ("I/E CAR", "I/E CAR", ""),
        ("EST. CITY", "EST. CITY", ""),
        (".FLASHBACK", "FLASHBACK", ""),
        (".内景 茶馆", "内景 茶馆", ""),
        ("INT. BAR #1-A.2#", "INT. BAR", "1-A.2"),
        ("INT. CAFÉ *LUX* #12#", "INT. CAFÉ LUX", "12"),
    ],
)
def test_headings(line: str, heading: str, number: str) -> None:
    (scene,) = read(f"{line}\n\nRain.\n")
    assert (scene.heading, scene.number, scene.beats[0].text) == (heading, number, "Rain.")


@pytest.mark.parametrize("line", ["...later", "INTERIOR", "INTO THE DARK", "international", "EXTRA. More."])
def test_what_is_no_heading(line: str) -> None:
    assert beats(f"{line}\n") == [("action", line, "")]


def test_a_heading_without_a_free_line_above_it_is_found() -> None:
    assert [scene.heading for scene in read("INT. A\nRain.\nEXT. B\nSun.\n")] == ["INT. A", "EXT. B"]


@pytest.mark.parametrize(
    ("cue", "name"),
    [("ODA", "ODA"), ("R2D2", "R2D2"), ("@McClane", "McClane"), ("ODA (V.O.)", "ODA (V.O.)"), ("@小武", "小武"),
     ("ÉLISE (on the phone)", "ÉLISE (on the phone)"), ("ODA (CONT'D)", "ODA (CONT'D)")],
)  # fmt: skip
def test_cues(cue: str, name: str) -> None:
    assert beats(f"\n{cue}\nYes.\n") == [("dialogue", "Yes.", name)]


@pytest.mark.parametrize("line", ["23", "ODA", "Oda\nYes.", "!ODA\nYes."])
def test_what_is_no_cue(line: str) -> None:
    ((kind, _, _),) = beats(f"\n{line}\n\nRain.\n")[:1]
    assert kind == "action"


def test_a_speech_keeps_its_lines_and_its_silence() -> None:
    text = "ODA\n(softly)\nOne.\nTwo.\n  \nThree.\n(beat)\nFour.\n\nRain.\n"
    assert beats(text) == [
        ("parenthetical", "softly", "ODA"),
        ("dialogue", "One.\nTwo.\n\nThree.", "ODA"),
        ("parenthetical", "beat", "ODA"),
        ("dialogue", "Four.", "ODA"),
        ("action", "Rain.", ""),
    ]


def test_dual_dialogue_and_two_speeches_of_one_voice() -> None:
    (scene,) = read("ODA\nNow.\n\nBRAM ^\nNow!\n\nBRAM\n(again)\nNow.\n")
    found = [(beat.character, beat.is_dual) for beat in scene.beats]
    assert found == [("ODA", False), ("BRAM", True), ("BRAM", False), ("BRAM", False)]


def test_a_parenthetical_may_take_two_lines() -> None:
    assert beats("ODA\n(not now,\nnot here)\nNo.\n")[0] == ("parenthetical", "not now,\nnot here", "ODA")
    assert beats("ODA\n(not now\nNo.\n") == [("dialogue", "(not now\nNo.", "ODA")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CUT TO:", ("transition", "CUT TO:")),
        ("> Fade out.", ("transition", "Fade out.")),
        ("> THE END <", ("centred", "THE END")),
        ("~La la", ("lyric", "La la")),
        ("~La\n~la", ("lyric", "La\nla")),
        ("## Act", ("section", "# Act")),
        ("= It rains.", ("synopsis", "It rains.")),
        ("====", ("page_break", "")),
        ("[[Check.]]", ("note", "Check.")),
        ("[[One\n  \nTwo]]", ("note", "One\n\nTwo")),
        ("/* gone\n\nfor good */", ("note", "/* gone\n\nfor good */")),
        ("/* never closed", ("note", "/* never closed\n*/")),
        ("!SHOUTED", ("action", "SHOUTED")),
        ("    Indented\n\tmore", ("action", "    Indented\n    more")),
    ],
)
def test_elements(text: str, found: tuple[str, str]) -> None:
    assert [(kind, words) for kind, words, _ in beats(f"INT. A\n\n{text}\n")] == [found]


def test_notes_inside_a_line_are_kept_apart() -> None:
    assert beats("He [[Who?]] runs /* fast */ away.\n\nODA\nYes.[[Or no?]]\nNo.\n") == [
        ("action", "He  runs  away.", ""),
        ("note", "Who?", ""),
        ("note", "/* fast */", ""),
        ("dialogue", "Yes.\nNo.", "ODA"),
        ("note", "Or no?", ""),
    ]


def test_title_page_takes_several_lines_and_any_key() -> None:
    script = read_fountain(b"Title:\n    _**BRICK & STEEL**_\n    FULL\nAuthor: Stu\nMy Own Key: x\n\nFADE IN:\n")
    assert script.title == "BRICK & STEEL FULL"
    assert script.title_page == (("Title", "_**BRICK & STEEL**_\nFULL"), ("Author", "Stu"), ("My Own Key", "x"))
    assert script.scenes[0].beats == (BranchBeat("action", "FADE IN:"),)


@pytest.mark.parametrize("text", ["FADE IN:\n\nRain.\n", "Note to self: run\n\nRain.\n", "ODA: Hello.\n"])
def test_what_is_no_title_page(text: str) -> None:
    assert read_fountain(text.encode()).title_page == ()


@pytest.mark.parametrize(
    "source",
    [
        "INT. CAFÉ\r\n\r\nRain “falls”.\r\n".encode(),
        b"\xef\xbb\xbf" + "INT. CAFÉ\n\nRain “falls”.\n".encode(),
        "INT. CAFÉ\r\rRain “falls”.\r".encode("cp1252"),
        "INT. CAFÉ\n\nRain “falls”.\n".encode("utf-16"),
        "INT. CAFÉ\n\nRain “falls”.\n".encode("utf-16-le"),
    ],
)
def test_encodings_and_line_endings(source: bytes) -> None:
    (scene,) = read_fountain(source).scenes
    assert (scene.heading, scene.beats[0].text) == ("INT. CAFÉ", "Rain “falls”.")


@pytest.mark.parametrize(
    ("source", "heading", "code"),
    [
        ("内景 茶馆 - 夜\n\n灯灭了。".encode("gb18030"), "内景 茶馆 - 夜", "file.chinese"),
        ("INT. ÉTÉ\n\nÉtés, étés.".encode("cp1252"), "INT. ÉTÉ", "file.encoding"),
    ],
)
def test_an_encoding_of_another_century_is_told(source: bytes, heading: str, code: str) -> None:
    report = Report()
    text = read_fountain(b"." + source if code == "file.chinese" else source, report).scenes[0].heading
    assert (text, [note.code for note in report.notes]) == (heading, [code])


def test_decode_refuses_what_is_far_too_large() -> None:
    with pytest.raises(Exception, match="16 MiB"):
        decode(b"a" * (16 * 1024 * 1024 + 1), Report())


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Title:\n>_**LAMP**_<\nAuthor:\nAnn\n\nINT. A\n", [("Title", ">_**LAMP**_<"), ("Author", "Ann")]),
        ("Title: Lamp\nContact:\nhttps://lamp.example/x\nTel: 5\n\nINT. A\n",
         [("Title", "Lamp"), ("Contact", "https://lamp.example/x"), ("Tel", "5")]),
    ],
)  # fmt: skip
def test_values_of_a_title_page_may_stand_at_the_margin(text: str, pairs: list[tuple[str, str]]) -> None:
    script = read_fountain(text.encode())
    assert script.title_page == tuple(pairs)
    assert read_fountain(FORMATS["fountain"].write(script)) == script


def test_headings_and_transitions_in_bold_are_what_they_say() -> None:
    one, two = read("**INT. A - DAY**\n\n*CUT TO:*\n\n_EXT. B_ #2#\n\n*In* the dark.\n\n**Cut** to:\n")
    assert (one.heading, one.heading_styles) == ("INT. A - DAY", ((0, 12, "bold"),))
    assert [(beat.kind, beat.text, beat.styles) for beat in one.beats] == [
        ("transition", "CUT TO:", ((0, 7, "italic"),)),
    ]
    assert (two.heading, two.number, two.heading_styles) == ("EXT. B", "2", ((0, 6, "underline"),))
    assert [beat.kind for beat in two.beats] == ["action", "action"]


def test_a_transition_with_words_under_it_is_nobodys_speech() -> None:
    (scene,) = read("INT. A\n\nCUT TO:\nFLASHBACK\n")
    assert [(beat.kind, beat.text) for beat in scene.beats] == [("action", "CUT TO:\nFLASHBACK")]


def test_a_transition_that_opens_a_script_is_no_key_of_a_title_page() -> None:
    script = read_fountain(b"CUT TO:\n\nINT. A\n\nRain.\n")
    assert script.scenes[0].beats[0].kind == "transition"
    assert read_fountain(FORMATS["fountain"].write(script)) == script


def test_a_cue_keeps_its_styles_and_a_blank_line_in_a_speech_its_spaces() -> None:
    (scene,) = read("INT. A\n\n@*ODA* (V.O.)\nOne.\n  \nTwo.\n")
    (beat,) = scene.beats
    assert (beat.character, beat.cue_styles, beat.text) == ("ODA (V.O.)", ((0, 3, "italic"),), "One.\n\nTwo.")
    assert (
        FORMATS["fountain"].write(Screenplay("", "", (), (scene,))).decode().endswith("@*ODA* (V.O.)\nOne.\n  \nTwo.\n")
    )


@pytest.mark.parametrize("heading", ["INT. ROOM #4#", "#INT. #", "ROOM #4 #"])
def test_a_heading_that_ends_as_a_number_would_has_none(heading: str) -> None:
    script = Screenplay("", "", (), (ScriptScene("", heading, ()),))
    assert read_fountain(FORMATS["fountain"].write(script)).scenes == script.scenes


def test_a_cue_that_is_only_shown_in_capitals_is_written_in_them() -> None:
    beat = BranchBeat("dialogue", "Hi.", "Oda (cont'd)", (), False, ((0, 12, "capitals"),))
    written = FORMATS["fountain"].write(Screenplay("", "", (), (ScriptScene("", "", (beat,)),))).decode()
    assert written == "ODA (CONT'D)\nHi.\n"


def test_a_section_is_the_same_however_it_is_spaced() -> None:
    (scene,) = read("#  Act\n\n##*Sequence*\n\nRain.\n")
    assert [(beat.text, beat.styles) for beat in scene.beats[:2]] == [
        ("Act", ()),
        ("# Sequence", ((2, 10, "italic"),)),
    ]


def test_what_leads_into_a_scene_stands_before_its_heading() -> None:
    one, two = read("FADE IN:\n\nINT. A\n\nRain.\n\n# Act Two\n\n= Sun.\n\nINT. B\n\n= Oda.\n")
    assert (one.before, [beat.kind for beat in one.beats]) == (1, ["action", "action"])
    assert (two.before, [beat.text for beat in two.beats]) == (2, ["Act Two", "Sun.", "Oda."])


def test_a_script_typed_with_full_width_signs_is_read_as_one() -> None:
    script = read_fountain("Title：渡口\nAuthor：无名\n\nINT。 医院-天\n\n约翰进入。\u2028他停下。\n".encode())
    assert script.title_page == (("Title", "渡口"), ("Author", "无名"))
    assert [(scene.heading, [beat.text for beat in scene.beats]) for scene in script.scenes] == [
        ("INT。 医院-天", ["约翰进入。\n他停下。"])
    ]
