"""Emphasis inside a line, as Fountain writes it: *italic*, **bold**, _underline_, escaped with a backslash.

Text and styles go in, marked text comes out, and the same text and styles come back. Where two marks would run into
one, or a mark would touch a space and lose its meaning, an invisible gap keeps them apart; a gap that the text itself
holds is written twice. Fountain knows no strikeout, the one style that is not carried; what is only shown in capitals
is written in them.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise

from storyengine.plot.branch import STYLE_NAMES, StyleName, Styles, spelled_out

GAP = "\u200b"  # seen by nobody; keeps two characters from being read as one mark
MARKS: tuple[tuple[StyleName, str], ...] = (("underline", "_"), ("bold", "**"), ("italic", "*"))
TOKEN = re.compile(r"\\[*_]|\*+|_+|\u200b\u200b|\u200b", re.DOTALL)


def tidy(styles: Iterable[tuple[int, int, StyleName]], length: int) -> Styles:
    """The runs within the text, those that touch joined, in order: one form for what looks the same."""
    joined: list[tuple[int, int, StyleName]] = []
    for name in STYLE_NAMES:
        last: tuple[int, int, StyleName] | None = None
        for start, end in sorted((max(0, s), min(e, length)) for s, e, n in styles if n == name):
            if start >= end:
                continue
            if last and start <= last[1]:
                last = (last[0], max(last[1], end), name)
                joined[-1] = last
            else:
                last = (start, end, name)
                joined.append(last)
    return tuple(sorted(joined))


def cut(styles: Styles, start: int, end: int) -> Styles:
    """The runs of one slice, counted from its start."""
    inside = ((max(s, start) - start, min(e, end) - start, name) for s, e, name in styles if s < end and e > start)
    return tuple(sorted(inside))


def cuts(styles: Styles, spans: Iterable[tuple[int, int]]) -> Iterator[Styles]:
    """`cut` for slices in order, in one pass: a text of a book's length may have a style at every word."""
    waiting, at = sorted(styles), 0
    active: list[tuple[int, int, StyleName]] = []
    for start, end in spans:
        while at < len(waiting) and waiting[at][0] < end:
            active.append(waiting[at])
            at += 1
        yield cut(tuple(active), start, end)
        active = [run for run in active if run[1] > end]


def styled_lines(text: str, styles: Styles) -> Iterator[tuple[str, Styles]]:
    """Each line with its own runs."""
    found = text.split("\n")
    ends = list(accumulate((len(line) + 1 for line in found), initial=0))
    spans = [(start, start + len(line)) for start, line in zip(ends, found, strict=False)]
    return zip(found, cuts(styles, spans), strict=True)


def shift(styles: Iterable[tuple[int, int, StyleName]], by: int) -> Iterator[tuple[int, int, StyleName]]:
    return ((start + by, end + by, name) for start, end, name in styles)


def runs(text: str, styles: Styles) -> Iterator[tuple[str, frozenset[StyleName]]]:
    """The text in pieces of one look each."""
    edges = sorted({0, len(text), *(at for start, end, _ in styles for at in (start, end) if at < len(text))})
    spans = list(pairwise(edges))
    for (start, end), found in zip(spans, cuts(styles, spans), strict=True):
        yield text[start:end], frozenset(name for *_, name in found)


def from_runs(pieces: Iterable[tuple[str, Iterable[StyleName]]]) -> tuple[str, Styles]:
    """Pieces joined again: what `runs` took apart."""
    text, found = "", []
    for piece, names in pieces:
        found += [(len(text), len(text) + len(piece), name) for name in names]
        text += piece
    return text, tidy(found, len(text))


def mark(text: str, styles: Styles) -> str:
    """One line with its emphasis written out."""
    return _nested(*spelled_out(text, styles), MARKS)


def _nested(text: str, styles: Styles, marks: tuple[tuple[StyleName, str], ...]) -> str:
    if not marks:
        return _escape(text)
    (name, sign), *inner = marks
    written, tail = [], ""
    stretches = list(_stretches(text, styles, name))
    others = tuple(run for run in styles if run[2] != name)
    found = cuts(others, [(start, end) for start, end, _ in stretches])
    for (start, end, is_on), within in zip(stretches, found, strict=True):
        part = _nested(text[start:end], within, tuple(inner))
        if is_on:
            part = f"{sign}{_guard(part)}{sign}"
        written += [_between(tail, part), part]
        tail = (tail + part)[-2:]
    return "".join(written)


