"""The whole wire protocol in one catalogue: commands in, events out. Nothing else crosses the socket."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from audience.models import Poll, Tally
from storyengine.errors import Refused
from storyengine.plot.branch import beats_to_json
from storyengine.plot.models import PathStep, Performance
from storyengine.plot.path import freeze

# What an author or another tool noted beside the words: no part of what is played.
UNSEEN = {"note", "section", "synopsis", "page_break"}

MAX_FRAME = 4096  # characters; the longest command that is accepted takes a quarter of it
MAX_REF = 64
MAX_ID = 2**63 - 1

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
class Ping:
    """{"type":"ping"}"""


Command = BallotCast | CommentPost | Ping


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
    }


def scene_shape(step: PathStep) -> dict[str, Any]:
    content = freeze(step.scene)
    return {
        "id": step.scene_id,
        "position": step.position,
        "heading": content.heading,
        "beats": beats_to_json(beat for beat in content.beats if beat.kind not in UNSEEN),
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


def accepted(command: BallotCast | CommentPost) -> dict[str, Any]:
    if isinstance(command, BallotCast):
        return {"type": "ballot.accepted", "ref": command.ref, "poll": command.poll}
    return {"type": "comment.accepted", "ref": command.ref}


def pong() -> dict[str, Any]:
    return {"type": "pong", "server_time": iso(timezone.now())}


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def encode(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
