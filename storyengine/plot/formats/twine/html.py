"""Twine HTML: a published story, or an archive of several. Only the story's own elements are looked at."""

import html
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.report import Report, line_of
from storyengine.plot.formats.twine.html_old import read_old_html
from storyengine.plot.formats.twine.passages import SCRIPT, STYLESHEET, Passage, TwineStory, pair, shown
from storyengine.plot.formats.twine.tags import read_tag

STORY = re.compile(r"<tw-storydata\b", re.IGNORECASE)
ELEMENT = re.compile(r"<(tw-passagedata|tw-tag|script|style)\b|</tw-storydata\s*>", re.IGNORECASE)
MARKER = re.compile(r'/\* twine-user-(?:script|stylesheet) #\d+: "((?:[^"\\]|\\.)*)" \*/\n?')
NAMED = {"name": "title", "ifid": "ifid", "format": "format", "format-version": "format_version"}


def read_html(sheets: list[Sheet], report: Report) -> list[TwineStory]:
    """Every story of the file; raises Refused("story.invalid") where there is none."""
    stories = []
    for sheet in sheets:
        starts = [match.start() for match in STORY.finditer(sheet.text)]
        for start, end in pairwise([*starts, len(sheet.text)]):
            story = _read_story(sheet.text, start, end, report)
            if story.passages:
                stories.append(story)
        old = None if starts else read_old_html(sheet.text, report)
        stories += [old] if old else []
    if not stories:
        raise report.refuse(1, "twine.no_story")
    return stories


def write_html(story: TwineStory) -> str:
    """An archive that Twine imports; a story format is no part of it, so it is read and not played."""
    scenes = [passage for passage in story.passages if _code_kind(passage) is None]
    pids = {passage.name: number for number, passage in reversed(list(enumerate(scenes, 1)))}
    attributes = {
        "name": story.title, "startnode": str(pids.get(story.start, 1)), "creator": "Story Engine",
        "ifid": story.ifid, "zoom": str(story.extra.get("zoom", 1)), "format": story.format,
        "format-version": story.format_version, "options": str(story.extra.get("options", "")),
    }  # fmt: skip
    if story.extra.get("speakers"):
        attributes["speakers"] = json.dumps(story.extra["speakers"], ensure_ascii=False)
    return "\n".join(
        [
            f"<tw-storydata{_attributes(attributes)} hidden>",
            _code(
                story,
                "stylesheet",
                '<style role="stylesheet" id="twine-user-stylesheet" type="text/twine-css">',
                "style",
            ),
            _code(
                story, "script", '<script role="script" id="twine-user-script" type="text/twine-javascript">', "script"
            ),
            *_tag_colours(story),
            *(_passage(number, passage) for number, passage in enumerate(scenes, 1)),
            "</tw-storydata>\n",
        ]
    )


def _read_story(text: str, start: int, end: int, report: Report) -> TwineStory:
    attributes, at = read_tag(text, start + len("<tw-storydata"))
    story = TwineStory()
    pids: dict[str, str] = {}
    for name, value in attributes.items():
        if name in NAMED:
            setattr(story, NAMED[name], value)
        elif name not in ("startnode", "hidden"):
            story.extra[name] = value
    line, before = 1, 0
    while at < end and (match := ELEMENT.search(text, at, end)) and match[1]:
        line += text.count("\n", before, match.start())
        before = match.start()
        at = _element(story, pids, text, match, end, line, report)
    if len(story.passages) and not any(pids.values()):
        report.warn(line_of(text, start), "twine.no_numbers")
    story.start = pids.get(attributes.get("startnode", ""), "")
    return story


def _element(
    story: TwineStory, pids: dict[str, str], text: str, match: re.Match[str], end: int, line: int, report: Report
) -> int:
    """Take one element; returns where to look on."""
    kind = match[1].lower()
    attributes, at = read_tag(text, match.end())
    if kind == "tw-tag":
        colours = story.extra.setdefault("tag-colors", {})
        if isinstance(colours, dict):
            colours[attributes.get("name", "")] = attributes.get("color", "")
        return at
    close = re.compile(rf"</{kind}\s*>", re.IGNORECASE).search(text, at, end)
    if close is None:
        report.warn(line, "twine.open_element", name=kind)
    body = text[at : close.start() if close else end]
    if kind == "tw-passagedata":
        passage = _read_passage(attributes, html.unescape(body), line, report)
        pids.setdefault(attributes.get("pid", ""), passage.name)
        story.passages.append(passage)
    elif body.strip():
        story.passages += _read_code(body, "script" if kind == "script" else "stylesheet", line)
    return close.end() if close else end


def _read_passage(attributes: dict[str, str], text: str, line: int, report: Report) -> Passage:
    name = attributes.get("name", "")
    if not name:
        report.warn(line, "twine.no_name")
        name = f"Untitled passage in line {line}"
    meta = {key: attributes[key] for key in ("position", "size") if attributes.get(key)}
    body = text.replace("\r\n", "\n").replace("\x00", "\ufffd")
    return Passage(name, body, attributes.get("tags", "").split(), meta, line)


def _read_code(body: str, tag: str, line: int) -> list[Passage]:
    """The story's script or style sheet; several that a Twee tool joined are told apart by its marks."""
    parts = MARKER.split(body)
    named = [(html.unescape(name), text.rstrip("\n")) for name, text in zip(parts[1::2], parts[2::2], strict=True)]
    if parts[0].strip():
        named.insert(0, (SCRIPT if tag == "script" else STYLESHEET, parts[0]))
    return [Passage(name, text, [tag], line=line) for name, text in named]


def _code_kind(passage: Passage) -> str | None:
    return next((tag for tag in ("script", "stylesheet") if tag in passage.tags), None)


def _code(story: TwineStory, kind: str, opening: str, element: str) -> str:
    parts = [passage for passage in story.passages if _code_kind(passage) == kind]
    if len(parts) == 1 and parts[0].name in (SCRIPT, STYLESHEET):
        body = parts[0].text
    else:
        body = "".join(
            f'/* twine-user-{kind} #{n}: "{html.escape(passage.name)}" */\n{passage.text}\n'
            for n, passage in enumerate(parts, 1)
        )
    safe = re.sub(rf"</({element})", r"<\\/\1", body, flags=re.IGNORECASE)
    return f"{opening}{safe}</{element}>"


def _tag_colours(story: TwineStory) -> Iterator[str]:
    colours: Any = story.extra.get("tag-colors")
    if isinstance(colours, dict):
        for name, colour in colours.items():
            yield f"<tw-tag{_attributes({'name': str(name), 'color': str(colour)})}></tw-tag>"


def _passage(number: int, passage: Passage) -> str:
    attributes = {"pid": str(number), "name": passage.name, "tags": " ".join(passage.tags)}
    for name in ("position", "size"):
        found = pair(passage.meta.get(name))
        if found:
            attributes[name] = ",".join(map(shown, found))
    return f"<tw-passagedata{_attributes(attributes)}>{_escape(passage.text)}</tw-passagedata>"


def _attributes(values: dict[str, str]) -> str:
    return "".join(f' {name}="{_escape(value)}"' for name, value in values.items())


def _escape(text: str) -> str:
    return html.escape(text, quote=True)
