"""`kill -9` in the middle of a poll: no acknowledged ballot is lost, none counts twice, the show goes on by itself.

One show, started as `make run` starts it, is broken by one test after the other, while guests vote over real
sockets all the time. The last test breaks it over the deadline and counts.
"""

import asyncio
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from storyengine.showrun.stand_ins import Browser, Showrunner
from storyengine.showrun.twin import Person
from tests.conftest import free_port
from tests.showrun.test_run import MANAGE, ROOT, environment, start, stop
from tests.showrun.voters import Voters, wait_for

GUESTS = 8


@dataclass
class Show:
    """A running show, the people in it, and the ways to break it."""

    process: "subprocess.Popen[str]"
    facts: dict[str, Any]
    var: Path
    voters: Voters

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def find(self, *words: str) -> psutil.Process | None:
        """The show's own process whose command line holds all these words."""
        for process in self.children():
            try:
                line = " ".join(process.cmdline())
            except psutil.Error:  # gone, or dead and not yet buried
                continue
            if all(word in line for word in words):
                return process
        return None

    def kill(self, *words: str) -> None:
        """`kill -9` of one process of ours; returns when it runs again under another number."""
        victim = self.find(*words)
        assert victim is not None, words
        victim.kill()
        wait_for(lambda: (found := self.find(*words)) and found.pid != victim.pid)

    def database(self) -> "psycopg.Connection[Any]":
        lines = (self.var / "postgres" / "postmaster.pid").read_text().splitlines()
        address = f"host={lines[4]} user=postgres dbname=storyengine"
        return psycopg.connect(address, autocommit=True)

    def ask(self, statement: str, *values: object) -> list[Any]:
        with self.database() as database:
            cursor = database.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def ballots(self) -> dict[int, tuple[int, list[int]]]:
        """Guest -> (number, choices) of the ballot in the table; more than one for a guest fails."""
        first = "(SELECT min(id) FROM audience_poll)"
        rows = self.ask(f"SELECT guest_id, seq, choices FROM audience_ballot WHERE poll_id = {first}")  # noqa: S608
        assert len({guest for guest, _, _ in rows}) == len(rows)
        return {guest: (seq, choices) for guest, seq, choices in rows}

    def assert_nothing_is_lost(self) -> None:
        """What was acknowledged before the table was read is in it, or a later pick of the same guest is."""
        acknowledged = {voter.number: voter.acknowledged for voter in self.voters.all}
        table = self.ballots()
        first = min(table)
        for voter in self.voters.all:
            seq, choices = table[first + voter.number]
            assert seq >= acknowledged[voter.number]
            assert choices == [voter.picks[seq]]
            assert voter.refused == set()


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    var = tmp_path_factory.mktemp("faults")
    process, facts = start(var, free_port())
    url, code = f"http://127.0.0.1:{facts['url'].rsplit(':', 1)[1]}", facts["code"]  # type: ignore[attr-defined]
    try:
        with Voters(url, str(code), GUESTS) as voters:
            show = Show(process, facts | {"url": url}, var, voters)
            show.ask("UPDATE plot_performance SET write_ahead = false, poll_seconds = 3600")
            asyncio.run(_raise_the_curtain(show))
            yield show
    finally:
        stop(process)


async def _raise_the_curtain(show: Show) -> None:
    async with Browser(show.facts["url"]) as booth:
        await booth.sign_in(
            Person("showrunner", show.facts["words"]["showrunner"]), at=f"/console/{show.facts['code']}/"
        )
        await Showrunner(booth, show.facts["code"]).start()


def test_web_is_killed_and_guests_come_back_to_what_they_missed(show: Show) -> None:
    show.voters.vote_on()
    snapshots = [voter.snapshots for voter in show.voters.all]
    show.kill("uvicorn", "storyengine.asgi")
    show.voters.vote_on()
    assert [voter.snapshots for voter in show.voters.all] == snapshots  # resumed, from the history in Redis
    assert [voter.missed for voter in show.voters.all] == [0] * GUESTS
    assert all(voter.returns >= 1 for voter in show.voters.all)
    show.assert_nothing_is_lost()


def test_worker_is_killed_and_nobody_notices(show: Show) -> None:
    returns = [voter.returns for voter in show.voters.all]
    show.kill("celery", "worker@")
    show.voters.vote_on()
    assert [voter.returns for voter in show.voters.all] == returns
    show.assert_nothing_is_lost()


def test_redis_is_killed_and_started_again_and_news_go_on(show: Show) -> None:
    returns = [voter.returns for voter in show.voters.all]
    server = redis_of(show)
    server.kill()
    show.voters.vote_on(5)  # ballots need no Redis
    wait_for(lambda: redis_of(show).pid != server.pid)
    places = [voter.place for voter in show.voters.all]
    wait_for(lambda: all(voter.place > before for voter, before in zip(show.voters.all, places, strict=True)))
    assert [voter.returns for voter in show.voters.all] == returns
    show.assert_nothing_is_lost()


def redis_of(show: Show) -> psutil.Process:
    found: list[psutil.Process] = []

    def look() -> bool:
        named = [p for p in psutil.process_iter(["name", "cwd"]) if p.info["name"] == "redis-server"]
        found[:] = [p for p in named if p.info["cwd"] == str(show.var / "redis")]
        return bool(found)

    wait_for(look)
    return found[0]


def test_postgresql_is_restarted_and_votes_wait_for_it(show: Show) -> None:
    returns = [voter.returns for voter in show.voters.all]
    postmaster = psutil.Process(int((show.var / "postgres" / "postmaster.pid").read_text().split()[0]))
    postmaster.send_signal(signal.SIGINT)  # a fast shutdown: open transactions are rolled back
    postmaster.wait(20)
    show.voters.vote_on(within_s=40)
    assert [voter.returns for voter in show.voters.all] == returns  # told to try again, and did
    show.assert_nothing_is_lost()


def test_postgresql_is_killed_over_the_deadline_and_the_poll_closes_when_it_is_back(show: Show) -> None:
    ((poll,),) = show.ask("UPDATE audience_poll SET closes_at = now() + interval '1 second' RETURNING id")
    postmaster = psutil.Process(int((show.var / "postgres" / "postmaster.pid").read_text().split()[0]))
    os.kill(postmaster.pid, signal.SIGKILL)
    wait_for(lambda: all(voter.closed for voter in show.voters.all), within_s=40)
    ballots = show.ballots()
    counts = Counter(choice for _, (choice,) in ballots.values())
    ((frozen, voters),) = show.ask("SELECT counts, voters FROM audience_tally WHERE poll_id = %s", poll)
    assert {int(choice): number for choice, number in frozen.items() if number} == dict(counts)
    assert voters == len(ballots) == GUESTS
    assert all(voter.closed["counts"] == frozen for voter in show.voters.all)
    for voter in show.voters.all:
        voter.refused.discard("poll.closed")
    show.assert_nothing_is_lost()
    recount = subprocess.run(
        [*MANAGE, "recount", str(poll)], cwd=ROOT, env=environment(STORYENGINE_VAR=str(show.var)),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert recount.returncode == 0, recount.stderr
