"""A screenplay: a title page, scenes, and what happened while they were played. It knows no format and no table.

A speech is a run of beats under one cue. Beats of the same cue belong to one speech unless two stretches of dialogue
meet; a lyric that follows a spoken beat is sung by the same voice. An action without text keeps apart what would
join otherwise: it is the blank line that a typist leaves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from storyengine.plot.branch import SPOKEN, BranchBeat, BranchScene, Styles
from storyengine.plot.cues import name_of as name_of  # a script's rooms ask for it here

Paper = Literal["letter", "a4"]
Numbers = Literal["own", "path", "none"]
GAP = BranchBeat("action", "")


@dataclass(frozen=True, slots=True)
class ScriptScene:
    """One scene. `number` is printed as it is; `before` of its beats stand above the heading, if it has one."""

    number: str
    heading: str
    beats: tuple[BranchBeat, ...]
    before: int = 0
    heading_styles: Styles = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """One choice of a poll as the house saw it; `votes` is None where nobody voted on it."""

    label: str
    votes: int | None = None
    was_taken: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """What happened in one scene of a performance, for notes and the appendix. Times are aware."""

    entered_at: datetime | None = None
    question: str = ""
    offers: tuple[Offer, ...] = ()
    decided_by: str = ""
    approved_by: str = ""
    written_by: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Screenplay:
    """`title_page` holds (key, value) in order; values are in Fountain's inline markup and may have several lines.

    `played` is either empty or has one entry a scene.
    """

    title: str
    language: str
    title_page: tuple[tuple[str, str], ...]
    scenes: tuple[ScriptScene, ...]
    played: tuple[Played, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """What to print, and how. `numbers`: a script's own, the path's count, or none."""

    paper: Paper = "letter"
    numbers: Numbers = "own"
    notes: bool = False  # the script's own notes, sections and synopses, on the page
    choices: bool = False
    approvals: bool = False
    appendix: bool = False
    draft: str = ""
    date: str = ""
    authors: str = ""
    contact: str = ""


PLAIN = Options()


@dataclass(frozen=True, slots=True)
class Speech:
    """What one voice says under one cue."""

    cue: str
    lines: tuple[BranchBeat, ...]
    is_dual: bool = False
    styles: Styles = ()  # of the cue


@dataclass(slots=True)
class _Open:
    beats: list[BranchBeat] = field(default_factory=list)

    def takes(self, beat: BranchBeat) -> bool:
        """Whether the beat goes on with the speech that is open."""
        if not self.beats or beat.kind == "lyric":
            return bool(self.beats)
        if beat.is_dual != self.beats[0].is_dual:
            return False
        both_said = beat.kind == "dialogue" and self.beats[-1].kind == "dialogue"
        return beat.kind in SPOKEN and beat.character == self.beats[0].character and not both_said


def blocks(beats: Iterable[BranchBeat]) -> Iterator[BranchBeat | Speech]:
    """The beats with each speech gathered under its cue."""
    speech = _Open()
    for beat in beats:
        if speech.takes(beat):
            speech.beats.append(beat)
            continue
        if speech.beats:
            yield _closed(speech.beats)
        speech = _Open([beat] if beat.kind in SPOKEN else [])
        if beat.kind not in SPOKEN:
            yield beat
    if speech.beats:
        yield _closed(speech.beats)


def _closed(beats: Sequence[BranchBeat]) -> Speech:
    return Speech(beats[0].character, tuple(beats), beats[0].is_dual, beats[0].cue_styles)


def needs_gap(beats: Sequence[BranchBeat], following: BranchBeat) -> bool:
    """Whether `following`, which opens a block of its own, would join the last speech of `beats`."""
    spoken = next((n for n in range(len(beats) - 1, -1, -1) if beats[n].kind != "lyric"), -1)
    if spoken < 0 or beats[spoken].kind not in SPOKEN:
        return False
    *_, last = blocks(beats[_speech_start(beats, spoken) :])
    return isinstance(last, Speech) and _Open(list(last.lines)).takes(following)


def _speech_start(beats: Sequence[BranchBeat], at: int) -> int:
    while at > 0 and (beats[at - 1].kind in SPOKEN or beats[at - 1].kind == "lyric"):
        at -= 1
    return at


def bracketed(text: str, styles: Styles = (), *, wide: bool = False) -> tuple[str, Styles]:
    """A parenthetical in its brackets, whether or not its writer brought them; `wide` draws Chinese ones."""
    if text[:1] == "（" and text[-1:] == "）" and len(text) > 1:
        return text, styles
    if len(text) > 1 and text[0] == "(" and text[-1] == ")" and ")" not in text[1:-1]:
        return (f"（{text[1:-1]}）" if wide else text), styles
    opening, closing = "（）" if wide else "()"
    return f"{opening}{text}{closing}", tuple((start + 1, end + 1, name) for start, end, name in styles)


def unbracketed(text: str) -> str:
    """What a reader keeps of a parenthetical: brackets of one's own script stay, the plain pair goes."""
    return text[1:-1] if len(text) > 1 and text[0] == "(" and text[-1] == ")" else text


