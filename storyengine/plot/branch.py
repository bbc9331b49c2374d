"""The form in which every room hands a branch on: frozen, plain, free of the database.

A branch is what follows one choice: its first scene, any further scenes, and the choices that lead on.
The same JSON shape serves a model's answer, a revision's text and a scene in a story file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from storyengine.errors import Refused
from storyengine.sentences import Value, say

# What a model may write and an editor may type; the rest comes with imported screenplays and is kept as it is.
WritableKind = Literal["action", "dialogue", "parenthetical", "transition"]
BEAT_KINDS: tuple[WritableKind, ...] = get_args(WritableKind)
BeatKind = WritableKind | Literal["shot", "lyric", "centred", "note", "section", "synopsis", "page_break"]
ALL_KINDS: tuple[BeatKind, ...] = (*BEAT_KINDS, "shot", "lyric", "centred", "note", "section", "synopsis", "page_break")
SPOKEN: frozenset[str] = frozenset({"dialogue", "parenthetical"})
# The writers' own marks in a script: never played, never sent to an audience.
UNPLAYED: frozenset[str] = frozenset({"note", "section", "synopsis", "page_break"})
StyleName = Literal["bold", "italic", "underline", "strikeout", "capitals"]  # capitals: shown so, kept as typed
STYLE_NAMES: tuple[StyleName, ...] = get_args(StyleName)
Styles = tuple[tuple[int, int, StyleName], ...]

Name = TypeVar("Name", bound=str)

MAX_HEADING = 120
MAX_TEXT = 2000
MAX_CHARACTER = 60
MAX_LABEL = 120
MAX_SUMMARY = 600
MAX_BEATS = 80
MAX_CHOICES = 8


@dataclass(frozen=True, slots=True)
class BranchBeat:
    """One element of a scene. `character` is the cue: set for dialogue and parenthetical, empty otherwise.

    `styles` are runs in characters of `text`, as (start, end, name), `cue_styles` of `character`; `is_dual` marks a
    speech that is spoken at the same time as the speech before it.
    """

    kind: BeatKind
    text: str
    character: str = ""
    styles: Styles = ()
    is_dual: bool = False
    cue_styles: Styles = ()


def capitals(text: str) -> str:
    """Letter by letter, so that styles keep their places: what would grow (ß) stays as it is."""
    return "".join(upper if len(upper := ch.upper()) == 1 else ch for ch in text)


def spelled_out(text: str, styles: Iterable[tuple[int, int, Name]]) -> tuple[str, tuple[tuple[int, int, Name], ...]]:
    """The same look without the style that shows capitals: for what knows no such style."""
    runs = tuple(styles)
    for start, end, name in runs:
        if name == "capitals":
            text = text[:start] + capitals(text[start:end]) + text[end:]
    return text, tuple(run for run in runs if run[2] != "capitals")


def played(beats: Iterable[BranchBeat]) -> tuple[BranchBeat, ...]:
    """The beats that belong to the play: the writers' own marks and blank lines left out."""
    return tuple(beat for beat in beats if beat.kind not in UNPLAYED and beat.text.strip())


@dataclass(frozen=True, slots=True)
class BranchScene:
    """One scene and the labels of the open choices that lead on from it; none means an ending."""

    heading: str
    beats: tuple[BranchBeat, ...]
    choices: tuple[str, ...] = ()
    summary: str = ""

    @property
    def words(self) -> int:
        return sum(count_words(beat.text) for beat in self.beats)


@dataclass(frozen=True, slots=True)
class Branch:
    """The scenes that follow one choice, in order; each leads into the next, the last one's choices are open."""

    scenes: tuple[BranchScene, ...]

    @property
    def words(self) -> int:
        return sum(scene.words for scene in self.scenes)


def count_words(text: str) -> int:
    """Words as a reader meets them: runs between spaces, and each CJK ideograph as one."""
    ideographs = sum("\u4e00" <= ch <= "\u9fff" for ch in text)
    spaced = "".join(" " if "\u4e00" <= ch <= "\u9fff" else ch for ch in text)
    return ideographs + sum(any(ch.isalnum() for ch in run) for run in spaced.split())


