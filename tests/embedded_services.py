"""A pytest plugin, loaded before pytest-django reads the settings: the embedded PostgreSQL and Redis, for tests.

They live under var/test, apart from a show that runs on the same machine; each of pytest-xdist's workers has a pair of
its own beside it. DATABASE_URL and REDIS_URL, if they are set, are used instead: then run with `-n 0`.
"""

import os
from pathlib import Path

import psycopg

from storyengine import embedded

OURS = "STORYENGINE_TEST_SERVERS"  # says to the workers that the URLs they inherit are the first process's
VAR = Path(__file__).resolve().parent.parent / "var"


def _choose_servers() -> bool:
    """Whether the servers will be the tests' own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker and os.environ.pop(OURS, ""):
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        os.environ["STORYENGINE_VAR"] = str(VAR / f"test-{worker}")
        return True
    if not os.environ.get("DATABASE_URL") and not os.environ.get("REDIS_URL"):
        os.environ[OURS] = "1"
        os.environ.setdefault("STORYENGINE_VAR", str(VAR / "test"))
        return True
    return False


def _wait_for_no_disk() -> None:
    """Nothing here need outlast the machine; a process that is killed loses nothing by this."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            database.execute(f"ALTER SYSTEM SET {setting} = off")
        database.execute("SELECT pg_reload_conf()")


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storyengine.settings")
_is_ours = _choose_servers()
embedded.provide()
if _is_ours:
    _wait_for_no_disk()
