"""Ends a writer that hangs. A thread beside it: Celery's own time limits do nothing in a pool of one thread.

A model that is stuck in a kernel or a driver answers to nothing, so its process must go; whoever keeps
processes running (our supervisor, Docker) starts it again, and what it had in hand is given back.
"""

import logging
import os
import threading

from django.db import Error as DatabaseError
from django.db import close_old_connections

from storyengine.generation.pulse import Work, pulse

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
GRACE_S = 5.0  # a writer that still asks whether to stop gives the draft up by itself before this is over
EXIT_HUNG = 75  # EX_TEMPFAIL


def watch(leaving: threading.Event) -> None:
    """Look until the process leaves by itself; end it where its work has not got on for as long as it may."""
    while not leaving.wait(LOOK_EVERY_S):
        stuck = pulse.hangs(grace_s=GRACE_S)
        if stuck:
            logger.error("%s has not got on for %.0f s: this writer ends itself", stuck.name, pulse.silent_s())
            _give_back(stuck)
            os._exit(EXIT_HUNG)  # sys.exit would end this thread alone


def _give_back(stuck: Work) -> None:
    """Have it done again, or given up; should that fail for a draft, its lease runs out."""
    try:
        stuck.give_back()
    except DatabaseError:
        logger.exception("%s could not be given back", stuck.name)
    finally:
        close_old_connections()
