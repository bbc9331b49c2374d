"""Which candidate comes first, and why: the weighted mean of its checks (checks.py).

An editor decides: nothing here hides a text, it only sorts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from storyengine.errors import Refused
from storyengine.generation.checks import CHECKS, PATH_CHECKS, Check
from storyengine.generation.parse import check_asked, check_readable, parse_answer
from storyengine.generation.prompt import Context
from storyengine.plot.branch import Branch, BranchScene
from storyengine.sentences import read, reason_of

WEIGHTS = {
    "choice": 3.0, "wishes": 3.0, "unwanted": 2.0, "earlier": 2.0, "variety": 2.0, "voices": 1.0, "choices": 1.5,
    "length": 1.0, "words": 2.0, "facts": 2.0, "place": 1.0, "persons": 0.5,
}  # fmt: skip
FLAGS = {"words.nonsense", "variety.again", "place.person"}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate in its place. `fault` (a stored sentence) is set where it cannot be read; it then has no checks."""

    number: int
    text: str
    score: float
    checks: tuple[Check, ...] = ()
    fault: str = ""

    @property
    def flags(self) -> int:
        """How many faults it has that no other merit makes up for: no words, a sentence twice, a person as a place."""
        return sum(check.reason in FLAGS for check in self.checks)


def rank_answers(texts: Sequence[str], context: Context, earlier: Sequence[BranchScene] = ()) -> list[Ranked]:
    """The candidates, best first; one that is flagged comes after those that are not, what cannot be read last.

    `earlier` are the scenes of the path, oldest first (earlier.py); the brief knows the last one and summaries alone.
    Raises Refused("writer.answer_empty") where none says anything, Refused("writer.answer_invalid") with the
    first one's fault where none can be read.
    """
    if not any(text.strip() for text in texts):
        raise Refused("writer.answer_empty")
    judged = [_judge(number, text, context, earlier) for number, text in enumerate(texts)]
    if all(one.fault for one in judged):
        raise Refused("writer.answer_invalid", reason=read(judged[0].fault)[0])
    return sorted(judged, key=lambda one: (bool(one.fault), one.flags, -one.score, one.number))


def judge(branch: Branch, context: Context, earlier: Sequence[BranchScene] = ()) -> tuple[Check, ...]:
    """All checks of one branch, in a fixed order."""
    scene = branch.scenes[0]
    of_path = tuple(check(scene, context, earlier) for check in PATH_CHECKS)
    return (*(check(scene, context) for check in CHECKS), *of_path)


def score_of(checks: Sequence[Check]) -> float:
    """The weighted mean, to three places."""
    weight = sum(WEIGHTS[check.name] for check in checks)
    return round(sum(check.score * WEIGHTS[check.name] for check in checks) / weight, 3)


def _judge(number: int, text: str, context: Context, earlier: Sequence[BranchScene]) -> Ranked:
    try:
        branch = parse_answer(text, context)
        check_readable(branch)
        check_asked(text, branch, context)
    except Refused as refused:
        return Ranked(number, text, 0.0, fault=reason_of(refused.detail) or refused.code)
    checks = judge(branch, context, earlier)
    return Ranked(number, text, score_of(checks), checks)
