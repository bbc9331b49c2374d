"""The pulse of this process's writing thread: what it is at, and when it last got anywhere. In memory only."""

import threading
import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pulse:
    """Beaten by the thread that writes, read by the watchdog and the heartbeat."""

    draft: int | None = None
    fence: int = 0
    _beaten_at: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, draft: int, fence: int) -> None:
        with self._lock:
            self.draft, self.fence, self._beaten_at = draft, fence, time.monotonic()

    def beat(self) -> None:
        self._beaten_at = time.monotonic()

    def end(self) -> None:
        with self._lock:
            self.draft, self._beaten_at = None, time.monotonic()

    def silent_s(self) -> float:
        return time.monotonic() - self._beaten_at

    def hangs(self, after_s: float) -> tuple[int, int] | None:
        """(draft, fence) of what it is stuck at; None where it is not, or has nothing to do."""
        with self._lock:
            return (self.draft, self.fence) if self.draft is not None and self.silent_s() > after_s else None


pulse = Pulse()
