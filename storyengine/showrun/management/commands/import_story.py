"""A story file becomes a story, whole or not at all."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from storyengine.errors import Refused
from storyengine.plot.formats.native import read_story
from storyengine.plot.sample import load_samples


class Command(BaseCommand):
    help = "Load a story from Story Engine's own JSON format; --samples loads the ones that ship with it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument("--samples", action="store_true", help="load the sample stories that are not there yet")

    def handle(self, *args: Any, file: Path | None, samples: bool, **options: Any) -> None:
        if file is None and not samples:
            raise Refused("story.invalid", reason="name a file, or say --samples")
        stories = load_samples() if samples else []
        if file is not None:
            try:
                stories.append(read_story(file.read_bytes()))
            except OSError as error:
                raise Refused("story.invalid", reason=f"{file}: {error.strerror}") from error
        for story in stories:
            self.stdout.write(f"{story.slug}: {story.title}, {story.scenes.count()} scenes")
