"""A performance's audience data, taken out and erased. Guests have numbers in it, and nothing else.

Erasing keeps the show true: the frozen tallies stay, and the ballots that they were made of stay with them, each on a
stand-in. Stand-ins are dealt to every poll anew and at random, and the numbers and names that a phone gave
its ballots go, so that nobody's can be followed from one poll to the next. Guests, nicknames, comments, themes,
admissions and bans are gone; the story and the script are untouched, and a brief keeps the digest that it was written
from: single words that two guests or more had used.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import redis
from django.db import connection, transaction
from django.db.models import QuerySet

from audience import ballots, live, reactions
from audience.bans import counted_when_frozen
from audience.messages import iso
from audience.models import Admission, Ballot, Comment, Guest, Poll, ReactionCount, Theme, ThemeRun
from storyengine.errors import Refused
from storyengine.plot.models import Performance

CHUNK = 2000
Row = dict[str, Any]

DEAL = """
WITH voters AS (
    SELECT poll_id, guest_id, row_number() OVER (PARTITION BY poll_id ORDER BY random()) AS seat
    FROM (SELECT DISTINCT b.poll_id, b.guest_id FROM audience_ballot b
          JOIN audience_poll p ON p.id = b.poll_id WHERE p.performance_id = %(performance)s) AS pairs
), stand_ins AS (
    SELECT id, row_number() OVER (ORDER BY id) AS seat FROM audience_guest WHERE id = ANY(%(stand_ins)s)
)
UPDATE audience_ballot b SET guest_id = s.id, seq = NULL, seen = '{}', writer = 0, receipt = 0
FROM voters v JOIN stand_ins s ON s.seat = v.seat
WHERE b.poll_id = v.poll_id AND b.guest_id = v.guest_id
"""


# ---------------------------------------------------------------- out


HEADS = {  # of a sheet, whether or not it has rows
    "guests": ["guest", "joined_at", "counts"],
    "polls": ["poll", "question", "choice", "label", "votes", "won"],
    "ballots": ["poll", "guest", "choices", "cast_at"],
    "comments": ["comment", "guest", "scene", "at", "text", "state", "sentiment", "stances"],
    "reactions": ["scene", "reaction", "number"],
    "themes": ["scene", "label", "people", "polarity", "stances", "comments"],
}


def tables(performance: Performance) -> dict[str, Iterator[Row]]:
    """The audience data by table, each a stream of rows. Guests are numbered from 1 in the order they came."""
    guests = Guest.objects.filter(performance=performance).order_by("pk").values_list("pk", flat=True)
    numbers = {pk: number for number, pk in enumerate(guests, start=1)}
    return {
        "guests": _guests(performance, numbers),
        "polls": _polls(performance),
        "ballots": _ballots(performance, numbers),
        "comments": _comments(performance, numbers),
        "reactions": _reactions(performance),
        "themes": _themes(performance),
    }


def _guests(performance: Performance, numbers: dict[int, int]) -> Iterator[Row]:
    for guest in _rows(Guest.objects.filter(performance=performance)):
        joined = guest.joined_at.replace(second=0, microsecond=0)
        yield {"guest": numbers[guest.pk], "joined_at": iso(joined), "counts": guest.banned_at is None}


def _polls(performance: Performance) -> Iterator[Row]:
    polls = Poll.objects.filter(performance=performance).select_related("step", "tally").prefetch_related("offers")
    for poll in polls.order_by("pk"):
        tally = getattr(poll, "tally", None)
        for offer in poll.offers.all():
            yield {
                "poll": poll.step.position,
                "question": poll.question,
                "choice": offer.position,
                "label": offer.label,
                "votes": tally.counts.get(str(offer.choice_id)) if tally else None,
                "won": tally.winner_id == offer.choice_id if tally else None,
            }


def _ballots(performance: Performance, numbers: dict[int, int]) -> Iterator[Row]:
    offers = Poll.objects.filter(performance=performance).values_list(
        "pk", "step__position", "offers__choice", "offers__position"
    )
    places = {(poll, choice): (step, position) for poll, step, choice, position in offers}
    for ballot in _rows(Ballot.objects.filter(poll__performance=performance)):
        named = [places[ballot.poll_id, choice] for choice in ballot.choices]
        yield {
            "poll": named[0][0],
            "guest": numbers[ballot.guest_id],
            "choices": [position for _, position in named],  # in the guest's order, which a ranked poll counts by
            "cast_at": iso(ballot.cast_at),
        }


def _comments(performance: Performance, numbers: dict[int, int]) -> Iterator[Row]:
    rows = Comment.objects.filter(performance=performance).select_related("step", "guest")
    for comment in _rows(rows):
        yield {
            "comment": comment.pk,
            "guest": numbers[comment.guest_id],
            "scene": comment.step.position,
            "at": iso(comment.created_at),
            "text": comment.text,
            "state": state_of(comment),
            "sentiment": comment.sentiment,
            "stances": comment.stances or {},
        }


def state_of(comment: Comment) -> str:
    """One word: "banned", "hidden", "waiting", "shown" or "counted". Reads `comment.guest`."""
    if comment.guest.banned_at:
        return "banned"
    if comment.hidden_at:
        return "hidden"
    if comment.held:
        return "waiting"
    return "shown" if comment.shown_at else "counted"


def _reactions(performance: Performance) -> Iterator[Row]:
    rows = ReactionCount.objects.filter(step__performance=performance).select_related("step")
    for row in rows.order_by("step__position", "kind"):
        yield {"scene": row.step.position, "reaction": row.kind, "number": row.number}


def _themes(performance: Performance) -> Iterator[Row]:
    rows = Theme.objects.filter(run__step__performance=performance).select_related("run__step")
    for theme in rows.order_by("run__step__position", "position"):
        yield {
            "scene": theme.run.step.position,
            "label": theme.label,
            "people": theme.people,
            "polarity": theme.polarity,
            "stances": theme.stances,
            "comments": theme.comment_ids,
        }


def _rows(query: QuerySet[Any]) -> Iterable[Any]:
    return query.order_by("pk").iterator(chunk_size=CHUNK)


def write_zip(performance: Performance, path: Path) -> dict[str, int]:
    """One CSV for each table, in UTF-8 with a mark for spreadsheets; returns how many there are of each."""
    counts = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables(performance).items():
            with archive.open(f"{name}.csv", "w") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as file:
                counts[name] = write_csv(HEADS[name], rows, file)
    return counts | _polls_once(performance)


def write_lines(performance: Performance, path: Path) -> dict[str, int]:
    """One JSON object on a line, its table named in `table`; returns how many there are of each."""
    counts = {}
    with path.open("w", encoding="utf-8") as file:
        for name, rows in tables(performance).items():
            lines = (json.dumps({"table": name} | row, ensure_ascii=False) + "\n" for row in rows)
            counts[name] = sum(1 for line in lines if file.write(line))
    return counts | _polls_once(performance)


def _polls_once(performance: Performance) -> dict[str, int]:
    """Their table has a row for each choice."""
    return {"polls": performance.polls.count()}


def write_csv(head: list[str], rows: Iterable[Row], file: Any) -> int:
    """Rows as CSV; returns how many. What a spreadsheet would take for a formula is quoted."""
    writer = csv.DictWriter(file, head)
    writer.writeheader()
    return sum(1 for row in rows if writer.writerow({name: _cell(value) for name, value in row.items()}))


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return plain_cell(value) if isinstance(value, str) else value


def plain_cell(text: str) -> str:
    """A text as a spreadsheet's cell: what it would take for a formula stands behind an apostrophe."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


