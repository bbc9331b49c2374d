from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from storyengine.editorial.models import AuditEntry
from storyengine.editorial.record import as_csv, as_json_lines
from storyengine.plot.models import Performance


class Command(BaseCommand):
    help = "Write the desk's audit log, the oldest entry first: JSON lines, or CSV for a file that ends so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where to write; - for the standard output, as JSON lines")
        parser.add_argument("--performance", default="", help="a join code: only that performance's entries")

    def handle(self, *args: Any, file: Path, performance: str, **options: Any) -> None:
        entries = AuditEntry.objects.all()
        if performance:
            found = Performance.objects.filter(code=performance).first()
            if found is None:
                raise CommandError(f"no performance has the code {performance}")
            entries = entries.filter(performance=found.pk)
        lines = (as_csv if file.suffix == ".csv" else as_json_lines)(entries.iterator())
        if str(file) == "-":
            self.stdout.write("".join(lines), ending="")
            return
        try:
            with file.open("w") as out:
                out.writelines(lines)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
