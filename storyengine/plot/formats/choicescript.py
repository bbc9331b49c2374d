"""ChoiceScript: a folder of scene files, commands that begin with an asterisk, blocks by indentation."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from storyengine.plot.conditions import State, apply
from storyengine.plot.formats.choicescript_words import QUIET, SILENT, elements, fair, low, plain, signs
from storyengine.plot.formats.dialects import CHOICESCRIPT, both, condition_of, is_ours, negated
from storyengine.plot.formats.flow import Flow
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.linking import link
from storyengine.plot.formats.once import offer_once
from storyengine.plot.formats.prose import beats_of_line, speech_of
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileStory
from storyengine.plot.formats.steps import Does, Goes, If, Option, Options, Place, Step, Words
from storyengine.plot.headings import is_slugline

COMMAND = re.compile(r"^\*([a-z_]+)\b\s*(.*)$")
OPTION = re.compile(
    r"^(?P<before>(?:\*(?:hide_reuse|disable_reuse|allow_reuse)\s*)*)(?:\*(?:if|selectable_if)\s*(?P<condition>.*?))?\s*"
    r"(?P<after>(?:\*(?:hide_reuse|disable_reuse|allow_reuse)\s*)*)(?<![#\w])#(?P<label>.*)$"
)
AGAIN = re.compile(r"\*(?:selectable_)?if\b")
PRINTED = re.compile(r"^\*print\s+(\S.*)$")
LABELS = re.compile(r"^[ \t]*\*label[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)
BACK = {"gosub", "gosub_scene"}
BLOCKS = {"goto_random_scene", "scene_list", "stat_chart", "achievement", "check_purchase"}
MAX_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    indent: int
    words: str
    begins: bool = True  # a paragraph: what stands right below a line goes on with it


def read_choicescript(sheets: list[Sheet], report: Report) -> list[FileStory]:
    """startup.txt and the scenes that it lists; raises Refused("story.invalid") without any text."""
    files = {sheet.stem: sheet for sheet in sheets if sheet.stem not in ("choicescript_stats",)}
    order = _scene_list(files)
    missing = [name for name in order if name not in files]
    for name in missing:
        report.warn(0, "choicescript.no_scene", name=name)
    story = FileStory(title=sheets[0].stem, source={"family": "choicescript"})
    flow = Flow("choicescript", report, _resolver(files, order))
    state = State()
    for number, name in enumerate(order):
        if name in files:
            report.file = files[name].name if len(files) > 1 else ""
            following = next((later for later in order[number + 1 :] if later in files), "")
            reader = _Scene(name, files[name].text, following, report, state, story)
            flow.chapter(name, reader.steps(), after=following, line=1)  # a file that runs out of lines finishes
    report.file = ""
    story.scenes = flow.finish()
    offer_once(story.scenes)
    story.variables = {name: value for name, value in state.values.items() if name not in state.unknown}
    return [link(story, report)]


def _scene_list(files: dict[str, Sheet]) -> list[str]:
    """As startup.txt lists them; files that it does not list come after, since jumps may lead there."""
    first = "startup" if "startup" in files else next(iter(files), "")
    block = (
        re.search(r"^\*scene_list[ \t]*\n((?:[ \t]+\S.*\n?|[ \t]*\n)+)", files[first].text + "\n", re.MULTILINE)
        if first
        else None
    )
    listed = [
        name.strip().removeprefix("$").strip() for name in (block[1] if block else "").splitlines() if name.strip()
    ]
    return list(dict.fromkeys([first, *listed, *files]))


def _resolver(files: dict[str, Sheet], order: list[str]) -> Callable[[str, str], str]:
    """What a jump means: a label of its file, or a scene; upper and lower case are one, as ChoiceScript has it."""
    labels = (f"{name}.{label}" for name, sheet in files.items() for label in LABELS.findall(sheet.text))
    known = {name.lower(): name for name in reversed([*order, *files, *labels])}

    def resolve(target: str, chapter: str) -> str:
        full = target if "." in target or target.lower() in known else f"{chapter.split('.')[0]}.{target}"
        return known.get(full.lower(), full)

    return resolve


class _Scene:
    """One file's lines as steps."""

    def __init__(self, name: str, text: str, following: str, report: Report, state: State, story: FileStory) -> None:
        self._name, self._following, self._report, self._state, self._story = name, following, report, state, story
        lines = text.split("\n")
        self._lines = [
            Line(number, len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip()), line.strip(), not before.strip())
            for number, (before, line) in enumerate(zip(["", *lines], lines, strict=False), 1)
            if line.strip()
        ]
        self._at, self._depth = 0, 0

    def steps(self) -> list[Step]:
        return self._block(-1)

    def _block(self, indent: int) -> list[Step]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._report.refuse(self._lines[self._at].number, "file.deeper", most=MAX_DEPTH)
        steps: list[Step] = []
        while self._at < len(self._lines) and self._lines[self._at].indent > indent:
            line = self._lines[self._at]
            self._at += 1
            command = COMMAND.match(line.words)
            if command is None and line.words.startswith("#") and self._depth > 1:  # a choice in several stages
                self._at -= 1
                steps.append(Options(line.number, self._options(line.indent - 1)))
            elif command is None:
                words = self._paragraph(line)
                steps += (Words(line.number, beat) for beat in _beats(words, self._report, line.number))
            elif command[1] in ("choice", "fake_choice"):
                steps.append(Options(line.number, self._options(line.indent)))
            elif command[1] in ("if", "elseif", "elsif", "else"):
                steps.append(self._if(line, command))
            else:
                steps += self._command(line, command[1], command[2].strip())
        self._depth -= 1
        return steps

    def _paragraph(self, line: Line) -> str:
        """The line with those right below it, which ChoiceScript sets as one paragraph; each speech is its own."""
        words = [line.words]
        while self._at < len(self._lines) and not (speech_of(words[0]) or is_slugline(words[0])):
            more = self._lines[self._at]
            printed = PRINTED.match(more.words)
            text = f"${{{printed[1]}}}" if printed else more.words
            if more.begins or more.indent != line.indent or text[0] in "*#" or speech_of(text):
                break
            words.append(text)
            self._at += 1
        return " ".join(words)

    def _options(self, indent: int, condition: str = "") -> list[Option]:
        """The # lines below a *choice, and those below an *if there."""
        found: list[Option] = []
        chain: list[str] = []
        while self._at < len(self._lines) and self._lines[self._at].indent > indent:
            line = self._lines[self._at]
            option, command = OPTION.match(line.words), COMMAND.match(line.words)
            self._at += 1
            if option:
                asked = filter(None, map(str.strip, AGAIN.split(option["condition"] or "")))
                own = both([condition, *map(_condition, asked)])
                once = re.search("hide_reuse|disable_reuse", option["before"] + option["after"])
                source = {"once": True} if once else {}
                found.append(Option(line.number, plain(option["label"]), self._block(line.indent), own, source))
            elif command and command[1] in ("if", "elseif", "elsif", "else"):
                own = _condition(command[2]) if command[2].strip() else ""
                chain = [] if command[1] == "if" else chain
                found += self._options(line.indent, both([condition, negated(chain) if chain else "", own]))
                chain += [own] if own else []
            else:
                self._report.warn(line.number, "choicescript.no_option", words=line.words[:80])
        return found

    def _if(self, line: Line, command: re.Match[str]) -> If:
        found, chain = If(line.number), list[str]()
        name, given = command[1], command[2]
        while True:
            own = _condition(given) if name != "else" and given.strip() else ""
            found.branches.append((both([negated(chain) if chain else "", own]), self._block(line.indent)))
            chain += [own] if own else []
            found.is_full = name == "else"
            following = self._lines[self._at] if self._at < len(self._lines) else None
            again = COMMAND.match(following.words) if following and following.indent == line.indent else None
            if again is None or again[1] not in ("elseif", "elsif", "else"):
                return found
            name, given = again[1], again[2]
            self._at += 1

    def _command(self, line: Line, name: str, given: str) -> Iterator[Step]:
        if name == "label":
            yield Place(line.number, f"{self._name}.{given}")
        elif name in ("goto", "goto_scene", *BACK):
            yield self._goes(line, name, given)
        elif name in ("finish", "ending", "abort"):
            yield from self._button(line, given)
            yield Goes(line.number, self._following if name == "finish" else "")
        elif name == "return":
            yield Goes(line.number, "", back=True)
        elif name in ("set", "temp", "create"):
            yield from self._assigns(line, name, given)
        elif name in ("create_array", "temp_array") and (named := [*elements(given)]):
            for element in named:
                yield from self._assigns(line, name.removesuffix("_array"), element)
        elif name in ("rand", "input_text", "input_number"):
            yield Does(line.number, f"choicescript: ${given.split(' ')[0]} by *{name}")
        else:
            yield from self._other(line, name, given)

    def _button(self, line: Line, given: str) -> Iterator[Step]:
        """What the button says that ChoiceScript puts there; a live show has none."""
        if given:
            yield Words(line.number, FileBeat("note", line.words))

    def _goes(self, line: Line, name: str, given: str) -> Goes:
        words = given.split()
        computed = not words or words[0].startswith(("{", "("))
        target = words[0] if words else ""
        if name.endswith("_scene"):
            target = ".".join(words[:2])
        elif not computed:
            target = f"{self._name}.{target}"
        return Goes(line.number, given if computed else target, name in BACK, computed)

    def _assigns(self, line: Line, name: str, given: str) -> Iterator[Step]:
        variable, _, value = low(given).partition(" ")
        value = fair(variable, value.strip() or "0")
        value = f"{variable} {value}" if re.match(r"[-+*/]\s*[\w(\"]", value) else value
        value = _condition(value)
        lines = f"{variable} = {value}" if is_ours(value) else f"choicescript: ${variable} = {value.partition(': ')[2]}"
        if name == "create":
            apply(lines, self._state)
        else:
            yield Does(line.number, lines)

    def _other(self, line: Line, name: str, given: str) -> Iterator[Step]:
        if name == "title":
            self._story.title = given
        elif name == "author":
            self._story.source["author"] = given
        elif name == "ifid":
            self._story.ifid = given.upper()
        elif name in ("image", "text_image", "sound", "youtube", "link", "link_button"):
            yield Words(line.number, FileBeat("note", f"*{name} {given}"))
        elif name == "print":
            yield from (Words(line.number, beat) for beat in _beats(f"${{{given}}}", self._report, line.number))
        elif name == "page_break":
            yield from self._button(line, given)
        elif name == "comment":
            self._report.warn(line.number, "comment.left", words=given[:80])
        elif name == "goto_random_scene":
            yield Goes(line.number, line.words, computed=True)
        elif name in QUIET:
            if name not in SILENT:
                below = (each.words for each in self._block_of(line) if name in BLOCKS)
                self._report.warn(line.number, "choicescript.left", name=name, words=" ".join([given, *below])[:200])
        else:
            self._report.warn(line.number, "choicescript.command", name=name)
            yield Words(line.number, FileBeat("note", line.words))
        self._at += len(self._block_of(line)) if name in BLOCKS else 0

    def _block_of(self, line: Line) -> list[Line]:
        """The lines below a command that belong to it."""
        return list(takewhile(lambda each: each.indent > line.indent, self._lines[self._at :]))


def _beats(words: str, report: Report, line: int) -> list[FileBeat]:
    if re.search(r"[@$]!?!?\{", words):
        report.warn(line, "words.value", words=words[:80])
    return beats_of_line(signs(words))


def _condition(source: str) -> str:
    return condition_of(CHOICESCRIPT, low(source))
