"""A process that writes drafts, each in a fork of its own, so that a test can kill one in the middle of anything.

    python tests/generation/writing_process.py     (settings and database from the environment)

says "ready" once the model is loaded; then, for each draft's number that it reads, the fork's process number.
"""

import os
import signal
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storyengine.settings")
    import django

    django.setup()
    from storyengine.generation.writer import load_writer

    load_writer()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how the killed ones ended
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            from storyengine.generation.draft import write_draft

            write_draft(int(line))
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
