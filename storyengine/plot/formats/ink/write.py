"""A story as Ink: the text that it came from while nobody has edited it, else a knot for every scene."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace

from storyengine.plot.branch import one_line
from storyengine.plot.expressions import Spelling, Unclear, names_in, parse, write_value
from storyengine.plot.formats.calls import GO_ON
from storyengine.plot.formats.carried import left_over
from storyengine.plot.formats.dialects import INK, MARKED, spell_condition, spell_effects
from storyengine.plot.formats.ink.letters import GAP, LOGIC, marked, spell, tagged_styles
from storyengine.plot.formats.ink.names import ENDING, LABEL, NAME, NOTE, SPEAKER, single, tag
from storyengine.plot.formats.linking import slugline, whole_label
from storyengine.plot.formats.prose import ASIDE, speech_of, unlike_speech, with_asides
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.runs import crosses
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene, FileStory, fingerprint

BREAKS = re.compile(r"[ \t]*[\t\n][ \t\n]*")
RESERVED = {"END", "DONE", "function", "not", "and", "or", "mod", "true", "false", "temp", "else", "return", "ref"}


def write_ink(story: FileStory, report: Report) -> str:
    """Raises nothing: what Ink cannot say stands in the report."""
    if story.source.get("family") == "ink" and story.source.get("print") == print_of(story):
        return str(story.source["text"])
    return "\n".join(_Writer(story, report).lines()) + "\n"


def print_of(story: FileStory) -> str:
    """What the whole story says: equal before and after a way through the tables if nobody edited it."""
    names = story.names
    prints = [fingerprint(scene, names) for scene in story.scenes]
    start = names.get(story.start or "", "")
    text = json.dumps([prints, start, sorted(map(str, story.variables.items()))])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


class _Writer:
    def __init__(self, story: FileStory, report: Report) -> None:
        self._story, self._report = story, report
        self._raw = story.source.get("family") == "ink"  # its braces are Ink's own
        self._kept = story.source.get("kept", {}) if self._raw else {}
        self._knots, self._speakers = _knots(story), unlike_speech(story.scenes)
        self._by_name = {scene.name or scene.key: self._knots[scene.key] for scene in reversed(story.scenes)}
        spelling = Spelling(
            visits=lambda scene: self._by_name.get(scene, "0"),
            visited=lambda scene: f"({self._by_name[scene]} > 0)" if scene in self._by_name else "false",
        )
        self._dialect = replace(INK, spelling=spelling)

    def lines(self) -> Iterator[str]:
        yield f"# title: {' '.join(self._story.title.split())}"
        if author := self._story.source.get("author"):
            yield f"# author: {author}"
        for name in self._speakers:
            yield tag(SPEAKER, name)
        for name, value in self._story.variables.items():
            yield f"VAR {name} = {write_value(value)}"
        for name in sorted(self._unset()):
            yield f"VAR {name} = 0"
        yield f"-> {self._knots.get(self._story.start or '', 'END')}"
        kept = self._kept
        yield from kept.get("declared", [])
        for scene in self._story.scenes:
            yield from self._scene(scene)
        yield from kept.get("functions", [])

    def _unset(self) -> set[str]:
        """Variables that are only ever set on the way: Ink wants them declared."""
        texts = [scene.effects for scene in self._story.scenes]
        texts += [choice.effects for scene in self._story.scenes for choice in scene.choices]
        found = set()
        for choice in (choice for scene in self._story.scenes for choice in scene.choices if choice.condition):
            try:
                found |= names_in(parse(choice.condition))
            except Unclear:
                continue
        for line in (line for text in texts for line in text.splitlines() if not MARKED.match(line)):
            name = re.match(r"\s*([A-Za-z_]\w*)\s*[-+*/%]?=", line)
            found |= {name[1]} if name else set()
        return {name for name in found - set(self._story.variables) if "." not in name}

    def _scene(self, scene: FileScene) -> Iterator[str]:
        yield ""
        knot = self._knots[scene.key]
        yield f"=== {knot} ==="
        if scene.name != knot and self._by_name.get(scene.name) == knot:
            yield tag(NAME, scene.name)
        yield from self._effects(scene.effects, scene.name)
        if heading := slugline(scene):
            yield self._text(heading)
        for how, beat in with_asides(scene.beats):
            said = self._beat(beat, scene.name, plainly=how is None)
            named = f"{self._text(beat.character)}: "
            yield f"{named}({tagged_styles(self._text(single(marked(how))))}) {said[len(named) :]}" if how else said
        for words in scene.tags:
            yield f"# {' '.join(words.split())}"
        if not (scene.effects or heading or scene.beats or scene.choices or scene.is_ending):
            yield "<>"  # a knot must hold something
        ways = [choice for choice in scene.choices if self._is_auto(choice)]
        if sum(not way.condition for way in ways) > 1:  # one of several is taken: behind one divert no other is seen
            ways = []
        unasked = {id(way) for way in ways}
        offers = [choice for choice in scene.choices if id(choice) not in unasked]
        if scene.is_ending and offers:  # below a choice -> END would end the story once that choice is taken
            yield tag(ENDING, "yes")
        # Below a choice a divert would be what is said once that choice is taken.
        for choice in [*(way for way in ways if way.condition or not offers), *offers]:
            yield from self._choice(choice, unasked=id(choice) in unasked)
        for way in (way for way in ways if offers and not way.condition):
            yield " ".join([f"+ -> {self._knots[way.to or '']}", *_label(way)])
        if scene.is_ending and not offers:
            yield "-> END"

    def _beat(self, beat: FileBeat, name: str, *, plainly: bool) -> str:
        if beat.kind == "note":
            return tag(NOTE, beat.text)
        if beat.text in (sequences := self._kept.get("sequences", {})) and not beat.character:
            return str(sequences[beat.text])
        words, plain = marked(beat).strip(" \t\n"), single(beat.text)
        if plain != beat.text:
            self._report.warn(0, "out.spaces", name=name, words=plain[:80])
        if beat.kind not in ("action", "dialogue"):
            self._report.warn(0, "out.kind", name=name, kind=beat.kind, words=beat.text[:60])
        if crosses(beat.styles):
            self._report.warn(0, "out.styles", name=name, words=beat.text[:80])
        text = GAP.sub(r"\\ ", tagged_styles(self._text(BREAKS.sub(" ", words))))
        if beat.character:
            text = text.replace("(", r"\(", 1) if ASIDE.match(plain) and plainly else text
            return f"{self._text(beat.character)}: {text}"
        return text.replace(":", r"\:", 1) if speech_of(plain, self._speakers) else text

    def _text(self, words: str) -> str:
        return spell(LOGIC.sub(lambda logic: self._renamed(logic[0]), words) if self._raw else words, raw=self._raw)

    def _renamed(self, words: str) -> str:
        """Ink's own logic in a line, with the scenes that it asks after under the names that they have now."""
        return re.sub(r"[A-Za-z_][\w.]*", lambda name: self._by_name.get(name[0], name[0]), words)

    def _effects(self, effects: str, name: str) -> Iterator[str]:
        lines = list(spell_effects(self._dialect, effects))
        yield from (spelled for _, spelled in lines if spelled is not None)
        for kind, words in left_over("does", lines):
            self._report.warn(0, "out.statement", name=name, words=words[:80])
            yield tag(f"story-engine {kind}", words)

    def _is_auto(self, choice: FileChoice) -> bool:
        asked = choice.source.get("one_of") or choice.effects or choice.to is None  # of several, each is offered
        plain = choice.source.get("auto") and not asked
        return bool(plain) and self._guard(choice) is not None

    def _choice(self, choice: FileChoice, *, unasked: bool) -> Iterator[str]:
        target = self._knots.get(choice.to) if choice.to is not None else None
        guard = self._guard(choice) or ""
        if unasked:
            yield from _label(choice)
            yield f"{guard[:-2]}: -> {target}}}" if guard else f"-> {target}"
            return
        fallback = bool(choice.source.get("fallback")) and target is not None
        bullet = "*" if choice.source.get("once") and not choice.condition else "+"
        lines = list(spell_effects(self._dialect, choice.effects))
        beside = "".join(f" {tag(f'story-engine {kind}', words)}" for kind, words in self._beside(choice, lines))
        words = "->" if fallback else f"[{self._text(one_line(whole_label(choice)))}]"
        yield f"{bullet} {guard}{words}{beside}"
        yield from (f"    {spelled}" for _, spelled in lines if spelled is not None)
        if target is not None:
            yield f"    -> {target}"

    def _beside(self, choice: FileChoice, lines: list[tuple[str, str | None]]) -> Iterator[tuple[str, str]]:
        """What Ink cannot say of a choice: its condition, and what it changes."""
        if self._guard(choice) is None:
            self._report.warn(0, "out.condition", label=choice.label, words=choice.condition[:80])
            yield "if", choice.condition
        if choice.to is None and choice.target:
            self._report.warn(0, "out.no_scene", label=choice.label, target=choice.target)
            yield "to", choice.target
        for kind, words in left_over("then", lines):
            self._report.warn(0, "out.effects", label=choice.label, dialect="ink", words=words[:80])
            yield kind, words

    def _guard(self, choice: FileChoice) -> str | None:
        """The condition in braces, "" without one, None for another tool's."""
        condition = spell_condition(self._dialect, choice.condition) if choice.condition else ""
        if (
            condition
            and not MARKED.match(choice.condition)
            and any("." in name for name in names_in(parse(choice.condition)))
        ):
            return None  # to Ink that is a place in a knot, and no variable
        return f"{{{condition}}} " if condition else condition


def _label(way: FileChoice) -> Iterator[str]:
    """Ink has no words for a way on that is taken unasked: others do."""
    if way.label != GO_ON:
        yield tag(LABEL, whole_label(way))


def _knots(story: FileStory) -> dict[str, str]:
    """Key -> a knot's name: letters, digits and underscores, each once."""
    knots: dict[str, str] = {}
    taken: set[str] = set(RESERVED) | set(story.variables)
    for number, scene in enumerate(story.scenes, 1):
        stem = re.sub(r"\W+", "_", scene.name or scene.key, flags=re.ASCII).strip("_")
        stem = stem if re.match(r"[A-Za-z]", stem) else f"scene_{stem or number}"
        name = stem if stem not in taken else f"{stem}_{number}"
        while name in taken:
            name += "_"
        taken.add(name)
        knots[scene.key] = name
    return knots
