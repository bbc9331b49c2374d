"""Celery: only the doorbell. The rows in PostgreSQL are the queue."""

import logging
import os
import warnings
from typing import Any

from celery import Celery, Task
from celery.platforms import SecurityWarning
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storyengine.settings")
# It warns of root because a pickled message could run code; ours are JSON (Celery's default), read as data.
warnings.filterwarnings("ignore", category=SecurityWarning)
app = Celery("storyengine")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

logger = logging.getLogger(__name__)


def ring(task: Task, *arguments: Any, **options: Any) -> None:
    """Tell a worker that there is work. If nobody hears it, the stage manager's sweep rings again.

    `options` are Celery's own: a queue, a time after which nobody needs to come any more.
    """
    try:
        task.apply_async(arguments, retry=False, **options)
    except (OperationalError, OSError) as error:
        logger.warning("nobody heard the bell for %s: %s", task.name, error)
