"""The corpus: deterministic, and every answer is what its prompt asks for."""

from itertools import islice

import pytest

from storyengine.generation.parse import parse_answer
from storyengine.generation.training.corpus import Example, examples

SAMPLE = 150


@pytest.fixture(scope="module")
def sample() -> list[Example]:
    return list(islice(examples(11), SAMPLE))


def test_examples_are_the_same_for_the_same_seed() -> None:
    assert list(islice(examples(3), 5)) == list(islice(examples(3), 5))
    assert list(islice(examples(3), 5)) != list(islice(examples(4), 5))


def test_every_answer_parses_against_its_own_context(sample: list[Example]) -> None:
    for example in sample:
        assert parse_answer(example.answer, example.context).scenes == (example.scene,)


def test_speakers_come_from_the_bible(sample: list[Example]) -> None:
    for example in sample:
        names = {name for name, _ in example.context.characters}
        assert {beat.character for beat in example.scene.beats} - {""} <= names


def test_headings_name_a_place_of_the_bible(sample: list[Example]) -> None:
    for example in sample:
        place = example.scene.heading.partition(" ")[2].rpartition(" - ")[0]
        assert place in {name for name, _ in example.context.places}


def test_the_heaviest_wish_is_taken_up(sample: list[Example]) -> None:
    wished = [example for example in sample if example.context.wishes]
    assert len(wished) > SAMPLE // 3
    for example in wished:
        said = " ".join(beat.text for beat in example.scene.beats).casefold()
        assert all(word.casefold() in said for word in example.context.wishes[0].text.split())


def test_an_ending_has_no_choices_and_others_have_three(sample: list[Example]) -> None:
    for example in sample:
        assert len(example.scene.choices) == example.context.choices


def test_the_first_beat_carries_out_the_choice(sample: list[Example]) -> None:
    for example in sample:
        verb, *rest = example.context.choice.casefold().split()
        first = example.scene.beats[0].text.casefold()
        assert all(word in first for word in rest), (example.context.choice, first)
        assert verb[:2] in first


def test_no_line_keeps_a_gap(sample: list[Example]) -> None:
    for example in sample:
        assert "{" not in example.scene.summary + "".join(beat.text for beat in example.scene.beats)
