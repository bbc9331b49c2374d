"""What a line of Ink says, as beats of its scene: emphasis, speakers, words that glue joins."""

import re
from collections.abc import Collection

from storyengine.plot.formats.ink.items import Item
from storyengine.plot.formats.ink.letters import beats_of_ink
from storyengine.plot.formats.ink.names import single
from storyengine.plot.formats.ink.turns import is_drawn, told
from storyengine.plot.formats.markup import unstyled
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileScene

INLINE = re.compile(r"(?<!\\)\{")
BREAK = re.compile(r"(?<!\\)<br\s*/?>", re.IGNORECASE)
GLUED = re.compile(r"<>\s*(?:->[^<>]*)?$")


class Said:
    def __init__(self, report: Report, speakers: Collection[str]) -> None:
        self._report, self._speakers = report, speakers
        self._glue: FileScene | None = None
        self._spaced = False  # whether it was said that Ink shows spaces in a row as one

    def take(self, scene: FileScene, item: Item, words: str, shown: str, condition: str) -> None:
        """`words` as they stand in the line, `shown` without the ways on."""
        spaced = shown.replace("<>", "").strip(" \t")
        shown = single(spaced)
        if shown != spaced and not self._spaced:
            self._spaced = True
            self._report.warn(item.line, "ink.spaces", words=spaced[:80])
        under = condition or is_drawn(item.conditions)
        if INLINE.search(shown) or (shown and under):
            self._report.warn(item.line, "ink.logic", words=shown[:80])
        if shown:
            asked = " and ".join(filter(None, map(told, item.conditions)))
            text = f"{{{asked}: {shown}}}" if under and asked else shown
            bare = unstyled(BREAK.sub(" ", text))
            if bare != text:
                self._report.warn(item.line, "twine.tags", passage=scene.name)
            for beat in beats_of_ink(bare, self._speakers) if bare.strip() else ():
                self._say(scene, beat, glued=words.lstrip().startswith("<>"))
        self._glue = scene if GLUED.search(words) else None

    def _say(self, scene: FileScene, beat: FileBeat, *, glued: bool) -> None:
        """One more beat, or more words of the last one where Ink glues lines together."""
        last = next((said for said in reversed(scene.beats) if said.kind != "note"), None)
        if last is None or not (glued or self._glue is scene) or {last.kind, beat.kind} != {"action"}:
            scene.beats.append(beat)
            return
        start = len(last.text) + 1
        last.text += f" {beat.text}"
        last.styles += [(begin + start, end + start, style) for begin, end, style in beat.styles]
