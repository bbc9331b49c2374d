"""The writer's doorbell, its canary, and the sign of life that its process gives."""

import logging
import socket
import threading
from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.db.models.functions import Now

from audience import scoring
from storyengine.errors import Refused
from storyengine.generation import draft, watchdog
from storyengine.generation.adapters import in_use
from storyengine.generation.models import Draft, WriterStatus
from storyengine.generation.pulse import pulse
from storyengine.generation.writer import Writer, load_writer
from storyengine.sentences import reason_of

logger = logging.getLogger(__name__)

HEARTBEAT_S = 3.0
LIVELY_S = 2 * HEARTBEAT_S  # a pulse younger than this is passed on as work


@shared_task
def write_draft(draft_id: int) -> bool:
    """Write the draft that was rung for, then any other that waits: a lost ring costs nothing while we work."""
    written = draft.write_draft(draft_id)
    while (waiting := Draft.objects.waiting().values_list("pk", flat=True).first()) is not None:
        if not draft.write_draft(waiting):
            break
    return written


@shared_task
def score_comments() -> int:
    """In the worker. Where a classifier is configured it reads the languages that VADER does not know."""
    return scoring.score_waiting(_classifier())


def _classifier() -> scoring.Classifier | None:
    if not settings.SENTIMENT_MODEL:
        return None
    try:
        # torch: only for those who asked for it, and only where it is installed
        from storyengine.generation.classifier import load_classifier
    except ImportError as error:
        logger.error("comments that VADER cannot read stay unknown: %s is not installed here", error.name)
        return None
    return load_classifier(settings.SENTIMENT_MODEL)


@shared_task
def sing(name: str) -> bool:
    """The canary: proves, from the thread that writes, that this writer takes work and reaches the database.

    On the way it takes up the adapter that is switched on, so that the console soon knows whether that went well.
    """
    pulse.beat()
    if _writer:
        _writer.use(in_use())
    return bool(WriterStatus.objects.filter(name=name).update(worked_at=Now()))


@worker_ready.connect
def _introduce(sender: Any, **_: Any) -> None:
    """In the writer's process: load the model before the first brief comes, and say how that went."""
    global _name, _writer
    if not str(sender.hostname).startswith("writer"):
        return
    _name = str(sender.hostname)
    sender.add_task_queue(_name)  # canaries are for one writer each, so each has a queue of its own
    report(WriterStatus.State.LOADING)
    try:
        _writer = load_writer()
    except Refused as refused:
        state, fields = (
            WriterStatus.State.BROKEN,
            {"error_code": refused.code, "error_reason": reason_of(refused.detail)},
        )
    else:
        _writer.use(in_use())
        state = WriterStatus.State.READY
        fields = {"model": _writer.name, "revision_of_model": _writer.revision, "device": _writer.device}
    pulse.beat()
    report(state, **fields)
    threading.Thread(target=_beat, args=(state, fields), name="heartbeat", daemon=True).start()
    threading.Thread(target=watchdog.watch, args=(_leaving,), name="watchdog", daemon=True).start()


@worker_shutting_down.connect
def _take_leave(**_: Any) -> None:
    _leaving.set()


_leaving = threading.Event()
_name = ""
_writer: Writer | None = None  # once it is loaded


def _beat(state: WriterStatus.State, fields: dict[str, str]) -> None:
    leaving = False
    while not leaving:
        leaving = _leaving.wait(HEARTBEAT_S)
        try:
            report(WriterStatus.State.STOPPED if leaving else state, **fields)
        except DatabaseError:
            pass  # the next beat tries again; the console sees the gap
        finally:
            close_old_connections()


def report(state: WriterStatus.State, **fields: str) -> None:
    """Say what this writer is doing; one row per machine and process name."""
    empty: dict[str, Any] = {
        "model": settings.WRITER_MODEL,
        "revision_of_model": "",
        "device": "",
        "error_code": "",
        "error_reason": "",
        "adapter": "",
        "adapter_error_code": "",
        "adapter_error_reason": "",
        "context_budget": 0,
    }
    now = {"state": state, "seen_at": Now(), "busy_with": pulse.busy_with}
    values: dict[str, Any] = empty | fields | _loaded() | now
    if pulse.silent_s() < LIVELY_S:
        values["worked_at"] = Now()
    WriterStatus.objects.update_or_create(name=writer_name(), defaults=values)


def _loaded() -> dict[str, Any]:
    """What the writer says of itself and may say otherwise later."""
    if _writer is None:
        return {}
    error = _writer.adapter_error
    why = {"adapter_error_code": error.code, "adapter_error_reason": reason_of(error.detail)} if error else {}
    return {"adapter": _writer.adapter, "context_budget": _writer.context_budget} | why


def writer_name() -> str:
    """This writer's name, on the console and as its canaries' queue: what Celery calls it."""
    return _name or f"writer@{socket.gethostname()}"
