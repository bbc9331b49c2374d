"""What a rehearsal found, held against the tables. The keys of the report:

guests, rounds: who came in by the API, and scenes released after polls.
ballots_sent: ballot frames sent, changes of mind included. ballots_accepted: pairs of poll and guest with at
least one acknowledged ballot; changes_accepted: acknowledged ballots beyond those; ballots_counted: the voters
of all frozen tallies. Accepted and counted must be equal. ballots_misplaced: pairs whose ballot in the table is
not the last one acknowledged, must be 0. ballots_unanswered: frames that got no answer at all.
comments_accepted. drafts: written by the model; released_words: words of those released; scenes: the path's.
close_to_release_s: a round each, from "poll.closed" to "scene.released" on the socket that waited longest.
ballot_ack_ms: from sending a ballot to its acknowledgement. leaks: see leaks.py, must be 0; leaked: the first
of them; received: how many different frames, answers and pages were searched. returns: sockets that broke and
came back. explained: each branch that was written for the show and released, with the wishes that its writer was
told, those that it takes up (generation/words.py) and the page that says why it went so. With a wish: asked is how
many of those branches were briefed with it, taken_up how many take it up, uptake their share.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from audience.models import Ballot, Guest, Tally
from storyengine.editorial.models import Release
from storyengine.editorial.why import words_of
from storyengine.generation.models import Draft, WriterStatus
from storyengine.generation.words import takes_up, terms
from storyengine.plot.branch import branch_from_json
from storyengine.plot.models import Performance
from storyengine.showrun.audience_players import Cast, House
from storyengine.showrun.leaks import find_leaks, released_by, secrets_of
from storyengine.showrun.why import explain_path

if TYPE_CHECKING:
    from storyengine.showrun.rehearsal import Plan

ACCEPTED = "ballot.accepted"
MOST_DETAILS = 20


def make_report(
    plan: "Plan", performance: Performance, house: House, *, rounds: int, script: Path | None
) -> dict[str, Any]:
    """The whole report as JSON, with `passed`."""
    report = (
        {"guests": Guest.objects.filter(performance=performance).count()}
        | {"rounds": rounds}
        | _ballots(performance, house)
        | {"comments_accepted": house.comments.count("comment.accepted")}
        | _branches(performance)
        | uptake(performance, plan.wish)
        | {"scenes": performance.steps.count(), "close_to_release_s": waits(house)}
        | {"ballot_ack_ms": percentiles([cast.ms for cast in house.casts if cast.answer == ACCEPTED])}
        | _leaks(performance, house)
        | {"script": str(script) if script else None, "returns": house.returns, "trouble": house.trouble}
        | {"performance": performance.code, "story": performance.story.slug, "seed": plan.seed}
    )
    return report | {"passed": not faults(report, plan.rounds)}


def _ballots(performance: Performance, house: House) -> dict[str, int]:
    accepted = acknowledged(house.casts)
    return {
        "ballots_sent": len(house.casts),
        "ballots_accepted": len(accepted),
        "ballots_counted": sum(Tally.objects.filter(poll__performance=performance).values_list("voters", flat=True)),
        "changes_accepted": sum(cast.answer == ACCEPTED for cast in house.casts) - len(accepted),
        "ballots_misplaced": misplaced(accepted, stored_ballots(performance)),
        "ballots_unanswered": sum(not cast.answer for cast in house.casts),
    }


def _branches(performance: Performance) -> dict[str, Any]:
    drafts = Draft.objects.filter(brief__performance=performance, state=Draft.State.WRITTEN)
    released = Release.objects.filter(revision__performance=performance).values_list("revision__branch", flat=True)
    branches = [branch_from_json(branch) for branch in released]
    return {
        "drafts": drafts.count(),
        "released_words": sum(branch.words for branch in branches),
        "model": _model(drafts.values_list("model", flat=True)),
    }


def uptake(performance: Performance, wish: str) -> dict[str, Any]:
    """What the branches made of the audience's wishes, and of the one that it was told to have."""
    written = [one for one in explain_path(performance) if one.brief and one.release and one.step.choice]
    explained = [
        {
            "choice": one.step.choice.label, "asked": list(one.asked), "taken": list(one.taken),
            "why": reverse("brief", args=[one.brief.pk]),
        }
        for one in written
        if one.step.choice and one.brief
    ]  # fmt: skip
    if not wish:
        return {"explained": explained}
    wanted = " ".join(terms(wish))
    texts = [words_of(branch_from_json(one.release.revision.branch)) for one in written if one.release]
    taken = sum(takes_up(text, wanted) for text in texts)
    asked = sum(any(set(wanted.split()) <= set(told.split()) for told in one.asked) for one in written)
    counted = {"asked": asked, "taken_up": taken, "uptake": round(taken / len(texts), 3) if texts else None}
    return {"explained": explained, "wish": wish, **counted}


