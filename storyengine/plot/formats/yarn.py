"""Yarn Spinner 1 to 3: nodes with headers, lines of speech, options by indentation, commands in angle brackets."""

import re
from collections.abc import Iterator

from storyengine.plot.branch import MAX_CHARACTER
from storyengine.plot.conditions import State, apply
from storyengine.plot.formats.dialects import YARN, both, condition_of, effects_of, negated
from storyengine.plot.formats.flow import Flow
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.linking import link
from storyengine.plot.formats.markup import RICH, unstyled
from storyengine.plot.formats.once import offer_once
from storyengine.plot.formats.prose import apart, spaced_out, styled
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileStory
from storyengine.plot.formats.steps import Does, Goes, If, Option, Options, Place, Step, Words, comes_back
from storyengine.plot.formats.twine.passages import pair
from storyengine.plot.formats.yarn_nodes import LINK, OPTION, Node, nodes_of, nodes_of_json
from storyengine.plot.formats.yarn_values import spell_out

COMMAND = re.compile(r"(?<!\\)<<\s*(\w+)\s*(.*?)\s*>>")
DETOUR = re.compile(r"""<<\s*detour\s+(?:\{\s*")?(\w[\w.]*)(?:"\s*\})?\s*>>""")
NAMED = re.compile(r'^\{\s*"([\w.]+)"\s*\}$')  # a value that is a name and nothing else
OLD_LINK = re.compile(rf"^{LINK.pattern}\s*$")
SPEAKER = re.compile(r"^([^\W\d][\w .'’-]{0,58}?|\?+)\s*:(?:\s+|(?![\d/:]))(\S.*)$")  # and no time of day, no address
ESCAPED = re.compile(r"\\(.)")
MARKUP = re.compile(
    r"\[(/?)(b|i|u|s)\]|(?<!\\)\[(/?)(?!(?:select|plural|ordinal)\b)([a-z][\w-]*)(?:[ =][^\]]*)?/?\]|\[(/)\]",
    re.IGNORECASE,
)
TECHNICAL = {"title", "tags", "position", "when", "colorID", "color", "style", "group", "tracking", "subtitle", "type"}
MAX_DEPTH, MAX_GROUP = 60, 50  # of a larger group a jump leads to the first


def read_yarn(sheets: list[Sheet], report: Report) -> list[FileStory]:
    """All files as one story, as a Yarn project joins them; raises Refused("story.invalid") without a node."""
    nodes: list[Node] = []
    for sheet in sheets:
        report.file = sheet.name if len(sheets) > 1 else ""
        nodes += nodes_of_json(sheet.text, report) if sheet.text.lstrip()[:1] == "[" else nodes_of(sheet.text, report)
    report.file = ""
    if not nodes:
        raise report.refuse(1, "yarn.no_node")
    spell_out(nodes)
    groups = _groups(nodes)
    flow = Flow("yarn", report, lambda target, _: target)
    story = FileStory(title=sheets[0].stem, source={"family": "yarn"}, start="Start" if "Start" in groups else None)
    state = State()
    detoured = {name for node in nodes for _, _, words in node.lines for name in DETOUR.findall(words)}
    for node in nodes:
        steps = _Body(node, report, state, groups).steps()
        if node.headers["title"] in detoured:
            steps = _coming_back(steps, node)
        at = pair(node.headers.get("position"))
        scene = flow.chapter(node.name, steps, line=node.line, tags=node.headers.get("tags", "").split())
        scene.x, scene.y = at or (None, None)
        told = (f"{name}: {words}" for name, words in node.headers.items() if name not in TECHNICAL and words)
        scene.beats[:0] = [FileBeat("note", words) for words in told]
        if "when" in node.headers:
            report.warn(node.line, "yarn.when", words=node.headers["when"])
            scene.source["unknown"] = ["when"]
    story.scenes = flow.finish()
    if story.start is None:  # a node of declarations alone is no place to begin
        story.start = next((scene.name for scene in story.scenes if scene.beats or scene.choices), None)
    offer_once(story.scenes)
    story.variables = {name: value for name, value in state.values.items() if name not in state.unknown}
    return [link(story, report)]


