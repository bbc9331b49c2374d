"""Branches for the checks, in one line each."""

from storyengine.editorial.checks import run_checks
from storyengine.editorial.checks.finding import Finding
from storyengine.editorial.checks.ground import Ground
from storyengine.plot.branch import Branch, BranchBeat, BranchScene

CHOICES = ("Take the key", "Push off alone")


def scene(*beats: str, choices: tuple[str, ...] = CHOICES, heading: str = "EXT. RIVER - DAY") -> BranchScene:
    """`ODA: words` is speech, everything else action."""
    return BranchScene(heading, tuple(map(_beat, beats)), choices, "They wait.")


def branch(*beats: str, choices: tuple[str, ...] = CHOICES) -> Branch:
    return Branch((scene(*beats, choices=choices),))


def found(rule: str, text: Branch, ground: Ground | None = None) -> list[Finding]:
    return [one for one in run_checks(text, ground or Ground()) if one.rule == rule]


def quotes(rule: str, *beats: str, ground: Ground | None = None) -> list[str]:
    return [one.quote for one in found(rule, branch(*beats), ground)]


def _beat(line: str) -> BranchBeat:
    who, colon, words = line.partition(": ")
    return BranchBeat("dialogue", words, who) if colon and who.isupper() else BranchBeat("action", line)
