"""The Fountain writer: its exact words, and what another program's parser reads back from them."""

import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from screenplain.parsers import fountain
from screenplain.types import Action, Dialog, Slug, Transition

from storyengine.plot.branch import BranchBeat
from storyengine.plot.models import Performance, Scene, Story
from storyengine.plot.path import enter
from storyengine.plot.sample import load_samples
from storyengine.script.compose import screenplay_of
from storyengine.script.formats.fountain import write_fountain
from storyengine.script.screenplay import Options, Screenplay, ScriptScene

GAP = "\u200b"


TITLE = (("Title", "The Ferry"), ("Credit", "steered live by its audience"), ("Contact", "Here\nand there"))


def script(*beats: BranchBeat, heading: str = "INT. BAR - NIGHT") -> Screenplay:
    return Screenplay("The Ferry", "en", TITLE, (ScriptScene("1", heading, beats),))


def written(screenplay: Screenplay) -> str:
    return write_fountain(screenplay, Options())


def action(text: str) -> BranchBeat:
    return BranchBeat("action", text)


def block(beat: BranchBeat) -> str:
    """How one beat alone is written."""
    return written(script(beat)).split("\n\n", 2)[2].rstrip("\n")


def parsed(screenplay: Screenplay) -> list[object]:
    return list(fountain.parse(io.StringIO(written(screenplay))))


def words(paragraph: object) -> str:
    """The text of an element that screenplain read, without the marks that nobody sees."""
    return " ".join(str(line) for line in paragraph.lines).replace(GAP, "")


def test_write_fountain_small_script() -> None:
    scenes = (
        ScriptScene(
            "1",
            "INT. BAR - NIGHT",
            (
                action("Rain."),
                BranchBeat("dialogue", "Who's there?", "ODA"),
                BranchBeat("parenthetical", "softly", "BRAM"),
                BranchBeat("dialogue", "Me.", "BRAM"),
                BranchBeat("transition", "CUT TO:"),
            ),
        ),
        ScriptScene(
            "2", "The far bank", (BranchBeat("dialogue", "到了。", "小武"), BranchBeat("transition", "Fade out."))
        ),
    )
    screenplay = Screenplay("The Ferry", "en", TITLE, scenes)
    assert written(screenplay) == (
        "Title: The Ferry\n"
        "Credit: steered live by its audience\n"
        "Contact:\n    Here\n    and there\n"
        "\n"
        "INT. BAR - NIGHT #1#\n"
        "\n"
        "Rain.\n"
        "\n"
        "ODA\nWho's there?\n"
        "\n"
        "BRAM\n(softly)\nMe.\n"
        "\n"
        "CUT TO:\n"
        "\n"
        ".The far bank #2#\n"
        "\n"
        "@小武\n到了。\n"
        "\n"
        "> Fade out.\n"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("THE DOOR SLAMS.", "THE DOOR SLAMS."),
        ("THE DOOR\nSLAMS.", "!THE DOOR\nSLAMS."),
        ("THE DOOR (slowly)\nSLAMS.", "!THE DOOR (slowly)\nSLAMS."),
        ("SMASH CUT TO:", "!SMASH CUT TO:"),
        (".38 in hand.", "!.38 in hand."),
        ("@home, nobody.", "!@home, nobody."),
        ("!", "!!"),
        ("> centred <", "!> centred <"),
        ("~ a wave", "!~ a wave"),
        ("# 4 on the door", "!# 4 on the door"),
        ("= nothing", "!= nothing"),
        ("===", "!==="),
        ("Int. and out again.", "!Int. and out again."),
        ("ext the lamp", "!ext the lamp"),
        ("2 * 3 * 4 snake_case", r"2 \* 3 \* 4 snake\_case"),
        ("a /* b */ c", r"a /\* b \*/ c"),
        ("a [[[b]]] c", f"a [{GAP}[{GAP}[b]]] c"),
        ("back\\slash", "back\\slash"),
        ("two\n\nlines", f"two\n{GAP}\nlines"),
        ("two\nCUT TO:", "two\n!CUT TO:"),
        ("灯灭了。", "灯灭了。"),
        ("Peg: a list of one.", "Peg: a list of one."),
    ],
)
def test_write_fountain_forces_an_action_that_would_be_misread(text: str, written: str) -> None:
    assert block(action(text)) == written


@pytest.mark.parametrize(
    ("name", "cue"),
    [("ODA", "ODA"), ("MRS. O'NEIL", "MRS. O'NEIL"), ("Oda", "@Oda"), ("小武", "@小武"), ("42", "@42"),
     ("INT. VOICE", "@INT. VOICE"), ("ODA (V.O.)", "ODA (V.O.)"), ("TWINS ^", f"@TWINS ^{GAP}"), ("R_2", r"@R\_2"),
     ("JÉRÉMI", "JÉRÉMI"), ("EVE (cont'd)", "EVE (cont'd)"), ("MR. B. (V.O.) (CONT'D)", "MR. B. (V.O.) (CONT'D)"),
     ("CUT TO:", "@CUT TO:"), ("GO TO:", "@GO TO:")],
)  # fmt: skip
def test_write_fountain_forces_a_cue_without_plain_capitals(name: str, cue: str) -> None:
    assert block(BranchBeat("dialogue", "Yes.", name)) == f"{cue}\nYes."


