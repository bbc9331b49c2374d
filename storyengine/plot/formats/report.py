"""What a reader or a writer has to say about a file: what it took, and what it could not carry over as it was."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field

from storyengine.errors import Refused
from storyengine.plot.formats.reasons import because
from storyengine.plot.formats.remarks import REMARKS

BRACKET = re.compile(r"[()\[\]{}<>]")
TOO_DEEP = 300
MOST_NOTES = 500  # a file with a fault on every line says it often enough


@dataclass(frozen=True, slots=True)
class Note:
    """One thing worth knowing: where (line 0: the whole file), and a code with what its words name."""

    line: int
    code: str
    given: dict[str, str] = field(default_factory=dict)
    file: str = ""
    scene: str = ""

    @property
    def what(self) -> str:
        """In the language that is spoken now, as `why` it matters is."""
        return str(REMARKS[self.code][0]) % self.given

    @property
    def why(self) -> str:
        return str(REMARKS[self.code][1]) % self.given

    @property
    def words(self) -> str:
        """What stands there, as it was written; "" where `what` says it already."""
        return "" if "%(words)s" in str(REMARKS[self.code][0]) else self.given.get("words", "")

    @property
    def place(self) -> str:
        return ":".join(part for part in (self.file, str(self.line) if self.line else "") if part)

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.place, self.scene, self.what, self.words, self.why)))


@dataclass(slots=True)
class Report:
    """Filled while a file is read or written; shown on the command line and on the page."""

    format: str = ""
    file: str = ""  # set by a reader of several files as it goes along
    notes: list[Note] = field(default_factory=list)
    unsaid: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def warn(self, line: int, code: str, *, scene: str = "", **given: object) -> None:
        """`code` is one of `remarks.REMARKS`, `given` what its words name; `scene` where the line does not tell it."""
        if len(self.notes) < MOST_NOTES:
            note = Note(line, code, {name: str(value) for name, value in given.items()}, self.file, scene)
            if note not in self.notes[-5:]:
                self.notes.append(note)
        else:
            self.unsaid += 1

    def refuse(self, line: int, code: str, **given: object) -> Refused:
        """The refusal to raise: what is wrong, by a code of `reasons.REASONS`, and where."""
        fault = because(code, **given)
        if not self.file:
            return Refused("story.invalid", reason=because("at.line", line=line, fault=fault))
        return Refused(
            "story.invalid", reason=because("at.place", place=Note(line, "", file=self.file).place, fault=fault)
        )

    def refuse_json(self, error: ValueError | RecursionError) -> Refused:
        """The refusal for what `json.loads` raises: no JSON, nested without end, or a number without end."""
        if isinstance(error, json.JSONDecodeError):
            return self.refuse(error.lineno, "file.not_json", column=error.colno)
        return self.refuse(1, "file.deep" if isinstance(error, RecursionError) else "file.digits")


def depth_of(text: str) -> tuple[int, int]:
    """How deep brackets stand in each other, and the line on which they first stand so; TOO_DEEP is deep enough."""
    depth = most = at = 0
    for found in BRACKET.finditer(text):
        depth += 1 if found.group() in "([{<" else -1
        if depth > most:
            most, at = depth, found.start()
        if most >= TOO_DEEP:
            break
    return most, line_of(text, at)


def line_of(text: str, at: int) -> int:
    """The line, from 1, of a place in a text."""
    return text.count("\n", 0, at) + 1
