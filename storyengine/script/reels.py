"""A script as it is read, beat by beat: what every reader winds its elements onto.

It keeps the form that `screenplay.blocks` takes apart again: lines of one speech joined, a gap where two blocks would
run together, and what leads into a scene (sections, synopses, page breaks) put before its heading.
"""

from dataclasses import dataclass, field, replace

from storyengine.plot.branch import BranchBeat, Styles
from storyengine.script.markup import shift, tidy
from storyengine.script.screenplay import GAP, ScriptScene, needs_gap

LEADS_IN = frozenset({"section", "synopsis", "page_break", "note"})


@dataclass(slots=True)
class _Scene:
    number: str = ""
    heading: str = ""
    styles: Styles = ()
    before: int = 0
    beats: list[BranchBeat] = field(default_factory=list)


@dataclass(slots=True)
class Reel:
    """Scenes in the making. A reader calls `cut` at every heading and `add` or the speech's steps for the rest."""

    _scenes: list[_Scene] = field(default_factory=lambda: [_Scene()])
    _speech: list[BranchBeat] = field(default_factory=list)
    _cue: str = ""
    _cue_styles: Styles = ()
    _is_dual: bool = False

    def cut(self, number: str, heading: str, styles: Styles = ()) -> None:
        """A new scene; a section at the end of the last one, with all that follows it, leads into this one."""
        last = self._scenes[-1]
        lead = self._lead(last)
        scene = _Scene(number, heading or "…", styles if heading else (), len(lead), lead)
        if not last.heading and not last.beats:
            self._scenes.pop()
        elif not last.heading:  # what stands before the first heading belongs to the first scene
            scene.beats = last.beats + lead
            scene.before = len(scene.beats)
            self._scenes.pop()
        self._scenes.append(scene)

    def _lead(self, last: _Scene) -> list[BranchBeat]:
        if not last.heading:
            return []
        at = len(last.beats)
        while at > last.before and last.beats[at - 1].kind in LEADS_IN:
            at -= 1
        while at < len(last.beats) and last.beats[at].kind not in ("section", "page_break"):
            at += 1
        lead = last.beats[at:]
        del last.beats[at:]
        return lead

    def add(self, beat: BranchBeat, *, joins: bool = False) -> None:
        """One element of its own; with `joins` it is a further line of the one before, if that is of its kind."""
        beats = self._scenes[-1].beats
        if joins and beats and beats[-1].kind == beat.kind:
            beats[-1] = _joined(beats[-1], beat)
            return
        if needs_gap(beats, beat):
            beats.append(GAP)
        beats.append(beat)

    def add_all(self, beats: list[BranchBeat]) -> None:
        for beat in beats:
            self.add(beat)

    def open_speech(self, cue: str, styles: Styles = (), *, is_dual: bool = False) -> None:
        self._cue, self._cue_styles, self._is_dual, self._speech = cue, styles, is_dual, []

    def say(self, text: str, styles: Styles = ()) -> None:
        self._line(BranchBeat("dialogue", text, self._cue, styles, self._is_dual, self._cue_styles))

    def aside(self, text: str, styles: Styles = ()) -> None:
        self._speech.append(BranchBeat("parenthetical", text, self._cue, styles, self._is_dual, self._cue_styles))

    def sing(self, text: str, styles: Styles = ()) -> None:
        if not self._speech:  # the cue is kept by a dialogue without words
            self.say("")
        self._line(BranchBeat("lyric", text, "", styles, self._is_dual))

    def _line(self, beat: BranchBeat) -> None:
        if self._speech and self._speech[-1].kind == beat.kind:
            self._speech[-1] = _joined(self._speech[-1], beat)
        else:
            self._speech.append(beat)

    def close_speech(self) -> None:
        """The speech joins the scene; a cue that nobody followed up stays as a speech without words."""
        if not self._speech:
            self.say("")
        beats = self._scenes[-1].beats
        if needs_gap(beats, self._speech[0]):
            beats.append(GAP)
        beats.extend(self._speech)
        self._speech = []

    def scenes(self) -> tuple[ScriptScene, ...]:
        """All scenes; a script without a heading is one scene without one."""
        found = [s for s in self._scenes if s.heading or s.beats]
        return tuple(ScriptScene(s.number, s.heading, tuple(s.beats), s.before, s.styles) for s in found)


def _joined(first: BranchBeat, second: BranchBeat) -> BranchBeat:
    text = f"{first.text}\n{second.text}"
    styles = tidy([*first.styles, *shift(second.styles, len(first.text) + 1)], len(text))
    return replace(first, text=text, styles=styles)
