"""A Fountain file as a screenplay, without the loss of a word.

Files in the open are not the syntax's examples: line endings are mixed, headings follow an action without a blank
line, encodings are of another century, a boneyard is never closed. Nothing of a file is dropped: a line that is
nothing else is action, and what a writer struck out is kept as a note.
"""

import re
from dataclasses import dataclass, field

from storyengine.errors import Refused
from storyengine.plot.branch import BranchBeat, Styles
from storyengine.plot.formats import intake
from storyengine.plot.formats.report import Report
from storyengine.script.formats.fountain import HEADING, reads_as_cue, reads_as_transition, said
from storyengine.script.formats.refusals import unreadable
from storyengine.script.markup import GAP, mark, shift, tidy, unmark
from storyengine.script.reels import Reel
from storyengine.script.screenplay import Screenplay

MAX_BYTES = 16 * 1024 * 1024
MAX_LINES = 400_000
KEY = re.compile(r"^([A-Za-z][A-Za-z0-9 _-]*)[:：](?!//)[ \t]*(.*)$")  # https:// is no key
KNOWN_KEYS = frozenset(
    "title credit author authors source notes contact copyright revision date format language draft".split()
) | {"draft date", "contact info", "written by", "based on", "revision color", "watermark", "font"}
NUMBER = re.compile(r"^(.*?)[ \t]*#([^#\n]+)#$")
FORCED_HEADING = re.compile(r"^\.(?!\.)\s*\S")
BONEYARD = re.compile(r"/\*.*?(\*/|\Z)", re.DOTALL)
NOTE = re.compile(r"\[\[(?:(?!\[\[|\n[ \t]?\n).)*?\]\]", re.DOTALL)
HIDDEN = re.compile("\x00([bn])(\\d+)\x00")


def read_fountain(source: bytes, report: Report | None = None) -> Screenplay:
    """The script in the file; raises Refused("script.invalid") for what is no text or is far too large."""
    return _Reader(decode(source, report or Report())).read()


def decode(source: bytes, report: Report) -> str:
    """The text of a file in any encoding that scripts come in, its line endings made one."""
    if len(source) > MAX_BYTES:
        raise unreadable("file.size", size=MAX_BYTES >> 20)
    try:
        text = intake.decode(source, report)
    except Refused as refused:
        raise Refused("script.invalid", **refused.detail) from refused
    if text.count("\n") > MAX_LINES:
        raise unreadable("script.lines", line=MAX_LINES, most=MAX_LINES)
    return re.sub("[\u2028\u2029]", "\n", text)


