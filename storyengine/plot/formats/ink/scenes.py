"""Ink's parts as scenes: a knot, a stitch, a gather and what follows a choice are each one; diverts are the ways on.

A divert inside a scene is a choice that is taken unasked (`auto`); a tunnel leads to its knot and back; a thread, and
a tunnel under a condition, are shown inside (`embeds`).
Logic in braces inside a line stays in the text as it was written, and is reported.
"""

import re
from collections.abc import Collection

from storyengine.plot.formats.calls import GO_ON, End
from storyengine.plot.formats.carried import put_back
from storyengine.plot.formats.dialects import INK, MARKED, both, condition_of, effects_of
from storyengine.plot.formats.ink.inline import DIVERT, Way, leaves, plain, spoken, ways_of
from storyengine.plot.formats.ink.letters import beats_of_ink
from storyengine.plot.formats.ink.lines import SEQUENCE, Item, Part
from storyengine.plot.formats.ink.names import ENDING, LABEL, NOTE, Names, carried, single, tagged
from storyengine.plot.formats.ink.tunnels import Tunnels
from storyengine.plot.formats.ink.weave import Branch, Section, declare, weave
from storyengine.plot.formats.once import offer_once, wait_in_turn
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene

ENDS = {"END", "DONE"}
INLINE = re.compile(r"(?<!\\)\{")
GUARD = re.compile(r"^\{((?:[^{}|:]|\|\|)*)\}\s*")  # with a | or : it is text that varies, no condition
TAG = re.compile(r"(?<!\\)#\s*([^#\n]+)")
DECLARED = re.compile(r"^(VAR|CONST|LIST|EXTERNAL)\b\s*(.*)$")
GLUED = re.compile(r"<>\s*(?:->[^<>]*)?$")
INLINE_IF = re.compile(r"^\{([^{}|:]+):\s*([^{}|]*)(?:\|([^{}]*))?\}$")


