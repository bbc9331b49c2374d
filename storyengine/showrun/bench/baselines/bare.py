"""Bare ASGI: `echo` sends each frame back, `loop` sends one frame to every socket. No routing, no sign-in."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_seats: set[Send] = set()


async def echo(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Send every text frame back as it came."""
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"]})


async def loop(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The socket at /control says what to send; every other one gets it."""
    await receive()
    await send({"type": "websocket.accept"})
    if scope["path"] == "/control":
        while (event := await receive())["type"] == "websocket.receive":
            await _send_to_all(event["text"])
        return
    _seats.add(send)
    while (await receive())["type"] == "websocket.receive":
        pass
    _seats.discard(send)


async def _send_to_all(text: str) -> None:
    for send in list(_seats):
        await send({"type": "websocket.send", "text": text})
    await asyncio.sleep(0)
