"""What stands between a file and the rows: every reader makes it, every writer takes it. Free of the database.

A reader names scenes as its tool does; `linking.link` gives them keys and joins choices to the scenes that they name.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from storyengine.plot.branch import SPOKEN

Style = tuple[int, int, str]


@dataclass(slots=True)
class FileBeat:
    kind: str
    text: str
    character: str = ""
    styles: list[Style] = field(default_factory=list)
    is_dual: bool = False


@dataclass(slots=True)
class FileChoice:
    """`to` is the key of a scene; `target` the name that the file gives, which stays where no scene has it."""

    label: str
    to: str | None = None
    target: str = ""
    condition: str = ""
    effects: str = ""
    source: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class FileScene:
    """`source` holds what only its own format understands: `text` as it came, `unknown` macros, `embeds`."""

    name: str
    key: str = ""
    chapter: str = ""
    number: str = ""
    heading: str = ""
    question: str = ""
    summary: str = ""
    correction: str = ""
    is_ending: bool = False
    origin: str = "authored"
    effects: str = ""
    tags: list[str] = field(default_factory=list)
    x: float | None = None
    y: float | None = None
    source: dict[str, Any] = field(default_factory=dict)
    beats: list[FileBeat] = field(default_factory=list)
    choices: list[FileChoice] = field(default_factory=list)


@dataclass(slots=True)
class FileCharacter:
    name: str
    description: str = ""
    voice: str = ""


@dataclass(slots=True)
class FilePlace:
    name: str
    description: str = ""


@dataclass(slots=True)
class FileStory:
    """`start` is a scene's key after linking, and before it the name by which the file calls that scene."""

    title: str
    slug: str = ""
    language: str = "en"
    logline: str = ""
    tone: str = ""
    rules: list[str] = field(default_factory=list)
    outline: list[str] = field(default_factory=list)
    lore: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    ifid: str = ""
    source: dict[str, Any] = field(default_factory=dict)
    start: str | None = None
    characters: list[FileCharacter] = field(default_factory=list)
    places: list[FilePlace] = field(default_factory=list)
    scenes: list[FileScene] = field(default_factory=list)
    performances: list[dict[str, Any]] = field(default_factory=list)
    edits: list[dict[str, Any]] = field(default_factory=list)

    @property
    def names(self) -> dict[str, str]:
        """Key -> the name by which other tools know the scene."""
        return {scene.key: scene.name or scene.key for scene in self.scenes}


def fingerprint(scene: FileScene, names: dict[str, str]) -> str:
    """What a scene says and where it leads, in 16 characters.

    Taken when a file is read and compared when it is written: where both agree nobody has edited the rows, and the
    text that the scene came from still says the same. Positions and keys are no part of it, nor is the heading, unless
    it stood in that text.
    """
    beats = [[beat.kind, beat.character, beat.text, [list(run) for run in beat.styles]] for beat in scene.beats]
    ways = [
        [choice.label, names.get(choice.to, "") if choice.to else choice.target, choice.condition, choice.effects]
        for choice in scene.choices
    ]
    parts: list[Any] = [scene.name, scene.is_ending, scene.effects, beats, ways]
    parts += [scene.heading] if scene.source.get("slugline") else []
    text = json.dumps(parts, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def speakers(scenes: list[FileScene]) -> list[FileCharacter]:
    """Everybody who has a line, in the order in which they first speak."""
    names = dict.fromkeys(beat.character for scene in scenes for beat in scene.beats if beat.kind in SPOKEN)
    return [FileCharacter(name) for name in names]
