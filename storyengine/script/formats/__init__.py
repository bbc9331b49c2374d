"""One module per format. To add one: write it, and name it here."""

from collections.abc import Callable
from dataclasses import dataclass

from storyengine.script.formats.fountain import write_fountain
from storyengine.script.screenplay import Screenplay


@dataclass(frozen=True, slots=True)
class Format:
    extension: str
    media_type: str
    write: Callable[[Screenplay], str]


FORMATS = {"fountain": Format("fountain", "text/plain; charset=utf-8", write_fountain)}
