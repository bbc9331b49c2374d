"""A screenplay in Fountain, Final Draft or our own JSON becomes a story, whole or not at all."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from storyengine.errors import Refused
from storyengine.plot.formats.report import Report
from storyengine.script.take_in import take_in_script


class Command(BaseCommand):
    help = "Load a screenplay (.fountain, .fdx or Story Engine's .json of a screenplay) as a story of authored scenes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--slug", default="", help="the story's address; made from its title otherwise")
        parser.add_argument("--title", default="", help="instead of the one on its title page")
        parser.add_argument("--language", default="", help="such as en or zh-hans; seen from its letters otherwise")

    def handle(self, *args: Any, file: Path, slug: str, title: str, language: str, **options: Any) -> None:
        try:
            source = file.read_bytes()
        except OSError as error:
            raise Refused("script.invalid", reason=f"{file}: {error.strerror}") from error
        report, given = Report(), {"slug": slug, "title": title, "language": language}
        story = take_in_script(source, file.suffix, report, name=file.stem, **given)
        scenes, beats = story.scenes.count(), story.scenes.filter(beats__isnull=False).values("beats").count()
        self.stdout.write(f"{story.slug}: {story.title}, {scenes} scenes, {beats} beats")
        for note in report.notes:
            self.stdout.write(f"  … {note}")
