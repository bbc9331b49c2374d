"""Counting, against a reference that is slow and obvious; ties and empty polls by their rules."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.tally import Result, Vote, count, decide, draw

START = datetime(2026, 1, 1, tzinfo=UTC)
CHOICES = st.lists(st.integers(1, 4), min_size=1, max_size=4, unique=True)
VOTES = st.lists(
    st.builds(Vote, st.integers(1, 4), st.integers(0, 6).map(lambda s: START + timedelta(seconds=s))), max_size=12
)


def at(choice: int, second: int) -> Vote:
    return Vote(choice, START + timedelta(seconds=second))


def drawn(choices: list[int], seed: str) -> int:
    return sorted(choices)[int(hashlib.sha256(seed.encode()).hexdigest(), 16) % len(choices)]


def reference(choices: list[int], votes: list[Vote], tie_rule: str, empty_rule: str, seed: str) -> tuple[int, str]:
    """Winner and what decided: count by hand; replay a tie second by second."""
    standing = [vote for vote in votes if vote.choice in choices]
    numbers = [sum(vote.choice == choice for vote in standing) for choice in choices]
    if not standing:
        return {"first": choices[0], "last": choices[-1], "draw": drawn(choices, seed)}[empty_rule], "default"
    leaders = [choice for choice, number in zip(choices, numbers, strict=True) if number == max(numbers)]
    if len(leaders) == 1:
        return leaders[0], "votes"
    if tie_rule == "draw":
        return drawn(leaders, seed), "tie"
    for moment in sorted({vote.cast_at for vote in standing}):
        for leader in leaders:  # in the order offered
            if sum(vote.choice == leader and vote.cast_at <= moment for vote in standing) == max(numbers):
                return leader, "tie"
    raise AssertionError("somebody reaches the number")


@given(
    CHOICES,
    VOTES,
    st.sampled_from(["earliest", "draw"]),
    st.sampled_from(["first", "last", "draw"]),
    st.text(max_size=4),
)
@settings(max_examples=400, deadline=None)
def test_decide_agrees_with_the_reference(
    choices: list[int], votes: list[Vote], tie_rule: str, empty_rule: str, seed: str
) -> None:
    result = decide(choices, votes, tie_rule=tie_rule, empty_rule=empty_rule, seed=seed)
    assert (result.winner, result.decided_by) == reference(choices, votes, tie_rule, empty_rule, seed)
    assert list(result.counts) == choices
    assert result.counts == {choice: sum(vote.choice == choice for vote in votes) for choice in choices}
    assert result.voters == sum(result.counts.values())


@given(CHOICES, VOTES, st.randoms())
@settings(max_examples=100, deadline=None)
def test_decide_does_not_depend_on_the_order_of_the_table(choices: list[int], votes: list[Vote], rng) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(votes)
    rng.shuffle(shuffled)
    rules = {"tie_rule": "earliest", "empty_rule": "first", "seed": "s"}
    assert decide(choices, shuffled, **rules) == decide(choices, votes, **rules)


def test_tie_goes_to_the_choice_that_was_first_to_reach_the_number() -> None:
    votes = [at(7, 1), at(3, 2), at(3, 3), at(7, 9), at(5, 0)]
    result = decide([7, 3, 5], votes, tie_rule="earliest", empty_rule="first", seed="s")
    assert result == Result({7: 2, 3: 2, 5: 1}, 5, 3, "tie", "earliest", "")


def test_tie_by_draw_says_its_seed() -> None:
    result = decide([7, 3], [at(7, 1), at(3, 2)], tie_rule="draw", empty_rule="first", seed="abcd:2")
    assert result == Result({7: 1, 3: 1}, 2, drawn([3, 7], "abcd:2"), "tie", "draw", "abcd:2")


@pytest.mark.parametrize(("rule", "winner", "seed"), [("first", 7, ""), ("last", 5, ""), ("draw", 3, "abcd:2")])
def test_empty_poll_is_decided_by_its_rule(rule: str, winner: int, seed: str) -> None:
    result = decide([7, 3, 5], [], tie_rule="draw", empty_rule=rule, seed="abcd:2")
    assert result == Result({7: 0, 3: 0, 5: 0}, 0, winner, "default", rule, seed)


def test_draw_can_be_checked_by_anybody_and_falls_on_each() -> None:
    # printf abcd:2 | sha256sum, as a number, modulo 3
    assert draw([7, 3, 5], "abcd:2") == draw([3, 5, 7], "abcd:2") == drawn([7, 3, 5], "abcd:2") == 3
    falls = [draw([1, 2, 3], f"seed:{n}") for n in range(3000)]
    assert all(900 < falls.count(choice) < 1100 for choice in (1, 2, 3))


def test_count_leaves_out_what_was_not_offered() -> None:
    assert count([2, 1], [at(1, 0), at(9, 0), at(1, 0)]) == {2: 0, 1: 2}