@dataclass(slots=True)
class _Reader:
    text: str
    hidden: list[BranchBeat] = field(default_factory=list)
    reel: Reel = field(default_factory=Reel)
    lines: list[str] = field(default_factory=list)
    at: int = 0

    def read(self) -> Screenplay:
        self.text = BONEYARD.sub(self._hide_boneyard, self.text)
        self.text = NOTE.sub(self._hide_note, self.text)
        self.lines = self.text.split("\n")
        title_page = self._title_page()
        while self.at < len(self.lines):
            self._step()
        title = next((value for key, value in title_page if key.lower() == "title"), "")
        plain = " ".join(unmark(line)[0].strip() for line in title.split("\n")).strip()
        return Screenplay(plain, "", tuple(title_page), self.reel.scenes())

    # -------------------------------------------------------------- what does not stand in the text itself

    def _hide_boneyard(self, match: re.Match[str]) -> str:
        text = match.group() if match.group(1) else match.group() + "*/"
        self.hidden.append(BranchBeat("note", text))
        return f"\x00b{len(self.hidden) - 1}\x00"

    def _hide_note(self, match: re.Match[str]) -> str:
        lines = [line if line.strip() else "" for line in match.group()[2:-2].split("\n")]
        text, styles = _marked([HIDDEN.sub(self._shown, line).strip() for line in lines])
        self.hidden.append(BranchBeat("note", text, "", styles))
        return f"\x00n{len(self.hidden) - 1}\x00"

    def _shown(self, match: re.Match[str]) -> str:
        return self.hidden[int(match.group(2))].text

    def _take(self, line: str) -> tuple[str, list[BranchBeat]]:
        """The line without what is hidden in it, and that."""
        notes = [self.hidden[int(number)] for _, number in HIDDEN.findall(line)]
        return (HIDDEN.sub("", line), notes) if notes else (line, [])

    # -------------------------------------------------------------- the title page

    def _title_page(self) -> list[tuple[str, str]]:
        start = next((n for n, line in enumerate(self.lines) if line.strip()), len(self.lines))
        end = next((n for n in range(start, len(self.lines)) if not self.lines[n].strip()), len(self.lines))
        block = [self._take(line)[0] for line in self.lines[start:end]]
        if not block or not _opens_title_page(block):
            return []
        entries: list[tuple[str, list[str]]] = []
        for line in block:
            match = None if line[:1].isspace() else KEY.match(line)
            if match:
                entries.append((match.group(1), [match.group(2).strip()] if match.group(2).strip() else []))
            elif entries:
                entries[-1][1].append("" if line.strip() == GAP else line.strip())
        for line in self.lines[start:end]:
            self.reel.add_all(self._take(line)[1])
        self.at = end
        return [(key, "\n".join(mark(*unmark(line)) for line in values)) for key, values in entries]

    # -------------------------------------------------------------- one block after the other

    def _step(self) -> None:
        line, notes = self._take(self.lines[self.at])
        bare = line.strip()
        if not bare or self._single(line, bare):
            self.reel.add_all(notes)
            self.at += 1
        elif self._is_cue(bare):
            self._speech(bare, notes)
        elif bare.startswith("~"):
            self._lyrics()
        else:
            self._action()

    def _blank(self, at: int) -> bool:
        return not (0 <= at < len(self.lines)) or not HIDDEN.sub("", self.lines[at]).strip()

    def _single(self, line: str, bare: str) -> bool:
        """Everything that is one line by itself."""
        if re.fullmatch(r"={3,}", bare):
            self.reel.add(BranchBeat("page_break", ""))
        elif bare.startswith("#"):
            self.reel.add(_section(bare))
        elif bare.startswith("="):
            self.reel.add(_beat("synopsis", bare[1:].strip()))
        elif bare.startswith(">") and bare.endswith("<") and len(bare) > 1:
            self.reel.add(_beat("centred", bare[1:-1].strip()), joins=self._joins(">", "<"))
        elif bare.startswith(">"):
            self.reel.add(_beat("transition", bare[1:].strip()))
        elif self._is_heading(bare):
            self._heading(bare)
        elif reads_as_transition(bare) and self._blank(self.at - 1) and self._blank(self.at + 1):
            self.reel.add(_beat("transition", bare))
        else:
            return False
        return True

    def _joins(self, start: str, end: str) -> bool:
        before = self.lines[self.at - 1].strip() if self.at else ""
        return before.startswith(start) and before.endswith(end)

    def _is_heading(self, bare: str) -> bool:
        if FORCED_HEADING.match(bare):
            return self._blank(self.at - 1) or self.lines[self.at - 1].lstrip().startswith(("#", "="))
        if not HEADING.match(said(bare)):
            return False
        # Many files leave no blank line above a heading; one that is not in capitals may be a sentence then.
        return (
            self._blank(self.at - 1) or bare == bare.upper() or self.lines[self.at - 1].lstrip().startswith(("#", "="))
        )

    def _heading(self, bare: str) -> None:
        text = bare[1:].strip() if bare.startswith(".") else bare
        match = NUMBER.match(text)
        number = match.group(2).strip() if match else ""
        heading, styles = unmark(match.group(1).strip() if match else text)
        self.reel.cut(number, heading, styles)

    def _is_cue(self, bare: str) -> bool:
        if not self._blank(self.at - 1) or self._blank(self.at + 1):
            return False
        return bool(bare[1:].strip()) if bare.startswith("@") else reads_as_cue(bare)

    def _speech(self, bare: str, notes: list[BranchBeat]) -> None:
        is_dual = bare.endswith("^")
        cue = bare.rstrip("^").strip() if is_dual else bare
        self.reel.open_speech(*unmark(cue.removeprefix("@").strip()), is_dual=is_dual)
        self.at += 1
        while self.at < len(self.lines) and self.lines[self.at]:
            line, found = self._take(self.lines[self.at])
            bare = line.strip()
            notes += found
            self.at += 1
            if bare or not found:
                self._spoken(bare)
        self.reel.close_speech()
        self.reel.add_all(notes)

    def _spoken(self, bare: str) -> None:
        if bare.startswith("~"):
            self.reel.sing(*unmark(bare[1:].strip()))
        elif aside := self._aside(bare):
            self.reel.aside(*_marked(aside))
        else:
            self.reel.say(*unmark(bare))

    def _aside(self, bare: str) -> list[str] | None:
        """The lines of a parenthetical that starts here, without its brackets, or None."""
        opening, closing = ("（", "）") if bare.startswith("（") else ("(", ")")
        if not bare.startswith(opening) or len(bare) < 2:
            return None
        wide = opening == "（"
        if bare.endswith(closing):
            return [bare if wide else bare[1:-1]]
        lines = [bare if wide else bare[1:]]
        for ahead in range(self.at, min(self.at + 20, len(self.lines))):
            line = self.lines[ahead].strip()
            if closing in lines[-1] or opening in line or not line or HIDDEN.search(line):
                return None
            lines.append(line)
            if line.endswith(closing):
                self.at = ahead + 1
                lines[-1] = line if wide else line[:-1]
                return lines
        return None

    def _lyrics(self) -> None:
        lines, notes = [], []
        while self.at < len(self.lines) and self.lines[self.at].strip().startswith("~"):
            line, found = self._take(self.lines[self.at])
            lines.append(line.strip()[1:].strip())
            notes += found
            self.at += 1
        text, styles = _marked(lines)
        self.reel.add(BranchBeat("lyric", text, "", styles))
        self.reel.add_all(notes)

    def _action(self) -> None:
        lines: list[str] = []
        notes: list[BranchBeat] = []
        kind = "action"
        while self.at < len(self.lines) and self.lines[self.at].strip():
            line, found = self._take(self.lines[self.at])
            bare = line.strip()
            if lines and (_opens_block(bare) or self._is_heading(bare)):
                break
            self.at += 1
            notes += found
            if found and not bare:
                continue
            forced = bare.startswith("!")
            text = line.split("!", 1)[1] if forced else line
            if not lines and forced and (len(text) - len(text.lstrip(GAP))) % 2:
                kind = "shot"  # gaps of the text's own come in twos
            lines.append(_indented(text))
        text, styles = _marked(lines)
        if lines:
            self.reel.add(BranchBeat("shot" if kind == "shot" else "action", text, "", styles))
        self.reel.add_all(notes)


