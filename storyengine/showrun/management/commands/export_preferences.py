from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from storyengine.editorial.models import Review
from storyengine.editorial.preferences import FORMS, export, preferences


class Command(BaseCommand):
    help = "Write the editors' verdicts as JSON lines, for training: all of them, or as pairs and labels."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where to write; - for the standard output")
        parser.add_argument("--form", choices=FORMS, default="records")
        parser.add_argument("--performance", default="", help="a join code: only that performance's verdicts")

    def handle(self, *args: Any, file: Path, form: str, performance: str, **options: Any) -> None:
        reviews = Review.objects.all()
        if performance:
            reviews = reviews.filter(revision__performance__code=performance)
        lines = list(export(form, preferences(reviews)))
        if str(file) == "-":
            self.stdout.write("".join(lines), ending="")
            return
        try:
            file.write_text("".join(lines))
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        self.stderr.write(f"{len(lines)} lines in {file}")