def one_line(text: str) -> str:
    """The text as one line that can be stored and sent: single spaces, and else as `printable` leaves it."""
    return " ".join(printable(text).split())


def printable(text: str) -> str:
    """The text without what no page, screenplay or XML can show: control characters, halves of a surrogate pair.

    What a word processor means by some of them is kept: its line and page breaks, its hyphen that does not break.
    """
    return text.translate(_CONTROL).encode("utf-8", "ignore").decode()


_CONTROL = {**dict.fromkeys([*range(32), 127]), 9: "\t", 10: "\n", 11: "\n", 12: "\n", 13: "\r", 30: "-"}


def branch_from_json(data: Any) -> Branch:
    """Read `{"scenes": [...]}`; raises Refused("branch.invalid") that names the first thing wrong."""
    scenes = _list(_mapping(data, "branch"), "scenes", most=20)
    if not scenes:
        raise _invalid("branch.none", field="scenes")
    return Branch(tuple(scene_from_json(scene) for scene in scenes))


def branch_to_json(branch: Branch) -> dict[str, Any]:
    return {"scenes": [scene_to_json(scene) for scene in branch.scenes]}


def scene_from_json(data: Any) -> BranchScene:
    """Read one scene in the shape of `scene_to_json`; raises Refused("branch.invalid")."""
    fields = _mapping(data, "scene")
    beats = tuple(_beat(beat) for beat in _list(fields, "beats", most=MAX_BEATS))
    if not beats:
        raise _invalid("branch.none", field="beats")
    choices = tuple(
        _text({"choice": label}, "choice", MAX_LABEL) for label in _list(fields, "choices", most=MAX_CHOICES)
    )
    if len({label.casefold() for label in choices}) != len(choices):
        raise _invalid("branch.same", field="choices")
    summary = _text(fields, "summary", MAX_SUMMARY, empty=True) if "summary" in fields else ""
    return BranchScene(_text(fields, "heading", MAX_HEADING), beats, choices, summary)


def scene_to_json(scene: BranchScene) -> dict[str, Any]:
    return {
        "heading": scene.heading,
        "beats": beats_to_json(scene.beats),
        "choices": list(scene.choices),
        "summary": scene.summary,
    }


def beats_to_json(beats: Iterable[BranchBeat]) -> list[dict[str, str]]:
    """Beats as the wire and the model know them: `character` only where somebody speaks, words without styles."""
    return [
        {"kind": beat.kind, "character": beat.character, "text": beat.text}
        if beat.kind in SPOKEN
        else {"kind": beat.kind, "text": beat.text}
        for beat in beats
    ]


def _beat(data: Any) -> BranchBeat:
    fields = _mapping(data, "beat")
    kind = fields.get("kind")
    if kind not in BEAT_KINDS:
        raise _invalid("branch.kind", kind=repr(kind), kinds=", ".join(BEAT_KINDS))
    character = _text(fields, "character", MAX_CHARACTER) if kind in SPOKEN else ""
    return BranchBeat(kind, _text(fields, "text", MAX_TEXT), character)


def _mapping(data: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise _invalid("branch.no_object", field=name)
    return data


def _list(fields: Mapping[str, Any], name: str, *, most: int) -> list[Any]:
    value = fields.get(name, [])
    if not isinstance(value, list):
        raise _invalid("branch.no_list", field=name)
    if len(value) > most:
        raise _invalid("branch.too_many", field=name, number=len(value), most=most)
    return value


def _text(fields: Mapping[str, Any], name: str, most: int, *, empty: bool = False) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise _invalid("branch.no_text", field=name)
    # A newline inside a beat would read as two elements in a screenplay.
    text = one_line(value)
    if not text and not empty:
        raise _invalid("branch.empty", field=name)
    if len(text) > most:
        raise _invalid("branch.too_long", field=name, number=len(text), most=most)
    return text


def _invalid(code: str, **values: Value) -> Refused:
    return Refused("branch.invalid", reason=say(code, **values))
