"""Ends a writer that hangs. A thread beside it: Celery's own time limits do nothing in a pool of one thread.

A model that is stuck in a kernel or a driver answers to nothing, so its process must go; whoever keeps
processes running (our supervisor, Docker) starts it again, and the draft is taken up again by its row.
"""

import logging
import os
import threading

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections

from storyengine.errors import Refused
from storyengine.generation.draft import fail_draft
from storyengine.generation.models import Draft
from storyengine.generation.pulse import pulse

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
EXIT_HUNG = 75  # EX_TEMPFAIL


def watch(leaving: threading.Event) -> None:
    """Look until the process leaves by itself; end it where a draft has not got on for WRITER_HANG_S."""
    while not leaving.wait(LOOK_EVERY_S):
        stuck = pulse.hangs(settings.WRITER_HANG_S)
        if stuck:
            logger.error("draft %s has not got on for %s s: this writer ends itself", stuck[0], settings.WRITER_HANG_S)
            _give_back(*stuck)
            os._exit(EXIT_HUNG)  # sys.exit would end this thread alone


def _give_back(draft_id: int, fence: int) -> None:
    """Queue the draft again, or give it up after its last attempt; should that fail, its lease runs out."""
    try:
        draft = Draft.objects.select_related("brief").filter(pk=draft_id, fence=fence).first()
        if draft:
            fail_draft(draft, Refused("writer.hung"))
    except DatabaseError:
        logger.exception("draft %s could not be given back", draft_id)
    finally:
        close_old_connections()