# ---------------------------------------------------------------- gone


def erase(performance: Performance) -> dict[str, int]:
    """Erase what ties people to a performance that is over; returns what was deleted and what was kept, by name.

    Raises Refused("performance.on") before its end. Safe to run twice. What the audience's pages were told is
    taken out of Redis, too.
    """
    with transaction.atomic():
        claimed = Performance.objects.claim(performance.pk)
        if claimed.state != Performance.State.ENDED:
            raise Refused("performance.on")
        done = _delete_words(claimed) | _erase_guests(claimed)
        transaction.on_commit(lambda: _forget(claimed))
    return done


def _delete_words(performance: Performance) -> dict[str, int]:
    ThemeRun.objects.filter(step__performance=performance).delete()
    number, _ = Comment.objects.filter(performance=performance).delete()
    return {"comments": number}


def _erase_guests(performance: Performance) -> dict[str, int]:
    people = Guest.objects.filter(performance=performance)
    guests = list(people.filter(erased=False).values_list("pk", flat=True))
    every = Ballot.objects.filter(poll__performance=performance)
    for poll in Poll.objects.filter(performance=performance).values_list("pk", flat=True):
        counted = counted_when_frozen(poll).values("pk")
        every.filter(poll=poll).exclude(pk__in=counted).delete()
    kept = every.count()
    if guests:
        _deal(performance, guests)
    Guest.objects.filter(pk__in=guests).delete()
    people.filter(erased=True, ballots=None).delete()
    admissions, _ = Admission.objects.filter(performance=performance).delete()
    performance.strikes.update(criteria={"erased": True}, reason="")
    return {"guests": len(guests), "admissions": admissions, "ballots kept": kept}


def _deal(performance: Performance, guests: list[int]) -> None:
    """Give each poll's ballots to stand-ins, drawn anew for each poll."""
    number = max(len(guests), Guest.objects.filter(performance=performance).count())
    assert performance.ended_at is not None, "erase() takes performances that are over"
    made = Guest.objects.bulk_create(
        Guest(performance=performance, erased=True, joined_at=performance.ended_at) for _ in range(number)
    )
    with connection.cursor() as cursor:
        cursor.execute(DEAL, {"performance": performance.pk, "stand_ins": [guest.pk for guest in made]})


def _forget(performance: Performance) -> None:
    """Out of Redis, and out of the file that it keeps of every command."""
    tallies = [ballots.told(performance.code, poll) for poll in performance.polls.values_list("pk", flat=True)]
    try:
        live.client().delete(*live.keys(performance.code)[:3], reactions.counter(performance.code), *tallies)
        live.client().bgrewriteaof()
    except redis.RedisError:
        pass  # Redis keeps a stream for a week at most; one that keeps no file has nothing to rewrite
