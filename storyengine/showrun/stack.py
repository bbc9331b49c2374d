"""The running show of this machine, for those who come as its guests: found, or started and ended again.

`manage.py run` leaves its address and process number in `var/run.json` while it is ready for guests.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models.functions import Now

from storyengine.embedded import var_dir
from storyengine.errors import Refused
from storyengine.generation.models import WriterStatus
from storyengine.sentences import in_words

START_TIMEOUT_S = 180
END_TIMEOUT_S = 30
HEARD_WITHIN_S = 20.0  # a writer that lives gives a sign of life every few seconds


@dataclass(frozen=True, slots=True)
class Stack:
    """`own` where it was started for the caller and ends with it."""

    url: str
    own: bool = False


def run_file() -> Path:
    return var_dir() / "run.json"


def note_running(url: str) -> None:
    """Leave word that this process runs the show at `url`; no secret goes into the file."""
    path = run_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps({"url": url, "pid": os.getpid()}))
    partial.rename(path)


def forget_running() -> None:
    """Take the word back, unless another process has left its own meanwhile."""
    if _read_note().get("pid") == os.getpid():
        run_file().unlink(missing_ok=True)


def running_stack() -> Stack | None:
    """The show that runs here: its process is alive and its address answers."""
    note = _read_note()
    url, pid = str(note.get("url", "")), note.get("pid")
    if not url or not isinstance(pid, int) or not _alive(pid) or not answers(url):
        return None
    return Stack(url)


@contextmanager
def provided_stack(url: str = "", *, say: Callable[[str], None]) -> Iterator[Stack]:
    """The show at `url`, else the one that runs here, else one started for the caller and ended afterwards.

    Raises Refused("setup.failed") where `url` does not answer or the start fails.
    """
    if url:
        if not answers(url):
            raise Refused("setup.failed", reason=f"nothing answers at {url}")
        yield Stack(url.rstrip("/"))
    elif running := running_stack():
        say(f"using the show that runs at {running.url}")
        yield running
    else:
        say("starting a show of our own (web, writer, worker, stage manager)")
        with _started() as url:
            yield Stack(url, own=True)


@contextmanager
def _started() -> Iterator[str]:
    port, log = free_port(), var_dir() / "rehearsals" / "stack.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, log.open("wb") as output:
        ready = Path(folder) / "ready.json"
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run", "--port", str(port), "--ready", str(ready)],
            cwd=settings.BASE_DIR,
            env={name: value for name, value in os.environ.items() if name != "STORYENGINE_PUBLIC_URL"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is ours; the show ends after its guests have left
        )
        try:
            _wait_until_ready(process, ready, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            end_process(process)


def _wait_until_ready(process: "subprocess.Popen[bytes]", ready: Path, log: Path) -> None:
    give_up = time.monotonic() + START_TIMEOUT_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > give_up:
            last = log.read_text(errors="replace").strip().splitlines()[-1:]
            what = "ended at once" if process.poll() is not None else f"was not ready within {START_TIMEOUT_S} s"
            raise Refused("setup.failed", reason=f"the show {what}: {' '.join(last)} (log: {log})")
        time.sleep(0.1)


def end_process(process: "subprocess.Popen[Any]") -> None:
    """Ask a process that leads a session of its own to end; after half a minute end it and its children."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(END_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for_writer(*, say: Callable[[str], None]) -> WriterStatus | None:
    """A writer that has its model and is alive, as the tables tell; None, and the reason said, if there is none."""
    give_up, told = time.monotonic() + HEARD_WITHIN_S, False
    while True:
        alive = WriterStatus.objects.filter(seen_at__gte=Now() - timedelta(seconds=HEARD_WITHIN_S))
        ready = alive.filter(state=WriterStatus.State.READY).first()
        if ready:
            return ready
        status = WriterStatus.objects.order_by("-seen_at").first()
        loading = status is not None and status.state == WriterStatus.State.LOADING
        if loading and not told:
            told, give_up = True, time.monotonic() + START_TIMEOUT_S
            say("waiting for the writer to load its model")
        broken = status is not None and status.state == WriterStatus.State.BROKEN
        if broken or time.monotonic() > give_up:
            say(
                f"no writer is ready: {status} {status.error_code} {in_words(status.error_reason)}"
                if status
                else "no writer here"
            )
            return None
        time.sleep(0.2)


def _complaint(status: WriterStatus | None) -> str:
    if status is None:
        return "none has reported"
    return f"{status}: {status.error_code} {in_words(status.error_reason)}".strip(": ")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310
    except (urllib.error.URLError, OSError, ValueError):
        return False
    return True


def _read_note() -> dict[str, object]:
    try:
        note = json.loads(run_file().read_text())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's process: whether it is the show, its address tells
    return True
