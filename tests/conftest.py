"""The real stack on free ports, the order of the tests, and what all of them are spared."""

import os
import re
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.core.management.color import Style
from django.db import OperationalError, connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils.translation import override
from hypothesis import settings as exploration
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from storyengine.showrun.processes import commands
from storyengine.showrun.supervisor import Supervisor

# Playwright's synchronous API runs an event loop in this thread; Django's check would refuse the ORM beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The same examples each time, so that a change is judged by what it changed; HYPOTHESIS_PROFILE=default looks further.
exploration.register_profile("same", derandomize=True)
exploration.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# What runs a show, its own or the stack: on two cores two shows at once are slow.
SHOWS = re.compile(
    r"tests/(browser/|test_leaks|showrun/test_(bench|rehearsal|run|writers)\.py|audience/test_"
    r"(api|bridge|consumers|live|pressure|privacy|reactions|routing|schemathesis|shapes|sight|tickets)\.py)"
)
STACK = pytest.StashKey["Stack"]()
KEPT = {"django_content_type", "auth_permission"}


class ByFile(LoadScopeScheduling):  # type: ignore[misc] # it brings no types
    """The shows as one unit of work, and each other file as one, in the order in which they were collected.

    pytest-xdist's own `loadgroup` writes the group into `item._nodeid`, which pytest 9.2 does not read: every test
    goes to either worker then, and both run a stack.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "shows" if SHOWS.match(nodeid) else nodeid.split("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    config.option.loadscopereorder = False  # by their number of tests
    return ByFile(config, log)


def needs_stack(item: pytest.Item | None) -> bool:
    return "stack" in getattr(item, "fixturenames", ())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The shows first, for they take longest; of them those without the stack, then those with it."""
    strays = {item.path.name for item in items if needs_stack(item) and not SHOWS.match(item.nodeid)}
    if strays:
        raise pytest.UsageError(f"these use the stack and are not among SHOWS: {', '.join(sorted(strays))}")
    items.sort(key=lambda item: (not SHOWS.match(item.nodeid), needs_stack(item)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """The stack ends with the last test that needs it: while it runs, its processes act on every row in the tables."""
    yield
    if STACK in item.session.stash and not needs_stack(nextitem):
        item.session.stash[STACK].end()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request leaves its language behind in the thread; no test reads the one of the test before it."""
    with override("en"):
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> Iterator[None]:
    """Empty the tables by their rows, and again where that and the running stack's own queries deadlocked.

    A TRUNCATE makes sixty tables anew after each test. Content types and permissions would only be made again.
    """
    truncate, execute = DatabaseOperations.sql_flush, DatabaseOperations.execute_sql_flush

    def statements(self: DatabaseOperations, style: Style, tables: list[str], **options: bool) -> list[str]:
        emptied = [table for table in tables if table not in KEPT]
        with self.connection.cursor() as cursor:
            cursor.execute("SHOW is_superuser")
            if cursor.fetchone() != ("on",):  # on somebody's own server
                return truncate(self, style, emptied, **options)
        names = [self.quote_name(table) for table in emptied]
        return [
            f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE",  # so that no row comes into what is empty already
            "SET LOCAL session_replication_role = replica",  # no trigger keeps what is only ever added to
            *(f"DELETE FROM {name}" for name in names),  # noqa: S608 the tables' own names
        ]

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        for attempt in range(10):
            try:
                return execute(self, sql_list)
            except OperationalError:
                if attempt == 9:
                    raise
                time.sleep(0.2)

    patch = pytest.MonkeyPatch()
    patch.setattr(DatabaseOperations, "sql_flush", statements)
    patch.setattr(DatabaseOperations, "execute_sql_flush", flush)
    patch.setattr("django.core.management.commands.flush.emit_post_migrate_signal", lambda *_, **__: None)
    yield
    patch.undo()


@dataclass(frozen=True)
class Stack:
    """A running show: web, writer, worker, stage manager, on the test database."""

    url: str
    supervisor: Supervisor
    thread: threading.Thread

    def end(self) -> None:
        self.supervisor.stop.set()
        self.thread.join(30)

    @property
    def socket_url(self) -> str:
        return self.url.replace("http://", "ws://")


@pytest.fixture(scope="session")
def stack(django_db_setup: None, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """The product's own processes. Tests make rows with `transactional_db` and act through pages and sockets."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    supervisor = Supervisor(
        commands(bind="127.0.0.1", port=port),
        environment={
            "DATABASE_URL": test_database_url(),
            "STORYENGINE_PUBLIC_URL": url,
            "STORYENGINE_COMMENT_INTERVAL_S": "0",
            "STORYENGINE_WRITER_CANDIDATES": "2",  # of three each costs half a second of a core
            "PYTHONPATH": str(settings.BASE_DIR),
        },
    )
    stack = request.session.stash[STACK] = Stack(url, supervisor, threading.Thread(target=supervisor.run, daemon=True))
    stack.thread.start()
    wait_for_page(url)
    yield stack
    stack.end()


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
