"""The four processes of a show, as command lines. docker/ runs the same ones apart; a test compares them."""

import sys
from collections.abc import Mapping

from django.conf import settings

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
    """One writer for each GPU: it sees that one alone, and has a name of its own on the console."""
    if number == 1:
        return {"writer": _writer("writer")}
    return {f"writer-{gpu}": ["env", f"CUDA_VISIBLE_DEVICES={gpu}", *_writer(f"writer-{gpu}")] for gpu in range(number)}


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
