"""What counts as a word when comments are compared: stems where words are spaced, runs of signs where they are not."""

import re
from functools import lru_cache

from audience.filters import UNSPACED, normalise
from audience.stance import STOP as SMALL
from audience.stance import ZH_FUNCTION, stem

RUN = re.compile(f"{UNSPACED.pattern}+|[^\\W\\d_]+(?:['’][^\\W\\d_]+)*")
STOP = SMALL | frozenset(
    """about all also am any back because been before being but can could did down even ever every get give going got
    happen happens hope how into is just kind know like look lot make maybe me more most much must need never next no
    not now off oh ok okay one only other out over put really said scene see should show something still stop story
    such sure take tell than there these thing things those time too up very was way well what when where while who
    why wish write yeah yes don't dont""".split()
)
ZH_STOP = re.compile(f"[{ZH_FUNCTION}不没会能要应该可以希望觉得真吗呢么什怎]")


@lru_cache(maxsize=65_536)
def surface_terms(text: str) -> tuple[tuple[str, str], ...]:
    """A text's terms in order, each with the form that it had: (("kil", "killing"), ("villain", "villain"))."""
    found: list[tuple[str, str]] = []
    for run in RUN.findall(normalise(text)):
        if UNSPACED.match(run):
            for piece in ZH_STOP.split(run):
                found += [(gram, gram) for n in (2, 3) for gram in _grams(piece, n)]
        elif run not in STOP and len(run) > 1:
            found.append((stem(re.sub(r"['’]\w+$", "", run)), run))
    return tuple(found)


def _grams(piece: str, n: int) -> list[str]:
    return [piece[i : i + n] for i in range(len(piece) - n + 1)]
