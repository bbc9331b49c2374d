"""A passage's prose as beats: a line each, links as their labels, emphasis as styles, and speech only where it is sure.

A line that holds nothing but links is no prose and is left out,
since the choices say it. Logic that has no place in a beat stays in the text as it was written, and is reported.
"""

import re
from collections.abc import Iterator

from storyengine.plot.formats.prose import beat_of
from storyengine.plot.formats.shape import FileBeat
from storyengine.plot.formats.twine.scan import Scan

OPEN, CLOSE = "\ue010", "\ue011"  # around what a link showed
LEFT_OVER = re.compile(r"[\s\-*•·|,.;:()>→#\d+/–—&]*(?:or|and|oder|ou|或)?[\s\-*•·|,.;:()>→]*", re.IGNORECASE)
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def beats_of(text: str, scan: Scan) -> list[FileBeat]:
    """The beats of one passage, in order."""
    return [beat_of(line) for line in _lines(_shown(text, scan))]


def _shown(text: str, scan: Scan) -> str:
    """The text as a reader sees it: links as marked labels, cuts gone."""
    spans = [(link.start, link.end, f"{OPEN}{link.label}{CLOSE}") for link in scan.links if link.end > link.start]
    spans += [(start, end, "") for start, end in scan.cuts]
    parts, at = [], 0
    for start, end, label in sorted(spans):
        if start >= at:
            parts += [text[at:start], label]
            at = end
    return BREAK.sub("\n", "".join([*parts, text[at:]]))


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        outside = re.sub(f"{OPEN}[^{CLOSE}]*{CLOSE}", "", line)
        if OPEN in line and LEFT_OVER.fullmatch(outside):
            continue
        line = " ".join(line.replace(OPEN, "").replace(CLOSE, "").split())
        if line:
            yield line
