"""What waits on the desk, the most urgent first: a fixed number of queries, however much waits."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Value, When

from audience import panel
from audience.models import Poll, Tally
from storyengine.editorial.claims import holder
from storyengine.editorial.models import DeskRules, Revision
from storyengine.editorial.rules import EDIT, stories_of
from storyengine.generation.models import Draft
from storyengine.plot.models import Performance, Story

PER_PAGE = 50
MOST_WRITING = 12
# What the filter offers -> the states that it shows.
FILTERS: dict[str, tuple[str, ...]] = {
    "waiting": ("drafted", "in_review"),
    "approved": ("approved",),
    "sent_back": ("changes",),
    "done": ("released", "rejected", "withdrawn"),
}
STANDING = """
SELECT ballot.poll_id, choice, count(*)
FROM audience_ballot ballot
JOIN audience_poll poll ON poll.id = ballot.poll_id
JOIN audience_guest guest ON guest.id = ballot.guest_id AND guest.banned_at IS NULL,
unnest(CASE WHEN poll.kind = 'ranked' THEN ballot.choices[1:1] ELSE ballot.choices END) choice
WHERE ballot.poll_id = ANY(%s)
GROUP BY 1, 2
"""


@dataclass(slots=True)
class Row:
    """One line of the queue. `share` is the choice's part of the votes so far in per cent, None before the first.

    `standing` is "leads" while it is not decided, then "won" or "lost"; empty for a choice that does not lead, and
    where the show ended first.
    """

    revision: Revision
    votes: int = 0
    voters: int = 0
    share: int | None = None
    standing: str = ""
    held_by: User | None = None
    approvals: int = 0


@dataclass(slots=True)
class Queue:
    rows: list[Row]
    page: Any  # Page[Revision]
    counts: dict[str, int]
    writing: list[Draft]
    unread: list[DeskRules] = field(default_factory=list)
    houses: list[dict[str, Any]] = field(default_factory=list)


def queue_of(user: User, *, show: str = "waiting", story: int | None = None, page: int = 1) -> Queue:
    """One page of the desk for somebody who may edit these stories."""
    seen = Revision.objects.visible_to(user)
    if show != "done":
        seen = seen.filter(performance__state=Performance.State.LIVE) | seen.exclude(corrects=None)
    if story is not None:
        seen = seen.filter(performance__story=story)
    wanted = seen.filter(state__in=FILTERS[show]).select_related(
        "performance__story", "choice", "step__poll__tally", "draft", "claimed_by", "corrects"
    )
    found: Page[Revision] = Paginator(_ordered(wanted, show), PER_PAGE).get_page(page)
    rows = _rows(list(found.object_list))
    by_state = dict(seen.order_by().values_list("state").annotate(n=Count("pk")))
    counts = {name: sum(by_state.get(state, 0) for state in states) for name, states in FILTERS.items()}
    return Queue(rows, found, counts, _writing(user), _unread(rows), _houses(user))


def stories_on_desk(user: User) -> list[Story]:
    """The stories by which the desk can be filtered: those with a performance that runs."""
    stories = Story.objects.filter(performances__state=Performance.State.LIVE).distinct()
    allowed = stories_of(user, EDIT)
    return list(stories if allowed is None else stories.filter(allowed))


def row_of(revision: Revision) -> Row:
    """What the desk says of one text, its own page too."""
    return _rows([revision])[0]


def standing(polls: Iterable[int]) -> dict[int, dict[int, int]]:
    """Votes so far: poll -> choice -> ballots that name it (of a ranked poll: that name it first), in one query."""
    votes: dict[int, dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [list(polls)])
        for poll, choice, number in cursor.fetchall():
            votes.setdefault(poll, {})[choice] = number
    return votes


def _ordered(revisions: Any, show: str) -> Any:
    """First what an audience waits for, then by the poll's end; what is done by its time, the latest first."""
    if show == "done":
        return revisions.order_by("-saved_at", "-id")
    waits = Case(
        When(step__poll__state=Poll.State.CLOSED, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return revisions.order_by(waits, F("step__poll__closes_at").asc(nulls_last=True), "id")


def _rows(revisions: list[Revision]) -> list[Row]:
    polls = {revision.step.poll.pk for revision in revisions if hasattr(revision.step, "poll")}
    votes = standing(polls)
    rows = [_row(revision, votes) for revision in revisions]
    # Of branches that are needed at the same moment the one with the most votes is read first.
    key = {id(row): number for number, row in enumerate(rows)}
    firsts: dict[int, int] = {}
    for row in rows:
        firsts.setdefault(row.revision.step_id, key[id(row)])
    return sorted(rows, key=lambda row: (firsts[row.revision.step_id], -row.votes, key[id(row)]))


def _row(revision: Revision, votes: dict[int, dict[int, int]]) -> Row:
    poll = None if revision.corrects_id else getattr(revision.step, "poll", None)
    counts = votes.get(poll.pk, {}) if poll else {}
    mine, total = counts.get(revision.choice_id, 0), sum(counts.values())
    share, tally = round(100 * mine / total) if total else None, getattr(poll, "tally", None)
    if tally and tally.winner_id:
        how = "won" if tally.winner_id == revision.choice_id else "lost"
    else:
        is_open = tally is None or tally.decided_by != Tally.DecidedBy.ENDED
        how = "leads" if is_open and mine > 0 and mine == max(counts.values()) else ""
    return Row(revision, mine, total, share, how, holder(revision))


def _writing(user: User) -> list[Draft]:
    drafts = Draft.objects.unfinished().filter(brief__performance__state=Performance.State.LIVE)
    allowed = stories_of(user, EDIT)
    if allowed is not None:
        drafts = drafts.filter(brief__performance__story__in=Story.objects.filter(allowed))
    return list(drafts.select_related("brief__choice", "brief__performance__story")[:MOST_WRITING])


def _houses(user: User) -> list[dict[str, Any]]:
    """What the audiences of this person's stories talk about."""
    allowed = stories_of(user, EDIT)
    houses = panel.houses()
    if allowed is None or not houses:
        return houses
    mine = set(Story.objects.filter(allowed).values_list("pk", flat=True))
    return [house for house in houses if house["performance"].story_id in mine]


def _unread(rows: list[Row]) -> list[DeskRules]:
    """The performances on this page of which text may go out unread; the desk says so."""
    performances = {row.revision.performance_id for row in rows}
    on = DeskRules.objects.filter(performance__in=performances).exclude(unread_by=None)
    return list(on.select_related("performance__story", "unread_by"))
