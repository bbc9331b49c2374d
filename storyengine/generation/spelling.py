"""Names that a story writes in capitals, as screenplays set cues and headings, are told to a writer as prose has them.

"OLD TAM" in "THE LOCK" is told as "Old Tam" in "The Lock": prose reads better so, and a small model copies what looks
like words better than strings of capitals. What comes back gets the story's own spelling in its cues and its heading.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from storyengine.generation.names import TITLES
from storyengine.plot.branch import BranchScene

CUE = re.compile(r"^([^\W\d_][^:\n]{0,29}):", re.MULTILINE)
NUMERAL = re.compile(r"[IVX]{2,}")
TITLED = {title.strip(".").upper() for title in TITLES}
JOINING = {"OF", "AND", "IN", "AT", "TO"}
WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")


def capital_words(names: Iterable[str], scene: str = "") -> frozenset[str]:
    """The words of names that it is the story's manner to write in capitals, and of the scene's cues so written.

    One name in capitals beside others that are not is an acronym, and no manner.
    """
    cased = [name for name in names if name.lower() != name.upper()]
    if not cased or not all(name.isupper() for name in cased):
        return frozenset()
    cues = [cue for cue in CUE.findall(scene) if cue.isupper()]
    return frozenset(word for name in (*cased, *cues) for word in WORD.findall(name))


def as_prose(text: str, capitals: frozenset[str]) -> str:
    """The text with small letters in those words: "Dr. Halvorsen", "Dorothea's Parlour", "Henry VIII", "HAL 9000"."""
    return WORD.sub(lambda found: _small(found[0]) if found[0] in capitals else found[0], text) if capitals else text


def all_as_prose(value: Any, capitals: frozenset[str]) -> Any:
    """The same of every text in a JSON value."""
    if isinstance(value, str):
        return as_prose(value, capitals)
    if isinstance(value, dict):
        return {key: all_as_prose(one, capitals) for key, one in value.items()}
    return [all_as_prose(one, capitals) for one in value] if isinstance(value, list | tuple) else value


def in_the_storys_spelling(scene: BranchScene, characters: Iterable[str], places: Iterable[str]) -> BranchScene:
    """The scene with its cues and its heading spelt as the story spells them, whatever case the writer chose."""
    known = {name.casefold(): name for name in characters}
    beats = (replace(beat, character=known.get(beat.character.casefold(), beat.character)) for beat in scene.beats)
    heading = scene.heading
    for place in filter(None, places):
        spelt = place.replace("\\", r"\\")
        heading = re.sub(rf"(?i)(?<!\w){re.escape(place)}(?!\w)", spelt, heading)
    return replace(scene, heading=heading, beats=tuple(beats))


def _small(word: str) -> str:
    is_short = "." in word or any(ch.isdigit() for ch in word) or bool(NUMERAL.fullmatch(word))
    if is_short or (word not in TITLED and not re.search(r"[^B-DF-HJ-NP-TV-XZ]", word)):
        return word
    return word.lower() if word in JOINING else re.sub(r"(['’])S\b", r"\1s", word.title())
