"""What a brief was made of, frozen beside it for whoever asks why: no word of it reaches the writer.

The brief's context holds what the writer is told; here stands where each part of that came from, so that a page needs
no table but the brief's own row to say so, and a wish's weight can be counted again from it (`wishes.weigh`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from audience.models import Tally
from storyengine.generation.lone import lone
from storyengine.generation.memory import Recalled
from storyengine.generation.prompt import Context, Wish
from storyengine.generation.wishes import Feelings, Said, Voice, minds, voices


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a closed poll; `share` is of the voters, 0 to 1."""

    choice: int
    label: str
    votes: int
    share: float

    @property
    def percent(self) -> int:
        return round(100 * self.share)


@dataclass(frozen=True, slots=True)
class Count:
    """A poll's whole tally as it stood: every option, and how it was decided.

    Of a ranked poll the votes are first preferences, and `rounds` the run-off as the tally keeps it. `winner` is None
    while a tie waits for the showrunner.
    """

    voters: int
    options: tuple[Option, ...]
    winner: int | None
    decided_by: str
    rule: str = ""
    rounds: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Remembered:
    """A fact of the path as the memory had it: the words that prove it, their scene, whether all ways lead past it.

    `state` is what it leaves, in whom; `ended` the words and the scene of a later fact that it cannot be true beside.
    """

    who: str
    what: str
    quote: str
    scene: int
    holds: bool
    kept: bool  # it holds because an editor said so
    state: tuple[str, str]
    heading: str = ""
    ended: tuple[str, str] | None = None

    @property
    def claim(self) -> tuple[str, str]:
        return self.who, self.what


@dataclass(frozen=True, slots=True)
class Evidence:
    """`voices` are those of each wish, `unwanted` of each thing that is not wanted, `loved` and `hated` the ids of the
    comments for each character, in the context's own order. `tally` is None for a brief that was made while people
    still voted. `lone` are the comments whose wish one guest alone holds, which the writer was not told."""

    voices: tuple[tuple[Voice, ...], ...]
    loved: tuple[tuple[int, ...], ...]
    hated: tuple[tuple[int, ...], ...]
    remembered: tuple[Remembered, ...]
    tally: Count | None
    unwanted: tuple[tuple[Voice, ...], ...] = ()
    lone: tuple[int, ...] = ()


def gather(
    context: Context, said: Sequence[Said], recalled: Iterable[Recalled], tally: Tally | None, *, toward: str
) -> Evidence:
    """What this context was made of; `said` and `toward` are what its wishes were digested from."""
    by_comment = {one.comment: one for one in said}
    mind = minds(said, [name for name, _ in context.characters])
    loved, hated = _of_each(context.loved, mind, likes=True), _of_each(context.hated, mind, likes=False)
    told = {pk for wish in (*context.wishes, *context.unwanted) for pk in wish.comments}
    return Evidence(
        voices=_voices(context.wishes, by_comment, toward),
        unwanted=_voices(context.unwanted, by_comment, toward),
        loved=loved,
        hated=hated,
        remembered=tuple(map(_remembered, recalled)),
        tally=count_of(tally) if tally else None,
        lone=lone(said, told.union(*loved, *hated)),
    )


def _remembered(one: Recalled) -> Remembered:
    fact, ended = one.fact, (one.ended[0].quote, one.ended[1]) if one.ended else None
    return Remembered(fact.who, fact.what, fact.quote, one.scene, one.holds, one.kept, one.state, one.heading, ended)


def _voices(wishes: Iterable[Wish], said: Mapping[int, Said], toward: str) -> tuple[tuple[Voice, ...], ...]:
    return tuple(tuple(voices([said[pk] for pk in wish.comments], toward)) for wish in wishes)


def count_of(tally: Tally) -> Count:
    """The tally with the words of its options, in the order of the poll."""
    votes: Mapping[str, int] = tally.counts
    offers = [(offer.choice_id, offer.label) for offer in tally.poll.offers.all()]
    options = tuple(
        Option(pk, label, votes[str(pk)], round(votes[str(pk)] / max(1, tally.voters), 4)) for pk, label in offers
    )
    return Count(tally.voters, options, tally.winner_id, tally.decided_by, tally.rule, tuple(tally.rounds))


def evidence_to_json(evidence: Evidence) -> dict[str, Any]:
    return asdict(evidence)


def evidence_from_json(data: Mapping[str, Any]) -> Evidence | None:
    """The inverse; None for a brief that was made before any of it was kept."""
    if not data:
        return None
    tally = data["tally"]
    return Evidence(
        voices=_read_voices(data["voices"]),
        unwanted=_read_voices(data.get("unwanted", ())),
        loved=tuple(map(tuple, data["loved"])),
        hated=tuple(map(tuple, data["hated"])),
        remembered=tuple(map(_read_remembered, data["remembered"])),
        tally=_count(tally) if tally else None,
        lone=tuple(data.get("lone", ())),
    )


def _read_remembered(data: Mapping[str, Any]) -> Remembered:
    """Facts that were kept before their states were told are taken at their word."""
    state, ended = data.get("state") or (data["who"], data["what"]), data.get("ended")
    return Remembered(**{**data, "state": tuple(state), "ended": tuple(ended) if ended else None})


def _read_voices(data: Iterable[Iterable[Mapping[str, Any]]]) -> tuple[tuple[Voice, ...], ...]:
    return tuple(tuple(Voice(**voice) for voice in of_wish) for of_wish in data)


def _count(data: Mapping[str, Any]) -> Count:
    plain = {**data, "options": tuple(Option(**option) for option in data["options"]), "rounds": tuple(data["rounds"])}
    return Count(**plain)


def _of_each(felt: Feelings, mind: Mapping[tuple[str, int], Said], *, likes: bool) -> tuple[tuple[int, ...], ...]:
    """For each character the comments of clear sentiment that made the number: one of each guest."""
    return tuple(
        tuple(sorted(one.comment for (who, _), one in mind.items() if who == name and one.likes is likes))
        for name, _ in felt
    )
