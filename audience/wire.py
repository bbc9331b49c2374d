"""uvicorn's WebSocket protocol with four things that ASGI has no word for.

A broadcast is one frame for everybody: `write` puts the bytes of a whole frame on the wire as they are, where
ASGI's `send` would build it anew for each socket. A command is short: `listen` hands each one over as it is read,
where ASGI's `receive` would pass it through a queue and wake a task. An end that stops reading is cut off: what
waits for it would otherwise stand in memory for as long as it likes. And frames that no application ever sees (pings,
pongs, parts of a message) have a limit, or a flood of them would keep the process busy and its answers pile up.

uvicorn takes the class with `--ws audience.wire:Wire`; under another server everything goes through `send`.
"""

import asyncio
from collections.abc import Callable

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

Heard = Callable[[bytes], object]

EXTENSION = "storyengine.wire"
CLOSE_FLOOD = 4429
BESIDES, BESIDES_PER_S = 60, 5.0  # frames that are no whole message: at once, then per second; more is a flood
UNREAD_S = 10.0  # so long may the last bytes wait for an end that does not read, once the conversation is over


def whole_frame(payload: bytes) -> bytes:
    """A server's text frame (RFC 6455, 5.2): final, unmasked, uncompressed."""
    size = len(payload)
    if size < 126:
        return b"\x81%c%b" % (size, payload)
    if size < 1 << 16:
        return b"\x81\x7e%b%b" % (size.to_bytes(2, "big"), payload)
    return b"\x81\x7f%b%b" % (size.to_bytes(8, "big"), payload)


class Bucket:
    """A token bucket over the event loop's clock: `burst` tokens, and `per_second` more each second."""

    __slots__ = ("_at", "_burst", "_clock", "_per_second", "_tokens", "refused")

    def __init__(self, burst: int, per_second: float) -> None:
        self._burst, self._per_second = burst, per_second
        self._clock = asyncio.get_running_loop().time
        self._tokens, self._at = float(burst), self._clock()
        self.refused = 0

    def take(self) -> bool:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1:
            self.refused += 1
            return False
        self._tokens -= 1
        return True


class Wire(WebSocketsSansIOProtocol):
    """The scope's extension `storyengine.wire` is the connection itself."""

    _besides: Bucket
    _heard: Heard | None = None
    _cut_off: asyncio.TimerHandle | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            # The application's task starts with the event loop's next turn, so it finds this.
            self.scope["extensions"][EXTENSION] = self  # type: ignore[assignment]
            self._besides = Bucket(BESIDES, BESIDES_PER_S)

    def write(self, frame: bytes) -> bool:
        """Put a whole frame on the wire; False, and nothing done, where `send` would have to wait or to refuse."""
        if self.close_sent or not self.writable.is_set() or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True

    def listen(self, heard: Heard) -> None:
        """From now on give each message to `heard`; those read before still come through `receive`.

        Nothing holds the other end back then but `heard` itself, which must answer or hang up, never wait.
        """
        self._heard = heard

    def send_receive_event_to_app(self) -> None:
        if self._heard is None or self.close_sent or self.read_paused:
            super().send_receive_event_to_app()
            return
        data = bytes(self.frames[0]) if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        self._heard(data)

    def handle_ping(self) -> None:
        if self._bears_one_more():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._bears_one_more():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        if self._bears_one_more():
            super().handle_cont(event)

    def _bears_one_more(self) -> bool:
        """Whether one more frame that is no whole message is borne with; whoever floods us is hung up on."""
        if self._besides.take():
            return True
        if not self.close_sent:
            self.conn.fail(CLOSE_FLOOD, "message.too_fast")
            self.handle_parser_exception()
        return False

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._cut_off_later()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self._cut_off_later()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._heard = None
        if self._cut_off is not None:
            self._cut_off.cancel()
            self._cut_off = None

    def _cut_off_later(self) -> None:
        if self._cut_off is None and not self.disconnected:
            self._cut_off = self.loop.call_later(self.close_timeout + UNREAD_S, self.transport.abort)
