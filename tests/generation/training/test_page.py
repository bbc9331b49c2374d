"""The page of a scene: how people and things are called once they were named, and what a scene comes back to."""

import re
from random import Random

import pytest

from storyengine.generation.training.bible import make_bible
from storyengine.generation.training.page import ADDRESS, PROP, Page, called, gaps_for, headword
from storyengine.generation.training.pools import pool

CAST = ("Captain Ross", "Toby Nine", "The Landlord")


def page(noun: str = "sealed letter") -> Page:
    gaps = gaps_for(CAST, "The Stone Yard", noun, "red mirror", "the will")
    found = Page(Random(3), make_bible(Random(1), size=0.5), gaps)
    found.voices = dict.fromkeys(CAST, "plain")
    return found


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Captain Ross", "Ross"), ("Toby Nine", "Toby"), ("The Landlord", "The Landlord"), ("Mira", "Mira"),
        ("Toby Hale", "Toby Hale"),
    ],
)  # fmt: skip
def test_a_person_is_called_by_what_no_other_is_called(name: str, short: str) -> None:
    others = [*CAST, "Mira"] if name != "Toby Hale" else CAST
    assert called(name, others) == short


@pytest.mark.parametrize(
    ("noun", "word"),
    [("sealed letter", "letter"), ("Stone Yard", "Yard"), ("Pont Vert", "Pont Vert"), ("Mira's Mill", "Mira's Mill")],
)
def test_a_thing_or_place_goes_by_its_last_word_unless_it_is_a_name(noun: str, word: str) -> None:
    assert headword(noun) == word


def test_what_was_not_named_in_full_yet_is_named_in_full() -> None:
    for seed in range(20):
        now = page()
        now.rng = Random(seed)
        now.act("{a} hides the {o} in the {place}.")
        assert now.beats[0].text == "Captain Ross hides the sealed letter in the Stone Yard."
        now.act("{a} hides the {o} in the {place}.")
        assert re.fullmatch(
            r"(Captain )?Ross hides the (sealed )?letter in the (Stone )?Yard\.", now.beats[1].text
        )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("I paid you, {you}.", "I paid you."),
        ("I paid you, {you}, and you drank it.", "I paid you, and you drank it."),
        ("By what miracle, {you}, did you get in?", "By what miracle, {you}, did you get in?"),
        ("{you}, come here.", "{you}, come here."),
    ],
)
def test_an_address_goes_only_where_it_leaves_no_trace(line: str, told: str) -> None:
    assert ADDRESS.sub("", line) == told


def test_a_scene_comes_back_to_what_it_named_and_never_to_its_own_thing() -> None:
    now = page("old lamp")
    now.act("{a} puts a hat beside the {o}.")
    assert now.props == ["hat"]
    now.come_back("a", "b")
    assert "hat" in " ".join(beat.text for beat in now.beats[1:])


def test_every_reprise_names_what_it_comes_back_to() -> None:
    entries = [*pool("reprise"), *pool("reprise talk")]
    assert {len(entry) for entry in pool("reprise talk")} == {2}
    assert all("{p}" in "".join(entry) for entry in entries)
    assert PROP.findall("a wet hat, the oldest chair, an idea") == ["hat", "chair"]
