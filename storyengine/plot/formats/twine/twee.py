"""Twee 3, by its specification; Twee 1 and 2 headers are read as well."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.twine.passages import Passage, TwineStory, on_one_line, pair, shown

HEADER = re.compile(r"^::(?!:)", re.MULTILINE)
ESCAPED = re.compile(r"\\(.)")
TWEE2_POSITION = re.compile(r"\s*<(-?\d+),\s*(-?\d+)>\s*$")
OTHERS = {"creator", "creator-version", "options", "tags", "name", "style", "script"}  # of the other forms alone
NAMED = {"format": "format", "format-version": "format_version", "start": "start", "ifid": "ifid"}


def read_twee(sheets: list[Sheet], report: Report) -> TwineStory:
    """All files as one story, as Twee tools read a folder. Raises Refused("story.invalid") without a passage."""
    story = TwineStory()
    for sheet in sheets:
        report.file = sheet.name if len(sheets) > 1 else ""
        _read_sheet(story, sheet.text, report)
    report.file = ""
    if not story.passages:
        raise report.refuse(1, "twee.no_passage")
    _take_story_data(story, report)
    return story


def write_twee(story: TwineStory, report: Report) -> str:
    """Title, data and passages, two newlines between, as the specification wishes it."""
    parts = [
        f":: StoryTitle\n{story.title}",
        f":: StoryData\n{json.dumps(_story_data(story), ensure_ascii=False, indent=2)}",
    ]
    parts += [_written(passage, report) for passage in story.passages]
    return "\n\n\n".join(parts) + "\n"


def _read_sheet(story: TwineStory, text: str, report: Report) -> None:
    starts = [match.start() for match in HEADER.finditer(text)]
    line, before = 1, 0
    for start, end in pairwise([*starts, len(text)]):
        line += text.count("\n", before, start)
        before = start
        header, _, body = text[start:end].partition("\n")
        passage = _header(header[2:], line, report)
        passage.text = body.rstrip(" \t\n")
        story.passages.append(passage)


def _header(header: str, line: int, report: Report) -> Passage:
    """Name, then tags in brackets, then metadata in braces; a backslash escapes each of these."""
    name, rest = _until(header, "[{")
    passage = Passage(_plain(name).strip(), "", line=line)
    if rest.startswith("["):
        tags, rest = _until(rest[1:], "]")
        passage.tags = [_plain(tag) for tag in tags.split()]
        if not rest:
            report.warn(line, "twine.open_tags", name=passage.name)
        rest = rest[1:].strip()
    old = TWEE2_POSITION.search(rest or header)
    if old and not rest.startswith("{"):
        passage.meta["position"] = f"{old[1]},{old[2]}"
        passage.name = TWEE2_POSITION.sub("", passage.name)
    elif rest.strip():
        passage.meta = _metadata(rest.strip(), passage.name, line, report)
    if not passage.name:
        report.warn(line, "twine.no_name")
        passage.name = f"Untitled passage in line {line}"
    return passage


def _until(text: str, ends: str) -> tuple[str, str]:
    """What stands before the first of `ends` that is not escaped, and the rest with it."""
    match = re.compile(rf"(?:\\.|[^\\{re.escape(ends)}])*").match(text)
    at = match.end() if match else 0
    return text[:at], text[at:]


def _plain(text: str) -> str:
    return ESCAPED.sub(r"\1", text)


def _metadata(text: str, name: str, line: int, report: Report) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        report.warn(line, "twine.metadata", name=name)
        return {}
    return found


def _take_story_data(story: TwineStory, report: Report) -> None:
    kept = []
    for passage in story.passages:
        if passage.name == "StoryTitle" and not story.title:
            story.title = passage.text.strip()
        elif passage.name == "StoryData":
            _take_data(story, _metadata(passage.text, "StoryData", passage.line, report))
        else:
            kept.append(passage)
    story.passages = kept


def _take_data(story: TwineStory, data: dict[str, Any]) -> None:
    for name, value in data.items():
        if name in NAMED and isinstance(value, str | int | float):
            setattr(story, NAMED[name], str(value))
        else:
            story.extra[name] = value


def _story_data(story: TwineStory) -> dict[str, Any]:
    named = {"ifid": story.ifid, "format": story.format, "format-version": story.format_version, "start": story.start}
    extra = {name: value for name, value in story.extra.items() if name not in OTHERS and value not in ("", None)}
    return {name: value for name, value in named.items() if value} | extra


def _written(passage: Passage, report: Report) -> str:
    tags = f" [{' '.join(_escape(tag) for tag in passage.tags)}]" if passage.tags else ""
    meta = f" {json.dumps(_tidy(passage.meta), ensure_ascii=False)}" if passage.meta else ""
    body = "\n".join(_body(passage, report))
    return f":: {_escape(passage.name)}{tags}{meta}\n{body}".rstrip(" \t\n")


def _tidy(meta: dict[str, Any]) -> dict[str, Any]:
    at = {name: pair(meta.get(name)) for name in ("position", "size")}
    return meta | {name: ",".join(map(shown, found)) for name, found in at.items() if found}


def _body(passage: Passage, report: Report) -> Iterator[str]:
    for number, line in enumerate(passage.text.split("\n"), 1):
        if HEADER.match(line):
            report.warn(number, "twine.colons", name=passage.name)
            line = f" {line}"
        yield line


def _escape(text: str) -> str:
    return re.sub(r"([\\\[\]{}])", r"\\\1", on_one_line(text))
