from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from audience import archive, guests
from storyengine.errors import Refused


class Command(BaseCommand):
    help = "Write a performance's ballots, comments, reactions and themes to a file; guests are numbers in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="the performance's join code")
        parser.add_argument("--out", type=Path, help="a .zip (one CSV a table) or a .jsonl; CODE-audience.zip without")

    def handle(self, *args: Any, code: str, out: Path | None, **options: Any) -> None:
        performance = guests.find_performance(code)
        path = out or Path(f"{performance.code}-audience.zip")
        write = archive.write_lines if path.suffix == ".jsonl" else archive.write_zip
        try:
            counts = write(performance, path)
        except OSError as error:
            raise Refused("setup.failed", reason=f"{path}: {error.strerror}") from error
        self.stdout.write(f"{path}: " + ", ".join(f"{number} {name}" for name, number in counts.items()))
