"""Every format in which a story comes in or goes out. To add one: write its module, and name it here.

`read_files` and `write_story` are the two doors: a command, a page and a test go through the same ones.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from storyengine.errors import Refused
from storyengine.plot.formats.choicescript import read_choicescript
from storyengine.plot.formats.ink.read import read_ink
from storyengine.plot.formats.ink.write import write_ink
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.native import parse_native, write_native
from storyengine.plot.formats.reasons import because
from storyengine.plot.formats.report import Report, depth_of
from storyengine.plot.formats.shape import FileStory
from storyengine.plot.formats.twine.assemble import assemble, disassemble
from storyengine.plot.formats.twine.html import read_html, write_html
from storyengine.plot.formats.twine.json_form import read_json, write_json
from storyengine.plot.formats.twine.twee import read_twee, write_twee
from storyengine.plot.formats.yarn import read_yarn

Read = Callable[[list[Sheet], Report], list[FileStory]]
Write = Callable[[FileStory, Report], str]


@dataclass(frozen=True, slots=True)
class Format:
    """`looks_like` is asked of a text whose name says nothing, and of one whose name may lie."""

    name: str
    title: str
    endings: tuple[str, ...]
    media_type: str
    looks_like: Callable[[str], bool]
    read: Read
    write: Write | None = None

    @property
    def extension(self) -> str:
        return self.endings[0].removeprefix(".")


def _read_native(sheets: list[Sheet], report: Report) -> list[FileStory]:
    return [parse_native(sheet.text) for sheet in sheets]


def _has(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.MULTILINE | re.IGNORECASE)
    return lambda text: compiled.search(text[:2_000_000]) is not None


def _looks_like_yarn(text: str) -> bool:
    """A header and a rule, or the list of nodes that the first editor wrote; each pattern is tried once."""
    head = re.search(r"^[ \t]*title:", text, re.MULTILINE)
    if head and re.compile(r"^---[ \t]*$", re.MULTILINE).search(text, head.end()):
        return True
    return (
        re.match(r'\s*\[\s*\{[^{}]{0,2000}?"title"\s*:', text) is not None
        and '"passages"' not in text
        and re.search(r'"body"\s*:', text) is not None
    )


FORMATS: dict[str, Format] = {
    form.name: form
    for form in [
        Format(
            "json", "Story Engine JSON", (".json",), "application/json",
            _has(r'\A\s*\{[^{}]{0,2000}?"format"\s*:\s*"storyengine-story"'),
            _read_native, lambda story, report: write_native(story),
        ),
        Format(
            "twine-html", "Twine 2 HTML", (".html", ".htm"), "text/html; charset=utf-8",
            _has(r"""<tw-storydata\b|\sid=["']?store-?area\b"""),
            lambda sheets, report: [assemble(story, report) for story in read_html(sheets, report)],
            lambda story, report: write_html(disassemble(story, report)),
        ),
        Format(
            "twine-json", "Twine JSON", (".twine.json",), "application/json", _has(r'\A\s*[\[{][\s\S]*"passages"\s*:'),
            lambda sheets, report: [assemble(story, report) for story in read_json(sheets, report)],
            lambda story, report: write_json(disassemble(story, report)),
        ),
        Format(
            "twee", "Twee 3", (".twee", ".tw", ".tw2", ".twee2", ".twee3"), "text/plain; charset=utf-8",
            _has(r"^::(?!:)[ \t]*\S"),
            lambda sheets, report: [assemble(read_twee(sheets, report), report)],
            lambda story, report: write_twee(disassemble(story, report), report),
        ),
        Format(
            "ink", "Ink", (".ink",), "text/plain; charset=utf-8",
            _has(r"^[ \t]*==+[ \t]*(?:function[ \t]+)?\w+|^[ \t]*[*+][ \t].*\[|->[ \t]*(?:END|DONE)\b"
                r"|(?-i:^[ \t]*(?:(?:VAR|LIST)[ \t]+\w+[ \t]*=|INCLUDE[ \t]+\S+[ \t]*$))"),
            read_ink, write_ink,
        ),
        Format(
            "yarn", "Yarn Spinner", (".yarn", ".yarn.json", ".yarn.txt"), "text/plain",
            _looks_like_yarn, read_yarn,
        ),
        Format(
            "choicescript", "ChoiceScript", (".txt",), "text/plain",
            _has(r"^[ \t]*\*(?:choice|fake_choice|create|scene_list|goto|finish|label|page_break|set|title)\b"),
            read_choicescript,
        ),
    ]
}  # fmt: skip


def read_files(sheets: Sequence[Sheet], report: Report, *, name: str = "") -> list[FileStory]:
    """The stories that the texts hold, in the named format or the one they look like.

    Raises Refused("story.invalid") with the line of a fault, "story.format_unknown", or "story.too_large".
    """
    form = find_format(name) if name else guess_format(sheets)
    report.format = form.name
    ours = [sheet for sheet in sheets if sheet.ending in form.endings or form.looks_like(sheet.text)]
    try:
        return form.read(list(ours or sheets), report)
    except RecursionError as error:
        deepest = max(ours or sheets, key=lambda sheet: depth_of(sheet.text)[0])
        report.file = deepest.name if len(sheets) > 1 else ""
        raise report.refuse(depth_of(deepest.text)[1], "file.deep") from error


def write_story(story: FileStory, name: str, report: Report) -> str:
    """The story in a format; raises Refused("story.format_unknown") for one that is only read."""
    form = find_format(name)
    if form.write is None:
        raise Refused("story.format_unknown", reason=because("format.read_only", format=form.title))
    report.format = form.name
    return form.write(story, report)


def find_format(name: str) -> Format:
    if name not in FORMATS:
        raise Refused("story.format_unknown", reason=because("format.known", formats=", ".join(FORMATS)))
    return FORMATS[name]


def guess_format(sheets: Sequence[Sheet]) -> Format:
    """By what a text looks like, its name deciding where it looks like several; raises "story.format_unknown"."""
    for sheet in sheets:
        alike = [form for form in FORMATS.values() if form.looks_like(sheet.text)]
        named = [form for form in alike if sheet.name.lower().endswith(form.endings)]
        if named or alike:
            return (named or alike)[0]
    if (
        sheets
        and sheets[0].name.lower().endswith(".ink")
        and not re.match(r"\s*(?:<[!?\w]|[{\[]\s*[\"{\[])", sheets[0].text)
    ):
        return FORMATS["ink"]  # any words are Ink, even those without a sign of it
    promised = [form.title for form in FORMATS.values() if sheets and sheets[0].name.lower().endswith(form.endings)]
    reason = because("format.by_name", format=promised[0]) if promised else because("format.none")
    raise Refused("story.format_unknown", reason=reason)
