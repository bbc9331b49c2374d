"""The pulse of this process's writing thread: what it is at, and when it last got anywhere. In memory only.

What counts as getting anywhere is news of the work: a token, a piece of the prompt, a server's answer. That somebody
asks whether to stop does not. How long no news is good news depends on what the thread is busy with.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings

from storyengine.generation.writer import COMPILING, WAITING

LOADING, JUDGING = "loading", "judging"  # a model of a check; a text by a check


def limit_s(busy_with: str) -> float:
    """For how long this work may give no sign: a server's first word, a compiler and a loader take their time."""
    if busy_with == WAITING:
        return float(settings.WRITER_WAIT_S)
    return float(settings.WRITER_PREPARE_S if busy_with in (COMPILING, LOADING) else settings.WRITER_HANG_S)


@dataclass(frozen=True, slots=True)
class Work:
    """What the thread has in hand; `give_back` is called, in another thread, where it hangs at that for good."""

    name: str
    give_back: Callable[[], None]


@dataclass(slots=True)
class Pulse:
    """Beaten by the thread that writes, read by the watchdog and the heartbeat."""

    work: Work | None = None
    busy_with: str = ""
    _beaten_at: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, name: str, give_back: Callable[[], None]) -> None:
        with self._lock:
            self.work, self.busy_with, self._beaten_at = Work(name, give_back), "", time.monotonic()

    def beat(self, busy_with: str = "") -> None:
        """The work got on, and is now at this; empty for what gives a sign all the time."""
        with self._lock:
            self.busy_with, self._beaten_at = busy_with, time.monotonic()

    def end(self) -> None:
        with self._lock:
            self.work, self.busy_with, self._beaten_at = None, "", time.monotonic()

    def silent_s(self) -> float:
        return time.monotonic() - self._beaten_at

    def hangs(self, *, grace_s: float = 0.0) -> Work | None:
        """The work that gave no sign for longer than it may, and this long on top; None where there is none."""
        with self._lock:
            late = self.work is not None and self.silent_s() > limit_s(self.busy_with) + grace_s
            return self.work if late else None


pulse = Pulse()
