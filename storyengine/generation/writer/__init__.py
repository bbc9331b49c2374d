"""The writer behind one protocol. `load_writer` imports a writer's module only where it is used."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.conf import settings

from storyengine.errors import Refused
from storyengine.generation.prompt import Context


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model wrote for one brief, as it came, and what it cost.

    `text` is the first candidate and `others` the rest, in the order of their seeds; tokens and seconds are
    those of all together. `tokens_known` of the prompt had been read for an earlier brief. `watts` is the
    GPU's mean draw while it wrote, None where nobody can tell. `remark` says what did not go as asked, as
    `sentences.stored` puts it. `seen` is the brief as it was cut to the writer's context budget, None where all of
    it fitted.
    """

    text: str
    model: str
    seed: int
    tokens_in: int
    tokens_out: int
    seconds: float
    others: tuple[str, ...] = ()
    revision: str = ""
    adapter: str = ""
    adapter_revision: str = ""
    prompt_hash: str = ""
    tokens_known: int = 0
    watts: float | None = None
    remark: str = ""
    seen: Context | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.text, *self.others)


@dataclass(frozen=True, slots=True)
class Heard:
    """How far the answers have come: each text so far, the tokens of the longest against its budget, and of all."""

    texts: tuple[str, ...]
    tokens: int
    budget: int
    total: int = 0


# What a writer may be busy with besides words: for each of these it may be silent longer (pulse.limit_s).
READING, WAITING, COMPILING = "", "waiting", "compiling"


@dataclass(frozen=True, slots=True)
class Ear:
    """Who listens while a writer writes, called in the writer's thread.

    `hear` is told of words, several times a second. `note` is told of what else got on: a piece of the prompt is
    read, a request has gone out, the compiler begins. Both say that the writer lives, so neither is called while
    nothing happens. `stop` says nothing of the writer; it is asked at least once a second, but while compiling,
    and once it says yes the writer gives up with "writer.cancelled".
    """

    hear: Callable[[Heard], None] = lambda heard: None
    stop: Callable[[], bool] = lambda: False
    note: Callable[[str], None] = lambda busy_with: None


NOBODY = Ear()


class Writer(Protocol):
    """`name`, `revision` and `device` are what the console shows; `candidates` is how many it likes to write.

    `context_budget` is how many tokens a prompt may have and leave room for an answer; 0 where nobody has said.
    `adapter` is the one that it writes with, by name; `adapter_error` says why it is not the one it was told to use.
    """

    name: str
    revision: str
    device: str
    candidates: int
    context_budget: int
    adapter: str
    adapter_error: Refused | None

    def use(self, adapter: str) -> None:
        """Write with this adapter, or with none (""), from the next answer on; with none where it cannot be used."""

    def write(self, context: Context, *, seed: int, candidates: int = 1, ear: Ear = NOBODY) -> Answer:
        """Answers to the brief, so many or, where memory or a server sets limits, fewer; at least one.

        A brief that is larger than the writer's context budget is cut in the order of `fit.fit`.

        Raises Refused with a `writer.` code.
        """


@cache
def load_writer() -> Writer:
    """This process's writer, made once; raises Refused("writer.model_missing" or "writer.model_broken").

    A server's address in the settings means the remote writer; else the model is loaded into this process.
    """
    if settings.WRITER_URL:
        from storyengine.generation.writer.remote import RemoteWriter

        return RemoteWriter(settings.WRITER_URL, settings.WRITER_API_KEY, settings.WRITER_MODEL)
    from storyengine.generation.writer.local import LocalWriter

    return LocalWriter(settings.WRITER_MODEL or settings.BOX_MODEL, threads=settings.WRITER_THREADS)
