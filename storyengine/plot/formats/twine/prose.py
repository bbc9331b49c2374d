"""A passage's prose as beats: a line each, links as their labels, emphasis as styles, and speech only where it is sure.

A line that holds nothing but links, or brackets, is no prose and is left out, since the choices say it. Conditions that
are understood go to the choices; text under one is always shown, which is reported. Logic that is not understood stays
in the text as it was written, and is reported too; tags that only lay a page out are left out. A comment on lines of
its own is a note.
"""

import re
from collections.abc import Collection, Iterator

from storyengine.plot.formats.markup import laid_out
from storyengine.plot.formats.prose import beats_of_line, styled
from storyengine.plot.formats.shape import FileBeat
from storyengine.plot.formats.twine.carry import COMMENT
from storyengine.plot.formats.twine.emphasis import plain_signs
from storyengine.plot.formats.twine.letters import lift, settle
from storyengine.plot.formats.twine.scan import Scan, hidden

BLANK = " \t"  # what a browser makes one space of; other spaces are seen, and stay
BROKEN = re.compile(r"(?<![ \t])[ \t]*\n\s*")
OPEN, CLOSE = "\ue010", "\ue011"  # around what a link showed
SIGNS = re.compile(r"^(?:<!--|/[*%])|(?:-->|[*%]/)$")  # of a comment
NOTE = "\ue012"  # before what a comment says
ANSWERED, ASKED = (
    "\ue013",
    "\ue014",
)  # around what a condition holds for; in this order where one begins as another ends
MARKS = re.compile(f"([{ANSWERED}{ASKED}])")
LEFT_OVER = re.compile(
    r"[\s\-*•·|,.;:()\[\]{}>→#\d+/–—&]*(?:or|and|oder|ou|或)?[\s\-*•·|,.;:()\[\]{}>→]*", re.IGNORECASE
)
BREAK = re.compile(r"""(?<!["'<])<br\s*/?>|<<br>>""", re.IGNORECASE)  # in quotes it is what a macro prints
SIGNED = re.compile(r"[&<*_#\\]|//|''|~~|\^\^|==")  # for most labels there is nothing to look for
EMPTY = re.compile(r"<(b|i|em|strong|u|s)\b[^<>]*></\1>", re.IGNORECASE)  # icons are told so
LOGIC = re.compile(r"<<\/?[A-Za-z=-]|<%|\(\$?[A-Za-z][\w-]*:")
JOINED = re.compile(r"(?<![ \t])[ \t]*(?:\\[ \t]*(?:\n(?:[ \t]*\\)?|\Z)|\n[ \t]*\\|\A[ \t]*\\)[ \t]*")
JOINING = {"harlowe", "sugarcube"}  # there a backslash at a line's end or start takes the line break away
BRACES = re.compile(r"[{}\[\]\s]+")


def beats_of(text: str, scan: Scan, dialect: str, speakers: Collection[str] = ()) -> list[FileBeat]:
    """The beats of one passage, in order; what is left out and what stays as it was written goes to `scan.kept`."""
    silent = _silent(text, scan) if scan.asked else set()
    scan.kept[:] = [kept for kept in scan.kept if kept[1] != "twine.conditional" or kept[0] not in silent]
    shown = _shown(text, scan)
    if dialect in JOINING:
        shown = JOINED.sub(lambda seam: " " if seam[0][0] in BLANK or seam[0][-1] in BLANK else "", shown)
    plain = laid_out(EMPTY.sub("", shown))
    if plain != shown:
        scan.keep(max(text.find("<"), 0), "twine.tags")
    found = list[FileBeat]()
    for line in _lines(plain_signs(lift(plain), dialect)):
        noted = [FileBeat("note", line[1:].strip(BLANK))] if line[0] == NOTE else []
        found += noted or beats_of_line(line, speakers)
    if not any(code == "twine.code" for _, code, _ in scan.kept) and any(
        LOGIC.search(beat.text) for beat in found if beat.kind != "note"
    ):
        first = LOGIC.search(text)
        scan.keep(first.start() if first else 0, "twine.code")
    for beat in found:
        beat.text = settle(beat.text)
    return found


