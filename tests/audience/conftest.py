"""The running house: the real stack, with committed performances to join over HTTP and sockets.

One set of rows serves a whole module: each test takes a performance of its own. The module ends them all
before it empties the tables, so that the stage manager holds no row by then.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from django.core.management import call_command
from websockets.sync.client import ClientConnection, connect

from audience import guests
from audience.models import Guest, Poll
from storyengine.plot.models import Performance, Story
from storyengine.showrun import cycle
from tests.factories import PerformanceFactory, make_story, make_user

TIMEOUT_S = 15.0


class House:
    """Performances of one story on the running stack, and the ways into them."""

    def __init__(self, url: str, story: Story, showrunner: Any) -> None:
        self.url, self.story, self.showrunner = url, story, showrunner

    def waiting(self, **rules: object) -> Performance:
        """A performance that has not started."""
        return PerformanceFactory(story=self.story, **{"poll_seconds": 600, "write_ahead": False, **rules})

    def live(self, **rules: object) -> Performance:
        performance = self.waiting(**rules)
        cycle.start(performance.pk, by=self.showrunner)
        return performance

    def join(self, performance: Performance) -> tuple[Guest, str]:
        return guests.join(performance)

    def address(self, code: str, **query: object) -> str:
        return f"{self.url.replace('http', 'ws')}/live/{code}/?{urlencode(query)}"

    def sit(self, performance: Performance, token: str | None = None, **query: object) -> ClientConnection:
        """An open socket; its first frame is still to be read."""
        query["token"] = self.join(performance)[1] if token is None else token
        return connect(
            self.address(performance.code, **query), origin=self.url, compression=None, open_timeout=TIMEOUT_S
        )

    def call(self, method: str, path: str, *, token: str = "", **arguments: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.request(
            method, f"{self.url}/api/performances{path}", headers=headers, timeout=TIMEOUT_S, **arguments
        )


def poll_of(performance: Performance) -> Poll:
    return Poll.objects.get(performance=performance)


def choices_of(poll: Poll) -> list[int]:
    return list(poll.offers.order_by("position").values_list("choice_id", flat=True))


def receive(socket: ClientConnection) -> dict[str, Any]:
    return json.loads(socket.recv(timeout=TIMEOUT_S))


def answer(socket: ClientConnection, command: object) -> dict[str, Any]:
    """Send a command (or a raw frame, or one in parts) and return its answer, passing over events before it."""
    socket.send(json.dumps(command) if isinstance(command, dict) else command)
    while "offset" in (frame := receive(socket)):
        pass
    return frame


def refusal(frame: dict[str, object]) -> tuple[object, object]:
    """An error frame has exactly one shape."""
    assert frame["type"] == "error"
    assert set(frame) in ({"type", "code", "message"}, {"type", "code", "message", "ref"})
    assert frame["message"]
    return frame["code"], frame.get("ref")


@pytest.fixture(scope="module")
def transactional_db(django_db_setup: None, django_db_blocker) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """Committed rows for a whole module; pytest-django's own empties all tables after each test."""
    with django_db_blocker.unblock():
        yield
        Performance.objects.update(state=Performance.State.ENDED)
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


@pytest.fixture(scope="module")
def house(stack, transactional_db: None) -> House:  # type: ignore[no-untyped-def]
    return House(stack.url, make_story(), make_user("showrunner", password=None))
