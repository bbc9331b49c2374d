import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from storyengine.showrun import stage_manager


class Command(BaseCommand):
    help = "Run the clock: close polls on time and take up what was left lying."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        stage_manager.run(stop)
