"""Conditions and statements of another tool, in comments that stand right before the link they belong to."""

import re
from collections.abc import Iterable

from storyengine.plot.formats.carried import KIND, put_back
from storyengine.plot.formats.dialects import both
from storyengine.plot.formats.twine.letters import lift, settle, spell_note
from storyengine.plot.formats.twine.scan import Link, Scan

COMMENT = re.compile(rf"<!-- story-engine ({KIND}): (.*?) -->")


def comments(carried: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<!-- story-engine {kind}: {spell_note(text)} -->" for kind, text in carried)


def take_back(text: str, scan: Scan) -> None:
    """Give links and statements of a passage what its comments carry for them; the comments are no words."""
    links: dict[int, list[Link]] = {}
    for link in scan.links:
        links.setdefault(link.start, []).append(link)
    waiting, at, does = list[tuple[str, str]](), -1, list[tuple[str, str]]()
    for found in COMMENT.finditer(text):
        scan.cuts.append(found.span())
        carried = (found[1], settle(lift(found[2])))
        waiting = [*(waiting if found.start() == at else []), carried]
        at = found.end()
        if carried[0].startswith("does"):
            does.append(carried)
        for link in links.get(at, []):
            _give(link, waiting)
    scan.effects[:] = put_back("\n".join(scan.effects), does).splitlines()


def _give(link: Link, carried: list[tuple[str, str]]) -> None:
    link.condition = both([*(text for kind, text in carried if kind == "if"), link.condition])
    link.effects = put_back(link.effects, [each for each in carried if each[0].startswith("then")])
