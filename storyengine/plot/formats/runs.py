"""Runs of style in a line of words: which of them signs around the words can tell, and where those signs stand."""

from collections.abc import Callable, Sequence

from storyengine.plot.formats.shape import Style

Mark = Callable[[str], str]  # the sign that opens, or closes, a style


def nested(styles: Sequence[Style]) -> list[Style]:
    """Outer runs before those inside them; of two that cross the later one stays."""
    kept = list[Style]()
    for run in sorted((run for run in styles if run[0] < run[1]), reverse=True):
        if not any(run[0] < other[0] < run[1] < other[1] for other in kept):
            kept.append(run)
    order = {run: number for number, run in enumerate(styles)}
    return sorted(kept, key=lambda run: (run[0], -run[1], order[run]))


def crosses(styles: Sequence[Style]) -> bool:
    """Whether some of them cannot be written beside the others."""
    return len(nested(styles)) < len({run for run in styles if run[0] < run[1]})


def is_deep(styles: Sequence[Style]) -> bool:
    """Whether one of them stands inside another."""
    runs = nested(styles)
    return any(outer[0] <= run[0] and run[1] <= outer[1] for run in runs for outer in runs if run != outer)


def marked(text: str, styles: Sequence[Style], opening: Mark, closing: Mark) -> str:
    """The words with a sign where each style begins and ends."""
    pieces, at, still = list[str](), 0, list[Style]()
    for run in [*nested(styles), (len(text), len(text), "")]:
        while still and still[-1][1] <= run[0]:
            _, end, name = still.pop()
            pieces += [text[at:end], closing(name)]
            at = end
        if run[2]:
            pieces += [text[at : run[0]], opening(run[2])]
            at, still = run[0], [*still, run]
    return "".join([*pieces, text[at:]])
