"""Strike out a cohort afterwards: choose guests by what they have in common, see the effect, take them out, undo.

The frozen tally is what decided the show and stays. What the ballots say without the cohort is recorded beside it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.db.models.functions import Now, TruncSecond
from django.utils.dateparse import parse_datetime

from audience import live, messages
from audience.bans import ban_guests, lift_bans
from audience.models import Ballot, Guest, Poll, PollChoice, Recount, Strike, Tally
from audience.polls import count_poll, undecided
from audience.sight import read_snapshot
from audience.tally import Result
from storyengine.errors import Refused
from storyengine.plot.models import Performance

MOST_CLUMPS = 12
FEWEST_IN_A_CLUMP = 3
MOST_PICKED = 5000


@dataclass(frozen=True, slots=True)
class Cohort:
    """What the guests have in common: all that is set must hold. `second` is one in which `poll` had ballots."""

    joined_from: str = ""  # ISO times
    joined_until: str = ""
    batch: int = 0
    poll: int = 0
    choice: int = 0
    second: str = ""
    guests: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == Cohort()

    def rows(self, performance: Performance) -> QuerySet[Guest]:
        """The guests, banned ones too; raises Refused("cohort.invalid") for what is no time."""
        found = Guest.objects.filter(performance=performance, erased=False)
        if self.is_empty:
            return found.none()
        if self.joined_from:
            found = found.filter(joined_at__gte=_moment(self.joined_from))
        if self.joined_until:
            found = found.filter(joined_at__lte=_moment(self.joined_until))
        if self.batch:
            found = found.filter(admission__batch=self.batch)
        if self.poll:
            found = found.filter(pk__in=self._voters().values("guest"))
        return found.filter(pk__in=self.guests) if self.guests else found

    def _voters(self) -> QuerySet[Ballot]:
        ballots = Ballot.objects.filter(poll=self.poll)
        if self.choice:
            ballots = ballots.filter(choices__contains=[self.choice])
        if self.second:
            start = _moment(self.second)
            ballots = ballots.filter(cast_at__gte=start, cast_at__lt=start + timedelta(seconds=1))
        return ballots


def cohort_from(fields: Mapping[str, Any]) -> Cohort:
    """A cohort from what a form or a stored strike holds; raises Refused("cohort.invalid")."""
    picked = str(fields.get("guests", "")).replace("[", " ").replace("]", " ").replace(",", " ").replace("#", " ")
    numbers = {name: str(fields.get(name) or "0").strip() for name in ("batch", "poll", "choice")}
    texts = {name: str(fields.get(name) or "").strip() for name in ("joined_from", "joined_until", "second")}
    words = picked.split()
    if not all(word.isdecimal() and len(word) < 19 for word in [*numbers.values(), *words]) or len(words) > MOST_PICKED:
        raise Refused("cohort.invalid")
    for text in filter(None, texts.values()):
        _moment(text)
    return Cohort(
        joined_from=texts["joined_from"], joined_until=texts["joined_until"], second=texts["second"],
        batch=int(numbers["batch"]), poll=int(numbers["poll"]), choice=int(numbers["choice"]),
        guests=tuple(map(int, words)),
    )  # fmt: skip


def _moment(text: str) -> datetime:
    from django.utils import timezone

    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise Refused("cohort.invalid", reason=text[:40])
    return found if found.tzinfo else timezone.make_aware(found)


def clumps(performance: Performance) -> list[dict[str, Any]]:
    """Seconds in which many ballots with one first choice were cast: the most crowded first, three at least."""
    ballots = Ballot.objects.filter(poll__performance=performance, guest__banned_at=None, guest__erased=False)
    crowded = (
        ballots.annotate(second=TruncSecond("cast_at"), choice=F("choices__0"))
        .values("poll", "poll__question", "choice", "second")
        .annotate(number=Count("pk"))
        .filter(number__gte=FEWEST_IN_A_CLUMP)
        .order_by("-number", "-second")
    )
    found = [dict(row) for row in crowded[:MOST_CLUMPS]]
    offers = PollChoice.objects.filter(poll__in={row["poll"] for row in found})
    labels: dict[object, str] = {
        (poll, choice): label for poll, choice, label in offers.values_list("poll_id", "choice_id", "label")
    }
    return [row | {"label": labels[row["poll"], row["choice"]]} for row in found]


@dataclass(frozen=True, slots=True)
class Effect:
    """One poll, as it counts now and as it would count. `labels` are by choice id, in the order offered."""

    poll: Poll
    labels: dict[int, str]
    before: dict[int, int]
    after: dict[int, int]
    winner_before: int | None
    winner_after: int | None

    @property
    def rows(self) -> list[tuple[str, int, int]]:
        return [(label, self.before[choice], self.after[choice]) for choice, label in self.labels.items()]

    @property
    def turns(self) -> bool:
        return self.winner_before != self.winner_after


def preview(performance: Performance, cohort: Cohort) -> tuple[int, list[Effect]]:
    """How many guests a strike would take out and what each poll would say: tried in the tables, and rolled back."""
    with transaction.atomic():
        before = _counted(performance)
        guests = cohort.rows(performance).filter(banned_at=None)
        number = Guest.objects.filter(pk__in=list(guests.values_list("pk", flat=True))).update(banned_at=Now())
        after = _counted(performance)
        transaction.set_rollback(True)
    return number, [
        Effect(poll, _labels(poll), was.counts, now.counts, was.winner, now.winner)
        for (poll, was), (_, now) in zip(before, after, strict=True)
        if was.counts != now.counts
    ]


def _counted(performance: Performance) -> list[tuple[Poll, Result]]:
    polls = Poll.objects.filter(performance=performance).select_related("performance", "step", "tally")
    return [(poll, _count(poll)) for poll in polls.order_by("pk")]


def _count(poll: Poll) -> Result:
    """A poll that the show's end left undecided has no winner in a recount either."""
    tally, result = getattr(poll, "tally", None), count_poll(poll)
    return undecided(result) if tally and tally.decided_by == Tally.DecidedBy.ENDED else result


