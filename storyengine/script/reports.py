"""What a production reads out of a script: scenes, cast, places, one actor's lines, and how long it is.

Pages and minutes come from the real layout. The tables are plain rows; as CSV no cell of theirs is a formula.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext

from storyengine.plot.branch import count_words
from storyengine.plot.headings import place_of, time_of
from storyengine.script.pages import EIGHTHS, Layout, lay_out
from storyengine.script.screenplay import (
    Options,
    Screenplay,
    ScriptScene,
    Speech,
    blocks,
    bracketed,
    name_of,
    spelled_once,
)
from storyengine.script.wrapping import is_cjk

FORMULA = tuple("=+-@＝＋－＠\t\r")  # a spreadsheet in Chinese or Japanese takes the wide ones, too


@dataclass(frozen=True, slots=True)
class SceneRow:
    """One line of the scene list; `eighths` of a page."""

    number: str
    heading: str
    place: str
    time: str
    page: int
    eighths: int
    cast: tuple[str, ...]


@dataclass(slots=True)
class CastRow:
    """One voice: in which scenes, how many speeches and words."""

    name: str
    scenes: list[str] = field(default_factory=list)
    speeches: int = 0
    words: int = 0


@dataclass(slots=True)
class PlaceRow:
    """One place: its scenes and how many eighths of a page are shot there."""

    name: str
    scenes: list[str] = field(default_factory=list)
    eighths: int = 0
    times: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Side:
    """One speech of an actor, with the words that it answers (`cue`) and who says them."""

    scene: str
    heading: str
    cue_by: str
    cue: str
    speech: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Everything at once, from one layout."""

    pages: int
    minutes: float
    words: int
    scenes: tuple[SceneRow, ...]
    cast: tuple[CastRow, ...]
    places: tuple[PlaceRow, ...]
    struck: int  # pieces of text whose strikeout Fountain cannot say


def break_down(script: Screenplay, options: Options) -> Breakdown:
    """The tables of a script. A scene without a number is known by its place in the script."""
    layout = lay_out(script, options)
    names = spelled_once(name_of(block.cue) for scene in script.scenes for block in _speeches(scene))
    rows = tuple(
        _scene_row(scene, position, layout, names) for position, scene in enumerate(script.scenes) if scene.heading
    )
    words = sum(count_words(beat.text) for scene in script.scenes for beat in scene.beats)
    struck = sum(style == "strikeout" for scene in script.scenes for beat in scene.beats for *_, style in beat.styles)
    return Breakdown(len(layout.pages), layout.minutes, words, rows, _cast(script, names), _places(rows), struck)


def _speeches(scene: ScriptScene) -> Iterator[Speech]:
    return (block for block in blocks(scene.beats) if isinstance(block, Speech))


def _scene_row(scene: ScriptScene, position: int, layout: Layout, names: Mapping[str, str]) -> SceneRow:
    cast = dict.fromkeys(names[name_of(speech.cue).casefold()] for speech in _speeches(scene))
    return SceneRow(
        _number(scene, position),
        scene.heading,
        place_of(scene.heading),
        time_of(scene.heading),
        layout.scene_starts[position],
        layout.scene_eighths[position],
        tuple(cast),
    )


def _number(scene: ScriptScene, position: int) -> str:
    return scene.number or str(position + 1)


def _cast(script: Screenplay, names: Mapping[str, str]) -> tuple[CastRow, ...]:
    """Voices, the one with most to say first."""
    rows: dict[str, CastRow] = {}
    for position, scene in enumerate(script.scenes):
        for block in _speeches(scene):
            name = names[name_of(block.cue).casefold()]
            row = rows.setdefault(name.casefold(), CastRow(name))
            number = _number(scene, position)
            if number not in row.scenes:
                row.scenes.append(number)
            row.speeches += 1
            row.words += sum(count_words(beat.text) for beat in block.lines if beat.kind != "parenthetical")
    return tuple(sorted(rows.values(), key=lambda row: (-row.words, -row.speeches, row.name)))


def _places(scenes: Sequence[SceneRow]) -> tuple[PlaceRow, ...]:
    rows: dict[str, PlaceRow] = {}
    names = spelled_once(scene.place for scene in scenes)
    for scene in scenes:
        row = rows.setdefault(scene.place.casefold(), PlaceRow(names.get(scene.place.casefold(), "")))
        row.scenes.append(scene.number)
        row.eighths += scene.eighths
        if scene.time and scene.time not in row.times:
            row.times.append(scene.time)
    return tuple(sorted(rows.values(), key=lambda row: (-row.eighths, row.name)))


def sides(script: Screenplay, name: str) -> list[Side]:
    """All that one voice says, each speech with the last words of whoever spoke before."""
    found: list[Side] = []
    for position, scene in enumerate(script.scenes):
        before: Speech | None = None
        for block in _speeches(scene):
            if name_of(block.cue).casefold() == name.casefold():
                cue = _said(before).split("\n")[-1] if before else ""
                by = name_of(before.cue) if before else ""
                found.append(Side(_number(scene, position), scene.heading, by, cue, _said(block, asides=True)))
            before = block
    return found


def _said(speech: Speech, *, asides: bool = False) -> str:
    wide = is_cjk("", "".join(beat.text for beat in speech.lines))
    texts = []
    for beat in speech.lines:
        if beat.kind != "parenthetical":
            texts.append(beat.text)
        elif asides:
            texts.append(bracketed(beat.text, wide=wide)[0])
    return "\n".join(text for text in texts if text)


def page_length(eighths: int) -> str:
    """Eighths as a production writes them: `1 3/8`."""
    whole, rest = divmod(eighths, EIGHTHS)
    if not rest:
        return str(whole)
    return f"{whole} {rest}/{EIGHTHS}" if whole else f"{rest}/{EIGHTHS}"


def _length_cell(eighths: int) -> str:
    """A spreadsheet takes 1/8 for the eighth of January, and 0 1/8 for what it is."""
    return page_length(eighths) if eighths >= EIGHTHS else f"0 {page_length(eighths)}"


def scenes_csv(found: Breakdown) -> str:
    head = [gettext("Scene"), gettext("Heading"), gettext("Place"), gettext("Time"), gettext("Page")]
    head += [gettext("Length in pages"), gettext("Cast")]
    rows = [
        [s.number, s.heading, s.place, s.time, s.page, _length_cell(s.eighths), ", ".join(s.cast)] for s in found.scenes
    ]
    return to_csv(head, rows)


def cast_csv(found: Breakdown) -> str:
    head = [gettext("Character"), gettext("Scenes"), gettext("Speeches"), gettext("Words")]
    return to_csv(head, [[c.name, ", ".join(c.scenes), c.speeches, c.words] for c in found.cast])


def places_csv(found: Breakdown) -> str:
    head = [gettext("Place"), gettext("Scenes"), gettext("Time"), gettext("Length in pages")]
    rows = [[p.name, ", ".join(p.scenes), ", ".join(p.times), _length_cell(p.eighths)] for p in found.places]
    return to_csv(head, rows)


def sides_csv(found: Sequence[Side]) -> str:
    head = [gettext("Scene"), gettext("Heading"), gettext("Cue by"), gettext("Cue"), gettext("Speech")]
    return to_csv(head, [[s.scene, s.heading, s.cue_by, s.cue, s.speech] for s in found])


def to_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV that spreadsheets open in the right encoding, where no text is taken for a formula."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return "\ufeff" + target.getvalue()


def _safe(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip().startswith(FORMULA) else cell
