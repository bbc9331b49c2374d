#!/usr/bin/env python
"""Django's command line, with the embedded PostgreSQL and Redis behind it where no URL is set."""

import os
import sys

from storyengine import embedded
from storyengine.errors import Refused

# These look at the code alone; starting a database for them would only make them slower.
WITHOUT_SERVICES = {
    "help",
    "version",
    "--help",
    "--version",
    "makemessages",
    "compilemessages",
    "collectstatic",
    "train_box",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storyengine.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import ProgrammingError
    from psycopg.errors import UndefinedColumn, UndefinedTable

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    try:
        if command not in WITHOUT_SERVICES and not {"-h", "--help"} & set(sys.argv):
            embedded.provide(progress=command == "run")
        try:
            execute_from_command_line(sys.argv)
        finally:
            sys.stdout.flush()  # what is still held back meets a closed pipe here, not at the exit
    except Refused as refused:
        # No translation here: Django may not be set up yet.
        sys.exit(f"storyengine: {refused.detail.get('reason', '')} [{refused.code}]")
    except ImproperlyConfigured as error:
        sys.exit(f"storyengine: {error} [setup.failed]")
    except BrokenPipeError:  # `| head` has seen enough; what is left is not to be said at the exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedColumn | UndefinedTable):
            raise
        sys.exit("storyengine: the database is not migrated: run `manage.py migrate` first [setup.failed]")


if __name__ == "__main__":
    main()
