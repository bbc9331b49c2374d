"""Fountain, by the syntax of fountain.io/syntax: plain text that any screenwriting program opens.

A model's text may look like something it is not: an action in capitals is not a cue, one that begins with
a dot is no heading. What would be misread is forced with Fountain's own marks, so that it comes back as it is.
The reader is `fountain_reader`; a gap (see `markup`) stands where Fountain has no mark of its own.
"""

import re
from collections.abc import Iterator

from storyengine.plot.branch import BranchBeat, Styles, spelled_out
from storyengine.script.markup import GAP, mark, styled_lines, unmark
from storyengine.script.screenplay import Options, Screenplay, ScriptScene, Speech, blocks, bracketed, needs_gap

HEADING = re.compile(r"^(INT|EXT|EST|INT\.?/EXT|EXT\.?/INT|I\.?/E)[. 。．]", re.IGNORECASE | re.ASCII)
NATURAL_TRANSITION = re.compile(r"^(?![!@~.])[^a-z]*\bTO:$")
NATURAL_HEADING = re.compile(r"^(INT|EXT|EST|INT\.?/EXT|I/E)[. ]", re.IGNORECASE | re.ASCII)
TITLE_KEY = re.compile(r"^[A-Za-z][A-Za-z0-9 _-]*[:：](?!//)")
FORCING = tuple(".!@~>#=")
IN_BRACKETS = re.compile(r"[(（].*?[)）]")
# What every program takes for a cue; the words in brackets after a name may be in any case.
PLAIN_CUE = re.compile(r"[^\W\d_][^\W_]*(?:[ .'’-]+[^\W_]+)*\.?(?: \([^()\[\]*_/\\]*\))*")
BLANK_LINE = "  "  # inside a speech or a note, where an empty one would end it


def write_fountain(script: Screenplay, options: Options) -> str:
    """The whole script, ending in a newline, without the loss of a word. Paper and margins are no part of it."""
    parts = [block for scene in script.scenes for block in _scene(scene)]
    if script.title_page:
        parts.insert(0, _title_page(script))
    elif parts and TITLE_KEY.match(parts[0]):
        parts[0] = f"> {parts[0]}" if reads_as_transition(parts[0]) else f"!{parts[0]}"
    return "\n\n".join(parts) + "\n"


def _title_page(script: Screenplay) -> str:
    return "\n".join(_entry(key, value) for key, value in script.title_page)


def _entry(key: str, value: str) -> str:
    if "\n" not in value:
        return f"{key}: {_quote(value)}".rstrip()
    return "\n".join([f"{key}:", *(f"    {_quote(line) or GAP}" for line in value.split("\n"))])


def _scene(scene: ScriptScene) -> Iterator[str]:
    yield from _blocks(scene.beats[: scene.before])
    if scene.heading:
        number = f" #{scene.number}#" if scene.number else ""
        yield _heading(scene.heading, scene.heading_styles, is_bare=not number) + number
    yield from _blocks(scene.beats[scene.before :])


def _heading(text: str, styles: Styles, *, is_bare: bool) -> str:
    line = _line(text, styles)
    if is_bare and re.search(r"#[^#]+#$", line):
        line = f"{line}{GAP}"  # else its end would be read as the scene's number
    is_plain = NATURAL_HEADING.match(line)
    # A second dot would make it an action.
    return line if is_plain else f".{GAP if line.startswith(('.', ' ')) else ''}{line}"


def _blocks(beats: tuple[BranchBeat, ...]) -> Iterator[str]:
    """One block a paragraph; the reader finds by itself where a speech ends, so gaps between two stay unwritten."""
    found = list(blocks(beats))
    seen: list[BranchBeat] = []
    for number, block in enumerate(found):
        if isinstance(block, Speech):
            yield _speech(block)
            seen += block.lines
            continue
        following = found[number + 1] if number + 1 < len(found) else None
        first = following.lines[0] if isinstance(following, Speech) else following
        if block.kind == "action" and not block.text and first is not None and needs_gap(seen, first):
            seen.append(block)
            continue
        yield _element(block)
        seen.append(block)


def _element(beat: BranchBeat) -> str:
    match beat.kind:
        case "transition":
            return _transition(beat)
        case "lyric":
            return "\n".join(f"~{line}" for line in _lines(beat))
        case "centred":
            return "\n".join(f"> {line} <" for line in _lines(beat))
        case "note":
            return _note(beat)
        case "section":
            return f"#{_line(beat.text, beat.styles, starts='#')}"
        case "synopsis":
            return "\n".join(f"={GAP if line.startswith('=') else ' '}{line}" for line in _lines(beat))
        case "page_break":
            return "==="
        case "shot":  # Fountain has no shots: an action, and a gap by which it is known again
            lines = _split(beat.text, beat.styles)
            return "\n".join(f"!{GAP}{line}{GAP if line[-1:].isspace() else ''}" for line in lines)
    return _action(beat)


