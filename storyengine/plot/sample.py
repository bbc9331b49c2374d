"""The stories that ship with the product, so that the first run has something to play."""

from pathlib import Path

from storyengine.plot.formats.native import read_story
from storyengine.plot.models import Story

FOLDER = Path(__file__).parent / "stories"
FIRST = "salt-lamp"


def load_samples() -> list[Story]:
    """Load each sample that is not there yet; what an author changed since is left alone."""
    present = set(Story.objects.values_list("slug", flat=True))
    return [read_story(path.read_bytes()) for path in sorted(FOLDER.glob("*.json")) if path.stem not in present]
