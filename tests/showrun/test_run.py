"""`make run` as an engineer meets it: it starts, it stops cleanly, it says in one sentence what is wrong."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.conftest import free_port, test_database_url

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, "manage.py"]


def environment(**changes: str) -> dict[str, str]:
    """The outer environment without the services that the tests themselves run on."""
    outer = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return outer | changes


def start(var: Path, port: int) -> tuple["subprocess.Popen[str]", dict[str, object]]:
    ready = var / "ready.json"
    ready.unlink(missing_ok=True)
    log = (var / "log").open("w")
    command = [*MANAGE, "run", "--port", str(port), "--ready", str(ready)]
    show = subprocess.Popen(
        command, cwd=ROOT, env=environment(STORYENGINE_VAR=str(var)), stdout=log, stderr=log, text=True
    )
    give_up = time.monotonic() + 90
    while not ready.exists():
        assert show.poll() is None, (var / "log").read_text()[-2000:]
        assert time.monotonic() < give_up, (var / "log").read_text()[-2000:]
        time.sleep(0.1)
    return show, json.loads(ready.read_text())


def stop(show: "subprocess.Popen[str]") -> None:
    family = [psutil.Process(show.pid), *psutil.Process(show.pid).children(recursive=True)]
    show.send_signal(signal.SIGINT)
    assert show.wait(40) == 0
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


def test_run_starts_stops_and_keeps_its_data(tmp_path: Path) -> None:
    port = free_port()
    show, facts = start(tmp_path, port)
    try:
        assert set(facts["pids"]) == {"web", "writer", "worker", "stage_manager"}  # type: ignore[call-overload]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/join/{facts['code']}/", timeout=10) as page:
            assert "The Salt Lamp" in page.read().decode()
    finally:
        stop(show)
    sheet = (tmp_path / "log").read_text()
    for fact in (facts["code"], *facts["words"].values(), *facts["addresses"].values()):  # type: ignore[attr-defined]
        assert str(fact) in sheet
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(p.info["cmdline"] or [])]
    show, again = start(tmp_path, port)
    try:
        assert again["code"] == facts["code"]
        assert again["words"] != facts["words"]
    finally:
        stop(show)


def run_briefly(*arguments: str, **changes: str) -> tuple[int, str]:
    done = subprocess.run(
        [*MANAGE, "run", *arguments], cwd=ROOT, env=environment(**changes), capture_output=True, text=True, timeout=60
    )
    said = [line for line in done.stderr.splitlines() if not line.startswith("  …")]
    assert len(said) == 1, done.stderr[-2000:]
    return done.returncode, said[0]


def test_run_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = run_briefly("--port", str(port), STORYENGINE_VAR=str(tmp_path))
    assert code == 1
    assert f"port {port} on 127.0.0.1 cannot be used" in said


def test_command_on_a_database_that_is_not_migrated_says_what_to_do() -> None:
    empty = re.sub(r"/test_\w+", "/postgres", test_database_url(), count=1)
    done = subprocess.run(
        [*MANAGE, "recount", "--all"], cwd=ROOT, env=environment(DATABASE_URL=empty), capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "storyengine: the database is not migrated: run `manage.py migrate` first [setup.failed]"
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"DATABASE_URL": "postgresql://u:hidden@127.0.0.1:1/x"}, "the database at DATABASE_URL does not answer"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "the Redis at REDIS_URL does not answer"),
        ({"STORYENGINE_SECRET_KEY": "short"}, "STORYENGINE_SECRET_KEY: 32 characters at least"),
        ({"STORYENGINE_DEBUG": "maybe"}, "STORYENGINE_DEBUG='maybe': say on or off"),
        ({"STORYENGINE_TIME_ZONE": "Mars/X"}, "STORYENGINE_TIME_ZONE='Mars/X': such as Europe/Berlin is needed"),
        ({"STORYENGINE_LOG_LEVEL": "loud"}, "STORYENGINE_LOG_LEVEL='LOUD': say DEBUG, INFO, WARNING or ERROR"),
        ({"STORYENGINE_WRITER_CANDIDATES": "inf"}, "STORYENGINE_WRITER_CANDIDATES='inf': a number is needed"),
        ({"STORYENGINE_PUBLIC_URL": "house.example"}, "STORYENGINE_PUBLIC_URL='house.example': an address such as"),
    ],
)
def test_run_wrong_setting_is_one_sentence(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    code, said = run_briefly("--port", str(free_port()), STORYENGINE_VAR=str(tmp_path), **changes)
    assert code == 1
    assert words in said
    assert "hidden" not in said


def test_help_needs_no_database(tmp_path: Path) -> None:
    done = subprocess.run(
        [*MANAGE, "run", "--help"], cwd=ROOT, env=environment(STORYENGINE_VAR=str(tmp_path)), capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert "--bind" in done.stdout
    assert "starting" not in done.stderr
    assert not (tmp_path / "postgres").exists()


def test_command_into_a_closed_pipe_ends_without_a_trace() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    done = subprocess.run(
        [*MANAGE, "version"],
        cwd=ROOT,
        env=environment(),
        stdout=writes,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writes)
    assert (done.returncode, done.stderr) == (1, "")


def test_run_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from storyengine import embedded
    from storyengine.errors import Refused

    monkeypatch.setattr(embedded, "LEAST_FREE_BYTES", 1 << 60)
    with pytest.raises(Refused) as refused:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.setenv("STORYENGINE_VAR", str(tmp_path))
        embedded.provide()
    assert "the disk is full" in str(refused.value)
