"""The shape of everything that crosses the wire, as the published documents say it.

messages.py builds and reads the frames; each has its model here, and a test holds real frames against them. A client
should pass over fields and events that it does not know: more may come.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field

from audience.commands import MAX_CHOICES
from audience.parts import (
    Comment,
    Counts,
    House,
    Id,
    PerformanceShape,
    Placed,
    Poll,
    Reaction,
    Reactions,
    Ref,
    Result,
    Round,
    Scene,
    Tie,
)

# ---------------------------------------------------------------- commands in


class BallotCast(BaseModel):
    """Cast a ballot, or change it until the poll closes. Sent again with the same ref it changes nothing.

    `choices` in the guest's order, each once. With `seq` the ballot with the greatest number stands, however frames
    arrive (milliseconds since 1970 do well); without it the one received last.
    """

    type: Literal["ballot.cast"]
    ref: Ref
    poll: Id
    choices: Annotated[list[Id], Field(min_length=1, max_length=MAX_CHOICES)]
    seq: Id = Field(None)  # type: ignore[assignment]


class CommentPost(BaseModel):
    """Say something about the scene that is on. The same ref again is the same comment."""

    type: Literal["comment.post"]
    ref: Ref
    text: str


class ReactionSend(BaseModel):
    """Applaud, laugh, gasp or send a heart: one more in the scene's count. Nobody is named with it."""

    type: Literal["reaction.send"]
    ref: Ref
    kind: Reaction


class Ping(BaseModel):
    """Browsers hide the protocol's own pings: send one every 20 seconds or so."""

    type: Literal["ping"]


# ---------------------------------------------------------------- answers


class BallotAccepted(BaseModel):
    """The ballot is committed: it counts unless a later one replaces it."""

    type: Literal["ballot.accepted"]
    ref: Ref
    poll: int


class CommentAccepted(BaseModel):
    type: Literal["comment.accepted"]
    ref: Ref


class ReactionAccepted(BaseModel):
    type: Literal["reaction.accepted"]
    ref: Ref


class Pong(BaseModel):
    type: Literal["pong"]
    server_time: datetime


class Error(BaseModel):
    """A refusal. `code` is for programs, `message` for people; `ref` where the command's could be read."""

    type: Literal["error"]
    code: str
    message: str
    ref: str = Field(None)  # type: ignore[assignment]
    retry_after: float = Field(None, description="seconds to wait before trying again")  # type: ignore[assignment]


# ---------------------------------------------------------------- events out


class PerformanceSnapshot(Placed):
    """Everything that this guest may see now: the first frame of a socket, unless it resumes."""

    type: Literal["performance.snapshot"]
    recovered: Literal[False]
    server_time: datetime
    performance: PerformanceShape
    scene: Scene | None
    poll: Poll | None
    house: House
    comments: list[Comment] = Field(description="the latest that all may read, oldest first")
    reactions: Reactions


class PerformanceResumed(Placed):
    """The first frame of a socket that gave a place in the stream: what was missed follows, all of it."""

    type: Literal["performance.resumed"]
    recovered: Literal[True]
    server_time: datetime


class PerformanceStarted(Placed):
    type: Literal["performance.started"]


class PerformanceEnded(Placed):
    type: Literal["performance.ended"]


class SceneReleased(Placed):
    type: Literal["scene.released"]
    scene: Scene


class SceneCorrected(Placed):
    """The scene in other words; `scene.correction` says what was corrected. It may be one that has passed."""

    type: Literal["scene.corrected"]
    scene: Scene


class PollOpened(Placed):
    type: Literal["poll.opened"]
    poll: Poll


class PollExtended(Placed):
    type: Literal["poll.extended"]
    poll: int
    closes_at: datetime


class TallyUpdated(Placed):
    """At most five times a second, and only to those who may see the counts now."""

    type: Literal["tally.updated"]
    poll: int
    counts: Counts
    voters: int


class TallyRevealed(Placed):
    """The showrunner shows counts that were kept back, of a poll that may be open or long closed."""

    type: Literal["tally.revealed"]
    poll: int
    counts: Counts
    voters: int
    rounds: list[Round] | None


class PollClosed(Placed, Result):
    type: Literal["poll.closed"]
    poll: int


class PollDecided(Placed):
    """A tie that waited has its winner."""

    type: Literal["poll.decided"]
    poll: int
    winner: int
    tie: Tie


class CommentShown(Placed):
    type: Literal["comment.shown"]
    comment: Comment


class CommentHidden(Placed):
    """Comments that were shown and are to be seen no longer."""

    type: Literal["comment.hidden"]
    comments: list[int]


class ReactionsCounted(Placed):
    """A few times a second at most, and only when they changed."""

    type: Literal["reactions.counted"]
    counts: Reactions


class HouseChanged(Placed):
    type: Literal["house.changed"]
    house: House


COMMANDS: dict[type[BaseModel], type[BaseModel]] = {  # each with what answers it; any may be answered by an error
    BallotCast: BallotAccepted,
    CommentPost: CommentAccepted,
    ReactionSend: ReactionAccepted,
    Ping: Pong,
}
EVENTS: tuple[type[BaseModel], ...] = (
    PerformanceSnapshot, PerformanceResumed, PerformanceStarted, PerformanceEnded, SceneReleased,
    SceneCorrected, PollOpened, PollExtended, TallyUpdated, TallyRevealed, PollClosed, PollDecided, CommentShown,
    CommentHidden, ReactionsCounted, HouseChanged,
)  # fmt: skip


def catalogue() -> dict[str, type[BaseModel]]:
    """Every frame there is, by its `type`."""
    models: list[type[BaseModel]] = [*COMMANDS, *COMMANDS.values(), Error, *EVENTS]
    return {get_args(model.model_fields["type"].annotation)[0]: model for model in models}


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The model as one JSON Schema without references, so that it can stand anywhere in another document."""
    schema = model.model_json_schema()
    found: dict[str, Any] = _plain(schema, schema.pop("$defs", {}))
    return found


def _plain(part: Any, definitions: dict[str, Any]) -> Any:
    """References filled in; the titles that pydantic makes up, and defaults that no frame has, left out."""
    match part:
        case {"$ref": str(reference), **rest}:
            return _plain(definitions[reference.rsplit("/", 1)[1]] | rest, definitions)
        case {"properties": dict(properties), **rest}:
            kept = {name: _plain(value, definitions) for name, value in properties.items()}
            return {"properties": kept} | _plain(rest, definitions)
        case dict():
            return {key: _plain(value, definitions) for key, value in part.items() if key not in ("title", "default")}
        case list():
            return [_plain(item, definitions) for item in part]
    return part
