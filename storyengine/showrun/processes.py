"""The four processes of a show, as command lines. docker/ runs the same ones apart; a test compares them."""

import os
import sys
from collections.abc import Mapping

from django.conf import settings

from storyengine.errors import Refused

VISIBLE = "CUDA_VISIBLE_DEVICES"
CELERY = ["-m", "celery", "-A", "storyengine", "--quiet", "worker", "--loglevel", "WARNING", "--without-gossip"]


def commands(*, bind: str, port: int) -> dict[str, list[str]]:
    """Process name -> command."""
    return {
        "web": web_command(bind, port),
        **_writers(settings.WRITERS),
        "worker": [sys.executable, *CELERY, "-Q", "short", "-n", "worker@%h", "--pool", "threads", "-c", "2"],
        "stage_manager": [sys.executable, "manage.py", "stage_manager"],
    }


def _writers(number: int) -> Mapping[str, list[str]]:
    """One writer for each GPU: it sees that one alone, and has a name of its own on the console.

    Where the operator has named the GPUs to use, those; raises Refused("setup.failed") for fewer than writers.
    """
    if number == 1:
        return {"writer": _writer("writer")}
    named = os.environ.get(VISIBLE)
    if named is not None and named.strip(" ,") in ("", "-1"):  # none is to be seen: all write on the CPU
        return {f"writer-{place}": _writer(f"writer-{place}") for place in range(number)}
    gpus = [gpu.strip() for gpu in named.split(",") if gpu.strip()] if named else [str(gpu) for gpu in range(number)]
    if len(gpus) < number:
        raise Refused("setup.failed", reason=f"STORYENGINE_WRITERS={number}, but {VISIBLE}={named}")
    return {
        f"writer-{place}": ["env", f"{VISIBLE}={gpu}", *_writer(f"writer-{place}")]
        for place, gpu in enumerate(gpus[:number])
    }


def _writer(name: str) -> list[str]:
    return [sys.executable, *CELERY, "-Q", "generation", "-n", f"{name}@%h", "--pool", "solo"]


def web_command(bind: str, port: int, *, application: str = "storyengine.asgi:application") -> list[str]:
    """uvicorn with the WebSocket implementation and limits that were measured best."""
    options = {
        "--host": bind,
        "--port": str(port),
        "--loop": "uvloop",
        "--http": "httptools",
        "--ws": "audience.wire:Wire",  # uvicorn's websockets-sansio with a door for whole frames
        "--ws-max-size": "16384",
        "--ws-per-message-deflate": "false",  # deflate costs 316 KiB a connection
        # Sockets count too, and stop at 10,000 (consumers.py): pages are answered while all of those are taken.
        "--limit-concurrency": "11000",
        "--lifespan": "off",
        "--timeout-graceful-shutdown": "3",
        "--log-level": "warning",
    }
    flags = [word for pair in options.items() for word in pair]
    return [sys.executable, "-m", "uvicorn", application, *flags, "--no-access-log"]
