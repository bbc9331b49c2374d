"""Counting, against a reference that is slow and obvious; ties, run-offs and empty polls by their rules."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.tally import Result, Round, Rules, Vote, count, decide, draw, strongest_first

START = datetime(2026, 1, 1, tzinfo=UTC)
CHOICES = st.lists(st.integers(1, 5), min_size=1, max_size=5, unique=True)
BALLOTS = st.lists(st.integers(1, 5), min_size=1, max_size=5, unique=True).map(tuple)
MOMENTS = st.integers(0, 6).map(lambda s: START + timedelta(seconds=s))
VOTES = st.lists(st.builds(Vote, BALLOTS, MOMENTS), max_size=14)
RULES = st.builds(
    Rules,
    st.sampled_from(["single", "multiple", "approval", "ranked"]),
    st.sampled_from(["earliest", "draw", "decide"]),
    st.sampled_from(["first", "last", "draw"]),
    st.text(max_size=4),
)


def at(second: int, *choices: int) -> Vote:
    return Vote(choices, START + timedelta(seconds=second))


def drawn(choices: Sequence[int], seed: str) -> int:
    return sorted(choices)[int(hashlib.sha256(seed.encode()).hexdigest(), 16) % len(choices)]


def first_at(number: int, leaders: Sequence[int], votes: list[Vote], counts_for) -> int:  # type: ignore[no-untyped-def]
    """Replay the poll second by second until one of the leaders (in the order offered) has the number."""
    for moment in sorted({vote.cast_at for vote in votes}):
        for leader in leaders:
            if sum(counts_for(vote) == leader and vote.cast_at <= moment for vote in votes) == number:
                return leader
    raise AssertionError("somebody reaches the number")


def reference(choices: list[int], votes: list[Vote], rules: Rules) -> tuple[int | None, str, list[int]]:
    """Winner, what decided and the leaders: every ballot is read again for every question."""
    standing = [vote for vote in votes if any(choice in choices for choice in vote.choices)]
    if not standing:
        winner = {"first": choices[0], "last": choices[-1], "draw": drawn(choices, rules.seed)}[rules.empty]
        return winner, "default", [winner]
    if rules.kind == "ranked":
        return run_off(choices, standing, rules)
    numbers = {choice: sum(choice in vote.choices for vote in standing) for choice in choices}
    leaders = [choice for choice in choices if numbers[choice] == max(numbers.values())]
    # one mark for each choice that a ballot names
    marks = [Vote((choice,), vote.cast_at) for vote in standing for choice in vote.choices]
    return broken(leaders, max(numbers.values()), marks, lambda mark: mark.choices[0], rules)


def run_off(choices: list[int], votes: list[Vote], rules: Rules) -> tuple[int | None, str, list[int]]:
    left, past = list(choices), []
    while True:

        def counts_for(vote: Vote, left: list[int] = left) -> int | None:
            return next((choice for choice in vote.choices if choice in left), None)

        numbers = {choice: sum(counts_for(vote) == choice for vote in votes) for choice in left}
        best = max(numbers.values())
        if best > sum(numbers.values()) / 2 or len(set(numbers.values())) == 1:
            leaders = [choice for choice in left if numbers[choice] == best]
            return broken(leaders, best, votes, counts_for, rules)
        fewest = [choice for choice in left if numbers[choice] == min(numbers.values())]
        if min(numbers.values()) > 0:
            fewest = [loser(fewest, past, len(past) + 1, numbers, votes, counts_for, rules)]
        past.append(numbers)
        left = [choice for choice in left if choice not in fewest]


def loser(last, past, number, numbers, votes, counts_for, rules: Rules) -> int:  # type: ignore[no-untyped-def]
    for earlier in past[::-1]:
        last = [choice for choice in last if earlier[choice] == min(earlier[other] for other in last)]
    if len(last) == 1:
        return last[0]
    if rules.tie != "earliest":
        return drawn(last, f"{rules.seed}:{number}")
    while len(last) > 1:  # strike whoever was first at the number, until one is left
        last = [choice for choice in last if choice != first_at(numbers[last[0]], last, votes, counts_for)]
    return last[0]


def broken(leaders, best, votes, counts_for, rules: Rules):  # type: ignore[no-untyped-def]
    if len(leaders) == 1:
        return leaders[0], "votes", leaders
    winner = {
        "draw": lambda: drawn(leaders, rules.seed),
        "decide": lambda: None,
        "earliest": lambda: first_at(best, leaders, votes, counts_for),
    }[rules.tie]()
    return winner, "tie", leaders


@given(CHOICES, VOTES, RULES)
@settings(max_examples=1000, deadline=None)
def test_decide_agrees_with_the_reference(choices: list[int], votes: list[Vote], rules: Rules) -> None:
    result = decide(choices, votes, rules)
    assert (result.winner, result.decided_by, list(result.leaders)) == reference(choices, votes, rules)
    assert list(result.counts) == choices
    standing = [[choice for choice in vote.choices if choice in choices] for vote in votes]
    assert result.voters == sum(bool(named) for named in standing)
    if rules.kind == "ranked":
        assert result.counts == {choice: sum(named[:1] == [choice] for named in standing) for choice in choices}
    else:
        assert result.counts == {choice: sum(choice in named for named in standing) for choice in choices}


@given(CHOICES, VOTES, RULES, st.randoms())
@settings(max_examples=200, deadline=None)
def test_decide_does_not_depend_on_the_order_of_the_table(choices, votes, rules, rng) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(votes)
    rng.shuffle(shuffled)
    assert decide(choices, shuffled, rules) == decide(choices, votes, rules)


@given(CHOICES, VOTES, RULES)
@settings(max_examples=200, deadline=None)
def test_rounds_lose_no_ballot_and_each_puts_somebody_out(choices, votes, rules: Rules) -> None:  # type: ignore[no-untyped-def]
    result = decide(choices, votes, Rules("ranked", rules.tie, rules.empty, rules.seed))
    for one, after in zip(result.rounds, result.rounds[1:], strict=False):
        assert sum(one.counts.values()) + one.exhausted == result.voters
        assert one.out
        assert set(after.counts) == set(one.counts) - set(one.out)
        assert all(after.counts[choice] >= one.counts[choice] for choice in after.counts)
        assert after.exhausted >= one.exhausted
    if result.voters:
        assert result.rounds[-1].out == ()
        assert set(result.leaders) <= set(result.rounds[-1].counts)
    order = strongest_first(result.counts, result.rounds)
    assert sorted(order) == sorted(choices)
    assert not result.voters or order[0] in result.leaders


# ------------------------------------------------------------------ one choice, several choices


def test_tie_goes_to_the_choice_that_was_first_to_reach_the_number() -> None:
    votes = [at(1, 7), at(2, 3), at(3, 3), at(9, 7), at(0, 5)]
    result = decide([7, 3, 5], votes, Rules(tie="earliest"))
    assert result == Result({7: 2, 3: 2, 5: 1}, 5, 3, "tie", "earliest", "", (7, 3))


def test_tie_by_draw_says_its_seed() -> None:
    result = decide([7, 3], [at(1, 7), at(2, 3)], Rules(tie="draw", seed="abcd:2"))
    assert result == Result({7: 1, 3: 1}, 2, drawn([3, 7], "abcd:2"), "tie", "draw", "abcd:2", (7, 3))


def test_tie_for_the_showrunner_has_leaders_and_no_winner() -> None:
    result = decide([7, 3, 5], [at(1, 7), at(2, 3)], Rules(tie="decide", seed="abcd:2"))
    assert result == Result({7: 1, 3: 1, 5: 0}, 2, None, "tie", "decide", "", (7, 3))


def test_ballot_of_several_choices_is_one_voter() -> None:
    result = decide([7, 3, 5], [at(1, 7, 3), at(2, 3), at(3, 5, 3, 7)], Rules("approval"))
    assert result == Result({7: 2, 3: 3, 5: 1}, 3, 3, "votes", "", "", (3,))


@pytest.mark.parametrize(("rule", "winner", "seed"), [("first", 7, ""), ("last", 5, ""), ("draw", 3, "abcd:2")])
@pytest.mark.parametrize("kind", ["single", "ranked"])
def test_empty_poll_is_decided_by_its_rule(kind: str, rule: str, winner: int, seed: str) -> None:
    result = decide([7, 3, 5], [], Rules(kind, "draw", rule, "abcd:2"))
    assert result == Result({7: 0, 3: 0, 5: 0}, 0, winner, "default", rule, seed, (winner,))


# ------------------------------------------------------------------ rankings


def test_run_off_elects_whom_most_prefer_over_the_leader_of_the_first_count() -> None:
    votes = [at(n, 1) for n in range(4)] + [at(n, 2, 3) for n in range(3)] + [at(n, 3, 2) for n in range(2)]
    result = decide([1, 2, 3], votes, Rules("ranked"))
    assert (result.winner, result.decided_by, result.counts) == (2, "votes", {1: 4, 2: 3, 3: 2})
    assert result.rounds == (Round({1: 4, 2: 3, 3: 2}, 0, (3,)), Round({1: 4, 2: 5}, 0))


def test_run_off_counts_exhausted_ballots_and_asks_for_half_of_the_others() -> None:
    votes = [at(0, 1), at(1, 1), at(2, 1), at(3, 2), at(4, 2), at(5, 3), at(6, 3, 2)]
    result = decide([1, 2, 3], votes, Rules("ranked", "draw", seed="s"))
    assert result.rounds[0] == Round({1: 3, 2: 2, 3: 2}, 0, (drawn([2, 3], "s:1"),), "draw")
    assert sum(result.rounds[-1].counts.values()) + result.rounds[-1].exhausted == 7


def test_run_off_puts_out_all_that_nobody_ranks_first_at_once() -> None:
    votes = [at(0, 1, 4), at(1, 2, 4), at(2, 2), at(3, 3, 1), at(4, 1)]
    result = decide([5, 1, 4, 2, 3], votes, Rules("ranked"))
    assert [one.out for one in result.rounds] == [(5, 4), (3,), ()]
    assert result.winner == 1


def test_run_off_looks_back_before_it_draws() -> None:
    # 3 and 4 are level in the second round; 4 had fewer in the first.
    votes = [at(0, 1)] * 4 + [at(0, 2)] * 4 + [at(0, 3)] * 3 + [at(0, 4)] * 2 + [at(0, 5, 4)]
    result = decide([1, 2, 3, 4, 5], votes, Rules("ranked", "draw", seed="s"))
    assert (result.rounds[1].counts, result.rounds[1].out, result.rounds[1].by) == (
        {1: 4, 2: 4, 3: 3, 4: 3}, (4,), "back",
    )  # fmt: skip


def test_run_off_that_ends_level_is_a_tie_for_its_rule() -> None:
    votes = [at(3, 1), at(1, 2), at(0, 1), at(2, 2)]
    assert decide([1, 2, 3], votes, Rules("ranked", "earliest")).winner == 2
    waiting = decide([1, 2, 3], votes, Rules("ranked", "decide"))
    assert (waiting.winner, waiting.leaders, waiting.decided_by) == (None, (1, 2), "tie")


# ------------------------------------------------------------------ the pieces


def test_draw_can_be_checked_by_anybody_and_falls_on_each() -> None:
    # printf abcd:2 | sha256sum, as a number, modulo 3
    assert draw([7, 3, 5], "abcd:2") == draw([3, 5, 7], "abcd:2") == drawn([7, 3, 5], "abcd:2") == 3
    falls = [draw([1, 2, 3], f"seed:{n}") for n in range(3000)]
    assert all(900 < falls.count(choice) < 1100 for choice in (1, 2, 3))


def test_count_leaves_out_what_was_not_offered() -> None:
    assert count([2, 1], [at(0, 1), at(0, 9), at(0, 1, 9)]) == {2: 0, 1: 2}
