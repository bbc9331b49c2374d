"""The socket `/live/<code>/`: a plain ASGI application behind Channels' routing and origin check.

A Channels consumer's own dispatch costs four to six times the frame itself (measured), so this one reads
frames directly: the socket's task takes commands, and whoever has an answer or news puts it into the outbox.
"""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async

from audience import ballots, commands, comments, live, messages, reactions, tickets
from audience.commands import BallotCast, CommentPost, Ping, ReactionSend
from audience.live import framed
from audience.outbox import Outbox, Receive, Send
from audience.tickets import Ticket
from audience.wire import CLOSE_FLOOD, EXTENSION, Bucket, Wire
from storyengine.errors import Refused

logger = logging.getLogger(__name__)

# Close codes of our own, 4000 and up: a browser can read these and nothing of a refused handshake.
CLOSE_UNAUTHORISED, CLOSE_OVERFLOW, CLOSE_FULL = 4401, 4408, 4503  # and CLOSE_FLOOD in wire.py
BURST, PER_SECOND, PATIENCE = 30, 10.0, 60  # frames at once, then per second; refusals before we hang up
MOST_UNANSWERED = 32
MOST_SEATS = 16  # open sockets of one guest in this process: a phone, a laptop, and what they have not closed yet
MOST_SOCKETS = 10_000  # of this process; a larger house needs more web processes
MOST_ONLOOKERS = 4_000  # of these: screens, overlays and widgets, whose ticket anybody gets, leave room for guests
CLOSE_WITHIN_S = 5.0

_seats: dict[int, int] = {}  # guest -> open sockets in this process; 0 stands for the screens
_taken = 0  # all of them