def _opens_title_page(block: list[str]) -> bool:
    first = KEY.match(block[0])
    if not first:
        return False
    # A key that everybody knows may have its value at the margin below it.
    below = len(block) > 1 and (block[1][:1].isspace() or first.group(1).lower() in KNOWN_KEYS)
    has_value = bool(first.group(2).strip()) or below
    keys = [match.group(1).lower() for line in block if (match := KEY.match(line))]
    return has_value and any(key in KNOWN_KEYS for key in keys)


def _opens_block(bare: str) -> bool:
    return bare.startswith(("#", ">", "~")) or bool(re.match(r"={3,}$|=(?!=)", bare))


def _indented(line: str) -> str:
    return line.replace("\t", "    ").rstrip()


def _beat(kind: str, line: str) -> BranchBeat:
    text, styles = unmark(line)
    return BranchBeat(kind, text, "", styles)  # type: ignore[arg-type]


def _section(bare: str) -> BranchBeat:
    """Its level as hashes, all but the first, one space, its words: whatever spaces a writer left."""
    words = bare.lstrip("#")
    depth = len(bare) - len(words) - 1
    text, styles = unmark(words.strip())
    lead = "#" * depth + " " * bool(depth)
    return BranchBeat("section", lead + text, "", tuple(shift(styles, len(lead))))


def _marked(lines: list[str]) -> tuple[str, Styles]:
    """Several marked lines as one text."""
    text, found = "", []
    for number, line in enumerate(lines):
        words, styles = unmark(line)
        text += "\n" if number else ""
        found += [(start + len(text), end + len(text), name) for start, end, name in styles]
        text += words
    return text, tidy(found, len(text))
