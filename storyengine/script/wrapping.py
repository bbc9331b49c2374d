"""Text broken into lines: widths of characters, where a line may end, where a sentence does.

Widths are in thirds of a Courier character (7.2 points at 12 points), so that a Chinese character, 12 points wide,
is five of them and everything stays a whole number.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from storyengine.plot.branch import Styles
from storyengine.script.markup import cuts

NARROW = 3
# By the rules of Chinese and Japanese typesetting (GB/T 15834, JIS X 4051): what may not open or close a line.
NOT_AT_START = frozenset(
    "，。、；：！？）》」』】〕〉”’…—～·・％%),.;:!?]}»›々ー‐ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ〗〙〛｝］〞"
)
NOT_AT_END = frozenset("（《「『【〔〈“‘([{«‹〖〘〚｛［〝#$￥")
UNBROKEN = ("……", "——", "⋯⋯")
SENTENCE_END = re.compile(
    r"(?<!\b[A-Z])(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bMrs)(?<!\bvs)(?:[.!?…]+|--|—)[\"'”’)\]*_]*(?=\s)"
    r"|[。！？…]+[”’」』）]*|\n"
)


@dataclass(frozen=True, slots=True)
class Widths:
    """How wide characters are set: `wide` for a full-width one. In Chinese text its quotes and dashes are wide too."""

    wide: int = 5
    is_cjk: bool = False

    def of(self, ch: str) -> int:
        if _is_mark(ch):
            return 0
        return self.wide if self.is_wide(ch) else NARROW

    def is_wide(self, ch: str) -> bool:
        return _is_wide(ch, self.is_cjk)

    def text(self, text: str) -> int:
        return sum(map(self.of, text))


# Asked for each character of each line of each way to divide a speech: one script has few different ones.
@lru_cache(1 << 12)
def _is_mark(ch: str) -> bool:
    return unicodedata.combining(ch) > 0 or unicodedata.category(ch) in ("Cf", "Mn", "Me")


@lru_cache(1 << 12)
def _is_wide(ch: str, is_cjk: bool) -> bool:
    width = unicodedata.east_asian_width(ch)
    return width in "WF" or (is_cjk and width == "A" and not ch.isalpha() and ch > "\u00ff")


def wrap(text: str, styles: Styles, width: int, widths: Widths) -> list[tuple[str, Styles]]:
    """The text in lines no wider than `width`, each with its own styles. Line breaks of the text are kept."""
    spans, at = [], 0
    for paragraph in text.split("\n"):
        spans += [(at + start, at + end) for start, end in _spans(paragraph, width, widths)]
        at += len(paragraph) + 1
    return [(text[start:end], runs) for (start, end), runs in zip(spans, cuts(styles, spans), strict=True)]


def _spans(text: str, width: int, widths: Widths) -> Iterator[tuple[int, int]]:
    start = 0
    while True:
        end, used = start, 0
        while end < len(text) and (used := used + widths.of(text[end])) <= width:
            end += 1
        if end == len(text):
            yield start, len(text.rstrip()) if start else end
            return
        at = _break(text, start, end, widths)
        yield start, max(start, len(text[:at].rstrip()))
        start = at
        while start < len(text) and text[start] == " ":
            start += 1
        if start == len(text):
            return


def _break(text: str, start: int, end: int, widths: Widths) -> int:
    """The last place up to `end` where the line may end; `end` itself if a word is longer than the line."""
    for at in range(end, start, -1):
        if _may_break(text, at, widths):
            return at
    return max(end, start + 1)


def _may_break(text: str, at: int, widths: Widths) -> bool:
    before, after = text[at - 1], text[at]
    if after == " ":
        return not text[:at].isspace()
    if before == " ":
        return True
    if before in NOT_AT_END or after in NOT_AT_START or text[at - 1 : at + 1] in UNBROKEN:
        return False
    if before == "-" or before in "—–":
        return at > 1 and text[at - 2].isalnum() and after.isalnum()
    return widths.is_wide(before) or widths.is_wide(after)


def sentence_ends(text: str) -> list[int]:
    """Where a paragraph may be divided between two pages: after each sentence but the last."""
    last = len(text.rstrip())
    return [match.end() for match in SENTENCE_END.finditer(text) if match.end() < last]


def is_cjk(language: str, text: str) -> bool:
    """Whether a script is set by the rules of Chinese, Japanese and Korean: by its language, or by its letters."""
    if language:
        return language.split("-")[0].lower() in ("zh", "ja", "ko")
    letters = sum(ch.isalpha() for ch in text)
    return letters > 0 and sum(unicodedata.east_asian_width(ch) in "WF" for ch in text) * 3 > letters
