"""The lines of the grammar: every section that is drawn from is there, every gap is one that is filled."""

import re
from random import Random

import pytest

from storyengine.generation.training import pools, worlds
from storyengine.generation.training.deeds import OTHER_CHOICES, THING_CHOICES
from storyengine.generation.training.voices import VOICES

TURNS = ("entrance", "find", "confess", "last beat", "cliff", "turn reply", "ending")
PEOPLE, AGREEING = {"a", "b", "c", "you"}, {"o", "is", "it", "them", "s", "es", "place", "stake"}


def gaps_of(section: str) -> set[str]:
    return {gap for entry in pools.pool(section) for part in entry for gap in re.findall(r"{(\w+)}", part)}


def test_every_world_voice_and_kind_of_deed_has_lines() -> None:
    assert all(len(pools.pool(f"air {world}")) >= 20 for world in worlds.WORLDS)
    assert all(len(pools.pool(f"voice {voice}")) >= 10 for voice in VOICES)
    for group in (*THING_CHOICES, *OTHER_CHOICES, "odd"):
        assert all(len(pools.pool(f"{group} {part}")) >= 12 for part in ("flourish", "lead", "reply"))


@pytest.mark.parametrize("section", ["press", "between two", "the third", "the place", "the thing", "the stake"])
def test_an_exchange_has_two_parts_and_speaks_to_somebody(section: str) -> None:
    assert {len(entry) for entry in pools.pool(section)} == {2}
    assert gaps_of(section) <= {"you", "c"} | AGREEING


@pytest.mark.parametrize("section", TURNS)
def test_only_turns_and_endings_name_the_new_thing(section: str) -> None:
    assert gaps_of(section) <= PEOPLE | AGREEING | {"n", "an", "ns"}


def test_one_of_the_alternatives_is_drawn() -> None:
    drawn = {pools.vary(Random(seed), "The [cat|dog] sits on [the mat|{a}].") for seed in range(40)}
    assert drawn == {"The cat sits on the mat.", "The cat sits on {a}.", "The dog sits on the mat.",
                     "The dog sits on {a}."}  # fmt: skip


def test_no_heading_stands_twice_and_no_line_before_one() -> None:
    found: list[str] = []
    for file in sorted(pools.FOLDER.glob("*.txt")):
        lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
        assert lines[0].startswith("== "), file.name
        found += [line for line in lines if line.startswith("== ")]
    assert len(found) == len(set(found))
