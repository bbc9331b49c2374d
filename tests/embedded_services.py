"""A pytest plugin, loaded before pytest-django reads the settings: the embedded PostgreSQL and Redis, for tests.

They live under var/test, apart from a show that runs on the same machine. DATABASE_URL and REDIS_URL, if they
are set, are used instead.
"""

import os
from pathlib import Path

os.environ.setdefault("STORYENGINE_VAR", str(Path(__file__).resolve().parent.parent / "var" / "test"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storyengine.settings")

from storyengine import embedded

embedded.provide()
