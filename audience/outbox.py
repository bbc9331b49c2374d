"""Frames on their way to one socket.

As long as the other end reads, a frame is written at once and no task wakes up for it. What cannot be written
waits here: bounded, in order, of each replaceable kind only the newest.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from audience.wire import whole_frame

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Write = Callable[[bytes], bool]

# Frames that wait before we hang up and the client resumes: a whole history and some answers. Events are shared
# by all outboxes, so a socket that is behind costs a list of references.
LIMIT = 320


class Frame:
    """One message, encoded once for every socket that it goes to.

    Of frames of one `kind` that wait only the newest is sent; "" is a frame that nothing replaces.
    """

    __slots__ = ("kind", "payload", "wire")

    def __init__(self, payload: bytes, kind: str = "") -> None:
        self.payload, self.kind = payload, kind
        self.wire = whole_frame(payload)


class Outbox:
    """`overflow` is called once, when more waits than `limit`; from then on nothing is sent."""

    __slots__ = ("_draining", "_overflow", "_send", "_waiting", "_write", "guest", "limit", "overflowed")

    def __init__(
        self, send: Send, write: Write | None, *, overflow: Callable[[], object], guest: int = 0, limit: int = LIMIT
    ) -> None:
        self._send, self._write, self._overflow = send, write, overflow
        self.guest, self.limit, self.overflowed = guest, limit, False
        self._waiting: deque[Frame] | None = None
        self._draining: asyncio.Task[None] | None = None

    def put(self, frame: Frame) -> None:
        """Write the frame now if nothing waits before it; else let it wait its turn."""
        if self.overflowed or (self._draining is None and self._write is not None and self._write(frame.wire)):
            return
        self._keep(frame)
        if self._draining is None and not self.overflowed:
            self._draining = asyncio.create_task(self._drain())

    def _keep(self, frame: Frame) -> None:
        waiting = self._waiting = self._waiting or deque()
        if frame.kind:
            for earlier in waiting:
                if earlier.kind == frame.kind:
                    waiting.remove(earlier)
                    break
        waiting.append(frame)
        if len(waiting) > self.limit:
            self.overflowed = True
            self.stop()
            self._overflow()

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._send({"type": "websocket.send", "text": self._waiting.popleft().payload.decode()})
        except (OSError, RuntimeError):
            pass  # the other end is gone; uvicorn says so in one of these
        finally:
            self._draining = self._waiting = None

    def stop(self) -> None:
        """Forget what waits: the socket is closed or about to be."""
        self._waiting = None
        if self._draining is not None:
            self._draining.cancel()
