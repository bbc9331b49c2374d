"""What the wire's frames are made of, as the published documents describe it; shapes.py holds the frames."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from audience.commands import MAX_ID, MAX_REF

Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Ref = Annotated[str, Field(min_length=1, max_length=MAX_REF, description="names the command; printable characters")]
Counts = Annotated[dict[str, int], Field(description="ballots by choice id; of a ranked poll, first preferences")]
Kind = Literal["single", "multiple", "approval", "ranked"]
DecidedBy = Literal["votes", "tie", "default", "ended"]
Reaction = Literal["applause", "laughter", "gasp", "heart"]
Reactions = Annotated[dict[str, int], Field(description="how often each kind was sent in this scene")]


class Choice(BaseModel):
    id: int
    label: str


class Round(BaseModel):
    """One round of a run-off: who goes `out` after it, and `by` what a tie for the fewest was broken."""

    counts: dict[str, int]
    exhausted: int
    out: list[int]
    by: Literal["", "back", "earliest", "draw"]


class Tie(BaseModel):
    """`rule` "decide" is the showrunner's word; while it is awaited there is no winner, and `until` says how long."""

    rule: Literal["earliest", "draw", "decide"]
    choices: list[int] = Field(description="those that were level")
    seed: str = Field("", description="the choice at SHA-256(seed) modulo their number, sorted by id")
    until: datetime = Field(None)  # type: ignore[assignment]


class Result(BaseModel):
    """What a poll came to. Counts are null while they are hidden from whoever gets the frame."""

    counts: Counts | None
    voters: int | None
    winner: int | None = Field(description="null while the poll is open or a tie waits, and where the show ended first")
    tie: Tie | None = Field(description="how a tie was broken, or null where there was none")
    decided_by: DecidedBy | None
    rounds: list[Round] | None = Field(description="of a ranked poll that is closed")


class Poll(Result):
    id: int
    question: str
    kind: Kind
    min_choices: int
    max_choices: int
    choices: list[Choice]
    opened_at: datetime
    closes_at: datetime
    results: Literal["live", "voted", "hidden", "by_hand"]
    state: Literal["open", "closed"]


class Beat(BaseModel):
    kind: str
    text: str
    character: str = ""


class Scene(BaseModel):
    id: int
    position: int
    heading: str
    beats: list[Beat]
    is_ending: bool
    correction: str = Field("", description="what was corrected after the release, where anything was")


class House(BaseModel):
    """The rules under which this performance's audience speaks; `reactions` are the kinds that may be sent."""

    comments_open: bool
    comments_visible: bool
    comment_length: int
    moderation: Literal["post", "pre"]
    reactions: list[Reaction]
    admissions_needed: bool


class Comment(BaseModel):
    """A comment that all may read; `guest` is the nickname, empty for most."""

    id: int
    text: str
    guest: str
    at: datetime


class PerformanceShape(BaseModel):
    code: str
    title: str
    language: str
    state: Literal["draft", "live", "ended"]


class Placed(BaseModel):
    """Where a frame stands in the performance's stream: to be sent back when the client comes back."""

    epoch: str
    offset: int
