"""`reconnect`: two thousand sockets drop and come back at once, while the show goes on."""

import re
import secrets
import threading
from typing import Any

from django.db import DatabaseError, connection

from audience import live, messages
from audience.models import Poll
from storyengine.showrun.bench import Bench, Goal, benchmark
from storyengine.showrun.bench.rig import Crowd, House, crowd, open_house, own_database, serving
from storyengine.showrun.show import NotInTime

SOCKETS = 2000
EVENT_EVERY_S = 0.1
STATEMENT = re.compile(r" LOG:  (?:statement|execute [^:]*): (.*)")


@benchmark("reconnect", goals={"queries": Goal("=", 0), "missed": Goal("=", 0)})
def measure_reconnect(bench: Bench) -> dict[str, Any]:
    """Seconds until 2,000 sockets that dropped at once are back and current, with ten events a second going on.

    queries: statements that PostgreSQL logged for the web process meanwhile. missed: events that any of the
    sockets did not get, as the gaps in its offsets tell.
    """
    with own_database(bench.say):
        log = StatementLog()
        house = open_house(SOCKETS)
        with (
            serving() as server,
            crowd("return", {"addresses": [server.address(house.path(guest)) for guest in house.guests]}) as guests,
            GoingOn(house) as events,
        ):
            bench.say(f"{SOCKETS} sockets drop and come back")
            log.begin()
            found = _storm(guests, house, events)
            queries = log.end()
    for query in queries[:5]:
        bench.say(f"a query: {query}")
    return {
        "seconds": found["seconds"],
        "queries": len(queries),
        "missed": found["missed"],
        "recovered": found["recovered"],
        "events": events.sent,
        "sockets": SOCKETS,
    }


class GoingOn(threading.Thread):
    """Publishes an event ten times a second for as long as its block lasts, or until it is told to stop."""

    def __init__(self, house: House) -> None:
        super().__init__(daemon=True)
        self._performance = house.performance
        self._event = messages.poll_extended(Poll.objects.get(pk=house.poll))
        self._began, self._stop_asked = threading.Event(), threading.Event()
        self.sent = 0

    def run(self) -> None:
        while not self._stop_asked.wait(EVENT_EVERY_S):
            live.publish(self._performance, self._event)
            self.sent += 1
            self._began.set()
        connection.close()

    def stop(self) -> int:
        """The offset of the last event."""
        self._stop_asked.set()
        self.join()
        last: Any = live.client().get(live.keys(self._performance.code)[1])
        return int(last or 0)

    def __enter__(self) -> "GoingOn":
        self.start()
        self._began.wait()  # by then it has a connection of its own, whose opening is not the web process's query
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_asked.set()


def _storm(guests: Crowd, house: House, events: GoingOn) -> dict[str, Any]:
    guests.tell("drop")
    back = guests.hear()
    if back["back"] != SOCKETS:
        raise NotInTime(f"{back['back']} of {SOCKETS} sockets came back")
    guests.tell(f"until {events.stop()}")
    return guests.hear()


class StatementLog:
    """Every statement that the bench's database takes, as PostgreSQL itself logs them."""

    def __init__(self) -> None:
        self._mark = secrets.token_hex(8)
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE \"{connection.settings_dict['NAME']}\" SET log_statement = 'all'")
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]

    def begin(self) -> None:
        self._from = self._size()
        self._say("begin")

    def end(self) -> list[str]:
        """The statements since `begin`."""
        self._say("end")
        text = self._read()
        between = text.partition(f"{self._mark} begin")[2].partition(f"{self._mark} end")[0]
        return STATEMENT.findall(between.rpartition("\n")[0])

    def _say(self, word: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT '{self._mark} {word}'")

    def _size(self) -> int:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT size FROM pg_stat_file('log')")
                return int(cursor.fetchone()[0])
        except DatabaseError as error:
            raise NotInTime("queries are counted in the log of the embedded PostgreSQL: unset DATABASE_URL") from error

    def _read(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT convert_from(pg_read_binary_file('log', %s, 100000000), 'UTF8')", [self._from])
            return str(cursor.fetchone()[0])
