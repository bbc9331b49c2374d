"""A Twine story as each of its file forms has it: passages with names, tags and metadata, and data about it all."""

import re
from dataclasses import dataclass, field
from typing import Any

SPECIAL_NAMES = {
    "StoryTitle", "StoryData", "StoryInit", "StoryCaption", "StoryMenu", "StoryBanner", "StorySubtitle", "StoryAuthor",
    "StoryInterface", "StoryShare", "StoryDisplayTitle", "StorySettings", "StoryIncludes",
    "PassageHeader", "PassageFooter", "PassageReady", "PassageDone", "MenuOptions", "MenuShare", "MenuStory",
    "StoryScript", "StoryStylesheet",
}  # fmt: skip
UNWRITTEN = "story-engine-unwritten"  # of the passage to which open choices link: see unwritten.py
SPECIAL_TAGS = {"script", "stylesheet", "widget", "init", "annotation", "haml", UNWRITTEN}
HARLOWE_TAGS = {"header", "footer", "startup", "debug-header", "debug-footer", "debug-startup"}
SCRIPT, STYLESHEET = "StoryScript", "StoryStylesheet"


@dataclass(slots=True)
class Passage:
    """`meta` is what the Twee 3 header holds in braces: position and size as "x,y", and anything else."""

    name: str
    text: str
    tags: list[str] = field(default_factory=list)
    meta: dict[str, Any] = field(default_factory=dict)
    line: int = 0

    @property
    def position(self) -> tuple[float, float] | None:
        return pair(self.meta.get("position"))


@dataclass(slots=True)
class TwineStory:
    """`extra` keeps what the file says of the story beyond this (zoom, tag colours, the tool that made it)."""

    title: str = ""
    ifid: str = ""
    format: str = ""
    format_version: str = ""
    start: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    passages: list[Passage] = field(default_factory=list)


def is_special(passage: Passage, dialect: str) -> bool:
    """Not a scene: code, styles, and what a story format shows around every passage."""
    tags = {tag.lower() for tag in passage.tags}
    media = any(tag.startswith("twine.") for tag in tags)
    around = dialect == "harlowe" and tags & HARLOWE_TAGS
    return passage.name in SPECIAL_NAMES or bool(tags & SPECIAL_TAGS) or media or bool(around)


def on_one_line(name: str) -> str:
    """A passage's name as a header holds it; links find it to the letter, so spaces inside it stay."""
    return re.sub(r"\s*[\n\r]\s*", " ", name).strip(" \t")


def pair(value: object) -> tuple[float, float] | None:
    """Two numbers from "100,200", {"x": 100, "y": 200} or [100, 200]; None for anything else."""
    if isinstance(value, dict):
        value = [value.get("x", value.get("left")), value.get("y", value.get("top"))]
    found = re.findall(r"-?\d{1,12}(?:\.\d{1,12})?", value) if isinstance(value, str) else value
    if not isinstance(found, list | tuple) or len(found) != 2:
        return None
    if not all(isinstance(part, str | int | float) and not isinstance(part, bool) for part in found):
        return None
    x, y = (float(part) for part in found)
    return (x, y) if abs(x) < 1e12 and abs(y) < 1e12 else None


def shown(number: float) -> str:
    return str(int(number)) if number.is_integer() else str(number)
