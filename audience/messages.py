"""What the server says on the wire: every event and answer in one catalogue; commands.py holds what it hears."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from audience.commands import REACTIONS, BallotCast, CommentPost, ReactionSend
from audience.models import Comment, HouseRules, Poll, Tally
from storyengine.plot.branch import beats_to_json, played
from storyengine.plot.models import PathStep, Performance
from storyengine.plot.path import freeze

RESULT = ("counts", "voters", "winner", "tie", "decided_by", "rounds")  # what a closed poll has come to
MOST_COMMENTS = 20  # that a snapshot brings along, where the audience sees comments


def performance_started() -> dict[str, Any]:
    return {"type": "performance.started"}


def performance_ended() -> dict[str, Any]:
    return {"type": "performance.ended"}


def scene_released(step: PathStep) -> dict[str, Any]:
    return {"type": "scene.released", "scene": scene_shape(step)}


def scene_corrected(step: PathStep) -> dict[str, Any]:
    """The same scene in other words; `scene.correction` says what was corrected."""
    return {"type": "scene.corrected", "scene": scene_shape(step)}


def poll_opened(poll: Poll) -> dict[str, Any]:
    return {"type": "poll.opened", "poll": poll_shape(poll)}


def poll_extended(poll: Poll) -> dict[str, Any]:
    return {"type": "poll.extended", "poll": poll.pk, "closes_at": iso(poll.closes_at)}


def tally_updated(poll: int, counts: dict[int, int], voters: int) -> dict[str, Any]:
    return {"type": "tally.updated", "poll": poll, "counts": counts_shape(counts), "voters": voters}


def counts_shape(counts: dict[int, int]) -> dict[str, int]:
    return {str(choice): number for choice, number in counts.items()}


def poll_decided(tally: Tally) -> dict[str, Any]:
    """A tie that waited has its winner."""
    result = tally_shape(tally)
    return {"type": "poll.decided", "poll": tally.poll_id} | {name: result[name] for name in ("winner", "tie")}


def poll_closed(tally: Tally) -> dict[str, Any]:
    return {"type": "poll.closed", "poll": tally.poll_id} | tally_shape(tally)


def tally_revealed(poll: int, counts: dict[str, int], voters: int, rounds: list[Any] | None) -> dict[str, Any]:
    """The showrunner shows what was hidden: the counts as they are, of a poll that is open or closed."""
    return {"type": "tally.revealed", "poll": poll, "counts": counts, "voters": voters, "rounds": rounds}


def comment_shown(comment: Comment) -> dict[str, Any]:
    return {"type": "comment.shown", "comment": comment_shape(comment)}


def comment_hidden(comments: list[int]) -> dict[str, Any]:
    """Comments that were shown and are to be seen no longer."""
    return {"type": "comment.hidden", "comments": comments}


def reactions_counted(counts: dict[str, int]) -> dict[str, Any]:
    """How often each reaction was sent during the scene that is on; a kind that nobody sent is left out."""
    return {"type": "reactions.counted", "counts": counts}


def house_changed(rules: HouseRules) -> dict[str, Any]:
    return {"type": "house.changed", "house": house_shape(rules)}


def snapshot(performance: Performance, step: PathStep | None, poll: Poll | None) -> dict[str, Any]:
    """All that a guest may see now. Built from released rows alone: no draft or revision is in reach."""
    return {
        "type": "performance.snapshot",
        "performance": {
            "code": performance.code,
            "title": performance.story.title,
            "language": performance.story.language,
            "state": performance.state,
        },
        "scene": scene_shape(step) if step else None,
        "poll": poll_shape(poll) if poll and performance.state != Performance.State.ENDED else None,
    } | audience_shape(performance, step)


def audience_shape(performance: Performance, step: PathStep | None) -> dict[str, Any]:
    """The rules of the house, and what the scene has of comments that all may see and of reactions."""
    rules = HouseRules.objects.filter(performance=performance).first() or HouseRules(performance=performance)
    shown = Comment.objects.counted().filter(step=step, shown_at__isnull=False).select_related("guest")
    comments = list(shown.order_by("-shown_at", "-id")[:MOST_COMMENTS]) if step and rules.comments_visible else []
    counts = dict(step.reactions.values_list("kind", "number")) if step else {}
    shape = {"comments": [comment_shape(comment) for comment in reversed(comments)], "reactions": counts}
    return {"house": house_shape(rules)} | shape


def house_shape(rules: HouseRules) -> dict[str, Any]:
    """What a page has to know. The blocked words are nobody's business but the house's."""
    return {
        "comments_open": rules.comments_open,
        "comments_visible": rules.comments_visible,
        "comment_length": rules.comment_length,
        "moderation": rules.moderation,
        "reactions": list(REACTIONS) if rules.reactions_open else [],
        "admissions_needed": rules.admissions_needed,
    }


def comment_shape(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.pk,
        "text": comment.text,
        "guest": comment.guest.nickname,
        "at": iso(comment.created_at),
    }


def scene_shape(step: PathStep) -> dict[str, Any]:
    content = freeze(step.scene)
    return {
        "id": step.scene_id,
        "position": step.position,
        "heading": content.heading,
        "beats": beats_to_json(played(content.beats)),
        "is_ending": not content.choices,
        **({"correction": step.scene.correction} if step.scene.correction else {}),
    }


def poll_shape(poll: Poll) -> dict[str, Any]:
    tally = (
        Tally.objects.select_related("poll__performance").filter(poll=poll).first()
        if poll.state == Poll.State.CLOSED
        else None
    )
    result = tally_shape(tally) if tally else dict.fromkeys(RESULT)
    return {
        "id": poll.pk,
        "question": poll.question,
        "kind": poll.kind,
        "min_choices": poll.min_choices,
        "max_choices": poll.max_choices,
        "choices": [{"id": offer.choice_id, "label": offer.label} for offer in poll.offers.all()],
        "opened_at": iso(poll.opened_at),
        "closes_at": iso(poll.closes_at),
        "results": poll.results,
        "state": poll.state,
    } | result


def tally_shape(tally: Tally) -> dict[str, Any]:
    """What came of a poll. `winner` is null while a tie waits, until `tie.until`, and where the show ended first.

    Counts that are revealed by hand are null until then: the winner, and whether it was a tie, are what anybody sees
    of the story that goes on.
    """
    shown = tally.poll.is_revealed
    return {
        "counts": tally.counts if shown else None,
        "voters": tally.voters if shown else None,
        "winner": tally.winner_id,
        "tie": _tie_shape(tally) if tally.decided_by == Tally.DecidedBy.TIE else None,
        "decided_by": tally.decided_by,
        "rounds": (tally.rounds or None) if shown else None,
    }


def _tie_shape(tally: Tally) -> dict[str, Any]:
    shape: dict[str, Any] = {"rule": tally.rule, "choices": tally.leaders}
    if tally.seed:
        shape["seed"] = tally.seed
    if not tally.winner_id:
        shape["until"] = iso(tally.frozen_at + timedelta(seconds=tally.poll.performance.tie_seconds))
    return shape


def accepted(command: BallotCast | CommentPost | ReactionSend) -> dict[str, Any]:
    if isinstance(command, BallotCast):
        return {"type": "ballot.accepted", "ref": command.ref, "poll": command.poll}
    if isinstance(command, ReactionSend):
        return {"type": "reaction.accepted", "ref": command.ref}
    return {"type": "comment.accepted", "ref": command.ref}


def pong() -> dict[str, Any]:
    return {"type": "pong", "server_time": iso(timezone.now())}


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def decode(frame: str) -> dict[str, Any]:
    """An event of our own, read again."""
    event: dict[str, Any] = json.loads(frame)
    return event


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # json.dumps would make one for each message


def encode(message: dict[str, Any]) -> str:
    return _encoder.encode(message)
