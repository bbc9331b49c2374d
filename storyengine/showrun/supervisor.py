"""Keeps the processes of one machine running: starts them, passes their output on, restarts what dies.

honcho, which does the first two, ends the whole show when one process ends; a theatre full of people wants
the opposite.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

RESTART_AFTER_S = (0.5, 1, 2, 5)  # then every 5 s, for as long as the show runs
QUICK_S = 10.0  # one that dies sooner than this after its start waits longer for the next
GRACE_S = 8.0


@dataclass(slots=True)
class Managed:
    """One process: what to run, and how often it has died quickly."""

    name: str
    command: list[str]
    process: "subprocess.Popen[str] | None" = None
    started_at: float = 0.0
    restart_at: float = 0.0
    quick_deaths: int = 0


class Supervisor:
    """Runs until `stop` is set; every child is in a session of its own, so Ctrl-C reaches only us."""

    def __init__(self, commands: Mapping[str, list[str]], *, environment: Mapping[str, str]) -> None:
        self._managed = [Managed(name, command) for name, command in commands.items()]
        self._environment = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
        self._width = max(len(name) for name in commands)
        self.stop = threading.Event()

    def run(self) -> None:
        """Start all, watch them, and on `stop` end them: politely first, then for good."""
        try:
            while not self.stop.wait(0.1):
                for managed in self._managed:
                    self._tend(managed)
        finally:
            self._end()

    def pids(self) -> dict[str, int]:
        return {m.name: m.process.pid for m in self._managed if m.process and m.process.poll() is None}

    def _tend(self, managed: Managed) -> None:
        now = time.monotonic()
        if managed.process is not None and managed.process.poll() is not None:
            self._bury(managed, now)
        if managed.process is None and now >= managed.restart_at:
            self._start(managed, now)

    def _start(self, managed: Managed, now: float) -> None:
        managed.started_at = now
        managed.process = subprocess.Popen(
            managed.command,
            cwd=settings.BASE_DIR,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        reader = threading.Thread(target=self._pass_on, args=(managed.name, managed.process), daemon=True)
        reader.start()

    def _bury(self, managed: Managed, now: float) -> None:
        assert managed.process is not None
        quick = now - managed.started_at < QUICK_S
        managed.quick_deaths = managed.quick_deaths + 1 if quick else 0
        wait = RESTART_AFTER_S[min(managed.quick_deaths, len(RESTART_AFTER_S) - 1)]
        self._say(managed.name, f"ended with {managed.process.returncode}; starting again in {wait} s")
        managed.process, managed.restart_at = None, now + wait

    def _pass_on(self, name: str, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._say(name, line.rstrip("\n"))

    def _say(self, name: str, line: str) -> None:
        print(f"{name.ljust(self._width)} | {line}", file=sys.stderr, flush=True)

    def _end(self) -> None:
        running = [m.process for m in self._managed if m.process is not None and m.process.poll() is None]
        for process in running:
            _signal(process, signal.SIGTERM)
        give_up = time.monotonic() + GRACE_S
        for process in running:
            try:
                process.wait(max(0.1, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                # A draft in the middle is taken up again by its row; nothing is lost.
                _signal(process, signal.SIGKILL)
                process.wait()


def _signal(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass
