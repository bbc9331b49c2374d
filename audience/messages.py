"""The whole wire protocol in one catalogue: commands in, events out. Nothing else crosses the socket."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from audience.models import Comment, HouseRules, Poll, Tally
from storyengine.errors import Refused
from storyengine.plot.branch import beats_to_json
from storyengine.plot.models import PathStep, Performance
from storyengine.plot.path import freeze

MAX_FRAME = 4096  # characters; the longest command that is accepted takes a quarter of it
MAX_REF = 64
MAX_ID = 2**63 - 1
MOST_COMMENTS = 20  # that a snapshot brings along, where the audience sees comments
REACTIONS = ("applause", "laughter", "gasp", "heart")

# ---------------------------------------------------------------- commands in


@dataclass(frozen=True, slots=True)
class BallotCast:
    """{"type":"ballot.cast","ref":"a1","poll":7,"choices":[3]}"""

    ref: str
    poll: int
    choice: int


@dataclass(frozen=True, slots=True)
class CommentPost:
    """{"type":"comment.post","ref":"a2","text":"..."}"""

    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class ReactionSend:
    """{"type":"reaction.send","ref":"a3","kind":"applause"}"""

    ref: str
    kind: str


@dataclass(frozen=True, slots=True)
class Ping:
    """{"type":"ping"}"""


Command = BallotCast | CommentPost | ReactionSend | Ping


def parse_command(frame: str | bytes | None) -> tuple[Command | Refused, str | None]:
    """A frame as (command or refusal, ref): the ref is known even where the rest is wrong, if it can be read."""
    if frame is None or len(frame) > MAX_FRAME:
        return Refused("message.too_large" if frame else "message.malformed"), None
    try:
        fields = json.loads(frame)
    except (ValueError, RecursionError):
        return Refused("message.malformed"), None
    if not isinstance(fields, dict):
        return Refused("message.malformed"), None
    ref = fields.get("ref")
    try:
        return _command(fields), ref if _is_ref(ref) else None
    except Refused as refused:
        return refused, ref if _is_ref(ref) else None


def _command(fields: dict[str, Any]) -> Command:
    match fields.get("type"):
        case "ping":
            return Ping()
        case "ballot.cast":
            return ballot_from(fields)
        case "comment.post":
            return comment_from(fields)
        case "reaction.send":
            return reaction_from(fields)
    raise Refused("message.unknown_type")


def ballot_from(fields: dict[str, Any]) -> BallotCast:
    """A single-choice ballot from its JSON fields; raises Refused("message.malformed")."""
    choices = fields.get("choices")
    if not isinstance(choices, list) or len(choices) != 1:
        raise Refused("message.malformed", reason="choices: one is needed")
    return BallotCast(_ref(fields), _identity(fields.get("poll"), "poll"), _identity(choices[0], "choices"))


def comment_from(fields: dict[str, Any]) -> CommentPost:
    """A comment from its JSON fields; raises Refused("message.malformed")."""
    return CommentPost(_ref(fields), _text(fields.get("text")))


def reaction_from(fields: dict[str, Any]) -> ReactionSend:
    """A reaction from its JSON fields; raises Refused("message.malformed" or "reaction.unknown")."""
    kind = fields.get("kind")
    if not isinstance(kind, str):
        raise Refused("message.malformed", reason="kind: text is needed")
    if kind not in REACTIONS:
        raise Refused("reaction.unknown")
    return ReactionSend(_ref(fields), kind)


def _ref(fields: dict[str, Any]) -> str:
    ref = fields.get("ref")
    if not _is_ref(ref):
        raise Refused("message.malformed", reason=f"ref: 1 to {MAX_REF} printable characters are needed")
    return str(ref)


def _is_ref(value: Any) -> bool:
    """Printable: a NUL cannot be stored, and half of a surrogate pair cannot be sent back."""
    return isinstance(value, str) and 0 < len(value) <= MAX_REF and value.isprintable()


def _identity(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MAX_ID:
        raise Refused("message.malformed", reason=f"{name}: a positive whole number is needed")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Refused("message.malformed", reason="text: text is needed")
    return value


# ---------------------------------------------------------------- events out


def performance_started() -> dict[str, Any]:
    return {"type": "performance.started"}


def performance_ended() -> dict[str, Any]:
    return {"type": "performance.ended"}


def scene_released(step: PathStep) -> dict[str, Any]:
    return {"type": "scene.released", "scene": scene_shape(step)}


def poll_opened(poll: Poll) -> dict[str, Any]:
    return {"type": "poll.opened", "poll": poll_shape(poll)}


def poll_extended(poll: Poll) -> dict[str, Any]:
    return {"type": "poll.extended", "poll": poll.pk, "closes_at": iso(poll.closes_at)}


def tally_updated(poll: int, counts: dict[int, int]) -> dict[str, Any]:
    shown = {str(choice): number for choice, number in counts.items()}
    return {"type": "tally.updated", "poll": poll, "counts": shown, "voters": sum(counts.values())}


def poll_closed(tally: Tally) -> dict[str, Any]:
    return {"type": "poll.closed", "poll": tally.poll_id} | tally_shape(tally)


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
        "beats": beats_to_json(content.beats),
        "is_ending": not content.choices,
    }


def poll_shape(poll: Poll) -> dict[str, Any]:
    tally = Tally.objects.filter(poll=poll).first() if poll.state == Poll.State.CLOSED else None
    result = tally_shape(tally) if tally else dict.fromkeys(("counts", "voters", "winner", "tie", "decided_by"))
    return {
        "id": poll.pk,
        "question": poll.question,
        "kind": "single",
        "choices": [{"id": offer.choice_id, "label": offer.label} for offer in poll.offers.all()],
        "opened_at": iso(poll.opened_at),
        "closes_at": iso(poll.closes_at),
        "results": poll.performance.results,
        "state": poll.state,
    } | result


def tally_shape(tally: Tally) -> dict[str, Any]:
    tie = {"rule": tally.rule, **({"seed": tally.seed} if tally.seed else {})} if tally.decided_by == "tie" else None
    return {
        "counts": tally.counts,
        "voters": tally.voters,
        "winner": tally.winner_id,
        "tie": tie,
        "decided_by": tally.decided_by,
    }


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


def encode(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
