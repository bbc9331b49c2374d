"""Yarn Spinner 1 to 3: nodes with headers, lines of speech, options by indentation, commands in angle brackets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from storyengine.plot.branch import MAX_CHARACTER
from storyengine.plot.conditions import State, apply
from storyengine.plot.formats.dialects import YARN, both, condition_of, effects_of, negated
from storyengine.plot.formats.flow import Does, Flow, Goes, If, Option, Options, Step, Words
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.linking import link
from storyengine.plot.formats.prose import styled
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileStory
from storyengine.plot.formats.twine.passages import pair

HEADER = re.compile(r"^\s*([A-Za-z_]\w*)\s*:\s*(.*?)\s*$")
COMMAND = re.compile(r"<<\s*(\w+)\s*(.*?)\s*>>")
OPTION = re.compile(r"^(?:->|=>)\s*(.*)$")
OLD_LINK = re.compile(r"^\[\[(?:([^\]|]*)\|)?\s*([^\]|]+?)\s*\]\](?:\s*<<\s*if\b(.*?)>>)?\s*$")
SPEAKER = re.compile(r"^([^\W\d][\w .'’-]{0,58}?)\s*:\s+(\S.*)$")
MARKUP = re.compile(r"\[(/?)(b|i|u|s)\]|\[/?[a-z][\w-]*(?:[ =][^\]]*)?/?\]", re.IGNORECASE)
LINE_TAG = re.compile(r"\s+#[\w:.-]+\s*$")
BACK = {"detour"}
MAX_DEPTH = 60


@dataclass(slots=True)
class Node:
    line: int
    headers: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[int, int, str]] = field(default_factory=list)  # number, indentation, words


def read_yarn(sheets: list[Sheet], report: Report) -> list[FileStory]:
    """All files as one story, as a Yarn project joins them; raises Refused("story.invalid") without a node."""
    nodes: list[Node] = []
    for sheet in sheets:
        report.file = sheet.name if len(sheets) > 1 else ""
        nodes += _nodes(sheet.text, report)
    report.file = ""
    if not nodes:
        raise report.refuse(1, "there is no node: a line  title: …  and a line  ---  are needed")
    names = {node.headers["title"] for node in nodes}
    flow = Flow("yarn", report, lambda target, _: target)
    story = FileStory(title=sheets[0].stem, source={"family": "yarn"}, start="Start" if "Start" in names else None)
    state = State()
    for node in nodes:
        reader = _Body(node, report, state)
        at = pair(node.headers.get("position"))
        scene = flow.chapter(
            node.headers["title"], reader.steps(), line=node.line, tags=node.headers.get("tags", "").split()
        )
        scene.x, scene.y = at or (None, None)
        if "when" in node.headers:
            report.warn(node.line, f"when: {node.headers['when']}", "the node may come whenever that holds")
            scene.source["unknown"] = ["when"]
    story.scenes = flow.scenes
    story.variables = {name: value for name, value in state.values.items() if name not in state.unknown}
    return [link(story, report)]


def _nodes(text: str, report: Report) -> Iterator[Node]:
    node, inside = Node(1), False
    for number, line in enumerate(text.split("\n"), 1):
        words = line.strip()
        if not inside and words == "---":
            inside = True
            if not node.headers.get("title"):
                report.warn(number, "a node has no title")
                node.headers["title"] = f"Untitled node in line {number}"
        elif not inside and (header := HEADER.match(line)):
            node.line = number if header[1] == "title" else node.line
            node.headers[header[1]] = header[2]
        elif inside and words == "===":
            yield node
            node, inside = Node(number + 1), False
        elif inside and words and not words.startswith("//"):
            indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
            node.lines.append((number, indent, re.sub(r"(?<![:/])//.*$", "", words).strip()))
    if inside:
        report.warn(node.line, f"the node {node.headers['title']!r} is not closed by ===")
        yield node


class _Body:
    """One node's lines as steps; conditions nest by command, options by indentation."""

    def __init__(self, node: Node, report: Report, state: State) -> None:
        self._lines = [line for line in node.lines if line[2]]
        self._at, self._report, self._state, self._depth = 0, report, state, 0

    def steps(self) -> list[Step]:
        found: list[Step] = []
        while self._at < len(self._lines):
            found += self._block(-1)
            self._at += 1  # an endif or else that belongs to nothing
        return found

    def _block(self, indent: int) -> list[Step]:
        """Everything deeper than `indent`, up to an else or endif of a block around it."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._report.refuse(self._lines[self._at][0], f"nested more than {MAX_DEPTH} deep")
        steps: list[Step] = []
        while self._at < len(self._lines):
            number, here, words = self._lines[self._at]
            if here <= indent or re.match(r"<<\s*(?:else|elseif|endif|endonce)\b", words):
                break
            self._at += 1
            if OPTION.match(words) or OLD_LINK.match(words):
                if not (steps and isinstance(steps[-1], Options)):
                    steps.append(Options(number))
                steps[-1].options.append(self._option(number, here, words))  # type: ignore[union-attr]
            elif re.match(r"<<\s*(?:if|once)\b", words):
                steps.append(self._if(number, here, words, indent))
            else:
                steps += self._line(number, words)
        self._depth -= 1
        return steps

    def _option(self, number: int, here: int, words: str) -> Option:
        old = OLD_LINK.match(words)
        if old:
            condition = condition_of(YARN, old[3]) if old[3] else ""
            return Option(number, (old[1] or old[2]).strip(), [Goes(number, old[2], computed="$" in old[2])], condition)
        words = OPTION.match(words)[1]  # type: ignore[index]
        condition, label = "", words
        for command in COMMAND.finditer(words):
            if command[1] == "if":
                condition = condition_of(YARN, command[2])
        label = COMMAND.sub("", _bare(label)).strip()
        source = {"once": True} if "<<once" in words else {}
        return Option(number, _marked(label)[0], self._block(here), condition, source)

    def _if(self, number: int, here: int, words: str, indent: int) -> If:
        command = COMMAND.match(words)
        found, chain = If(number), list[str]()
        own = condition_of(YARN, command[2]) if command and command[1] == "if" else ""
        rest = words[command.end() :].strip() if command else ""
        while True:
            condition = both([negated(chain) if chain else "", own])
            inner = self._line(number, rest) if rest else []
            found.branches.append((condition, [*inner, *self._block(indent)]))
            chain += [own] if own else []
            if self._at >= len(self._lines) or self._lines[self._at][1] <= indent:
                self._report.warn(number, "an <<if>> is not closed")
                return found
            number, _, words = self._lines[self._at]
            command = COMMAND.match(words)
            self._at += 1
            if command is None or command[1] in ("endif", "endonce"):
                return found
            own = condition_of(YARN, command[2]) if command[1] == "elseif" else ""
            rest = ""

    def _line(self, number: int, words: str) -> Iterator[Step]:
        commands = list(COMMAND.finditer(words))
        shown = COMMAND.sub("", _bare(words)).strip()
        if shown:
            if "{" in shown:
                self._report.warn(number, "a value inside a line stays as it was written", shown[:80])
            yield Words(number, _beat(shown))
        for command in commands:
            yield from self._command(number, command[1], command[2])

    def _command(self, number: int, name: str, given: str) -> Iterator[Step]:
        if name in ("jump", *BACK):
            yield Goes(number, given.strip("{} "), back=name in BACK, computed="$" in given or "{" in given)
        elif name in ("stop", "return"):
            yield Goes(number, "")
        elif name == "set":
            yield Does(number, effects_of(YARN, [given]))
        elif name == "declare":
            apply(effects_of(YARN, [re.sub(r"\s+as\s+\w+\s*$", "", given)]), self._state)
        elif name not in ("else", "endif", "if", "once", "endonce"):
            self._report.warn(number, f"<<{name}>> is kept as a note", "only the game that it is for knows it")
            yield Words(number, FileBeat("note", f"<<{name} {given}".strip() + ">>"))


def _bare(words: str) -> str:
    while LINE_TAG.search(words):
        words = LINE_TAG.sub("", words)
    return words


def _beat(words: str) -> FileBeat:
    """`Name: words` is speech by the rules of Yarn, whatever the name's letters."""
    speaker = SPEAKER.match(words)
    name, said = (speaker[1].strip(), speaker[2]) if speaker else ("", words)
    text, styles = _marked(said)
    return FileBeat("dialogue" if speaker else "action", text or "…", name[:MAX_CHARACTER], styles)


def _marked(words: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Yarn's attributes: b, i, u and s are styles; others are taken out of what is shown."""
    tags = {"b": "**", "i": "*"}
    plain = MARKUP.sub(lambda m: tags.get(m[2].lower(), f"<{m[1]}{m[2].lower()}>") if m[2] else "", words)
    text, styles = styled(plain)
    return text.replace("\\", ""), styles