class Scenes:
    """Makes the scenes of all parts, in the order of the file."""

    def __init__(self, report: Report, variables: set[str], speakers: Collection[str] = ()) -> None:
        self._speakers = speakers
        self._report, self.scenes, self._names = report, list[FileScene](), Names(variables=variables)
        self._part, self._seen, self._count, self._local = "", dict[str, str](), 0, frozenset[str]()
        self._top, self._label = "start", GO_ON  # the label of the next way on that is taken unasked
        self.start: str | None = None
        self._glue: FileScene | None = None
        self._tunnels, self._spaced = Tunnels(), False  # spaced: it was said that Ink shows spaces in a row as one

    def make(self, parts: list[Part]) -> list[FileScene]:
        woven = [(part, weave(part.items, self._report)) for part in parts if part.items or part.name]
        if any(part.name == self._top for part, _ in woven):
            self._top = "start-of-file"  # what stands above all knots is no knot: no divert can mean it
        for part, sections in woven:
            declare(self._names, part, sections, self._top)
        for number, (part, sections) in enumerate(woven):
            if not part.name and len(part.items) == 1 and (only := re.fullmatch(r"->\s*([\w.]+)", part.items[0].text)):
                self.start = self._names.find(only[1], "")
                continue
            if part.is_function:
                self._report.warn(part.line, "ink.function", name=part.name)
                continue
            self._part, self._count, self._local = part.name, 0, part.parameters
            self._seen = self._names.seen_from(part.name)
            following = woven[number + 1][0].name if number + 1 < len(woven) else ""
            if not part.items and following.startswith(f"{part.name}."):
                continue  # a knot of stitches alone is its first stitch
            self._sections(sections, part.name or self._top, exit_to=None)
        self._tunnels.lead_back(self.scenes, self._report)
        offer_once(self.scenes)
        wait_in_turn(self.scenes)
        return self.scenes

    def _sections(
        self, sections: list[Section], name: str, exit_to: str | None, before: FileScene | None = None
    ) -> None:
        """One weave. `before` is the scene that its first section continues (what a choice leads to)."""
        if before is not None and sections[0].label and before.name != self._name(sections[0].label, ""):
            name = self._name(sections[0].label, "")  # a label before anything else: others come back to it alone
            before.choices.append(FileChoice(GO_ON, None, name, source={"auto": True}))
            before = None
        names = [name if n == 0 else self._name(section.label, "gather") for n, section in enumerate(sections)]
        for number, section in enumerate(sections):
            after = names[number + 1] if number + 1 < len(sections) else exit_to
            scene = before if number == 0 and before is not None else self._scene(names[number], section.line)
            if number == 0 and section.label and before is None and names[0] != section.label:
                self._names.scenes[f"{self._part}.{section.label}".lstrip(".")] = names[0]
            self._section(scene, section, after)

    def _section(self, scene: FileScene, section: Section, after: str | None) -> None:
        gone, was_ending = False, scene.is_ending
        for number, item in enumerate(section.lines, 1):
            if gone:
                self._report.warn(item.line, "after.divert", words=item.text[:80])
                break
            gone = self._line(scene, item)
            more = bool(section.lines[number:] or section.branches)
            scene, left = self._through(scene, item.line, after, more=more)
            gone = gone or left
        if section.branches and section.lines and section.lines[-1].text == "-> DONE":
            scene.is_ending = was_ending  # behind choices it waits for one of them
        for branch in section.branches:
            self._branch(scene, branch, after)
        unasked = all(choice.source.get("auto") for choice in scene.choices)
        if after and not gone and unasked and not section.branches:
            scene.choices.append(FileChoice(GO_ON, None, after, source={"auto": True}))

    def _through(self, scene: FileScene, line: int, after: str | None, *, more: bool) -> tuple[FileScene, bool]:
        """Where a line led into a tunnel: (the scene in which the story goes on, whether it left this one for good)."""
        if not self._tunnels.into:
            return scene, False
        behind = self._name("", "then") if more else after
        self._tunnels.leave(behind, line)
        return (self._scene(behind, line) if more and behind else scene), not more

    def _name(self, label: str, kind: str) -> str:
        if label:
            return f"{self._part}.{label}".lstrip(".")
        self._count += 1
        return f"{self._part}.{kind}-{self._count}".lstrip(".")

    def _scene(self, name: str, line: int) -> FileScene:
        scene = FileScene(name=name, chapter=self._part.split(".")[0], source={"family": "ink", "line": line})
        self.scenes.append(scene)
        return scene

    def _condition(self, conditions: list[str]) -> str:
        return both(
            [
                condition if MARKED.match(condition) else condition_of(INK, condition, scenes=self._seen)
                for condition in conditions
                if condition
            ]
        )

    def _line(self, scene: FileScene, item: Item) -> bool:
        """Take one line of a scene; True if the story leaves the scene there for certain."""
        if item.kind == "text" and (found := tagged(item.text)):
            if found[0] == ENDING:
                scene.is_ending = True
            elif found[0] == LABEL:
                self._label = found[1]
            elif found[0] == NOTE:
                scene.beats.append(FileBeat("note", found[1]))
            else:
                scene.effects = put_back(scene.effects, carried([item.text[1:]]))
            return False
        condition = self._condition(item.conditions)
        if item.kind == "logic":
            scene.effects = "\n".join(filter(None, [scene.effects, self._logic(item)]))
            return False
        inline = INLINE_IF.match(item.text)
        if inline and not SEQUENCE.match(inline[1].strip()) and ("->" in inline[2] or "->" in (inline[3] or "")):
            for words, more in ((inline[2], inline[1]), (inline[3] or "", f"not ({inline[1]})")):
                if words.strip():
                    self._text(scene, words.strip(), item, both([condition, self._condition([more])]))
            return False
        return self._text(scene, item.text, item, condition) and not condition

    def _logic(self, item: Item) -> str:
        words = re.sub(r"^temp\s+", "", item.text)
        if words.startswith("return"):
            return ""
        return effects_of(INK, [words], condition=self._condition(item.conditions), scenes=self._seen)

    def _text(self, scene: FileScene, words: str, item: Item, condition: str) -> bool:
        scene.tags += [tag.strip() for tag in TAG.findall(words)]
        words = TAG.sub("", words)
        shown, gone = self._diverts(scene, words, item.line, condition)
        spaced = shown.replace("<>", "").strip(" \t")
        shown = single(spaced)
        if shown != spaced and not self._spaced:
            self._spaced = True
            self._report.warn(item.line, "ink.spaces", words=spaced[:80])
        if INLINE.search(shown) or (shown and condition):
            self._report.warn(item.line, "ink.logic", words=shown[:80])
        if shown:
            under = " and ".join(when.removeprefix("ink: ") for when in item.conditions)
            text = f"{{{under}: {shown}}}" if condition and under else shown
            for beat in beats_of_ink(text, self._speakers):
                self._say(scene, beat, glued=words.lstrip().startswith("<>"))
        self._glue = scene if GLUED.search(words) else None
        return gone

    def _say(self, scene: FileScene, beat: FileBeat, *, glued: bool) -> None:
        """One more beat, or more words of the last one where Ink glues lines together."""
        last = next((said for said in reversed(scene.beats) if said.kind != "note"), None)
        if last is None or not (glued or self._glue is scene) or {last.kind, beat.kind} != {"action"}:
            scene.beats.append(beat)
            return
        start = len(last.text) + 1
        last.text += f" {beat.text}"
        last.styles += [(begin + start, end + start, style) for begin, end, style in beat.styles]

    def _diverts(self, scene: FileScene, words: str, line: int, condition: str) -> tuple[str, bool]:
        """The ways on that a line names; returns the words before them, and whether the scene is left."""
        shown, ways = ways_of(words)
        for way in ways:
            when = both([condition, self._condition([way.condition])])
            if way.kind == "return":
                scene, _ = self._through(scene, line, None, more=True)
                self._tunnels.ends.append(End(scene, when, line, len(scene.choices)))
            elif way.kind in ("embed", "call"):
                scene, _ = self._through(scene, line, None, more=True)
                self._embed(scene, way, line, when)
            elif self._tunnels.into:
                self._tunnels.leave(self._target(scene, way.name, line), line)
            else:
                self._go(scene, way.name, line, when)
            if way.given:
                self._report.warn(line, "ink.given", words=f"{way.name}{way.given}")
        return shown, leaves(ways)

    def _embed(self, scene: FileScene, way: Way, line: int, condition: str) -> None:
        target = self._names.find(way.name, self._part)
        if way.kind == "call" and target and not condition:
            return self._tunnels.enter(target, scene)
        scene.source.setdefault("embeds", []).append(target or way.name)
        self._report.warn(line, "ink.embeds", name=way.name)

    def _go(self, scene: FileScene, name: str, line: int, condition: str) -> None:
        if name in ENDS and not condition:
            scene.is_ending = True
            return
        if name in ENDS:  # the story may go on as well: it ends in a scene of its own
            name = self._name("", "end")
            self._names.scenes[name] = name
            self._scene(name, line).is_ending = True
        target = self._target(scene, name, line)
        if target is not None:
            scene.choices.append(FileChoice(self._label, None, target, condition, source={"auto": True}))
        self._label = GO_ON

    def _target(self, scene: FileScene, name: str, line: int) -> str | None:
        target = self._names.find(name, self._part)
        if target is None and (name in self._names.variables or name in self._local):
            scene.source.setdefault("unknown", []).append(f"-> {name}")
            self._report.warn(line, "way.computed", target=f"-> {name}")
            return None
        return target or name

    def _branch(self, scene: FileScene, branch: Branch, after: str | None) -> None:
        """A choice: straight to where it leads if nothing is said on the way, else to a scene of its own."""
        item, words, conditions = branch.choice, branch.choice.text, list(branch.choice.conditions)
        while guard := GUARD.match(words):
            conditions.append(guard[1])
            words = words[guard.end() :]
        words, tags = TAG.sub("", words).strip(), TAG.findall(words)
        words = "" if words == "->" else words  # a fallback whose lines follow
        label, output = spoken(words)
        choice = FileChoice(plain(ways_of(label)[0]), condition=self._condition(conditions))
        beside = carried(tags)
        choice.condition = both([*(text for kind, text in beside if kind == "if"), choice.condition])
        found = [(tag, tagged(f"#{tag}")) for tag in tags]
        tags = [tag for tag, ours in found if ours is None]
        choice.source = {"tags": [tag.strip() for tag in tags]} if tags else {}
        choice.source |= {} if item.sticky else {"once": True}
        if not choice.label:
            named = (ours[1] for _, ours in found if ours and ours[0] == LABEL)
            choice.label, choice.source["fallback"] = next(named, GO_ON), True
        scene.choices.append(choice)
        choice.effects = put_back("", beside)
        straight = self._straight(scene, output, choice.label, branch, after)
        if straight is not None:
            choice.target = next((text for kind, text in beside if kind == "to"), straight)
            lines = (self._logic(item) for section in branch.body for item in section.lines if item.kind == "logic")
            choice.effects = put_back("\n".join(filter(None, lines)), beside)
            return
        says = bool(output) and plain(ways_of(output)[0]) != choice.label
        begins = branch.body[0].label if branch.body and not output else ""
        choice.target = self._name(item.label or begins, "choice")
        follow = self._scene(choice.target, item.line)
        gone = self._text(follow, output, item, "") if says else False
        if output and not follow.beats and not gone:
            gone = self._diverts(follow, output, item.line, "")[1]
        follow, left = self._through(follow, item.line, after, more=bool(branch.body))
        if branch.body:
            self._sections(branch.body, follow.name, after, before=follow)
        elif after and not (gone or left):
            follow.choices.append(FileChoice(GO_ON, None, after, source={"auto": True}))

    def _straight(self, scene: FileScene, output: str, label: str, branch: Branch, after: str | None) -> str | None:
        """Where a choice leads if nothing happens in between, "" if nowhere; None where it needs a scene."""
        lines = [item for section in branch.body for item in section.lines if not item.text.startswith("#")]
        gone = next((n for n, item in enumerate(lines) if item.leaves), len(lines))
        does = [item for item in lines[: gone + 1] if item.kind == "logic"]
        lines = [item for item in lines[: gone + 1] if item not in does]
        deep = len(branch.body) > 1 or any(section.branches or section.label for section in branch.body)
        said = plain(ways_of(output)[0]) not in ("", label)
        more = len(lines) > 1 or any(item.kind != "text" or item.conditions for item in lines)
        if deep or said or branch.choice.label or more:
            return None
        text = f"{output} {lines[0].text}" if lines else output
        found = DIVERT.findall(text)
        if any(way.is_inside for way in ways_of(text)[1]):
            return None
        if DIVERT.sub("", lines[0].text if lines else "").strip() or len(found) > 1:
            return None
        if not found:
            return after or ""
        arrow, name, _ = found[0]
        if arrow != "->" or not name or name in ENDS:
            return None
        return self._target(scene, name, branch.choice.line)
