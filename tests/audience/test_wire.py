"""The protocol class under a real uvicorn: whole frames, commands without a queue, and the end of deaf sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode
from websockets.streams import StreamReader

from audience.wire import EXTENSION, Wire, whole_frame
from tests.conftest import free_port


@asynccontextmanager
async def serving(application: Any, **options: Any) -> AsyncIterator[tuple[uvicorn.Server, int]]:
    port = free_port()
    config = uvicorn.Config(
        application, port=port, ws=Wire, ws_per_message_deflate=False, lifespan="off", log_level="error", **options
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server, port
    finally:
        server.should_exit = True
        await task


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_whole_frame_is_what_websockets_reads(size: int) -> None:
    reader = StreamReader()
    reader.feed_data(whole_frame(b"x" * size))
    parsing = WireFrame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as done:
        next(parsing)
    frame = done.value.value
    assert (frame.opcode, frame.fin, frame.rsv1, len(frame.data)) == (Opcode.TEXT, True, False, size)


async def test_messages_come_in_order_by_the_queue_and_then_without_it() -> None:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        wire = scope["extensions"][EXTENSION]
        await asyncio.sleep(0.2)  # some are read before anybody listens
        wire.listen(lambda data: wire.write(whole_frame(data)))
        while (event := await receive())["type"] == "websocket.receive":
            wire.write(whole_frame(event["text"].encode()))

    async with serving(application) as (_, port), connect(f"ws://127.0.0.1:{port}/", compression=None) as socket:
        for number in range(3):
            await socket.send(json.dumps(number))
        assert [await socket.recv() for _ in range(3)] == ["0", "1", "2"]
        await socket.send(["in ", "two ", "parts"])
        await socket.send("é".encode())
        assert [await socket.recv(), await socket.recv()] == ["in two parts", "é"]


async def test_write_says_when_it_would_have_to_wait_and_a_deaf_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audience.wire.UNREAD_S", 0.2)
    monkeypatch.setattr(Wire, "connection_made", _impatient)
    refused = asyncio.Event()

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while scope["extensions"][EXTENSION].write(whole_frame(b"x" * 60_000)):
            await asyncio.sleep(0)
        refused.set()

    async with serving(application) as (server, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        ask = ["GET / HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade"]
        ask += ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13", "", ""]
        writer.write("\r\n".join(ask).encode())
        assert await reader.read(12) == b"HTTP/1.1 101"
        async with asyncio.timeout(10):
            await refused.wait()
            assert len(server.server_state.connections) == 1
            while server.server_state.connections:
                await asyncio.sleep(0.05)
        writer.close()


_connection_made = Wire.connection_made


def _impatient(self: Wire, transport: asyncio.BaseTransport) -> None:
    _connection_made(self, transport)
    self.close_timeout = 0.2
