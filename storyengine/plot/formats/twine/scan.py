"""What a passage's text holds apart from prose: links, what is shown inside it, statements, and macros nobody knows.

The links in double brackets are read here, alike for all dialects; each dialect's module adds what its macros do.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from storyengine.plot.formats.dialects import PLAIN, Dialect, both, condition_of, negated
from storyengine.plot.formats.twine.letters import lifted

URL = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:\/\/|mailto:|data:|javascript:|www\.)", re.IGNORECASE)
CLOSERS = {"<!--": "-->", "/*": "*/", "/%": "%/", "{{{": "}}}", '"""': '"""', "<script": "</script",
           "<style": "</style",
           "<nowiki": "</nowiki>"}  # fmt: skip
VERBATIM = re.compile(r"(`+|\{\{\{|\"\"\"|<nowiki)(?:(?<=i)>)?", re.IGNORECASE)
MAX_LINK = 4000


@dataclass(slots=True)
class Link:
    """A way on, where it stands in the text, and when it is offered. `auto`: it is followed without being asked for."""

    start: int
    end: int
    label: str
    target: str
    condition: str = ""
    effects: str = ""
    auto: bool = False


@dataclass(slots=True)
class Scan:
    """`cuts` are stretches that are no prose: statements that were understood, comments, closing tags."""

    links: list[Link] = field(default_factory=list)
    embeds: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    cuts: list[tuple[int, int]] = field(default_factory=list)
    shown: list[tuple[int, int, str]] = field(default_factory=list)  # macros that show these words and lead nowhere
    verbatim: list[tuple[int, int, str]] = field(default_factory=list)  # what is to be taken to the letter
    asked: list[tuple[int, int]] = field(default_factory=list)  # from a condition to the end of what it holds for
    kept: list[tuple[int, str, str]] = field(default_factory=list)  # where, the code of a remark, and what it names

    @property
    def leads_nowhere(self) -> bool:
        return not (self.links or self.embeds or self.unknown)

    def keep(self, at: int, code: str, name: str = "") -> None:
        """A remark on what does not become a row as it was written."""
        self.kept.append((at, code, name))


@dataclass(frozen=True, slots=True)
class Context:
    """What a scan knows of the story: the passages' names, and the macros that the story itself defines."""

    names: frozenset[str] = frozenset()
    macros: frozenset[str] = frozenset()


Scanner = Callable[[str, Context], Scan]