def section_of(text: str) -> tuple[int, str]:
    """The level (1 for the highest) and the words of a section beat, whose text keeps all hashes but the first."""
    title = text.lstrip("#")
    return len(text) - len(title) + 1, title.strip()


def spelled_once(names: Iterable[str]) -> dict[str, str]:
    """Each name once, in order, by its folded form: in capitals where somebody wrote it so, else as it came first."""
    found: dict[str, str] = {}
    for name in filter(None, names):
        known = found.setdefault(name.casefold(), name)
        if known != known.upper() == name:
            found[name.casefold()] = name
    return found


def number_scenes(numbers: Sequence[str], mode: Numbers) -> list[str]:
    """What is printed beside each scene of a path.

    A scene that the path enters again gets its own number with the next free letter: 12, then 12A. A script
    without numbers of its own is counted along the path.
    """
    if mode == "none":
        return [""] * len(numbers)
    if mode == "path" or not any(numbers):
        return [str(position) for position in range(1, len(numbers) + 1)]
    taken = {number for number in numbers if number}
    used: set[str] = set()
    printed: list[str] = []
    for number in numbers:
        if number and number in used:
            number = next(free for free in _lettered(number) if free not in taken and free not in used)
        used.add(number)
        printed.append(number)
    return printed


def _lettered(number: str) -> Iterator[str]:
    for count in range(1, 1_000_000):
        letters, rest = "", count
        while rest:
            rest, letter = divmod(rest - 1, 26)
            letters = chr(ord("A") + letter) + letters
        yield f"{number}{letters}"


def script_scene(scene: BranchScene, number: str, source: Mapping[str, object]) -> ScriptScene:
    """A scene of the plot as one of a script; `source` is what its import kept beside the columns.

    What was kept of the heading holds as long as nobody has written another one.
    """
    kept = kept_of(source)
    heading = scene.heading
    styles: Styles = ()
    if kept.get("shown") == scene.heading:
        heading = str(kept.get("heading", heading))
        styles = tuple((start, end, name) for start, end, name in kept.get("heading_styles", ()))
    beats = tuple(_with_cue(beat, kept.get("cues", {}).get(str(at), {})) for at, beat in enumerate(scene.beats))
    return ScriptScene(number, heading, beats, min(int(kept.get("before", 0)), len(beats)), styles)


def _with_cue(beat: BranchBeat, kept: Mapping[str, Any] | str) -> BranchBeat:
    """The beat with its cue as it was read; a cue that somebody has written since stands as it is now."""
    if isinstance(kept, str):  # stories of before styles were kept hold the words alone
        kept = {"shown": beat.character, "cue": kept}
    if kept.get("shown") != beat.character or beat.kind not in SPOKEN:
        return beat
    styles = tuple((start, end, name) for start, end, name in kept.get("styles", ()))
    return replace(beat, character=str(kept["cue"]), cue_styles=styles)


def kept_of(source: Mapping[str, object]) -> dict[str, Any]:
    """What the import of a script kept, or nothing."""
    kept = source.get("script")
    return kept if isinstance(kept, dict) else {}
