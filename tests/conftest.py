"""Fixtures: the real stack on free ports, a real browser, and a user of each kind."""

import os
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils.translation import override
from hypothesis import settings as exploration
from playwright.sync_api import Browser, sync_playwright

from storyengine.showrun.processes import commands
from storyengine.showrun.supervisor import Supervisor

# Playwright's synchronous API runs an event loop in this thread; Django's check would refuse the ORM beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The same examples each time, so that a change is judged by what it changed; HYPOTHESIS_PROFILE=default looks further.
exploration.register_profile("same", derandomize=True)
exploration.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STARTS_ONE = {"test_run.py", "test_bench.py"}  # a whole show of their own: two at once are slow on two cores


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With two workers: what needs a running stack stays in one of them, and each other file in one piece."""
    for item in items:
        is_stack = "stack" in getattr(item, "fixturenames", ()) or item.path.name in STARTS_ONE
        item.add_marker(pytest.mark.xdist_group("stack" if is_stack else item.path.as_posix()))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request leaves its language behind in the thread; no test reads the one of the test before it."""
    with override("en"):
        yield


@pytest.fixture(scope="session", autouse=True)
def patient_flush() -> Iterator[None]:
    """Empty the tables again where the running stack's own queries and the TRUNCATE deadlocked."""
    original = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        for attempt in range(10):
            try:
                return original(self, sql_list)
            except OperationalError:
                if attempt == 9:
                    raise
                time.sleep(0.2)

    patch = pytest.MonkeyPatch()
    patch.setattr(DatabaseOperations, "execute_sql_flush", flush)
    yield
    patch.undo()


@dataclass(frozen=True)
class Stack:
    """A running show: web, writer, worker, stage manager, on the test database."""

    url: str
    supervisor: Supervisor

    @property
    def socket_url(self) -> str:
        return self.url.replace("http://", "ws://")


@pytest.fixture(scope="session")
def stack(django_db_setup: None, django_db_blocker, tmp_path_factory) -> Iterator[Stack]:  # type: ignore[no-untyped-def]
    """The product's own processes. Tests make rows with `transactional_db` and act through pages and sockets."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    supervisor = Supervisor(
        commands(bind="127.0.0.1", port=port),
        environment={
            "DATABASE_URL": test_database_url(),
            "STORYENGINE_PUBLIC_URL": url,
            "STORYENGINE_COMMENT_INTERVAL_S": "0",
            "PYTHONPATH": str(settings.BASE_DIR),
        },
    )
    thread = threading.Thread(target=supervisor.run, daemon=True)
    thread.start()
    wait_for_page(url)
    yield Stack(url, supervisor)
    supervisor.stop.set()
    thread.join(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium for one module: Playwright's loop in this thread would stop another test's `asyncio.run`."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing: install Chromium or set CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def test_database_url() -> str:
    """The URL of pytest-django's database, for the processes that a test starts."""
    chosen = connection.settings_dict
    if str(chosen["HOST"]).startswith("/"):
        return f"postgresql://{chosen['USER']}@/{_test_name(chosen)}?host={chosen['HOST']}"
    login = f"{chosen['USER']}:{chosen['PASSWORD']}@" if chosen["USER"] else ""
    return f"postgresql://{login}{chosen['HOST']}:{chosen['PORT'] or 5432}/{_test_name(chosen)}"


test_database_url.__test__ = False  # type: ignore[attr-defined]


def _test_name(chosen) -> str:  # type: ignore[no-untyped-def]
    name = str(chosen["NAME"])
    return name if name.startswith("test_") else f"test_{name}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_page(url: str, *, timeout: float = 60) -> None:
    give_up = time.monotonic() + timeout
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)
