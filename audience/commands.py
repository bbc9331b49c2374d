"""What a guest may say, on the socket and over HTTP: read strictly, refused by code. messages.py answers."""

import json
from dataclasses import dataclass
from typing import Any

from storyengine.errors import Refused

MAX_FRAME = 4096  # bytes; the longest command that is accepted takes a quarter of it
MAX_REF = 64
MAX_ID = 2**63 - 1
MAX_CHOICES = 100  # on one ballot; no poll offers as many
REACTIONS = ("applause", "laughter", "gasp", "heart")


@dataclass(frozen=True, slots=True)
class BallotCast:
    """{"type":"ballot.cast","ref":"a1","poll":7,"choices":[3]}, and "seq" where the client numbers its picks.

    `choices` in the guest's order, which a ranked poll counts by. `ref` names one command: sent again with the same
    content it is acknowledged and changes nothing. Of a guest's picks the one with the greatest `seq` stands, however
    frames arrive; without numbers the one received last.
    """

    ref: str
    poll: int
    choices: tuple[int, ...]
    seq: int | None = None


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
        fields = json.loads(frame if isinstance(frame, str) else frame.decode())
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
    """A ballot from its JSON fields; raises Refused("message.malformed"). What the poll takes, its writer checks."""
    choices, seq = fields.get("choices"), fields.get("seq")
    if not isinstance(choices, list) or not 0 < len(choices) <= MAX_CHOICES:
        raise Refused("message.malformed", reason=f"choices: a list of 1 to {MAX_CHOICES} is needed")
    return BallotCast(
        _ref(fields),
        _identity(fields.get("poll"), "poll"),
        tuple(_identity(choice, "choices") for choice in choices),
        None if seq is None else _identity(seq, "seq"),
    )


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