def _speech(speech: Speech) -> str:
    lines = [_cue(speech.cue, speech.styles) + (" ^" if speech.is_dual else "")]
    for beat in speech.lines:
        if beat.kind == "parenthetical":
            lines.append(_parenthetical(beat))
        elif beat.kind == "lyric":
            lines += [f"~{line}" for line in _lines(beat)]
        elif beat.text or len(speech.lines) == 1:
            # The first line under a cue may not look empty: the cue would be none.
            lines += [
                BLANK_LINE if line == GAP and (number or lines[1:]) else _spoken(line)
                for number, line in enumerate(_lines(beat))
            ]
    return "\n".join(lines)


def reads_as_cue(line: str) -> bool:
    """Whether capitals make the line a cue, where something follows it. "CUT TO:" is nobody's name."""
    name = IN_BRACKETS.sub("", line).rstrip("^ ")
    shouted = any(ch.isupper() for ch in name) and not any(ch.islower() for ch in name)
    return shouted and not line.startswith(("!", "~", ".")) and not line.endswith("TO:")


def reads_as_transition(line: str) -> bool:
    return NATURAL_TRANSITION.match(said(line)) is not None


def said(line: str) -> str:
    """The words of a line that is emphasised from its first letter on: many have their headings in bold."""
    return unmark(line)[0] if line.startswith(("*", "_")) else line


def _cue(name: str, styles: Styles) -> str:
    """A cue is read by its capitals; anything else (lower case, Chinese, digits alone) is forced with @."""
    name, styles = spelled_out(name, styles)
    text = name if styles else " ".join(name.split())
    if not styles and PLAIN_CUE.fullmatch(text) and reads_as_cue(text) and not HEADING.match(text):
        return text
    # A ^ at its end would be read as two people speaking at once.
    return f"@{_quote(mark(text, styles))}{GAP if text.endswith('^') else ''}"


def _parenthetical(beat: BranchBeat) -> str:
    text, styles = bracketed(beat.text, beat.styles)
    if "\n" in text and (set("()（）") & set(text[1:-1])):
        text = text.replace("\n", " ")
    return "\n".join(_split(text, styles))


def _action(beat: BranchBeat) -> str:
    lines = _lines(beat, keep_indent=True)
    opens = len(lines) > 1  # a cue has something under it
    return "\n".join(
        f"!{line}" if _misread(line, is_cue=opens and number == 0) else line for number, line in enumerate(lines)
    )


def _misread(line: str, *, is_cue: bool) -> bool:
    bare_line = line.strip()
    words = said(bare_line)
    heading = HEADING.match(words) or HEADING.match(words.upper())
    spoken = is_cue and reads_as_cue(bare_line)
    return spoken or bare_line.startswith(FORCING) or bool(heading) or words.endswith("TO:")


def _spoken(line: str) -> str:
    # A line in brackets of its own would be read as a parenthetical, one that starts with ~ as a lyric.
    return f"{GAP}{line}" if line.startswith(("(", "（", "~")) else line


def _transition(beat: BranchBeat) -> str:
    line = _line(beat.text, beat.styles)
    plain = re.fullmatch(r"[A-Z][A-Z .'-]*[A-Z] TO:", line) and not HEADING.match(line)
    # A < at its end would make it a centred line.
    return line if plain else f"> {line}{GAP if line.endswith('<') else ''}"


def _note(beat: BranchBeat) -> str:
    """A note; what a writer had struck out of the script (/* … */) stays struck out."""
    if beat.text.startswith("/*") and beat.text.endswith("*/") and beat.text.find("*/") == len(beat.text) - 2:
        return beat.text
    text = "\n".join(BLANK_LINE if line == GAP else line for line in _lines(beat))
    text = re.sub(r"\](?=\])", f"]{GAP}", text)
    edge = GAP if text.endswith("]") else ""
    return f"[[{text}{edge}]]"


def _lines(beat: BranchBeat, *, keep_indent: bool = False) -> list[str]:
    """The beat's lines with emphasis written out. An empty one gets a gap, or it would end the paragraph."""
    return [_guard(line, keep_indent=keep_indent) for line in _split(beat.text, beat.styles)]


def _split(text: str, styles: Styles) -> list[str]:
    return [_quote(mark(line, runs)) for line, runs in styled_lines(text, styles)]


def _line(text: str, styles: Styles, *, starts: str = "") -> str:
    line = _guard(_quote(mark(text.replace("\n", " "), styles)), keep_indent=False)
    return line if not starts or line.startswith(starts) else f" {line}"


def _guard(line: str, *, keep_indent: bool) -> str:
    if not line.strip():
        return f"{line}{GAP}" if keep_indent else f"{GAP}{line}{GAP}" if line else GAP
    front = GAP if line[0].isspace() and not keep_indent else ""
    return f"{front}{line}{GAP if line[-1].isspace() else ''}"


def _quote(line: str) -> str:
    """Notes and omissions know no escape: a gap inside their marks."""
    line = re.sub(r"\[(?=\[)", f"[{GAP}", line)
    return re.sub(r"/(?=\*)", f"/{GAP}", line)
