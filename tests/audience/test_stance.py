"""Where a comment stands on each choice: a table of cases, and what it must not claim to know."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.scoring import sentiment
from audience.stance import stances

VILLAIN = {1: "Kill the villain", 2: "Spare the villain"}
DOOR = {1: "Open the door", 2: "Don't open the door"}
FERRY = {7: "Carry the widow", 8: "Carry the thief", 9: "Burn the ferry"}
CHINESE = {1: "杀死反派", 2: "放过反派"}

CASES = [
    # the plain imperative, in words however dark, is for
    (VILLAIN, "Kill the villain!", {1: 1.0}),
    (VILLAIN, "kill him", {1: 0.6}),
    (VILLAIN, "I hate him, kill the villain", {1: 1.0}),
    (VILLAIN, "ｋｉｌｌ the VILLAIN", {1: 1.0}),
    (FERRY, "burn it all, burn the ferry", {9: 0.8}),
    (FERRY, "carry the widow and not the thief", {7: 1.0, 8: -0.6}),
    # negation
    (VILLAIN, "Please don't kill the villain", {1: -1.0}),
    (VILLAIN, "never kill", {1: -0.6}),
    (VILLAIN, "no no no don't kill", {1: -0.6}),
    (VILLAIN, "nobody should kill the villain", {1: -1.0}),
    (VILLAIN, "anything but killing him", {1: -0.6}),
    (VILLAIN, "Don't spare him, kill him!", {2: -0.6, 1: 0.6}),
    (VILLAIN, "can't wait to kill the villain", {1: 1.0}),
    # preference
    (VILLAIN, "spare him instead of killing him", {2: 0.6, 1: -0.6}),
    (VILLAIN, "I'd rather spare the villain than kill him", {2: 1.0, 1: -0.6}),
    # verdicts
    (VILLAIN, "Killing the villain is a terrible idea", {1: -1.0}),
    (VILLAIN, "sparing him is not a bad idea", {2: 0.6}),
    # questions, suppositions, suggestions
    (VILLAIN, "should we kill the villain?", {}),
    (VILLAIN, "if we kill the villain we lose", {}),
    (VILLAIN, "why not kill the villain?", {1: 0.5}),
    (VILLAIN, "Kill the villain? No!", {1: -0.5}),
    # by number
    (VILLAIN, "option 2", {2: 1.0}),
    (VILLAIN, "2", {2: 1.0}),
    (VILLAIN, "the second one", {2: 1.0}),
    (VILLAIN, "not option 1", {1: -1.0}),
    # a choice that is itself a refusal
    (DOOR, "open the door", {1: 1.0, 2: -1.0}),
    (DOOR, "don't open it", {1: -0.6, 2: 0.6}),
    # nothing of any choice
    (VILLAIN, "what a lovely scene", {}),
    (VILLAIN, "I hate the villain", {}),
    (VILLAIN, "villain", {}),
    (VILLAIN, "", {}),
    ({}, "kill the villain", {}),
    # Chinese
    (CHINESE, "杀死反派！", {1: 1.0}),
    (CHINESE, "别杀他", {1: -0.6}),
    (CHINESE, "不要杀死反派", {1: -1.0}),
    (CHINESE, "放过他吧", {2: 0.6}),
    (CHINESE, "与其杀死反派不如放过他", {1: -1.0, 2: 0.6}),
    (CHINESE, "杀了反派而不是放过他", {1: 0.6, 2: -0.6}),
    (CHINESE, "要不要杀死反派？", {}),
    (CHINESE, "能不能放过反派", {2: 0.5}),
    (CHINESE, "如果杀死反派会怎样", {}),
    (CHINESE, "杀死反派太蠢了", {1: -1.0}),
    (CHINESE, "不得不杀死他", {1: 0.6}),
    (CHINESE, "选二", {2: 1.0}),
    (CHINESE, "反派好帅", {}),
    (CHINESE, "太好看了", {}),
]


@pytest.mark.parametrize(("choices", "text", "expected"), CASES)
def test_stances_of(choices: dict[int, str], text: str, expected: dict[int, float]) -> None:
    assert {choice: found.value for choice, found in stances(text, choices).items()} == expected


def test_stance_is_kept_apart_from_polarity() -> None:
    text = "Kill the villain, he is awful!"
    feeling = sentiment(text, language="en")
    assert feeling is not None
    assert feeling < -0.5
    assert stances(text, VILLAIN)[1].value == 1.0


def test_stance_says_why() -> None:
    assert stances("Don't kill the villain", VILLAIN)[1].why == "'dont kill the villain': names kil, villain"


@given(st.text(max_size=280), st.lists(st.text(max_size=120), max_size=8))
@settings(max_examples=150, deadline=None)
def test_stances_of_anything_are_within_bounds(text: str, labels: list[str]) -> None:
    choices = dict(enumerate(labels, start=1))
    found = stances(text, choices)
    assert set(found) <= set(choices)
    assert all(-1 <= stance.value <= 1 and stance.why for stance in found.values())
