"""Names in capitals are told as prose has them, and come back as the story spells them."""

from dataclasses import replace

import pytest

from storyengine.generation.parse import answer_schema, parse_answer, write_answer
from storyengine.generation.prompt import Context, segments
from storyengine.generation.spelling import as_prose, capital_words
from storyengine.plot.branch import BranchBeat, BranchScene
from tests.generation.test_prompt import SMALL

LOUD = replace(
    SMALL,
    characters=(("OLD TAM", "the engineer; obeys LIDIA"), ("LIDIA", "counts everything")),
    places=(("THE CAR DECK", "chains, salt"), ("TAM'S BUNK", "a lamp")),
    last_scene="INT. THE CAR DECK - NIGHT\nRain. LIDIA and TAM wait for the BBC.\nANSELM GREY: Ask Lidia, OLD TAM!",
    choice="Follow OLD TAM",
    facts=(("LIDIA", "has the lamp"),),
)
SCENE = BranchScene(
    "INT. THE CAR DECK - NIGHT",
    (BranchBeat("action", "Lidia waits."), BranchBeat("dialogue", "Old Tam, at last.", "LIDIA"),
     BranchBeat("dialogue", "Yes.", "OLD TAM"), BranchBeat("action", "The lamp goes out.")),
    ("Wait", "Go"),
    "Lidia waits for Old Tam.",
)  # fmt: skip


def told(context: Context) -> str:
    return "".join(segment.text for segment in segments(context))


@pytest.mark.parametrize(
    ("name", "prose"),
    [
        ("OLD TAM", "Old Tam"), ("DR. HALVORSEN", "Dr. Halvorsen"), ("MRS DOUR", "Mrs Dour"), ("O'BRIEN", "O'Brien"),
        ("DOROTHEA'S PARLOUR", "Dorothea's Parlour"), ("HENRY VIII", "Henry VIII"), ("HAL 9000", "Hal 9000"),
        ("C-3PO", "C-3PO"), ("DJ KIT", "DJ Kit"), ("J.R. EWING", "J.R. Ewing"), ("ANNE-MARIE", "Anne-Marie"),
        ("MAN IN BLACK", "Man in Black"), ("ÉLOÏSE", "Éloïse"), ("老周", "老周"),
    ],
)  # fmt: skip
def test_a_name_in_capitals_gets_small_letters(name: str, prose: str) -> None:
    assert as_prose(f"So {name} said.", capital_words([name])) == f"So {prose} said."


def test_one_name_in_capitals_among_others_is_an_acronym() -> None:
    assert as_prose("HAL sees Dave", capital_words(["HAL", "Dave"])) == "HAL sees Dave"


def test_a_prompt_tells_names_as_prose_wherever_they_stand() -> None:
    text = told(LOUD)
    for said in (
        "- Old Tam: the engineer; obeys Lidia", "- The Car Deck: ", "INT. The Car Deck - NIGHT",
        "# CHOICE\nFollow Old Tam", "Lidia and Tam wait for the BBC.", "Anselm Grey: Ask Lidia, Old Tam!",
        "- Lidia: has the lamp", "Tam's Bunk",
    ):  # fmt: skip
        assert said in text
    assert "TAM" not in text
    assert "LIDIA" not in text


def test_the_schema_lets_speak_whom_the_prompt_names() -> None:
    speaker = answer_schema(LOUD)["properties"]["beats"]["items"]["anyOf"][1]["properties"]["character"]
    assert speaker == {"enum": ["Old Tam", "Lidia"]}


def test_an_answer_comes_back_in_the_storys_spelling() -> None:
    answer = write_answer(SCENE, LOUD)
    assert '"heading":"INT. The Car Deck - NIGHT"' in answer
    assert '"character":"Old Tam"' in answer
    assert parse_answer(answer, LOUD).scenes == (SCENE,)


def test_a_story_in_small_letters_is_told_as_it_stands() -> None:
    assert "INT. Boathouse, BBC" in told(replace(SMALL, last_scene="INT. Boathouse, BBC - NIGHT\nRain."))
