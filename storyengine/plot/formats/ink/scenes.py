"""Ink's parts as scenes: a knot, a stitch, a gather and what follows a choice are each one; diverts are the ways on.

A divert inside a scene is a choice that is taken unasked (`auto`); a tunnel leads to its knot and back; what a thread
says and offers is copied.
Logic in braces inside a line stays in the text as it was written, and is reported.
"""

import re
from collections.abc import Collection

from storyengine.plot.formats.calls import GO_ON
from storyengine.plot.formats.carried import put_back
from storyengine.plot.formats.dialects import INK, both, effects_of
from storyengine.plot.formats.ink.functions import Functions
from storyengine.plot.formats.ink.inline import DIVERT, leaves, plain, spoken, ways_of
from storyengine.plot.formats.ink.items import SEQUENCE, Item
from storyengine.plot.formats.ink.lines import Part
from storyengine.plot.formats.ink.names import ENDING, LABEL, NOTE, carried, tagged
from storyengine.plot.formats.ink.said import Said
from storyengine.plot.formats.ink.targets import Targets
from storyengine.plot.formats.ink.threads import join
from storyengine.plot.formats.ink.turns import is_drawn
from storyengine.plot.formats.ink.ways import ENDED, ENDS, Ways
from storyengine.plot.formats.ink.weave import Branch, Section, declare, weave
from storyengine.plot.formats.once import offer_once, wait_in_turn
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene

GUARD = re.compile(r"^\{((?:[^{}|:]|\|\|)*)\}\s*")  # with a | or : it is text that varies, no condition
TAG = re.compile(r"(?<!\\)#\s*([^#\n]+)")
DECLARED = re.compile(r"^(VAR|CONST|LIST|EXTERNAL)\b\s*(.*)$")
INLINE_IF = re.compile(r"^\{([^{}|:]+):\s*([^{}|]*)(?:\|([^{}]*))?\}$")


class Scenes(Ways):
    """Makes the scenes of all parts, in the order of the file."""

    def __init__(self, report: Report, variables: set[str], targets: Targets, speakers: Collection[str] = ()) -> None:
        super().__init__(report, variables, targets)
        self._said, self._top = Said(report, speakers), "start"
        self.start: str | None = None
        self._functions = Functions([])

    def make(self, parts: list[Part]) -> list[FileScene]:
        self._functions = Functions(parts)
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
                if part.name not in self._functions:
                    self._report.warn(part.line, "ink.function", name=part.name)
                continue
            self._part, self._count, self._local = part.name, 0, part.parameters
            self._seen = self._names.seen_from(part.name)
            following = woven[number + 1][0].name if number + 1 < len(woven) else ""
            if not part.items and following.startswith(f"{part.name}."):
                continue  # a knot of stitches alone is its first stitch
            self._sections(sections, part.name or self._top, exit_to=None)
        join(self._threads, self.scenes, self._waiting)
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
        gone, was_ending, gone_at = False, scene.is_ending, 0
        for number, item in enumerate(section.lines, 1):
            if gone:
                self._report.warn(item.line, "after.divert", words=item.text[:80])
                break
            gone = self._line(scene, item)
            gone_at = item.line if gone else 0
            more = bool(section.lines[number:] or section.branches)
            if section.lines[number:] and item.calls_in_turn(section.lines[number]):
                continue
            scene, left = self._through(scene, item.line, after, more=more)
            gone = gone or left
        offered = [branch for branch in section.branches if not gone_at or branch.choice.line < gone_at]
        if offered and section.lines and section.lines[-1].text == "-> DONE":
            scene.is_ending = was_ending  # behind choices it waits for one of them
        for branch in section.branches:
            if gone_at and branch not in offered:  # behind a divert nobody is offered it
                self._report.warn(branch.choice.line, "after.divert", words=branch.choice.text[:80])
                scene, gone_at = self._scene(self._name("", "then"), branch.choice.line), 0
            self._branch(scene, branch, after)
        unasked = all(choice.source.get("auto") for choice in scene.choices)
        if after and not gone and unasked and not section.branches:
            scene.choices.append(FileChoice(GO_ON, None, after, source={"auto": True}))

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
        condition = self._condition(scene, item.conditions)
        if item.kind == "logic":
            scene.effects = "\n".join(filter(None, [scene.effects, self._logic(scene, item)]))
            return False
        inline = INLINE_IF.match(item.text)
        if inline and not SEQUENCE.match(inline[1].strip()) and ("->" in inline[2] or "->" in (inline[3] or "")):
            for words, more in ((inline[2], inline[1]), (inline[3] or "", f"not ({inline[1]})")):
                if words.strip():
                    when = both([condition, self._condition(scene, [more])])
                    self._text(scene, words.strip(), item, when, group=(item.line, 0))
            return False
        return self._text(scene, item.text, item, condition) and not (condition or is_drawn(item.conditions))

    def _logic(self, scene: FileScene, item: Item) -> str:
        words = re.sub(r"^temp\s+", "", item.text)
        if words.startswith("return"):
            return ""
        lot = ["ink: shuffle"] if is_drawn(item.conditions) else []
        condition = both([self._condition(scene, item.conditions), *lot])
        return effects_of(INK, self._functions.spelled_out(words), condition=condition, scenes=self._seen)

    def _text(
        self, scene: FileScene, words: str, item: Item, condition: str, group: tuple[int, int] | None = None
    ) -> bool:
        scene.tags += [tag.strip() for tag in TAG.findall(words)]
        words = TAG.sub("", words)
        group = group or ((0, item.switch) if condition and item.switch else None)
        drawn = is_drawn(item.conditions)
        shown, gone = self._diverts(scene, words, item.line, condition, group, drawn=drawn)
        self._said.take(scene, item, words, shown, condition)
        return gone

    def _branch(self, scene: FileScene, branch: Branch, after: str | None) -> None:
        """A choice: straight to where it leads if nothing is said on the way, else to a scene of its own."""
        item, words, conditions = branch.choice, branch.choice.text, list(branch.choice.conditions)
        while guard := GUARD.match(words):
            conditions.append(guard[1])
            words = words[guard.end() :]
        words, tags = TAG.sub("", words).strip(), TAG.findall(words)
        words = "" if words == "->" else words  # a fallback whose lines follow
        label, output = spoken(words)
        choice = FileChoice(plain(ways_of(label)[0]), condition=self._condition(scene, conditions))
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
        if branch.body and leaves(ways_of(output)[1]):
            self._unheard(branch.body, after)
            branch = Branch(item)
        straight = self._straight(scene, output, choice.label, branch, after)
        if straight is not None:
            choice.target = next((text for kind, text in beside if kind == "to"), straight)
            lines = (
                self._logic(scene, item) for section in branch.body for item in section.lines if item.kind == "logic"
            )
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

    def _unheard(self, body: list[Section], after: str | None) -> None:
        """What stands below a choice that has led away: only a label in it can be come to."""
        silent = [*body[0].lines, *(branch.choice for branch in body[0].branches)] if not body[0].label else []
        for line in silent:
            if not ENDED.fullmatch(line.text):
                self._report.warn(line.line, "after.divert", words=line.text[:80])
        rest = body if body[0].label else body[1:]
        if any(section.label for section in rest):
            self._sections(rest, self._name(rest[0].label, "gather"), after)

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