@pytest.mark.parametrize(
    ("heading", "line"),
    [("EXT./INT. CAR - DAY", "EXT./INT. CAR - DAY"), ("I/E. CAR", "I/E. CAR"), ("int. bar", "int. bar"),
     ("EXT/INT CAR", ".EXT/INT CAR"), ("内景 茶馆 - 夜", ".内景 茶馆 - 夜"), ("...later", f".{GAP}...later"),
     ("INTERIOR", ".INTERIOR"), ("INT. ROOM #4#", "INT. ROOM #4#"), ("INT. CAFÉ", "INT. CAFÉ")],
)  # fmt: skip
def test_write_fountain_heading(heading: str, line: str) -> None:
    assert written(script(heading=heading)).split("\n\n")[1].rstrip("\n") == f"{line} #1#"
    (slug,) = parsed(script(heading=heading))
    assert isinstance(slug, Slug)
    assert str(slug.line) == line.removeprefix(".").upper()


@pytest.mark.parametrize("text", ["(to herself) Well.", "~la la~", "(all of it)"])
def test_write_fountain_speech_in_brackets_stays_speech(text: str) -> None:
    (_, dialog) = parsed(script(BranchBeat("dialogue", text, "ODA")))
    assert isinstance(dialog, Dialog)
    assert [(aside, str(line)) for aside, line in dialog.blocks] == [(False, GAP + text)]


@pytest.mark.parametrize("text", ["CUT TO:", "Fade out.", "> IRIS <", "INT. DREAM TO:", "溶至", "TO:"])
def test_write_fountain_transition_stays_transition(text: str) -> None:
    (_, transition) = parsed(script(BranchBeat("transition", text)))
    assert isinstance(transition, Transition)
    assert words(transition).strip("<> ") == text.upper().strip("<> ")


def test_write_fountain_two_speakers_in_a_row_are_not_dual() -> None:
    beats = BranchBeat("dialogue", "Now.", "ODA"), BranchBeat("dialogue", "Now!", "BRAM^")
    (_, *dialogs) = parsed(script(*beats))
    assert [(type(dialog), str(dialog.character).strip(GAP)) for dialog in dialogs] == [
        (Dialog, "ODA"),
        (Dialog, "BRAM^"),
    ]


def test_write_fountain_omission_marks_in_two_beats_leave_out_nothing() -> None:
    (_, first, second, third) = parsed(script(action("She writes /* on it."), action("Rain."), action("He: */")))
    assert [words(first), words(second), words(third)] == ["She writes /* on it.", "Rain.", "He: */"]


def test_write_fountain_title_page_is_read_back() -> None:
    screenplay = fountain.parse(io.StringIO(written(script(action("Rain.")))))
    assert screenplay.title_page == {
        "Title": ["The Ferry"],
        "Credit": ["steered live by its audience"],
        "Contact": ["Here", "and there"],
    }


# What a stored beat can hold (one line, no NUL, no surrogates), without two things that screenplain itself
# gets wrong: it reads U+E700 to U+E706 as its own marks, and knows no `\_` (the syntax does), so underscores
# and the backslashes before them are left out of the comparison.
MARKS = ["INT. ", " TO:", "[[", "]]", "/*", "*/", "灯", "A", "a", " ", *"*_[]/\\#@!.~>=<:()^"]
CHARACTERS = st.characters(
    exclude_categories=["Cs"], exclude_characters=[chr(n) for n in range(0xE700, 0xE707)] + ["\0"]
)
ACTION = st.lists(st.one_of(st.sampled_from(MARKS), CHARACTERS), min_size=1, max_size=30).map(
    lambda parts: " ".join("".join(parts).split())
)


@given(ACTION.filter(bool))
@example("*a* **b** _c_ ***d***")
@example("\\*a\\*")
@example(">a<")
@example("ınt. a")
@settings(max_examples=300, deadline=None)
def test_any_action_is_read_back_as_an_action_with_the_same_words(text: str) -> None:
    (_, *paragraphs) = parsed(script(action(text), action("Rain.")))
    assert [type(paragraph) for paragraph in paragraphs] == [Action, Action]

    def bare(line: str) -> str:
        return line.replace("_", "").replace("\\", "").replace(GAP, "")

    assert bare(words(paragraphs[0])).strip() == bare(text).strip()
    assert not paragraphs[0].centered


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["salt-lamp", "san-que-yi"])
def test_sample_story_is_read_back_scene_by_scene(slug: str) -> None:
    load_samples()
    story = Story.objects.get(slug=slug)
    performance = Performance.objects.create(story=story)
    for scene in Scene.objects.filter(story=story):  # every scene once, so that no line of the story is left out
        enter(performance, scene, choice=None)
    screenplay = screenplay_of(performance)
    read = parsed(screenplay)

    slugs = [(str(one.line), str(one.scene_number)) for one in read if isinstance(one, Slug)]
    assert slugs == [(scene.heading.upper(), str(scene.number)) for scene in screenplay.scenes]
    beats = [beat for scene in screenplay.scenes for beat in scene.beats]
    assert [words(one) for one in read if isinstance(one, Action)] == [b.text for b in beats if b.kind == "action"]
    spoken = [(str(one.character), str(line)) for one in read if isinstance(one, Dialog) for aside, line in one.blocks
              if not aside]  # fmt: skip
    assert spoken == [(beat.character, beat.text) for beat in beats if beat.kind == "dialogue"]
    assert len(screenplay.scenes) >= 8
