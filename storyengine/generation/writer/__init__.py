"""The writer behind one protocol. `load_writer` imports a writer's module only where it is used."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.conf import settings

from storyengine.generation.prompt import Context


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model wrote, as it came, and what it cost."""

    text: str
    model: str
    seed: int
    tokens_in: int
    tokens_out: int
    seconds: float


class Writer(Protocol):
    """`name` and `device` are what the console shows."""

    name: str
    device: str

    def write(self, context: Context, *, seed: int, stop: Callable[[], bool] = lambda: False) -> Answer:
        """One answer to the brief; raises Refused with a `writer.` code.

        `stop` is asked at least once a second; once it says yes the writer gives up with "writer.cancelled".
        """


@cache
def load_writer() -> Writer:
    """This process's writer, loaded once; raises Refused("writer.model_missing" or "writer.model_broken")."""
    from storyengine.generation.writer.local import LocalWriter

    return LocalWriter(settings.WRITER_MODEL, threads=settings.WRITER_THREADS)