def label_of(words: str, dialect: str) -> str:
    """What a link says, as its reader sees it: without emphasis and tags, "" if nothing is left."""
    if not SIGNED.search(words):
        return words.strip(BLANK)
    signed = plain_signs(lift(laid_out(BREAK.sub(" ", words))), dialect)
    return settle(styled(signed)[0].strip(BLANK))


def _silent(text: str, scan: Scan) -> set[int]:
    """Where those conditions stand under which no words are shown: only ways on, or statements."""
    marks = [mark for start, end in scan.asked for mark in ((start, start, ASKED), (end, end, ANSWERED))]
    parts, at = list[str](), 0
    for start, end, label in sorted([*_spans(text, scan), *marks]):
        if label in (ASKED, ANSWERED) or start >= at:
            parts += [text[at:start], label]
            at = max(at, end)
    opened, silent = list[list[int]](), set[int]()
    starts = iter(sorted(start for start, _ in scan.asked))
    for line in BREAK.sub("\n", "".join([*parts, text[at:]])).split("\n"):
        heard = _is_prose(MARKS.sub("", line))
        for piece in MARKS.split(line):
            if piece == ASKED:
                opened.append([next(starts), 0])
            elif piece == ANSWERED and opened:
                start, words = opened.pop()
                if opened:
                    opened[-1][1] += words
                if not words:
                    silent.add(start)
            elif opened and heard and re.search(r"\w", piece):
                opened[-1][1] += 1
    return silent


def _spans(text: str, scan: Scan) -> list[tuple[int, int, str]]:
    """(Start, end, what is shown in its place) of all that is no prose: links as marked labels, cuts as nothing."""
    spans = [
        (link.start, link.end, "" if link.auto else f"{OPEN}{link.label}{CLOSE}")
        for link in scan.links
        if link.end > link.start
    ]
    notes = dict(_notes(text, scan))
    return [
        *spans,
        *scan.shown,
        *scan.verbatim,
        *((start, end, "") for start, end in scan.cuts if start not in notes),
        *notes.values(),
    ]


def _shown(text: str, scan: Scan) -> str:
    """The text as a reader sees it."""
    parts, at, last = list[str](), 0, "\n"
    for start, end, label in sorted(_spans(text, scan)):
        if start >= at:
            parts += [text[at:start], label]
            last = next((part[-1] for part in reversed(parts[-2:]) if part), last)
            at = end
            while not label and last in f"\n{BLANK}" and at < len(text) and text[at] in BLANK:
                at += 1  # of the spaces on both sides of what is cut out, those before it stay
    return BREAK.sub("\n", "".join([*parts, text[at:]]))


def _notes(text: str, scan: Scan) -> Iterator[tuple[int, tuple[int, int, str]]]:
    """(Its place, (its place, its end, what is shown)) of each comment: a note where it has lines of its own."""
    others = [cut for cut in scan.cuts if text.startswith(("/*", "/%"), cut[0])]
    verbatim = any(sign in text for sign in ("{{{", '"""', "`"))
    for start, end in sorted({*hidden(text, ("<!--",)).stretches, *others}):
        before, after = (
            text[text.rfind("\n", 0, start) + 1 : start],
            text[end : (text.find("\n", end) + 1 or len(text) + 1) - 1],
        )
        words = BROKEN.sub(" ", SIGNS.sub("", text[start:end])).strip(BLANK)
        if COMMENT.fullmatch(text, start, end):
            continue
        if words and not before.strip() and not after.strip():
            yield start, (start, end, f"\n{NOTE}{words}\n")
            continue
        if re.search(r"\w", words):
            scan.keep(start, "comment.left", words[:80])
        if not verbatim:
            yield start, (start, end, "")


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if line.startswith(NOTE):
            yield line
            continue
        if not _is_prose(line):
            continue
        line = line.replace(OPEN, "").replace(CLOSE, "").strip(BLANK)
        if line:
            yield line


def _is_prose(line: str) -> bool:
    """Whether a line says more than the links in it; one that holds nothing but brackets does not."""
    if BRACES.fullmatch(line):
        return False
    return not (OPEN in line and LEFT_OVER.fullmatch(re.sub(f"{OPEN}[^{CLOSE}]*{CLOSE}", "", line)))
