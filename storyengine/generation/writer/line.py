"""A line to a server that can be hung up at any moment, while another thread still waits at its other end.

A server notices that nobody listens when the connection ends. Closing a socket does not end it as long as a thread
waits in it, so a line keeps its sockets at hand and shuts them down.
"""

import queue
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any

from storyengine.errors import Refused
from storyengine.generation.writer import Ear

ASK_EVERY_S = 0.2


class Line:
    """`hook` goes among the request hooks of an HTTP client that one thread at a time calls through this line."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._here = threading.local()

    def hook(self, request: Any) -> None:
        request.extensions["trace"] = self._notice

    def _notice(self, event: str, info: dict[str, Any]) -> None:
        """Keep each new connection's socket; end one at once that comes for a call that was hung up meanwhile."""
        if event not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            return
        made = info["return_value"].get_extra_info("socket")
        with self._lock:
            self._sockets = [one for one in self._sockets if one.fileno() >= 0] + [made]
        if (call := getattr(self._here, "call", None)) and call.left:
            _end(made)

    def hang_up(self) -> None:
        """End every connection; whoever waits in one gets an error, and the next call makes a new one."""
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for one in sockets:
            _end(one)

    def ask(self, call: Callable[[], Any], ear: Ear) -> Any:
        """The result of a call that may block for minutes; raises its error, or Refused("writer.cancelled").

        It is made in a thread, so that we can walk away from it; what still comes then is closed there.
        """
        one = _Call(call)

        def run() -> None:
            self._here.call = one
            one.make()

        threading.Thread(target=run, name="remote-call", daemon=True).start()
        while not one.done.wait(ASK_EVERY_S):
            if ear.stop():
                one.leave()
                self.hang_up()
                raise Refused("writer.cancelled")
        if one.error is not None:
            raise one.error
        return one.result

    def pieces(self, stream: Any, ear: Ear) -> Generator[Any]:
        """What the stream yields; raises its error, or Refused("writer.cancelled") once `stop` says so.

        The stream is closed however it ends.
        """
        arrived: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(stream, arrived), name="remote-stream", daemon=True).start()
        ended = False
        try:
            while not ended:
                piece: Any = ()
                with suppress(queue.Empty):
                    piece = arrived.get(timeout=ASK_EVERY_S)
                if ear.stop():
                    raise Refused("writer.cancelled")
                ended = piece is None or isinstance(piece, Exception)
                if isinstance(piece, Exception):
                    raise piece
                if not ended and piece != ():
                    yield piece
        finally:
            if not ended:
                self.hang_up()
            stream.close()


class _Call:
    """One call and what came of it; whoever leaves before it is done has the result closed when it comes."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call, self._lock = call, threading.Lock()
        self.done, self.left = threading.Event(), False
        self.result: Any = None
        self.error: BaseException | None = None

    def make(self) -> None:
        try:
            self.result = self._call()
        except BaseException as error:
            self.error = error
        with self._lock:
            self.done.set()
            if self.left:
                self._close()

    def leave(self) -> None:
        with self._lock:
            self.left = True
            if self.done.is_set():
                self._close()

    def _close(self) -> None:
        if hasattr(self.result, "close"):
            self.result.close()


def _read(stream: Any, arrived: "queue.SimpleQueue[Any]") -> None:
    try:
        for piece in stream:
            arrived.put(piece)
        arrived.put(None)
    except Exception as error:
        arrived.put(error)


def _end(one: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        one.shutdown(socket.SHUT_RDWR)
