"""The registry of benchmarks, what the command writes, and a real `loop` of one round each."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audience.models import Guest
from storyengine.plot.models import Story
from storyengine.showrun import bench
from storyengine.showrun.bench import (
    Bench,
    Goal,
    ballots,
    benchmark,
    benchmarks,
    fanout,
    graph,
    loop,
    reconnect,
    rows,
)
from storyengine.showrun.bench.rig import CROWD, own_database
from tests.conftest import Stack


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The registry with room for a test's own benchmarks."""
    known = dict(benchmarks())
    monkeypatch.setattr(bench, "_registry", known)
    return known


def test_benchmarks_are_found_by_module() -> None:
    assert "loop" in benchmarks()
    assert benchmarks()["loop"].goals == {"ahead_s.p95": Goal("<", 1.0)}


def test_a_name_is_given_once(registry: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="two benchmarks are named loop"):
        benchmark("loop")(lambda bench: {})


def test_bench_writes_one_object_a_name_and_shows_the_goals(
    registry: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    @benchmark("probe", goals={"answer_s.p95": Goal("<", 1.0), "parts": Goal(">=", 8)})
    def probe(bench: Bench) -> dict[str, Any]:
        """Nothing at all."""
        bench.say("probing")
        return {"answer_s": {"p50": 0.25, "p95": 0.5}, "parts": 7}

    path = tmp_path / "var" / "bench.json"
    call_command("bench", "probe", json=path)
    assert json.loads(path.read_text()) == {"probe": {"answer_s": {"p50": 0.25, "p95": 0.5}, "parts": 7}}
    out = capsys.readouterr().out.splitlines()
    assert out == [
        "probe",
        "  answer_s.p50  0.250",
        "  answer_s.p95  0.500  goal < 1: met",
        "  parts             7  goal >= 8: missed",
    ]


def test_bench_lists_and_refuses_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("bench", list=True)
    assert "loop: Seconds from a poll's deadline" in capsys.readouterr().out
    with pytest.raises(CommandError, match="there is no benchmark nope; there are: "):
        call_command("bench", "nope")


def test_goals_of_a_gpu_are_held_against_a_gpu_alone() -> None:
    goals = benchmarks()["writing"].goals
    measured = {"wall_8_over_1": 1.32, "prefill_gain_8": 6.4, "schema_cost": 0.051, "share_of_limit": 0.77}

    def told(device: str) -> list[str]:
        return [goal for _, _, goal in rows({**measured, "device": device}, goals)]

    everywhere = ["goal >= 6.4: met", "goal <= 0.05: missed"]
    assert told("cuda") == ["goal <= 1.3: missed", *everywhere, "goal >= 0.77: met", ""]
    assert told("cpu") == ["", *everywhere, "", ""]


def test_goals_are_not_met_by_what_was_not_measured() -> None:
    assert list(rows({"a": None}, {"a": Goal("<", 1)})) == [("a", "None", "goal < 1: missed")]


@pytest.mark.django_db(transaction=True)
def test_loop_measures_ahead_and_after(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "AHEAD_ROUNDS", 1)
    monkeypatch.setattr(loop, "AFTER_ROUNDS", 1)
    monkeypatch.setattr(loop, "GUESTS", 3)
    result = loop.measure_loop(Bench(print, stack.url))
    assert (result["ahead_rounds"], result["after_rounds"], result["guests"]) == (1, 1, 3)
    assert 0 < result["ahead_s"]["p50"] <= result["ahead_s"]["p95"]
    assert result["after_s"]["p50"] > result["after_writer_s"]["p50"] > 0
    assert set(result) == {
        "ahead_s", "after_s", "after_writer_s", "ahead_rounds", "after_rounds", "guests", "model", "device"
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_ballots_measures_and_loses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"GUESTS": 20, "FLIGHT": 10, "TURNS": 1, "TURN_S": 0.4}.items():
        monkeypatch.setattr(ballots, name, value)
    result = ballots.measure_ballots(Bench(print))
    assert {"per_s", "echo_per_s", "orm_per_s", "pgbench_per_s", "ack_p99_ms", "lost"} <= set(result)
    assert result["lost"] == 0
    assert all(value > 0 for name, value in result.items() if name.endswith("per_s"))


@pytest.mark.django_db(transaction=True)
def test_fanout_measures_ours_and_its_baselines(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"SOCKETS": 30, "FIRST": 10, "EVENTS": 8, "GROUP_EVENTS": 5, "PACED_EVENTS": 2, "PACE_S": 0.01}
    for name, value in sizes.items():
        monkeypatch.setattr(fanout, name, value)
    result = fanout.measure_fanout(Bench(print))
    assert {"per_s", "loop_per_s", "group_send_per_s", "p99_ms", "kib_per_connection"} <= set(result)
    assert all(value > 0 for name, value in result.items() if name.endswith(("per_s", "p99_ms")))


@pytest.mark.django_db(transaction=True)
def test_reconnect_reads_nothing_from_the_database_and_misses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconnect, "SOCKETS", 30)
    monkeypatch.setattr(reconnect, "EVENT_EVERY_S", 0.01)
    result = reconnect.measure_reconnect(Bench(print))
    assert (result["queries"], result["missed"], result["recovered"]) == (0, 0, 30)
    assert result["events"] > 0


@pytest.mark.django_db(transaction=True)
def test_statement_log_counts_what_the_database_was_asked() -> None:
    with own_database(print):
        log = reconnect.StatementLog()
        connection.ensure_connection()
        log.begin()
        assert Guest.objects.count() == 0
        assert [statement for statement in log.end() if "audience_guest" in statement]


def test_crowd_says_which_limit_stands_in_its_way() -> None:
    limit = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60)); sys.argv = ['x', 'vote']"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{limit}; runpy.run_path({str(CROWD)!r}, run_name='__main__')", "vote"],
        input='{"addresses": ["ws://127.0.0.1:1/"]}', capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"trouble": "1 sockets need 65 open files and 60 are allowed: ulimit -n"}


@pytest.mark.django_db(transaction=True)
def test_graph_measures_every_size_in_a_bounded_number_of_queries(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "MAP_SCENES", 40)
    monkeypatch.setattr(graph, "SIZES", (60, 120))
    monkeypatch.setattr(graph, "STEPS", 30)
    monkeypatch.setattr(graph, "WALKS", 20)
    monkeypatch.setattr(graph, "TWEE_PASSAGES", 30)
    result = graph.measure_graph(Bench(print, stack.url))
    names = {f"{what}_{unit}" for what in ("import", "check", "walk", "path", "export") for unit in ("s", "queries")}
    assert set(result) == {"60", "120", "growth", "twee_2500_import_s", "map_first_picture_s"}
    assert set(result["60"]) == names
    queries = [
        {name: number for name, number in result[size].items() if name.endswith("queries")} for size in ("60", "120")
    ]
    assert queries[0] == queries[1]
    assert max(queries[0].values()) < 20
    assert not Story.objects.exists()
