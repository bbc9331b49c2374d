"""What a check found: the rule, the quoted words and where they stand, and why. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from storyengine.plot.branch import Branch
from storyengine.sentences import in_words

Level = Literal["block", "warn", "note", "off"]
LEVELS: tuple[Level, ...] = ("block", "warn", "note", "off")
# "whole" has no span: length, reading level, a scene that no choice follows from.
Part = Literal["heading", "beat", "choice", "summary", "whole"]
PARTS: tuple[Part, ...] = get_args(Part)

# rule -> its level where a production says nothing. What blocks here no broadcaster would take as it is.
DEFAULT_LEVELS: dict[str, Level] = {
    "contradiction": "warn", "dead": "warn", "nonsense": "warn", "voice": "note", "repetition": "warn",
    "choices": "warn", "length": "warn", "reading": "note", "violence": "warn", "sex": "warn", "language": "warn",
    "drugs": "warn", "slurs": "block", "stereotypes": "warn", "self_harm": "warn", "personal_data": "block",
    "public_figures": "warn", "brands": "note", "own_words": "warn", "classifier": "warn", "judge": "note",
}  # fmt: skip
RULES = tuple(DEFAULT_LEVELS)


@dataclass(frozen=True, slots=True)
class Finding:
    """`index` counts the part's beats or choices from 0; `start` and `end` are characters of that part's text.

    `strength` is 1 to 3 where the rule grades, 0 where it does not. `earlier` quotes what was said before, and
    `scene` names where.
    """

    rule: str
    part: Part
    index: int
    start: int
    end: int
    quote: str
    reason: str
    strength: int = 0
    earlier: str = ""
    scene: str = ""
    level: Level = "note"

    @property
    def key(self) -> str:
        """The same for the same words under the same rule, wherever an edit has moved them."""
        return hashlib.sha256(f"{self.rule}\n{self.quote.casefold()}".encode()).hexdigest()[:32]


def part_texts(branch: Branch) -> list[tuple[Part, int, str]]:
    """Every text of the branch's first scene with its address, in reading order."""
    scene = branch.scenes[0]
    beats: list[tuple[Part, int, str]] = [("beat", number, beat.text) for number, beat in enumerate(scene.beats)]
    choices: list[tuple[Part, int, str]] = [("choice", number, label) for number, label in enumerate(scene.choices)]
    return [("heading", 0, scene.heading), *beats, *choices, ("summary", 0, scene.summary)]


def verified(findings: Iterable[Finding], branch: Branch, earlier: str) -> list[Finding]:
    """The findings whose words stand where they say, and whose earlier words stand in the earlier text.

    A quotation is proof only if somebody has looked: this is where. What does not hold is dropped.
    """
    texts = {(part, index): text for part, index, text in part_texts(branch)}
    return [found for found in findings if _stands(found, texts) and (not found.earlier or found.earlier in earlier)]


def _stands(found: Finding, texts: Mapping[tuple[Part, int], str]) -> bool:
    if found.part == "whole":
        return True
    text = texts.get((found.part, found.index))
    return text is not None and bool(found.quote) and text[found.start : found.end] == found.quote


def as_json(found: Finding) -> dict[str, Any]:
    return asdict(found)


def from_json(data: dict[str, Any]) -> Finding:
    """Its reason in the language that is active now."""
    return Finding(**data | {"reason": in_words(data["reason"])})
