"""The corpus: deterministic, and every answer is what its prompt asks for."""

import json
from dataclasses import replace
from itertools import islice
from random import Random

import jsonschema
import pytest

from storyengine.generation.parse import answer_schema, parse_answer
from storyengine.generation.plan import plan_of
from storyengine.generation.prompt import segments
from storyengine.generation.training.bible import article
from storyengine.generation.training.corpus import Example, examples, make_family
from storyengine.showrun.bench.box import repeats, said_in

SAMPLE = 150


@pytest.fixture(scope="module")
def sample() -> list[Example]:
    return list(islice(examples(11), SAMPLE))


@pytest.fixture(scope="module")
def known(sample: list[Example]) -> list[Example]:
    """Those whose prompt tells of all people and places."""
    found = [one for one in sample if len(one.context.characters) >= 3 and one.context.places]
    assert SAMPLE * 0.6 < len(found) < SAMPLE
    return found


def test_articles_are_as_they_are_heard() -> None:
    heard = "a uniform,an hourglass,an heir,a usurer,an unopened letter,an umbrella,a one-way ticket,an onyx,a eulogy"
    assert [article(one.split(maxsplit=1)[1]) for one in heard.split(",")] == heard.split(",")
    assert [article(noun) for noun in ("old clothes", "people", "keys")] == [
        "some old clothes",
        "some people",
        "some keys",
    ]


def test_examples_are_the_same_for_the_same_seed() -> None:
    assert list(islice(examples(3), 5)) == list(islice(examples(3), 5))
    assert list(islice(examples(3), 5)) != list(islice(examples(4), 5))


def test_every_answer_parses_against_its_own_context(sample: list[Example]) -> None:
    for example in sample:
        assert parse_answer(example.answer, example.context).scenes == (example.scene,)
        assert plan_of(example.answer) == example.plan


def test_speakers_come_from_the_bible(known: list[Example]) -> None:
    for example in known:
        names = {name for name, _ in example.context.characters}
        assert {beat.character for beat in example.scene.beats} - {""} <= names


def test_headings_name_a_place_of_the_bible(known: list[Example]) -> None:
    for example in known:
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


def test_every_answer_keeps_to_the_schema(known: list[Example]) -> None:
    for example in known:
        schema = answer_schema(example.context)
        answer = json.loads(example.answer)
        assert list(answer) == list(schema["properties"])
        jsonschema.validate(answer, schema)


def test_the_plan_says_what_the_scene_then_does(sample: list[Example]) -> None:
    for example in sample:
        assert example.scene.beats[0].text.startswith(example.plan.beats[0][:1].upper() + example.plan.beats[0][1:])
        wished = [beat for beat in example.plan.beats if example.ask and example.ask.text in beat]
        assert bool(wished) == bool(example.ask)


def test_facts_are_called_to_mind_in_many_scenes(sample: list[Example]) -> None:
    told = [example for example in sample if example.context.facts]
    reminded = [
        example for example in told
        if any(what in beat.text for _, what in example.context.facts for beat in example.scene.beats)
    ]  # fmt: skip
    assert len(told) > SAMPLE // 3
    assert len(reminded) > len(told) // 5


def test_sentences_hardly_come_back(sample: list[Example]) -> None:
    known = {text for one in islice(examples(12), 1000) for text in said_in(one.scene)}
    said = [text for example in sample for text in said_in(example.scene)]
    assert sum(text in known for text in said) < len(said) / 20
    twice = [example for example in sample if repeats(example.scene)]
    assert len(twice) < SAMPLE / 20


def test_ways_on_from_one_scene_share_their_prompt_up_to_its_end() -> None:
    family = make_family(Random(5), size=0.5, count=4)
    assert len({example.context.choice for example in family}) > 1
    shared = {segments(replace(example.context, choice=""))[:5] for example in family}
    assert len({tuple(part for part in parts if part.name != "audience") for parts in shared}) == 1


def test_nobody_speaks_of_themselves_by_name(sample: list[Example]) -> None:
    """A line that names its speaker is one whose gaps were filled for somebody else; a wish may name anybody."""
    named = [
        beat for example in sample for beat in example.scene.beats
        if beat.kind == "dialogue" and beat.character in beat.text
        and not (example.ask and example.ask.name) and not example.context.facts
    ]  # fmt: skip
    assert not named
