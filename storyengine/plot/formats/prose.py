"""Prose as beats: which line is surely somebody's speech, and what emphasis in signs or tags means.

A line is somebody's speech where it begins with a name in capitals and a colon (`ODA: Get in.`), as scripts written
in prose tools do it, or with a name that the file lists as a speaker's; "Oda said: get in" stays action. What stands in
brackets before the words (`ODA: (low) Get in.`) is how they are said; a first line such as `INT. CELLAR - NIGHT` is the
heading of its scene.
"""

import re
from collections.abc import Collection, Iterator

from storyengine.plot.branch import MAX_CHARACTER
from storyengine.plot.formats.shape import FileBeat, FileScene, Style

SPEECH = re.compile(
    r"^([A-Z][A-Z0-9 .'’-]{0,38}[A-Z0-9.]|[A-Z]|\?{2,5})(?:\s*\(([^()]{1,60})\))?:(?:[ \t]+|\s)([^ \t].*)$"
)
ASIDE = re.compile(r"\(([^()]{1,60})\)\s+(?=\S)")
NOT_NAMES = {
    "NOTE", "NB", "WARNING", "TODO", "TIP", "HINT", "CHAPTER", "PART", "INT", "EXT", "SCENE", "ACT", "PS", "P.S.",
    "FIXME", "TITLE", "THE END", "END", "CHOICE", "CHOICES", "OPTION", "OPTIONS", "SCORE", "HP", "HEALTH",
    "INVENTORY", "CUT TO",
}  # fmt: skip
RUN = re.compile(
    r"''(?P<bold>.+?)''|(?<![:/\w])//(?P<italic>.+?)//"
    r"|(?<![\\*])\*\*\*(?P<both>[^\s*](?:[^*]*[^\s*\\])?)\*\*\*(?!\*)|(?<!\\)\*\*(?P<bold2>[^\s*](?:.*?[^\s*])?)\*\*"
    r"|(?<![*\\])\*(?P<italic2>[^\s*](?:[^*]*[^\s*\\])?)\*(?!\*)"
    r"|<(?P<tag>b|strong|i|em|u|s|del)(?:\s[^<>]*)?>(?P<inner>.+?)</(?P=tag)>",
    re.IGNORECASE,
)
TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "s": "strikeout",
    "del": "strikeout",
}
MEANT = {"bold": ["bold"], "bold2": ["bold"], "italic": ["italic"], "italic2": ["italic"], "both": ["bold", "italic"]}
MAX_LINE, MAX_NESTED = 20_000, 4


def beat_of(line: str, speakers: Collection[str] = ()) -> FileBeat:
    """One line as one beat."""
    speech = speech_of(line, speakers)
    name, words = speech or ("", line)
    text, styles = styled(words)
    return FileBeat("dialogue" if speech else "action", text, name, styles)


def beats_of_line(line: str, speakers: Collection[str] = ()) -> list[FileBeat]:
    """One line as its beats: a speech that says how it is spoken is two."""
    return apart(beat_of(line, speakers))


def apart(beat: FileBeat) -> list[FileBeat]:
    """A speech, and before it how it is spoken, where that stands in brackets before the words."""
    aside = ASIDE.match(beat.text) if beat.kind == "dialogue" else None
    if aside is None:
        return [beat]
    how = FileBeat("parenthetical", aside[1].strip(), beat.character, _cut(beat.styles, *aside.span(1)))
    said = _cut(beat.styles, aside.end(), len(beat.text))
    return [how, FileBeat("dialogue", beat.text[aside.end() :], beat.character, said)]


def with_asides(beats: list[FileBeat]) -> Iterator[tuple[FileBeat | None, FileBeat]]:
    """Each beat, with how it is spoken where a line can say both and be read back."""
    waiting: FileBeat | None = None
    for beat in beats:
        if waiting and _says_both(waiting, beat):
            yield waiting, beat
            waiting = None
            continue
        if waiting:
            yield None, waiting
        waiting = beat if beat.kind == "parenthetical" else None
        if not waiting:
            yield None, beat
    if waiting:
        yield None, waiting


def _says_both(how: FileBeat, said: FileBeat) -> bool:
    if said.kind != "dialogue" or how.character != said.character:
        return False
    found = beats_of_line(f"{how.character}: ({how.text}) {said.text}", {how.character})
    return [(beat.kind, beat.character, beat.text) for beat in found] == [
        (beat.kind, beat.character, beat.text) for beat in (how, said)
    ]


def _cut(styles: list[Style], start: int, end: int) -> list[Style]:
    """The runs between two places, counted from the first."""
    cut = [(max(one, start) - start, min(two, end) - start, name) for one, two, name in styles]
    return [(one, two, name) for one, two, name in cut if one < two]


def unlike_speech(scenes: list[FileScene]) -> list[str]:
    """The speakers whose lines would not be known as speech again: a file has to list them."""
    lines = [(beat.character, beat.text) for scene in scenes for beat in scene.beats if beat.kind == "dialogue"]
    return list(dict.fromkeys(name for name, text in lines if name and speech_of(f"{name}: {text}") != (name, text)))


def speech_of(line: str, speakers: Collection[str] = ()) -> tuple[str, str] | None:
    """(name, words) where the line is surely somebody's speech."""
    name, colon, words = line.partition(": ")
    if colon and name in speakers and words.strip():
        return name, words.strip(" \t")
    found = SPEECH.match(line)
    if found is None or found[1].strip() in NOT_NAMES or len(found[1]) > MAX_CHARACTER or found[2]:
        return None
    return found[1].strip(), found[3]


def spaced_out(line: str) -> str:
    """Emphasis in tags begins and ends with its words: spaces stand outside of it."""
    return re.sub(r"(\s+)((?:</[bius]>)+)", r"\2\1", re.sub(r"((?:<[bius]>)+)(\s+)", r"\2\1", line))


def styled(line: str) -> tuple[str, list[Style]]:
    """Text and its runs: emphasis that tools write with signs or tags, each before those inside it."""
    return (line, []) if len(line) > MAX_LINE else _styled(line, MAX_NESTED)


def _styled(line: str, deep: int) -> tuple[str, list[Style]]:
    text, runs, at = "", list[Style](), 0
    for match in RUN.finditer(line) if deep else ():
        kind = next(name for name in ("bold", "italic", "both", "bold2", "italic2", "inner") if match[name] is not None)
        names = [TAGS[match["tag"].lower()]] if match["tag"] else MEANT[kind]
        inner, within = _styled(match[kind], deep - 1)
        text += line[at : match.start()]
        runs += [(len(text), len(text) + len(inner), name) for name in names]
        runs += [(start + len(text), end + len(text), name) for start, end, name in within if name not in names]
        text += inner
        at = match.end()
    return text + line[at:], runs
