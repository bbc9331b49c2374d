"""Checks of a branch: pure functions from a text and what it is held against to findings, none deciding alone."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from storyengine.editorial.checks.choices import check_choices
from storyengine.editorial.checks.content import FROM_WARN, check_content
from storyengine.editorial.checks.facts import check_facts
from storyengine.editorial.checks.finding import LEVELS, PARTS, Finding, Level, verified
from storyengine.editorial.checks.ground import Ground
from storyengine.editorial.checks.length import check_length
from storyengine.editorial.checks.lexicon import GRADED
from storyengine.editorial.checks.nonsense import check_nonsense
from storyengine.editorial.checks.personal import check_personal_data
from storyengine.editorial.checks.repetition import check_repetition
from storyengine.editorial.checks.voice import check_voice
from storyengine.plot.branch import Branch

# In the order in which the desk shows them. To add one: a module here with such a function, and its name in this list.
CHECKS: tuple[Callable[[Branch, Ground], Iterable[Finding]], ...] = (
    check_facts,
    check_nonsense,
    check_voice,
    check_repetition,
    check_choices,
    check_length,
    check_content,
    check_personal_data,
)


def run_checks(branch: Branch, ground: Ground) -> list[Finding]:
    """Every finding with the level that the production's profile gives it, the gravest first; "off" is left out.

    Every span and every quotation has been looked up in the texts. Well under 50 ms for a branch.
    """
    found = [finding for check in CHECKS for finding in check(branch, ground)]
    return grade(verified(found, branch, ground.text), ground)


def grade(findings: Iterable[Finding], ground: Ground) -> list[Finding]:
    """Give each finding its level by the profile: a mild word is never more than a note."""
    graded = [replace(finding, level=_level(finding, ground)) for finding in findings]
    return sorted((one for one in graded if one.level != "off"), key=_place)


def _place(finding: Finding) -> tuple[int, int, int, int]:
    """The gravest first, and among those as they stand in the text."""
    return LEVELS.index(finding.level), PARTS.index(finding.part), finding.index, finding.start


def _level(finding: Finding, ground: Ground) -> Level:
    level = ground.profile.level(finding.rule)
    mild = finding.rule in GRADED and 0 < finding.strength < FROM_WARN
    return "note" if mild and level in ("block", "warn") else level
