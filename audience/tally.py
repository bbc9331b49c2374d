"""Count ballots and decide a poll: pure functions over plain values."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Vote:
    """One guest's pick, as it stands when the poll closes."""

    choice: int
    cast_at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """`rule` and `seed` are set where the votes alone did not decide."""

    counts: dict[int, int]
    voters: int
    winner: int
    decided_by: Literal["votes", "tie", "default"]
    rule: str = ""
    seed: str = ""


def count(choices: Sequence[int], votes: Iterable[Vote]) -> dict[int, int]:
    """Ballots per choice, zeros included; a vote for anything else is not counted."""
    counts = dict.fromkeys(choices, 0)
    for vote in votes:
        if vote.choice in counts:
            counts[vote.choice] += 1
    return counts


def decide(choices: Sequence[int], votes: Sequence[Vote], *, tie_rule: str, empty_rule: str, seed: str) -> Result:
    """The result of a poll over `choices` (in the order offered, at least one).

    `tie_rule` is "earliest" or "draw", `empty_rule` is "first", "last" or "draw". `seed` makes a draw
    repeatable by anybody: see `draw`.
    """
    counts = count(choices, votes)
    voters = sum(counts.values())
    if voters == 0:
        winner = {"first": choices[0], "last": choices[-1]}.get(empty_rule) or draw(choices, seed)
        return Result(counts, 0, winner, "default", empty_rule, seed if empty_rule == "draw" else "")
    best = max(counts.values())
    leaders = [choice for choice in choices if counts[choice] == best]
    if len(leaders) == 1:
        return Result(counts, voters, leaders[0], "votes")
    if tie_rule == "draw":
        return Result(counts, voters, draw(leaders, seed), "tie", "draw", seed)
    return Result(counts, voters, first_to_reach(leaders, votes), "tie", "earliest")


def draw(choices: Sequence[int], seed: str) -> int:
    """The choice at SHA-256(seed) modulo the number of choices, choices sorted by id: anyone can check it."""
    digest = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")
    return sorted(choices)[digest % len(choices)]


def first_to_reach(leaders: Sequence[int], votes: Iterable[Vote]) -> int:
    """The leader whose last standing ballot came earliest, and so was first at the number; then by order."""
    last: dict[int, datetime] = {}
    for vote in votes:
        last[vote.choice] = max(vote.cast_at, last.get(vote.choice, vote.cast_at))
    return min(leaders, key=lambda choice: (last[choice], leaders.index(choice)))