def compared(report: dict[str, Any], without: dict[str, Any]) -> dict[str, Any]:
    """The arm without comments, and the difference that they make; None where either arm has no branch."""
    shares = report["uptake"], without["uptake"]
    return {"without": without, "difference": None if None in shares else round(shares[0] - shares[1], 3)}


def _leaks(performance: Performance, house: House) -> dict[str, Any]:
    leaks = find_leaks(house.witness, secrets_of(performance), released_by(performance))
    shown = [asdict(leak) for leak in leaks[:MOST_DETAILS]]
    return {"leaks": len(leaks), "leaked": shown, "received": len(house.witness.seen)}


def faults(report: dict[str, Any], rounds: int) -> list[str]:
    """Each reason for which the rehearsal has failed, as a sentence."""
    found = list(report["trouble"])
    if report["rounds"] < rounds:
        found.append(f"{report['rounds']} of {rounds} rounds were completed")
    if report["ballots_accepted"] != report["ballots_counted"]:
        found.append(f"{report['ballots_accepted']} ballots were accepted and {report['ballots_counted']} counted")
    if report["ballots_misplaced"]:
        found.append(f"{report['ballots_misplaced']} guests' counted choice is not the last one acknowledged")
    if report["leaks"]:
        found.append(f"{report['leaks']} times text reached a guest before its release")
    return found


Ballots = dict[tuple[int, str], tuple[int, ...]]  # (poll, player) -> choices in the player's order


def acknowledged(casts: Sequence[Cast]) -> Ballots:
    """The ballots acknowledged last. A player waits for one answer before the next ballot."""
    return {(cast.poll, cast.player): cast.choices for cast in casts if cast.answer == ACCEPTED}


def stored_ballots(performance: Performance) -> Ballots:
    rows = Ballot.objects.filter(poll__performance=performance)
    return {
        (poll, name): tuple(choices)
        for poll, name, choices in rows.values_list("poll_id", "guest__nickname", "choices")
    }


def misplaced(accepted: Ballots, stored: Ballots) -> int:
    """How many (poll, player) differ between what was acknowledged and what stands in the table."""
    return sum(accepted.get(key) != stored.get(key) for key in accepted.keys() | stored.keys())


def waits(house: House) -> list[float]:
    """For each round the longest time that a guest's socket waited between a close and the next scene."""
    found = []
    for position, closed in sorted(house.closes.items()):
        seen = house.scenes.get(position + 1, {})
        both = [seen[player] - at for player, at in closed.items() if player in seen]
        if both:
            found.append(round(max(both), 3))
    return found


def percentiles(values: Sequence[float], points: Sequence[int] = (50, 95, 99)) -> dict[str, float | None]:
    """Nearest-rank percentiles, {"p50": ...}; None where nothing was measured."""
    ordered = sorted(values)
    return {
        f"p{point}": round(ordered[max(0, math.ceil(point / 100 * len(ordered)) - 1)], 3) if ordered else None
        for point in points
    }


def _model(names: Any) -> str:
    """The model that wrote, or the one that a writer says it has."""
    written = sorted(set(names) - {""})
    return ", ".join(written) or WriterStatus.objects.values_list("model", flat=True).first() or ""