def _labels(poll: Poll) -> dict[int, str]:
    return dict(poll.offers.order_by("position").values_list("choice_id", "label"))


def strike_out(performance: Performance, cohort: Cohort, *, by: User, reason: str = "") -> Strike:
    """Take the cohort out: their ballots and comments stop counting, and each poll that they touched is recounted.

    Raises Refused: cohort.empty (nobody, or all of them banned already), cohort.invalid.
    """
    with transaction.atomic():
        guests = list(cohort.rows(performance).filter(banned_at=None).values_list("pk", flat=True))
        if not guests:
            raise Refused("cohort.empty")
        strike = Strike.objects.create(
            performance=performance, criteria=asdict(cohort), reason=reason[:200], guests=0, by=by
        )
        struck = ban_guests(performance, guests, by=by, strike=strike)
        strike.guests = len(struck)
        strike.save(update_fields=["guests"])
        _recount(strike, struck, undone=False)
    return strike


def undo_strike(strike: Strike, *, by: User) -> list[int]:
    """Let the cohort count again, as far as nobody else has banned it since; raises Refused("strike.undone")."""
    with transaction.atomic():
        if not Strike.objects.filter(pk=strike.pk, undone_at=None).update(undone_at=Now(), undone_by=by):
            raise Refused("strike.undone")
        back = lift_bans(strike.performance, strike.bans.all())
        _recount(strike, back, undone=True)
    return back


def _recount(strike: Strike, guests: list[int], *, undone: bool) -> None:
    touched = Poll.objects.filter(performance=strike.performance, ballots__guest__in=guests).distinct()
    for poll in touched.select_related("performance", "step", "tally").order_by("pk"):
        result = _count(poll)
        if poll.state == Poll.State.CLOSED:
            counts = {str(choice): number for choice, number in result.counts.items()}
            Recount.objects.create(
                poll=poll, strike=strike, undone=undone, counts=counts, voters=result.voters, winner_id=result.winner
            )
    _tell_counts(strike.performance)


def _tell_counts(performance: Performance) -> None:
    """Where an open poll's counts are on the pages, they are brought up to date."""
    poll = read_snapshot(performance.pk)["poll"]
    if poll and poll["state"] == Poll.State.OPEN and poll["counts"] is not None:
        counts = {int(choice): number for choice, number in poll["counts"].items()}
        live.publish(performance, messages.tally_updated(poll["id"], counts, poll["voters"]))
