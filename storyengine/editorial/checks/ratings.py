"""From content levels to the age rating that a board would probably give. Guidance: only the board rates.

Strengths 0 to 3 a rule (none, mild, moderate, strong) come from the checks; a board also weighs context, tone and
discretion, which no word list sees. The tables follow the boards' published guidelines in outline.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from storyengine.editorial.checks.finding import Finding

RATED = ("violence", "sex", "language", "drugs", "slurs", "self_harm")


@dataclass(frozen=True, slots=True)
class Board:
    """`steps` from the mildest to the strictest; `table` gives for each rule the step of strength 0, 1, 2 and 3."""

    name: str
    steps: tuple[str, ...]
    table: dict[str, tuple[int, int, int, int]]


BOARDS = {
    "bbfc": Board("BBFC, United Kingdom", ("U", "PG", "12A", "15", "18"), {
        "violence": (0, 1, 2, 4), "sex": (0, 1, 2, 4), "language": (0, 1, 2, 3), "drugs": (0, 1, 2, 3),
        "slurs": (0, 2, 3, 3), "self_harm": (0, 2, 3, 4)}),
    "mpa": Board("MPA, United States", ("G", "PG", "PG-13", "R", "NC-17"), {
        "violence": (0, 1, 2, 3), "sex": (0, 1, 2, 3), "language": (0, 1, 2, 3), "drugs": (0, 1, 2, 3),
        "slurs": (0, 2, 3, 3), "self_harm": (0, 2, 2, 3)}),
    "fsk": Board("FSK, Germany", ("0", "6", "12", "16", "18"), {
        "violence": (0, 1, 2, 4), "sex": (0, 1, 2, 3), "language": (0, 1, 2, 2), "drugs": (0, 1, 2, 3),
        "slurs": (0, 1, 2, 3), "self_harm": (0, 2, 3, 4)}),
    "acb": Board("ACB, Australia", ("G", "PG", "M", "MA 15+", "R 18+"), {
        "violence": (0, 1, 2, 4), "sex": (0, 1, 2, 4), "language": (0, 1, 2, 3), "drugs": (0, 1, 2, 4),
        "slurs": (0, 2, 2, 3), "self_harm": (0, 2, 3, 4)}),
    "hk": Board("OFNAA, Hong Kong", ("I", "IIA", "IIB", "III"), {
        "violence": (0, 0, 1, 3), "sex": (0, 1, 2, 3), "language": (0, 1, 1, 2), "drugs": (0, 0, 1, 2),
        "slurs": (0, 1, 1, 2), "self_harm": (0, 1, 2, 3)}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rating:
    board: str
    step: str
    because: tuple[str, ...]  # the rules that ask for this step; empty for the mildest

    @property
    def short(self) -> str:
        return self.board.partition(",")[0]


def content_levels(findings: Iterable[Finding]) -> dict[str, int]:
    """The strongest strength found for each rated rule."""
    levels = dict.fromkeys(RATED, 0)
    for found in findings:
        if found.rule in levels:
            levels[found.rule] = max(levels[found.rule], found.strength)
    return levels


def rate(findings: Iterable[Finding], territories: Iterable[str]) -> list[Rating]:
    """One rating for each territory that the production is shown in, in the order given."""
    levels = content_levels(findings)
    return [_rate(BOARDS[name], levels) for name in territories if name in BOARDS]


def _rate(board: Board, levels: dict[str, int]) -> Rating:
    steps = {rule: board.table[rule][level] for rule, level in levels.items()}
    worst = max(steps.values())
    return Rating(
        board.name, board.steps[worst], tuple(rule for rule, step in steps.items() if step == worst and worst)
    )
