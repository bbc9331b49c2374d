"""A story becomes a file."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from storyengine.errors import Refused
from storyengine.plot.exchange import take_out
from storyengine.plot.formats import FORMATS
from storyengine.plot.formats.report import Report
from storyengine.plot.models import Story
from storyengine.showrun.history import records_of


class Command(BaseCommand):
    help = "Write a story in a format that other tools read; json holds everything, performances too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        written = [name for name, form in FORMATS.items() if form.write]
        parser.add_argument("--format", default="json", choices=written, help="%(choices)s (%(default)s)")
        parser.add_argument("-o", "--output", type=Path, help="the file; without it the text goes to standard output")

    def handle(self, *args: Any, slug: str, output: Path | None, **options: Any) -> None:
        story = Story.objects.filter(slug=slug).first()
        if story is None:
            raise Refused("story.unknown", reason=f"no story has the slug {slug}")
        report = Report()
        text = take_out(story, options["format"], report, records_of(story))
        if output is None:
            self.stdout.write(text, ending="")
        else:
            try:
                output.write_text(text, encoding="utf-8", newline="")
            except OSError as error:
                raise Refused("story.invalid", reason=f"{output}: {error.strerror}") from error
            self.stdout.write(f"{output}: {story.title}, {options['format']}")
        for note in report.notes:
            sys.stderr.write(f"  {note}\n")