def _coming_back(steps: list[Step], node: Node) -> list[Step]:
    """A node that is detoured to goes back at its end, with <<return>> or without."""
    if steps and isinstance(steps[-1], Goes) and not comes_back(steps[-1]):
        return steps
    back = Goes(node.line, "", back=True)
    return (
        [*steps, back]
        if all(isinstance(step, Words | Does) for step in steps)
        else [*steps, Place(node.line, f"{node.name}.back"), back]
    )


def _groups(nodes: list[Node]) -> dict[str, list[tuple[str, str]]]:
    """Title -> (name, condition) of every node that a jump to it may come to; more than one where `when` chooses."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for node in nodes:
        group = groups.setdefault(node.headers["title"], [])
        grouped = bool(group) and "when" in node.headers
        node.name = f"{node.headers['title']}.{len(group) + 1}" if grouped else node.headers["title"]
        if grouped or not group:
            group.append((node.name, _when(node.headers.get("when", ""))))
    return groups


def _when(header: str) -> str:
    parts = (re.sub(r"^\s*(?:always|once)\b\s*(?:if\b)?\s*", "", part) for part in header.split(" && "))
    asked = " && ".join(filter(None, parts))
    return condition_of(YARN, asked) if asked else ""


class _Body:
    """One node's lines as steps; conditions nest by command, options by indentation."""

    def __init__(
        self, node: Node, report: Report, state: State, groups: dict[str, list[tuple[str, str]]] | None = None
    ) -> None:
        self._groups = groups or {}
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
            raise self._report.refuse(self._lines[self._at][0], "file.deeper", most=MAX_DEPTH)
        steps: list[Step] = []
        lead = 0  # the indentation of the options that are being gathered
        while self._at < len(self._lines):
            number, here, words = self._lines[self._at]
            if here <= indent or re.match(r"<<\s*(?:else|elseif|endif|endonce)\b", words):
                break
            self._at += 1
            old = OLD_LINK.match(words)
            if old and not old[1] and not old[3] and not (steps and isinstance(steps[-1], Options)):
                steps += self._jump(number, old[2], back=False, computed="$" in old[2])
            elif old or OPTION.match(words):
                last = steps[-1] if steps else None
                # Links are offered after the options, and options that stand further left than others are others.
                if not isinstance(last, Options) or bool(old) != last.gathers or (not old and here < lead):
                    steps.append(Options(number, gathers=bool(old)))
                    lead = here
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
            given = command[2].removeprefix("if ") if command[1] == "once" else command[2]
            if command[1] in ("if", "once") and given:
                condition = condition_of(YARN, given)
        label = COMMAND.sub("", label).strip()
        self._tell_attributes(number, label)
        source = {"once": True} if "<<once" in words else {}
        return Option(number, _marked(label)[0], self._block(here), condition, source)

    def _if(self, number: int, here: int, words: str, indent: int) -> If:
        command = COMMAND.match(words)
        found, chain = If(number), list[str]()
        own = condition_of(YARN, command[2].removeprefix("if ")) if command and command[2] else ""
        rest = words[command.end() :].strip() if command else ""
        if command and command[1] == "once":
            self._report.warn(number, "yarn.once")
        while True:
            condition = both([negated(chain) if chain else "", own])
            inner = self._line(number, rest) if rest else []
            found.branches.append((condition, [*inner, *self._block(indent)]))
            chain += [own] if own else []
            if self._at >= len(self._lines) or self._lines[self._at][1] <= indent:
                self._report.warn(number, "yarn.open_if")
                return found
            number, _, words = self._lines[self._at]
            command = COMMAND.match(words)
            self._at += 1
            if command is None or command[1] in ("endif", "endonce"):
                return found
            own = condition_of(YARN, command[2]) if command[1] == "elseif" else ""
            found.is_full = command[1] == "else"
            rest = ""

    def _jump(self, number: int, target: str, *, back: bool, computed: bool) -> Iterator[Step]:
        group = self._groups.get(target, [])
        if 1 < len(group) <= MAX_GROUP:
            yield If(number, [(when, [Goes(number, name, back, one_of=True)]) for name, when in group])
        else:
            yield Goes(number, target, back, computed)

    def _asked(self, number: int, commands: list[re.Match[str]]) -> str | None:
        """Under which condition a line is spoken; None where it has none."""
        asked = next((command for command in commands if command[1] in ("if", "once")), None)
        if asked is None:
            return None
        if asked[1] == "once":
            self._report.warn(number, "yarn.once")
        given = asked[2].removeprefix("if ") if asked[1] == "once" else asked[2]
        return condition_of(YARN, given) if given else ""

    def _line(self, number: int, words: str) -> Iterator[Step]:
        if words.startswith("//"):
            yield Words(number, FileBeat("note", words[2:]))
            return
        commands = list(COMMAND.finditer(words))
        shown = COMMAND.sub("", words).strip()
        when = self._asked(number, commands) if shown else None
        self._tell_attributes(number, shown)
        if shown.startswith("=>"):
            self._report.warn(number, "yarn.several", words=shown[:80])
            shown = shown[2:].strip()
        if shown:
            if "{" in shown:
                self._report.warn(number, "words.value", words=shown[:80])
            said: list[Step] = [Words(number, beat) for beat in apart(_beat(shown))]
            yield from [If(number, [(when, said)])] if when else said
        for command in commands:
            yield from self._command(number, command[1], command[2])

    def _tell_attributes(self, number: int, shown: str) -> None:
        for tag in RICH.finditer(shown):
            self._report.warn(number, "yarn.attribute", name=tag[0][:80])
        for mark in MARKUP.finditer(shown):
            if mark[4] and _is_attribute(mark):
                self._report.warn(number, "yarn.attribute", name=mark[0][:80])

    def _command(self, number: int, name: str, given: str) -> Iterator[Step]:
        if name in ("jump", "detour"):
            given = NAMED.sub(r"\1", given)
            computed = "$" in given or "{" in given
            yield from self._jump(number, given.strip("{} "), back=name == "detour", computed=computed)
        elif name in ("stop", "return"):
            yield Goes(number, "", back=name == "return")
        elif name == "set":
            yield Does(number, effects_of(YARN, [given]))
        elif name == "declare":
            for failed in apply(effects_of(YARN, [re.sub(r"\s+as\s+\w+\s*$", "", given)]), self._state):
                self._report.warn(number, "yarn.declared", words=failed[:80])
        elif name not in ("else", "endif", "if", "once", "endonce"):
            self._report.warn(number, "yarn.command", name=name)
            yield Words(number, FileBeat("note", f"<<{name} {given}".strip() + ">>"))


