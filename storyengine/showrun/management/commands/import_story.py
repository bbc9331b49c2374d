"""A story file becomes a story, whole or not at all."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from storyengine.errors import Refused
from storyengine.plot.formats.native import read_story
from storyengine.plot.models import Story
from storyengine.plot.sample import load_samples
from storyengine.script.take_in import take_in_script

SCRIPTS = {".fountain", ".spmd", ".fdx"}


def _read(file: Path) -> Story:
    """By its suffix: a screenplay, or else a story."""
    source = file.read_bytes()
    if file.suffix.lower() in SCRIPTS:
        return take_in_script(source, file.suffix, slug=file.stem)
    return read_story(source)


class Command(BaseCommand):
    help = "Load a story file, or a screenplay (.fountain, .fdx); --samples loads the stories that ship with it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument("--samples", action="store_true", help="load the sample stories that are not there yet")

    def handle(self, *args: Any, file: Path | None, samples: bool, **options: Any) -> None:
        if file is None and not samples:
            raise Refused("story.invalid", reason="name a file, or say --samples")
        stories = load_samples() if samples else []
        if file is not None:
            try:
                stories.append(_read(file))
            except OSError as error:
                raise Refused("story.invalid", reason=f"{file}: {error.strerror}") from error
        for story in stories:
            self.stdout.write(f"{story.slug}: {story.title}, {story.scenes.count()} scenes")
