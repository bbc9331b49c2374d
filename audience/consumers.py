"""The socket `/live/<code>/`: a plain ASGI application behind Channels' routing and origin check.

A Channels consumer's own dispatch costs four to six times the frame itself (measured), so this one reads
and writes frames directly: one task takes commands, one empties the outbox.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async

from audience import ballots, comments, live, messages, reactions, tickets
from audience.messages import BallotCast, CommentPost, Ping, ReactionSend
from audience.tickets import Ticket
from storyengine.errors import Refused

logger = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

# Close codes of our own, 4000 and up: a browser can read these and nothing of a refused handshake.
CLOSE_UNAUTHORISED, CLOSE_OVERFLOW, CLOSE_FLOOD = 4401, 4408, 4429
BURST, PER_SECOND, PATIENCE = 30, 10.0, 60  # frames at once, then per second; refusals before we hang up
MOST_UNANSWERED = 32


class Bucket:
    """A token bucket over the event loop's clock."""

    def __init__(self) -> None:
        self._tokens, self._at = float(BURST), asyncio.get_running_loop().time()
        self.refused = 0

    def take(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._tokens = min(BURST, self._tokens + (now - self._at) * PER_SECOND)
        self._at = now
        if self._tokens < 1:
            self.refused += 1
            return False
        self._tokens -= 1
        return True


async def live_socket(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serve one socket from handshake to close."""
    if (await receive())["type"] != "websocket.connect":
        return
    await send({"type": "websocket.accept"})
    query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
    try:
        ticket = tickets.read(query.get("token", ""), code=scope["url_route"]["kwargs"]["code"])
    except Refused as refused:
        await send({"type": "websocket.send", "text": messages.encode(refused.as_message())})
        await send({"type": "websocket.close", "code": CLOSE_UNAUTHORISED, "reason": refused.code})
        return
    ballots.writer()  # its connections open now, not with the first ballot
    hub = await live.hub_for(ticket)
    outbox = live.Outbox(guest=ticket.guest)
    offset = query.get("offset", "")
    hub.join(
        outbox, epoch=query.get("epoch", ""), offset=int(offset) if offset.isdecimal() and len(offset) < 18 else -1
    )
    try:
        await _serve(ticket, outbox, receive, send)
    finally:
        hub.leave(outbox)


async def _serve(ticket: Ticket, outbox: live.Outbox, receive: Receive, send: Send) -> None:
    """Run both directions until either ends; what is still being answered is finished or dropped with them."""
    pump = asyncio.create_task(_pump(outbox, send))
    listen = asyncio.create_task(_listen(ticket, outbox, receive))
    done, pending = await asyncio.wait({pump, listen}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    close = next((task.result() for task in done if task.exception() is None), None)
    if close is not None:
        await send({"type": "websocket.close", "code": close})


async def _pump(outbox: live.Outbox, send: Send) -> int | None:
    try:
        while (frame := await outbox.get()) is not None:
            await send({"type": "websocket.send", "text": frame})
    except (OSError, RuntimeError):  # the other end is gone; uvicorn says so in one of these
        return None
    return CLOSE_OVERFLOW


async def _listen(ticket: Ticket, outbox: live.Outbox, receive: Receive) -> int | None:
    bucket = Bucket()
    answering: set[asyncio.Task[None]] = set()
    try:
        while (event := await receive())["type"] != "websocket.disconnect":
            command, ref = messages.parse_command(event.get("text") or event.get("bytes"))
            if not bucket.take() or len(answering) >= MOST_UNANSWERED:
                if bucket.refused > PATIENCE:
                    return CLOSE_FLOOD
                command = Refused("message.too_fast")
            # A ballot waits for its commit; the next frame need not.
            task = asyncio.create_task(_answer(command, ref, ticket, outbox))
            answering.add(task)
            task.add_done_callback(answering.discard)
    finally:
        for task in answering:
            task.cancel()
    return None


async def _answer(command: messages.Command | Refused, ref: str | None, ticket: Ticket, outbox: live.Outbox) -> None:
    try:
        outbox.put(messages.encode(await _run(command, ticket)))
    except Refused as refused:
        outbox.put(messages.encode(refused.as_message(ref)))
    except Exception:
        logger.exception("a command failed")
        outbox.put(messages.encode(Refused("server.failed").as_message(ref)))


async def _run(command: messages.Command | Refused, ticket: Ticket) -> dict[str, Any]:
    """Call the one verb that the command stands for and return its answer."""
    match command:
        case Refused():
            raise command
        case Ping():
            return messages.pong()
        case _ if not ticket.guest:
            raise Refused("request.forbidden")
        case BallotCast():
            await ballots.writer().cast(command, ticket)
        case CommentPost(ref, text):
            post = database_sync_to_async(comments.post_comment, thread_sensitive=False)
            await post(ticket, ref=ref, text=text)
        case ReactionSend():
            await reactions.send_reaction(command, ticket)
    return messages.accepted(command)
