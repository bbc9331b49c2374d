"""A small IRC client over asyncio: register, join one channel, hear it, speak slowly.

Ours, since what there is does not fit: irc 20.5 (2024) brings eight packages, pydle 1.2 reconnects by itself where
the bridge has to know, bottom and irctokens have had no release for years. What a bridge needs of IRC is this page.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Self

from storyengine.errors import Refused

LINE_LIMIT = 16_384  # Twitch's tags make lines far longer than the 512 bytes of old
MOST_BYTES = 400  # of what we say: room for the server's prefix in 512
ANSWER_S, QUIET_S = 20.0, 90.0  # to let us in; until we ask whether anybody is there
SPEAK_EVERY_S = 1.6  # Twitch hears 20 messages in 30 seconds from a stranger
DENIED = re.compile("password|denied|banned|authenticat", re.I)
REFUSALS = {"464", "465", "403", "405", "471", "473", "474", "475", "477"}


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the protocol; `source` is the nick that sent it."""

    source: str
    command: str
    params: tuple[str, ...]


def parse(raw: str) -> Line:
    """Read one line; tags are passed over. Nonsense gives a line with an empty command."""
    rest = raw.rstrip("\r\n")
    if rest.startswith("@"):
        _, _, rest = rest.partition(" ")
    source = ""
    rest = rest.lstrip(" ")
    if rest.startswith(":"):
        prefix, _, rest = rest[1:].partition(" ")
        source = prefix.split("!", 1)[0]
    head, colon, trailing = rest.partition(" :")
    words = head.split()
    params = [*words[1:], *([trailing] if colon else [])]
    return Line(source, words[0].upper() if words else "", tuple(params))


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen. `token` is the server's password (on Twitch "oauth:..."); empty: none is sent."""

    server: str
    port: int
    channel: str
    nick: str
    token: str = ""
    tls: bool = True


class Chat:
    """One connection to one channel. Use it as an async context manager and iterate over (nick, text)."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.nick = address.nick
        self._speaking = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Connect, register and join; raises OSError (try again) or Refused("chat.refused") (do not)."""
        context = ssl.create_default_context() if self.address.tls else None
        opening = asyncio.open_connection(self.address.server, self.address.port, ssl=context, limit=LINE_LIMIT)
        self._reader, self._writer = await asyncio.wait_for(opening, ANSWER_S)
        try:
            if self.address.token:
                await self._send(f"PASS {self.address.token}")
            await self._send(f"NICK {self.nick}")
            await self._send(f"USER {self.nick} 0 * :{self.nick}")
            await asyncio.wait_for(self._register(), ANSWER_S)
        except BaseException as error:
            self._writer.close()
            if isinstance(error, ConnectionError) and DENIED.search(str(error)):
                raise Refused("chat.refused", reason=str(error)) from error
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def _register(self) -> None:
        joined = False
        while not joined:
            line = await self._read()
            match line.command:
                case "001":
                    await self._send(f"JOIN {self.address.channel}")
                case "433":  # the nick is taken
                    self.nick += "_"
                    await self._send(f"NICK {self.nick}")
                case "JOIN":
                    joined = line.source.casefold() == self.nick.casefold()
                case "NOTICE" if any("auth" in word.casefold() for word in line.params[-1:]) and not joined:
                    # Twitch refuses a token in a notice; ngircd's "looking up your hostname" is no such thing.
                    if "fail" in line.params[-1].casefold() or "improper" in line.params[-1].casefold():
                        raise Refused("chat.refused", reason=line.params[-1])
                case code if code in REFUSALS:
                    raise Refused("chat.refused", reason=line.params[-1] if line.params else code)

    async def __aiter__(self) -> AsyncIterator[tuple[str, str]]:
        """What others say in the channel, until the connection ends; raises OSError when it does."""
        while True:
            line = await self._read()
            if line.command == "PRIVMSG" and len(line.params) == 2 and line.source:
                channel, text = line.params
                if channel.casefold() == self.address.channel.casefold():
                    yield line.source, text

    async def say(self, text: str) -> None:
        """Say one line, no faster than a server bears; what is too long is cut between two characters."""
        async with self._speaking:
            await self._send(f"PRIVMSG {self.address.channel} :{_cut(text)}")
            await asyncio.sleep(SPEAK_EVERY_S)

    async def _read(self) -> Line:
        """The next line that is not a ping. A silent server is asked once whether it is there."""
        asked = False
        while True:
            try:
                raw = await asyncio.wait_for(self._reader.readuntil(b"\n"), ANSWER_S if asked else QUIET_S)
            except TimeoutError:
                if asked:
                    raise ConnectionError("the server is silent") from None
                asked = True
                await self._send("PING :are-you-there")
                continue
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
                raise ConnectionError("the connection ended") from error
            line = parse(raw.decode("utf-8", "replace"))
            if line.command == "PING":
                await self._send(f"PONG :{line.params[-1] if line.params else ''}")
            elif line.command == "ERROR":
                raise ConnectionError(line.params[-1] if line.params else "the server closed")
            else:
                return line

    async def _send(self, line: str) -> None:
        # One line is one command, whatever a story's label holds.
        self._writer.write(" ".join(line.replace("\x00", "").split("\n")).replace("\r", "").encode() + b"\r\n")
        await self._writer.drain()


def _cut(text: str) -> str:
    return " ".join(text.split()).encode()[:MOST_BYTES].decode(errors="ignore")
