"""Story files become stories, whole or not at all; what could not be carried over is said, line by line."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from storyengine.errors import Refused
from storyengine.plot.exchange import bring_in
from storyengine.plot.formats import FORMATS
from storyengine.plot.formats.intake import take_path
from storyengine.plot.formats.report import Report
from storyengine.plot.models import Story
from storyengine.plot.sample import load_samples
from storyengine.showrun.uploads import SCRIPTS, bring_files


class Command(BaseCommand):
    help = "Load stories from a file, a folder or a zip archive, of any format that is known; or a screenplay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument(
            "--format", default="", choices=["", *FORMATS, *SCRIPTS], help="guessed by content and name without it"
        )
        parser.add_argument("--slug", default="", help="the story's name in addresses; made of its title without it")
        parser.add_argument("--endings", action="store_true", help="mark scenes without a way on as endings")
        parser.add_argument("--quiet", action="store_true", help="only say how many warnings there were")
        parser.add_argument("--samples", action="store_true", help="load the sample stories that are not there yet")

    def handle(self, *args: Any, file: Path | None, samples: bool, **options: Any) -> None:
        if file is None and not samples:
            raise Refused("story.invalid", reason="name a file, or say --samples")
        stories, report = load_samples() if samples else [], Report()
        if file is not None:
            stories += self._bring_in(file, report, **options)
        for story in stories:
            self.stdout.write(f"{story.slug}: {story.title}, {story.scenes.count()} scenes")
        self._tell(report, quiet=options["quiet"])

    def _bring_in(self, file: Path, report: Report, **options: Any) -> list[Story]:
        """A folder's texts are one story; a file is whatever it holds."""
        given = {"name": options["format"], "slug": options["slug"], "close_ends": options["endings"]}
        if file.is_dir():
            return bring_in(take_path(file, report), report, **given)
        try:
            return bring_files([(file.name, file.read_bytes())], report, **given)
        except OSError as error:
            raise Refused("story.invalid", reason=f"{file}: {error.strerror}") from error

    def _tell(self, report: Report, *, quiet: bool) -> None:
        if report.counts:
            self.stdout.write(", ".join(f"{number} {name.replace('_', ' ')}" for name, number in report.counts.items()))
        for note in report.notes if not quiet else ():
            sys.stderr.write(f"  {note}\n")
        more = report.unsaid + (len(report.notes) if quiet else 0)
        if more:
            sys.stderr.write(f"  … {more} more warnings\n")