def _stretches(text: str, styles: Styles, name: StyleName) -> Iterator[tuple[int, int, bool]]:
    at = 0
    for start, end, _ in sorted(run for run in styles if run[2] == name):
        if at < start:
            yield at, start, False
        yield start, end, True
        at = end
    if at < len(text):
        yield at, len(text), False


def _guard(part: str) -> str:
    """A mark counts only beside something that is not a space."""
    front = GAP if part[:1].isspace() else ""
    return f"{front}{part}{GAP if part[-1:].isspace() or part.endswith(chr(92)) else ''}"


def _between(left: str, right: str) -> str:
    """The gap that two parts need beside each other; of the left one its end is enough."""
    if not left or not right:
        return ""
    ends = left[-1] if left[-1] in "*_" and not left.endswith(("\\*", "\\_")) else ""
    starts = right[0] if right[0] in "*_" else ""
    collide = bool(ends) and ends == starts
    escaped = bool(starts) and left[-1] == "\\"
    in_a_word = (starts == "_" and left[-1].isalnum()) or (ends == "_" and right[0].isalnum())
    return GAP if collide or escaped or in_a_word else ""


def _escape(text: str) -> str:
    text = text.replace(GAP, GAP + GAP)
    # A backslash of the text's own would escape the mark's escape.
    text = re.sub(r"\\(?=[*_])", "\\\\" + GAP, text)
    return re.sub(r"([*_])", r"\\\1", text)


def unmark(line: str) -> tuple[str, Styles]:
    """The words of one marked line, and their styles; a mark without a partner is a character like any other."""
    tokens = _tokens(line)
    pairs = _pairs(line, tokens)
    text = ""
    open_at: dict[tuple[StyleName, int], int] = {}
    found: list[tuple[int, int, StyleName]] = []
    for number, (start, end, kind) in enumerate(tokens):
        piece = line[start:end]
        if kind == "text":
            text += piece
        elif kind == "escape":
            text += piece[1]
        elif kind == "gap":
            text += GAP if len(piece) == 2 else ""
        else:
            for name, sign in _signs(piece):
                partner = pairs.get((name, number))
                if partner is None:
                    text += sign
                elif partner > number:
                    open_at[name, partner] = len(text)
                else:
                    found.append((open_at[name, number], len(text), name))
    return text, tidy(found, len(text))


def _tokens(line: str) -> list[tuple[int, int, str]]:
    tokens, at = [], 0
    for match in TOKEN.finditer(line):
        start, end = match.span()
        if at < start:
            tokens.append((at, start, "text"))
        piece = match.group()
        kind = "escape" if piece[0] == "\\" else "gap" if piece[0] == GAP else "mark" if _signs(piece) else "text"
        tokens.append((start, end, kind))
        at = end
    if at < len(line):
        tokens.append((at, len(line), "text"))
    return tokens


def _signs(piece: str) -> tuple[tuple[StyleName, str], ...]:
    match piece:
        case "_":
            return (("underline", "_"),)
        case "*":
            return (("italic", "*"),)
        case "**":
            return (("bold", "**"),)
        case "***":
            return (("bold", "**"), ("italic", "*"))
    return ()


def _pairs(line: str, tokens: list[tuple[int, int, str]]) -> dict[tuple[StyleName, int], int]:
    """Which mark closes which, both ways round."""
    opened: dict[StyleName, int] = {}
    pairs: dict[tuple[StyleName, int], int] = {}
    for number, (start, end, kind) in enumerate(tokens):
        if kind != "mark":
            continue
        before, after = line[start - 1 : start], line[end : end + 1]
        if line[start] == "_" and before.isalnum() and after.isalnum():
            continue  # snake_case
        for name, _ in _signs(line[start:end]):
            if name in opened and before and not before.isspace():
                pairs[name, opened[name]] = number
                pairs[name, number] = opened.pop(name)
            elif after and not after.isspace():
                opened.setdefault(name, number)
    return pairs