def _beat(words: str) -> FileBeat:
    """`Name: words` is speech by the rules of Yarn, whatever the name's letters."""
    speaker = SPEAKER.match(words)
    name, said = (speaker[1].strip(), speaker[2]) if speaker else ("", words)
    text, styles = _marked(said)
    return FileBeat("dialogue" if speaker else "action", text or "…", name[:MAX_CHARACTER], styles)


def _is_attribute(mark: re.Match[str]) -> bool:
    """Words in brackets that nothing closes, [Space], are words."""
    if mark[2] or mark[3] or mark[5] or mark[0].endswith("/]") or "=" in mark[0]:
        return True
    return re.search(rf"\[/(?:{mark[4]})?\s*\]", mark.string[mark.end() :], re.IGNORECASE) is not None


def _marked(words: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Yarn's attributes: b, i, u and s are styles; others are taken out of what is shown. [/] closes all."""
    opened = list[str]()

    def sign(mark: re.Match[str]) -> str:
        if mark[5]:
            return "".join(f"</{opened.pop()}>" for _ in range(len(opened)))
        if not mark[2]:
            return "" if _is_attribute(mark) else mark[0]
        name = mark[2].lower()
        if not mark[1]:
            opened.append(name)
        elif name in opened:
            opened.remove(name)
        return f"<{mark[1]}{name}>"

    text, styles = styled(spaced_out(unstyled(MARKUP.sub(sign, words))))
    return ESCAPED.sub(r"\1", text) if not styles else text.replace("\\", ""), styles
