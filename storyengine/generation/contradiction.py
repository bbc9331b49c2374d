"""What a scene says against what is true on its path, with the words of both; and the dead who speak. Pure.

Only what one thing cannot be at once is a contradiction, and of what the scenes say of a thing the latest counts: a
door that was locked and then stood open is open. It may have been opened in the scene itself: that is for an editor
to know.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from storyengine.generation.acts import read_death
from storyengine.generation.facts import SAYING
from storyengine.plot.branch import BranchScene

OPPOSITES = (
    ("locked", "unlocked|open"), ("closed|shut", "open"), ("alive", "dead"), ("lit|burning", "dark|out|unlit"),
    ("broken", "whole|intact|unbroken"), ("empty", "full"), ("sunk", "afloat"), ("married", "unmarried|single"),
    ("blind", "sighted"), ("wet", "dry"), ("asleep", "awake"), ("gone", "here|there"), ("guilty", "innocent"),
)  # fmt: skip
OPPOSITES_ZH = (
    ("锁着", "开着"),
    ("关着", "开着"),
    ("活着", "死了"),
    ("亮着", "灭了"),
    ("空的", "满的"),
    ("睡着", "醒着"),
)
STATE = re.compile(
    r"(?i)\b(?:the|a|an|his|her|their|our|my|your)?\s*(?P<what>[a-z][\w'’-]{2,})\s+"
    r"(?:is|are|was|were|stands|lies|stays|remains)\s+"
    r"(?P<negation>not |no longer |never )?(?:still |now |already )?(?P<state>[a-z]+)\b"
)
NUMBER = re.compile(
    r"(?i)\b(?P<number>one|two|three|four|five|six|seven|eight|nine|ten|twelve|\d{1,3}) (?P<what>[a-z]{3,}s)\b"
)


@dataclass(frozen=True, slots=True)
class Told:
    """Something that is true on this path, with the words that say so and the heading of the scene they stand in."""

    who: str
    what: str
    quote: str
    scene: str = ""

    @property
    def is_saying(self) -> bool:
        """Whether somebody only claims it, which may be a lie."""
        return self.what.startswith(SAYING)


@dataclass(frozen=True, slots=True)
class Known:
    """What a scene is held against. `earlier` are the path's scenes, oldest first; `dead` is name -> words that say so.

    `facts` are told apart from the scenes: they count whatever a scene says.
    """

    facts: tuple[Told, ...] = ()
    earlier: tuple[BranchScene, ...] = ()
    dead: Mapping[str, str] = field(default_factory=dict)
    chinese: bool = False


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`quote` is `text[start:end]` of the scene's beat of that number; `told` says otherwise.

    "dead": the speech of somebody of whom `told` says that they died.
    """

    kind: Literal["dead", "state"]
    beat: int
    start: int
    end: int
    quote: str
    told: Told


def find_contradictions(scene: BranchScene, known: Known) -> Iterator[Contradiction]:
    """First the dead who speak, then each state and number that an earlier one rules out, in the order of the beats."""
    yield from _dead_speaking(scene, known)
    facts = tuple(fact for fact in known.facts if fact.quote and not fact.is_saying)
    states = _states(known.earlier)
    for number, beat in enumerate(scene.beats):
        yield from _against(number, beat.text, facts, states)
        if known.chinese:
            yield from _against_zh(number, beat.text, facts, known.earlier)


def deaths(earlier: Sequence[BranchScene], characters: Sequence[str]) -> dict[str, str]:
    """Who died on the path, with the words that say so: actions and summaries only, for people lie."""
    found: dict[str, str] = {}
    for scene in earlier:
        for text in [beat.text for beat in scene.beats if beat.kind == "action"] + [scene.summary]:
            for name in characters:
                if words := read_death(text, name):
                    found.setdefault(name, words)
    return found


def _dead_speaking(scene: BranchScene, known: Known) -> Iterator[Contradiction]:
    dead = {name.casefold(): words for name, words in known.dead.items()}
    for number, beat in enumerate(scene.beats):
        words = dead.get(beat.character.casefold()) if beat.kind == "dialogue" else None
        if words:
            told = Told(beat.character, "dead", words)
            yield Contradiction("dead", number, 0, len(beat.text), beat.text, told)


def _states(earlier: Sequence[BranchScene]) -> list[Told]:
    """Every plain "the door is locked" and "three lamps" of the scenes, oldest first."""
    found: list[Told] = []
    for scene in earlier:
        for beat in scene.beats:
            for match in STATE.finditer(beat.text):
                if not match["negation"]:
                    found.append(Told(match["what"], match["state"], match.group().strip(), scene.heading))
            for match in NUMBER.finditer(beat.text):
                found.append(Told(match["what"], match["number"], match.group(), scene.heading))
    return found


def _against(number: int, text: str, facts: Sequence[Told], states: Sequence[Told]) -> Iterator[Contradiction]:
    for match in STATE.finditer(text):
        against = [fact for fact in _about(match["what"], facts) if _says_otherwise(match, fact)]
        latest = next((one for one in _about(match["what"], states)[::-1] if _speaks_of(match, one)), None)
        against += [latest] if latest and _says_otherwise(match, latest) else []
        if against:
            yield _contradiction(number, text, match, against[0])
    for match in NUMBER.finditer(text):
        counted = [one for one in _about(match["what"], states) if NUMBER.fullmatch(one.quote)]
        if counted and match["number"].casefold() not in {one.what.casefold() for one in counted}:
            yield _contradiction(number, text, match, counted[-1])


def _against_zh(
    number: int, text: str, facts: Sequence[Told], earlier: Sequence[BranchScene]
) -> Iterator[Contradiction]:
    """In Chinese the lines themselves are searched for the thing in either state; the latest that has one counts."""
    lines = [(fact.quote, fact.scene) for fact in facts]
    lines += [(beat.text, scene.heading) for scene in earlier for beat in scene.beats]
    for one, other in (pair for both in OPPOSITES_ZH for pair in (both, both[::-1])):
        for match in re.finditer(rf"(?P<what>[\u4e00-\u9fff]{{1,2}})(?:还|仍|已经)?{other}", text):
            for line, heading in reversed(lines):
                latest = [*re.finditer(rf"{match['what']}(?:还|仍|已经)?({one}|{other})", line)]
                if latest and latest[-1][1] == one:
                    told = Told(match["what"], one, latest[-1].group(), heading)
                    yield _contradiction(number, text, match, told)
                if latest:
                    break


def _about(what: str, told: Sequence[Told]) -> list[Told]:
    return [one for one in told if one.who.casefold().split()[-1:] == [what.casefold()]]


def _speaks_of(match: re.Match[str], told: Told) -> bool:
    """Whether what was told has to do with the state in question: it is the same one, or its opposite."""
    return match["state"].casefold() in told.what.casefold().split() or _opposite(told.what, match["state"])


def _says_otherwise(match: re.Match[str], told: Told) -> bool:
    if match["negation"]:
        return match["state"].casefold() in told.what.casefold().split()
    return _opposite(told.what, match["state"])


def _opposite(one: str, other: str) -> bool:
    for left, right in OPPOSITES:
        pair = (rf"\b(?:{left})\b", rf"\b(?:{right})\b")
        for first, second in (pair, pair[::-1]):
            if re.search(first, one, re.IGNORECASE) and re.fullmatch(second, other, re.IGNORECASE):
                return True
    return False


def _contradiction(number: int, text: str, match: re.Match[str], told: Told) -> Contradiction:
    start = match.start() + len(match.group()) - len(match.group().lstrip())
    return Contradiction("state", number, start, match.end(), text[start : match.end()], told)
