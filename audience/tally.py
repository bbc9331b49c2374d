"""Count ballots and decide a poll: pure functions over plain values.

A single, multiple or approval poll counts each ballot once for every choice it names. A ranked poll is an instant
run-off: each ballot counts for its first choice that is still in; while none has more than half of the ballots that
still count, the choice with the fewest goes out (and with it nobody's choices, all at once). A ballot none of whose
choices is left is exhausted. Where all that are left are level, it is a tie.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Vote:
    """One guest's ballot as it stands when the poll closes: the choices in the guest's order, each once."""

    choices: tuple[int, ...]
    cast_at: datetime


@dataclass(frozen=True, slots=True)
class Rules:
    """What a poll declared when it opened.

    `kind` is "single", "multiple", "approval" or "ranked", `tie` "earliest", "draw" or "decide", `empty` "first",
    "last" or "draw". `seed` makes a draw repeatable by anybody: see `draw`.
    """

    kind: str = "single"
    tie: str = "earliest"
    empty: str = "first"
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a run-off: ballots per choice still in, and who goes `out` after it (nobody after the last).

    `by` says how a tie for the fewest was broken: "back" (fewest in an earlier round, the latest that differs),
    "earliest" (reached the number last) or "draw"; empty where the count alone decided.
    """

    counts: dict[int, int]
    exhausted: int = 0
    out: tuple[int, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """`counts` are ballots per choice, of a ranked poll the first preferences; every choice is there.

    `winner` is None where the showrunner has to decide between `leaders`, or where the show ended first. `rule` and
    `seed` are set where the votes alone did not decide.
    """

    counts: dict[int, int]
    voters: int
    winner: int | None
    decided_by: Literal["votes", "tie", "default", "ended"]
    rule: str = ""
    seed: str = ""
    leaders: tuple[int, ...] = ()
    rounds: tuple[Round, ...] = field(default=())


def count(choices: Sequence[int], votes: Iterable[Vote], *, first_only: bool = False) -> dict[int, int]:
    """Ballots per choice, zeros included; what was not offered is not counted."""
    counts = dict.fromkeys(choices, 0)
    for vote in votes:
        for choice in vote.choices[:1] if first_only else vote.choices:
            if choice in counts:
                counts[choice] += 1
    return counts


def decide(choices: Sequence[int], votes: Sequence[Vote], rules: Rules) -> Result:
    """The result of a poll over `choices` (in the order offered, at least one)."""
    offered = set(choices)
    votes = [vote for vote in votes if offered.intersection(vote.choices)]
    if not votes:
        counts = dict.fromkeys(choices, 0)
        winner = {"first": choices[0], "last": choices[-1]}.get(rules.empty) or draw(choices, rules.seed)
        seed = rules.seed if rules.empty == "draw" else ""
        return Result(counts, 0, winner, "default", rules.empty, seed, (winner,))
    if rules.kind == "ranked":
        return _run_off(choices, votes, rules)
    counts = count(choices, votes)
    best = max(counts.values())
    leaders = tuple(choice for choice in choices if counts[choice] == best)
    piles = {choice: [vote for vote in votes if choice in vote.choices] for choice in leaders}
    return _settle(Result(counts, len(votes), None, "votes", leaders=leaders), piles, rules)


def _run_off(choices: Sequence[int], votes: Sequence[Vote], rules: Rules) -> Result:
    left = list(choices)
    rounds: list[Round] = []
    while True:
        piles = _piles(left, votes)
        counts = {choice: len(pile) for choice, pile in piles.items()}
        exhausted = len(votes) - sum(counts.values())
        leaders = _leaders(counts)
        if leaders:
            break
        out, by = _weakest(piles, rounds, rules)
        rounds.append(Round(counts, exhausted, out, by))
        left = [choice for choice in left if choice not in out]
    rounds.append(Round(counts, exhausted))
    first = count(choices, _firsts(choices, votes))
    result = Result(first, len(votes), None, "votes", leaders=leaders, rounds=tuple(rounds))
    return _settle(result, piles, rules)


def _piles(left: Sequence[int], votes: Iterable[Vote]) -> dict[int, list[Vote]]:
    """Each ballot on the pile of its first choice that is still in."""
    piles: dict[int, list[Vote]] = {choice: [] for choice in left}
    for vote in votes:
        standing = next((choice for choice in vote.choices if choice in piles), None)
        if standing is not None:
            piles[standing].append(vote)
    return piles


def _firsts(choices: Sequence[int], votes: Iterable[Vote]) -> list[Vote]:
    return [Vote((choice,), vote.cast_at) for choice, pile in _piles(choices, votes).items() for vote in pile]


def _leaders(counts: Mapping[int, int]) -> tuple[int, ...]:
    """The choice with more than half of the ballots that count, or all that are left where they are level."""
    best = max(counts.values())
    if 2 * best > sum(counts.values()):
        return tuple(choice for choice, number in counts.items() if number == best)
    return tuple(counts) if min(counts.values()) == best else ()


def _weakest(piles: Mapping[int, Sequence[Vote]], rounds: Sequence[Round], rules: Rules) -> tuple[tuple[int, ...], str]:
    """Who goes out, and how a tie for the fewest was broken."""
    fewest = min(map(len, piles.values()))
    last = [choice for choice, pile in piles.items() if len(pile) == fewest]
    if not fewest or len(last) == 1:
        return tuple(last), ""
    for earlier in reversed(rounds):
        low = min(earlier.counts[choice] for choice in last)
        last = [choice for choice in last if earlier.counts[choice] == low]
        if len(last) == 1:
            return tuple(last), "back"
    # A showrunner is asked about the winner alone: who goes out on the way is drawn.
    if rules.tie != "earliest":
        return (draw(last, f"{rules.seed}:{len(rounds) + 1}"),), "draw"
    return (max(last, key=lambda choice: (_reached(piles[choice]), last.index(choice))),), "earliest"


def _settle(result: Result, piles: Mapping[int, Sequence[Vote]], rules: Rules) -> Result:
    """The result with its winner: the one leader, or whom the tie rule names."""
    leaders, rule, seed = result.leaders, rules.tie, ""
    winner: int | None
    if len(leaders) == 1:
        winner, rule = leaders[0], ""
    elif rule == "draw":
        winner, seed = draw(leaders, rules.seed), rules.seed
    elif rule == "earliest":
        winner = min(leaders, key=lambda choice: (_reached(piles[choice]), leaders.index(choice)))
    else:
        winner = None
    by: Literal["votes", "tie"] = "tie" if rule else "votes"
    return Result(result.counts, result.voters, winner, by, rule, seed, leaders, result.rounds)


def _reached(pile: Iterable[Vote]) -> datetime:
    """When a choice reached its number: the moment of its last standing ballot."""
    return max(vote.cast_at for vote in pile)


def draw(choices: Sequence[int], seed: str) -> int:
    """The choice at SHA-256(seed) modulo the number of choices, choices sorted by id: anyone can check it."""
    digest = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")
    return sorted(choices)[digest % len(choices)]


def strongest_first(counts: Mapping[int, int], rounds: Sequence[Round] = ()) -> list[int]:
    """All choices by their strength: the number of ballots, or how long a choice stayed in the run-off."""
    last = rounds[-1].counts if rounds else counts
    out = [choice for one in reversed(rounds) for choice in one.out]
    return [*sorted(last, key=lambda choice: -last[choice]), *out]
