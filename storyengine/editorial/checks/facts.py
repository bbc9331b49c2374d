"""Contradictions with what is true on this path, each with the earlier words; and the dead who speak."""

import re
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from storyengine.editorial.checks.finding import Finding, Part, part_texts
from storyengine.editorial.checks.ground import Fact, Ground
from storyengine.plot.branch import Branch, BranchScene

# Two states that one thing cannot be in at once. A door may have been opened since: that is for the editor to know.
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
DEATH = (
    r"(?i)\b{name}\b(?:,? [\w ]{{0,20}}?)? "
    r"(?:is dead|lies dead|falls dead|dies|died|has died|was killed|is killed|drowns|drowned)\b"
)
DEATH_ZH = r"{name}[^，。！？]{{0,6}}(?:死了|已死|断气了|身亡|去世了|被杀了)"
NUMBER = re.compile(
    r"(?i)\b(?P<number>one|two|three|four|five|six|seven|eight|nine|ten|twelve|\d{1,3}) (?P<what>[a-z]{3,}s)\b"
)


def check_facts(branch: Branch, ground: Ground) -> Iterator[Finding]:
    yield from _dead_speaking(branch, ground)
    said = _states(ground)
    for part, index, text in part_texts(branch):
        if part == "beat":
            yield from _against(part, index, text, said, ground)


def deaths(earlier: tuple[BranchScene, ...], characters: tuple[str, ...]) -> dict[str, str]:
    """Who died on the path, with the sentence that says so: actions and summaries only, for people lie."""
    found: dict[str, str] = {}
    for scene in earlier:
        for text in [beat.text for beat in scene.beats if beat.kind == "action"] + [scene.summary]:
            for name in characters:
                pattern = DEATH_ZH if re.search("[\u4e00-\u9fff]", name) else DEATH
                match = re.search(pattern.format(name=re.escape(name)), text)
                if match:
                    found.setdefault(name, match.group())
    return found


def _dead_speaking(branch: Branch, ground: Ground) -> Iterator[Finding]:
    dead: Mapping[str, str] = {name.casefold(): words for name, words in ground.dead.items()}
    for index, beat in enumerate(branch.scenes[0].beats):
        words = dead.get(beat.character.casefold()) if beat.kind == "dialogue" else None
        if words:
            why = _("%(who)s is dead on this path") % {"who": beat.character}
            yield Finding("dead", "beat", index, 0, len(beat.text), beat.text, why, 3, words)


def _states(ground: Ground) -> list[Fact]:
    """What the path says of things: the memory's own facts first, then plain "the door is locked" of earlier beats."""
    found = [fact for fact in ground.facts if fact.quote]
    for scene in ground.earlier:
        for beat in scene.beats:
            for match in STATE.finditer(beat.text):
                if not match["negation"]:
                    found.append(Fact(match["what"], match["state"], match.group().strip(), scene.heading))
            for match in NUMBER.finditer(beat.text):
                found.append(Fact(match["what"], match["number"], match.group(), scene.heading))
    return found


def _against(part: Part, index: int, text: str, said: list[Fact], ground: Ground) -> Iterator[Finding]:
    for match in STATE.finditer(text):
        for fact in _about(match["what"], said):
            same = match["state"].casefold() in fact.what.casefold().split()
            if (same and match["negation"]) or (not match["negation"] and _opposite(fact.what, match["state"])):
                yield _contradiction(part, index, text, match, fact)
                break
    for match in NUMBER.finditer(text):
        earlier = [fact for fact in _about(match["what"], said) if NUMBER.fullmatch(fact.quote)]
        if earlier and match["number"].casefold() not in {fact.what.casefold() for fact in earlier}:
            yield _contradiction(part, index, text, match, earlier[-1])
    if ground.chinese:
        yield from _against_zh(part, index, text, ground)


def _against_zh(part: Part, index: int, text: str, ground: Ground) -> Iterator[Finding]:
    told = [(beat.text, scene.heading) for scene in ground.earlier for beat in scene.beats]
    for one, other in (pair for both in OPPOSITES_ZH for pair in (both, both[::-1])):
        for match in re.finditer(rf"(?P<what>[\u4e00-\u9fff]{{1,2}})(?:还|仍|已经)?{other}", text):
            for line, heading in told:
                before = re.search(rf"{match['what']}(?:还|仍|已经)?{one}", line)
                if before:
                    yield _contradiction(part, index, text, match, Fact(match["what"], one, before.group(), heading))
                    break


def _about(what: str, said: list[Fact]) -> list[Fact]:
    return [fact for fact in said if fact.who.casefold().split()[-1:] == [what.casefold()]]


def _opposite(one: str, other: str) -> bool:
    for left, right in OPPOSITES:
        pair = (rf"\b(?:{left})\b", rf"\b(?:{right})\b")
        for first, second in (pair, pair[::-1]):
            if re.search(first, one, re.IGNORECASE) and re.fullmatch(second, other, re.IGNORECASE):
                return True
    return False


def _contradiction(part: Part, index: int, text: str, match: re.Match[str], fact: Fact) -> Finding:
    start = match.start() + len(match.group()) - len(match.group().lstrip())
    quote = text[start : match.end()]
    why = _("an earlier scene says otherwise")
    return Finding("contradiction", part, index, start, match.end(), quote, why, 2, fact.quote, fact.scene)