class Branches:
    """The conditions around a place: a chain of if, else-if and else for every level that is open."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._levels: list[tuple[list[str], str]] = []  # the chain's conditions so far, and what holds now

    def open(self, source: str, *, negate: bool = False) -> None:
        """`if`, or `unless`; an empty source opens a level that asks nothing."""
        found = condition_of(self._dialect, source) if source.strip() else ""
        found = negated([found]) if negate and found else found
        self._levels.append(([found] if found else [], found))

    def otherwise(self, source: str = "") -> None:
        """else-if with a condition of its own, else without."""
        if self._levels:
            chain, _ = self._levels[-1]
            own = [condition_of(self._dialect, source)] if source.strip() else []
            self._levels[-1] = ([*chain, *own], both([negated(chain), *own]))

    def close(self) -> list[str]:
        """End a level; returns its chain, to which an `else` may still be joined."""
        return self._levels.pop()[0] if self._levels else []

    def reopen(self, chain: list[str], source: str = "") -> None:
        """An `else` that stands after the hook it belongs to."""
        self._levels.append((chain, ""))
        self.otherwise(source)

    @property
    def depth(self) -> int:
        return len(self._levels)

    @property
    def condition(self) -> str:
        return self.since(0)

    def since(self, depth: int) -> str:
        """What the levels above a depth ask."""
        return both([now for _, now in self._levels[depth:]])


def plain_scan(text: str, context: Context) -> Scan:
    """Only links in brackets are understood; anything that looks like a macro may lead anywhere."""
    scan = Scan()
    brackets(text, scan, Branches(PLAIN), hidden(text))
    if re.search(r"<<\w|<%|\(\w[\w-]*:\s|\{\w+ \w+", text):
        scan.unknown.add("…")
    return scan


def brackets(
    text: str, scan: Scan, branches: Branches, covered: "Covered", at: int = 0, end: int | None = None
) -> None:
    """Every [[link]] from `at` to `end`, with the condition that holds there."""
    while (start := text.find("[[", at, end)) >= 0:
        at = covered.beyond(start)
        if at == start:
            at = link_at(text, start, scan, branches.condition) or start + 2


def link_at(text: str, start: int, scan: Scan, condition: str, *, read: "Callable[[str], str] | None" = None) -> int:
    """Read the link whose [[ stands at `start`; returns where it ends, 0 if it does not."""
    end = text.find("]]", start + 2, start + MAX_LINK)
    if end < 0 or "\n\n" in text[start:end]:
        return 0
    while text.startswith("]]]", end) and text.count("[", start + 2, end) > text.count("]", start + 2, end):
        end += 1  # a bracket of the label's own, not the link's
    inner, effects = text[start + 2 : end], ""
    if "][" in inner:
        inner, _, setter = inner.partition("][")
        effects = read(setter) if read else ""
    label, target = split_link(inner)
    if URL.match(target):
        scan.shown.append((start, end + 2, label.strip()))
        scan.keep(start, "twine.outside", target.strip()[:80])
    elif target.strip():
        scan.links.append(Link(start, end + 2, label.strip(), target.strip(), condition, effects))
    return end + 2


def split_link(inner: str) -> tuple[str, str]:
    """Label and target: the rightmost ->, else the leftmost <-, else |, else one text that is both."""
    if "->" in inner:
        label, _, target = inner.rpartition("->")
    elif "<-" in inner:
        target, _, label = inner.partition("<-")
    elif "|" in inner:
        label, _, target = inner.rpartition("|")
    else:
        label = target = inner
    return label, target


class Covered:
    """Stretches that no tool reads: comments, code, text that is to stay as it is. In order, without overlap."""

    def __init__(self, stretches: list[tuple[int, int]]) -> None:
        self.stretches = stretches
        self._next = 0

    def beyond(self, at: int) -> int:
        """`at`, or the end of the stretch that it lies in. To be asked in rising order."""
        while self._next < len(self.stretches) and self.stretches[self._next][1] <= at:
            self._next += 1
        if self._next < len(self.stretches) and self.stretches[self._next][0] <= at:
            return self.stretches[self._next][1]
        return at


def hidden(text: str, openers: tuple[str, ...] = ("<!--", "<script", "<style"), *, verbatim: bool = False) -> Covered:
    """The stretches that these openers begin; `verbatim`: Harlowe's backticks too. One pass, whatever is not closed."""
    found, at, unclosed = [], 0, set()
    signs = [re.escape(opener) if opener[0] != "<" else f"(?<!<){re.escape(opener)}" for opener in openers]
    pattern = re.compile("|".join([*signs, *(["`+"] if verbatim else [])]), re.IGNORECASE)
    while match := pattern.search(text, at):
        opener = match[0].lower()
        closer = opener if opener.startswith("`") else CLOSERS[opener]
        end = -1 if opener in unclosed else text.find(closer, match.end())
        if end < 0:
            unclosed.add(opener)
            at = match.end()
            continue
        at = end + len(closer)
        if closer.startswith("</") and not closer.endswith(">"):
            at = max(at, text.find(">", at) + 1)
        found.append((match.start(), at))
    return Covered(found)


def to_the_letter(text: str, stretches: list[tuple[int, int]], scan: Scan) -> None:
    """What a dialect shows as it stands there, without the marks around it; no sign in it is one."""
    for start, end in stretches:
        marks = VERBATIM.match(text, start, end)
        if marks:
            words = text[marks.end() : end - len(CLOSERS.get(marks[1].lower(), marks[1]))]
            scan.verbatim.append((start, end, lifted(words)))


def enclosed(text: str, at: int, opening: str, closing: str, *, most: int = 20_000) -> int:
    """Where the bracket that was opened just before `at` is closed, texts in quotes apart; -1 if it is not."""
    depth, pattern = 1, re.compile(rf'"(?:[^"\\]|\\.)*"|[{re.escape(opening + closing)}]')
    for match in pattern.finditer(text, at, min(len(text), at + most)):
        depth += (match[0] == opening) - (match[0] == closing)
        if depth == 0:
            return match.start()
    return -1


def arguments(text: str) -> list[str]:
    """Split at the commas that stand outside of quotes and brackets."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"""\"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[(\[{]|[)\]}]|,""", text):
        depth += (match[0] in "([{") - (match[0] in ")]}") if len(match[0]) == 1 else 0
        if match[0] == "," and depth == 0:
            parts.append(text[start : match.start()].strip())
            start = match.end()
    return [*parts, text[start:].strip()]


def quoted(text: str) -> str | None:
    """The text of a single string literal, None for any other expression."""
    match = re.fullmatch(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*""", text, re.DOTALL)
    return re.sub(r"\\(.)", r"\1", match[1] if match[1] is not None else match[2]) if match else None


def literals(text: str) -> list[str]:
    """All string literals of an expression."""
    found = re.finditer(r"""\"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'""", text)
    return [re.sub(r"\\(.)", r"\1", match[1] if match[1] is not None else match[2]) for match in found]
