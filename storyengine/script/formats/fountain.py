"""Fountain, by the syntax of fountain.io/syntax: plain text that any screenwriting program opens.

A model's text may look like something it is not: an action in capitals is not a cue, one that begins with
a dot is no heading. What would be misread is forced with Fountain's own marks, so that it comes back as it is.
"""

import re
from collections.abc import Iterator, Sequence

from storyengine.plot.branch import BranchBeat
from storyengine.script.screenplay import Screenplay, ScriptScene

HEADING = re.compile(r"^(INT|EXT|EST|INT\.?/EXT|I/E)[. ]")
FORCING = tuple(".!@~>#=")
GAP = "\u200b"  # seen by nobody; keeps two characters from being read as one mark


def write_fountain(script: Screenplay) -> str:
    """The whole script, ending in a newline. Text is kept to the word; emphasis marks are escaped."""
    parts = [_title_page(script), *(_scene(scene) for scene in script.scenes)]
    return "\n\n".join(parts) + "\n"


def _title_page(script: Screenplay) -> str:
    lines = [
        f"Title: {_escape(script.title)}",
        "Credit: steered live by its audience",
        f"Draft date: {script.date.isoformat()}",
        f"Notes: Performance {script.version}. {_escape(script.logline)}".rstrip(),
    ]
    return "\n".join(lines)


def _scene(scene: ScriptScene) -> str:
    blocks = [f"{_heading(scene.heading)} #{scene.number}#", *_blocks(scene.beats)]
    return "\n\n".join(blocks)


def _heading(text: str) -> str:
    # A # would be read as the scene's number, a second dot would make it an action.
    text = _escape(text.replace("#", "№").lstrip(". ")) or "…"
    return text if HEADING.match(text.upper()) else f".{text}"


def _blocks(beats: Sequence[BranchBeat]) -> Iterator[str]:
    """One block a paragraph; speech that follows its own parenthetical stays under one cue."""
    speech: list[str] = []
    for number, beat in enumerate(beats):
        if beat.kind not in ("dialogue", "parenthetical"):
            yield _transition(beat.text) if beat.kind == "transition" else _action(beat.text)
            continue
        if not speech:
            speech = [_cue(beat.character)]
        speech.append(f"({_escape(beat.text.strip('()'))})" if beat.kind == "parenthetical" else _speech(beat.text))
        following = beats[number + 1] if number + 1 < len(beats) else None
        goes_on = beat.kind == "parenthetical" and following is not None and following.kind == "dialogue"
        if not (goes_on and following and following.character == beat.character):
            yield "\n".join(speech)
            speech = []


def _cue(name: str) -> str:
    """A cue is read by its capitals; anything else (lower case, Chinese, digits alone) is forced with @."""
    plain = re.fullmatch(r"[A-Z][A-Z0-9 .'-]*", name) and not name.endswith("TO:") and not HEADING.match(name)
    # A ^ at its end would be read as two people speaking at once.
    return name if plain else f"@{_escape(name.rstrip('^ '))}"


def _action(text: str) -> str:
    escaped = _escape(text)
    shouted = any(ch.isupper() for ch in text) and not any(ch.islower() for ch in text)
    misread = shouted or escaped.startswith(FORCING) or HEADING.match(escaped.upper())
    return f"!{escaped}" if misread else escaped


def _speech(text: str) -> str:
    escaped = _escape(text)
    # A line in brackets of its own would be read as a parenthetical, one that starts with ~ as a lyric.
    return f"{GAP}{escaped}" if escaped.startswith(("(", "~")) else escaped


def _transition(text: str) -> str:
    text = _escape(text)
    plain = re.fullmatch(r"[A-Z].*[A-Z] TO:", text) and text.isupper() and not HEADING.match(text)
    # A < at its end would make it a centred line.
    return text if plain else f"> {text.rstrip('< ')}"


def _escape(text: str) -> str:
    """One line, with emphasis escaped as the syntax says; notes and omissions, which know no escape, get a gap."""
    line = re.sub(r"([*_])", r"\\\1", " ".join(text.split()))
    return re.sub(r"\[(?=\[)", f"[{GAP}", line)