async def live_socket(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serve one socket from handshake to close."""
    if (await receive())["type"] != "websocket.connect":
        return
    await send({"type": "websocket.accept"})
    query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
    try:
        ticket = tickets.read(query.get("token", ""), code=scope["url_route"]["kwargs"]["code"])
        _take_seat(ticket.guest)
    except Refused as refused:
        await _turn_away(send, refused)
        return
    try:
        await _sit(ticket, query, scope["extensions"].get(EXTENSION), receive, send)
    finally:
        _free_seat(ticket.guest)


async def _turn_away(send: Send, refused: Refused) -> None:
    code = {401: CLOSE_UNAUTHORISED, 429: CLOSE_FLOOD}.get(refused.status, CLOSE_FULL)
    await send({"type": "websocket.send", "text": messages.encode(refused.as_message())})
    await send({"type": "websocket.close", "code": code, "reason": refused.code})


def _take_seat(guest: int) -> None:
    """Count a socket in; raises Refused: server.full, guest.too_many_sockets."""
    global _taken
    if _taken >= MOST_SOCKETS or (not guest and _seats.get(0, 0) >= MOST_ONLOOKERS):
        raise Refused("server.full")
    if guest and _seats.get(guest, 0) >= MOST_SEATS:
        raise Refused("guest.too_many_sockets")
    _seats[guest] = _seats.get(guest, 0) + 1
    _taken += 1


def _free_seat(guest: int) -> None:
    global _taken
    _taken -= 1
    _seats[guest] -= 1
    if not _seats[guest]:
        del _seats[guest]


async def _sit(ticket: Ticket, query: dict[str, str], wire: Wire | None, receive: Receive, send: Send) -> None:
    ballots.writer()  # its connections open now, not with the first ballot
    try:
        hub = await live.hub_for(ticket)
    except Refused as refused:
        await _turn_away(send, refused)
        return
    seat = Seat(ticket, send, wire)
    hub.join(seat.outbox, epoch=query.get("epoch", ""), offset=_offset(query.get("offset", "")))
    try:
        await seat.listen(receive)
    finally:
        hub.leave(seat.outbox)
        seat.leave()
    if seat.closes_with:
        await _hang_up(send, seat.closes_with)


def _offset(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else -1


async def _hang_up(send: Send, code: int) -> None:
    """Say goodbye to those who listen; an end that does not read is left to the server, which cuts it off."""
    with suppress(TimeoutError, OSError, RuntimeError):
        async with asyncio.timeout(CLOSE_WITHIN_S):
            await send({"type": "websocket.close", "code": code})


class Seat:
    """One open socket: what its guest may still say, and what is being answered."""

    __slots__ = ("_answering", "_bucket", "_task", "_ticket", "_unanswered", "_wire", "closes_with", "outbox")

    def __init__(self, ticket: Ticket, send: Send, wire: Wire | None) -> None:
        self._ticket, self._wire, self._bucket = ticket, wire, Bucket(BURST, PER_SECOND)
        self.outbox = Outbox(
            send, wire.write if wire else None, overflow=partial(self._end, CLOSE_OVERFLOW), guest=ticket.guest
        )
        self._unanswered = 0
        self._answering: set[asyncio.Task[None]] = set()
        self._task = asyncio.current_task()
        self.closes_with = 0

    async def listen(self, receive: Receive) -> None:
        """Take commands until the other end goes or, as `closes_with` then says, has to."""
        if self._wire is not None:
            self._wire.listen(self._take)
        try:
            while (event := await receive())["type"] != "websocket.disconnect":
                self._take(event.get("text") or event.get("bytes"))
        except asyncio.CancelledError:
            if not self.closes_with or self._task is None:
                raise
            self._task.uncancel()

    def _end(self, code: int) -> None:
        if not self.closes_with and self._task is not None:
            self.closes_with = code
            self._task.cancel()

    def _take(self, frame: str | bytes | None) -> None:
        if self.closes_with:
            return
        command, ref = commands.parse_command(frame)
        if not self._bucket.take() or self._unanswered + len(self._answering) >= MOST_UNANSWERED:
            command = Refused("message.too_fast")
        self._heed(command, ref)
        if self._bucket.refused > PATIENCE:
            self._end(CLOSE_FLOOD)

    def leave(self) -> None:
        self.outbox.stop()
        for task in self._answering:
            task.cancel()

    def _heed(self, command: commands.Command | Refused, ref: str | None) -> None:
        """Answer now what can be answered now; a ballot waits for its commit, and the next frame need not."""
        match command:
            case Refused():
                self._refuse(command, ref)
            case Ping():
                self._say(messages.pong())
            case _ if not self._ticket.guest:
                self._refuse(Refused("request.forbidden"), ref)
            case BallotCast():
                self._unanswered += 1
                ballots.writer().take(command, self._ticket, partial(self._answer_ballot, command))
            case CommentPost():
                self._later(self._post(command), command.ref)
            case ReactionSend():
                self._later(self._react(command), command.ref)

    def _later(self, work: Coroutine[Any, Any, dict[str, Any]], ref: str) -> None:
        task = asyncio.create_task(self._answer(work, ref))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, work: Coroutine[Any, Any, dict[str, Any]], ref: str) -> None:
        try:
            self._say(await work)
        except Refused as refused:
            self._refuse(refused, ref)
        except Exception:
            logger.exception("a command failed")
            self._refuse(Refused("server.failed"), ref)

    def _answer_ballot(self, command: BallotCast, refusal: str) -> None:
        self._unanswered -= 1
        if refusal:
            self._refuse(Refused(refusal), command.ref)
        else:
            self._say(messages.accepted(command))

    async def _post(self, command: CommentPost) -> dict[str, Any]:
        post = database_sync_to_async(comments.post_comment, thread_sensitive=False)
        await post(self._ticket, ref=command.ref, text=command.text)
        return messages.accepted(command)

    async def _react(self, command: ReactionSend) -> dict[str, Any]:
        await reactions.send_reaction(command, self._ticket)
        return messages.accepted(command)

    def _say(self, message: dict[str, Any]) -> None:
        self.outbox.put(framed(message))

    def _refuse(self, refused: Refused, ref: str | None) -> None:
        self._say(refused.as_message(ref))
