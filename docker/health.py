"""What HEALTHCHECK asks in each container: exits 0, or 1 with the reason. Usage: health.py ROLE"""

import os
import socket
import sys
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path

PATIENCE = timedelta(seconds=30)


def web() -> str:
    """The landing page, through Django; an empty answer means well."""
    try:
        urllib.request.urlopen("http://127.0.0.1:8000/", timeout=5).close()
    except (urllib.error.URLError, OSError) as error:
        return f"the landing page: {error}"
    return ""


def worker() -> str:
    from storyengine.celery import app

    name = f"worker@{socket.gethostname()}"
    return "" if app.control.ping(destination=[name], timeout=5) else f"{name} does not answer"


def writer() -> str:
    """The writer's own sign of life: a solo pool answers no ping while it writes, but its heart beats on."""
    from storyengine.generation.models import WriterStatus
    from storyengine.generation.pulse import limit_s
    from storyengine.generation.tasks import writer_name

    status = WriterStatus.objects.filter(name=writer_name()).first()
    if status is None or status.state != WriterStatus.State.READY:
        return f"{status} {status.error_code} {status.error_reason}" if status else "it has not said a word yet"
    if _age(status.seen_at) > PATIENCE:
        return f"last seen at {status.seen_at}"
    patience = max(PATIENCE, timedelta(seconds=limit_s(status.busy_with))) if status.busy_with else PATIENCE
    return "" if _age(status.worked_at) < patience else f"has not worked since {status.worked_at}: it hangs"


def stage_manager() -> str:
    """Judged by its work: no poll stays open long past its deadline."""
    from audience.models import Poll

    late = Poll.objects.due().order_by("closes_at").first()
    return f"poll {late.pk} was due at {late.closes_at}" if late and _age(late.closes_at) > PATIENCE else ""


def _age(moment: datetime) -> timedelta:
    from django.utils import timezone

    return timezone.now() - moment


ROLES = {role.__name__: role for role in (web, worker, writer, stage_manager)}


def main(role: str) -> None:
    if role != "web":
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storyengine.settings")
        import django

        django.setup()
    sys.exit(ROLES[role]() or 0)


if __name__ == "__main__":
    main(sys.argv[1])
