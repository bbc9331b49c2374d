"""Twine as JSON: the form that the Twee working group specifies, and the likes of it that other exporters write."""

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.twine.passages import SCRIPT, STYLESHEET, Passage, TwineStory, pair, shown

NAMES = {
    "name": "title", "title": "title", "ifid": "ifid", "format": "format", "storyFormat": "format",
    "format-version": "format_version", "formatVersion": "format_version", "storyFormatVersion": "format_version",
}  # fmt: skip
OURS = "Story Engine"
NO_MARKUP = re.compile(r"[<>]|&(?!(?:amp|lt|gt|nbsp);)")
CODE = {"script": (SCRIPT, "script"), "style": (STYLESHEET, "stylesheet"), "stylesheet": (STYLESHEET, "stylesheet")}


def read_json(sheets: list[Sheet], report: Report) -> list[TwineStory]:
    """One story, or a list of stories; raises Refused("story.invalid") with the line of a fault."""
    found = []
    for sheet in sheets:
        try:
            data = json.loads(sheet.text)
        except (ValueError, RecursionError) as error:
            raise report.refuse_json(error) from error
        found += [_read_story(item, report) for item in (data if isinstance(data, list) else [data])]
    return found


def write_json(story: TwineStory) -> str:
    """The specified form, indented; the start by its name."""
    data: dict[str, Any] = {"name": story.title, "ifid": story.ifid, "format": story.format}
    data |= {"format-version": story.format_version, "start": story.start}
    data["tag-colors"] = story.extra.get("tag-colors", {})
    data |= {"speakers": story.extra["speakers"]} if story.extra.get("speakers") else {}
    data |= {
        "zoom": story.extra.get("zoom", 1),
        "creator": OURS,
        "creator-version": "1",
        "style": "",
        "script": "",
    }
    passages = []
    for passage in story.passages:
        member = {"script": "script", "stylesheet": "style"}.get((passage.tags or [""])[0])
        if member and passage.name in (SCRIPT, STYLESHEET) and not data[member]:
            data[member] = passage.text
        else:
            passages.append(_written(passage))
    return json.dumps(data | {"passages": passages}, ensure_ascii=False, indent=2) + "\n"


def _written(passage: Passage) -> dict[str, Any]:
    at = {name: pair(passage.meta.get(name)) for name in ("position", "size")}
    meta = passage.meta | {name: ",".join(map(shown, found)) for name, found in at.items() if found}
    return {"name": passage.name, "tags": passage.tags, "metadata": meta, "text": passage.text}


def _read_story(data: Any, report: Report) -> TwineStory:
    if not isinstance(data, dict) or not isinstance(data.get("passages"), list):
        raise report.refuse(1, "twine.passages")
    story = TwineStory()
    for name, value in data.items():
        if name in NAMES and isinstance(value, str | int | float):
            setattr(story, NAMES[name], _text(value))
        elif name in CODE and isinstance(value, str) and value.strip():
            story.passages.append(Passage(CODE[name][0], _text(value), [CODE[name][1]]))
        elif name not in ("passages", "start", "startnode", "startNode", "startPassage", *CODE):
            story.extra["tag-colors" if name == "tagColors" else name] = value
    unescape = html.unescape if _is_markup(data) else str
    pids: dict[str, str] = {}
    for number, item in enumerate(data["passages"], 1):
        passage = _read_passage(item, number, unescape, report)
        story.passages.append(passage)
        pid = item.get("pid", item.get("id"))
        if pid is not None:
            pids.setdefault(_text(pid), passage.name)
    names = {passage.name for passage in story.passages}
    for member in ("start", "startnode", "startNode", "startPassage"):
        start = _text(data.get(member, ""))
        story.start = story.start or (start if start in names else pids.get(start, ""))
    return story


def _is_markup(data: dict[str, Any]) -> bool:
    """Whether texts stand there as HTML does: Twison took them from the page without reading them."""
    texts = "\n".join(str(item.get("text", "")) for item in data["passages"] if isinstance(item, dict))
    return data.get("creator") != OURS and "&" in texts and NO_MARKUP.search(texts) is None


def _read_passage(item: Any, number: int, unescape: Callable[[str], str], report: Report) -> Passage:
    if not isinstance(item, dict):
        raise report.refuse(1, "twine.no_object", number=number)
    name, text = item.get("name", item.get("title", "")), item.get("text", item.get("content", ""))
    if not isinstance(name, str) or not isinstance(text, str):
        raise report.refuse(1, "twine.no_text", number=number)
    words = unescape(_text(text).replace("\r\n", "\n"))
    words = "\n".join([words, *_links_apart(item.get("links"), words, unescape)])
    return Passage(_text(name).strip() or f"Untitled passage {number}", words, _tags(item.get("tags")), _meta(item))


def _links_apart(links: object, words: str, unescape: Callable[[str], str]) -> Iterator[str]:
    """Links that stand in a list of their own and no more in the text: some of Twison's children take them out."""
    for each in links if isinstance(links, list) else ():
        label, target = (each.get("name"), each.get("link")) if isinstance(each, dict) else ("", "")
        if isinstance(target, str) and target.strip() and unescape(target) not in words:
            yield f"[[{unescape(_text(label or target))}->{unescape(_text(target))}]]"


def _tags(value: object) -> list[str]:
    if isinstance(value, str):
        return _text(value).split()
    return [_text(tag) for tag in value if isinstance(tag, str | int)] if isinstance(value, list) else []


def _meta(item: dict[str, Any]) -> dict[str, Any]:
    found = item.get("metadata")
    meta: dict[str, Any] = json.loads(_text(json.dumps(found))) if isinstance(found, dict) else {}
    meta |= {member: item[member] for member in ("position", "size") if pair(item.get(member))}
    if "left" in item and "top" in item and "position" not in meta:
        meta["position"] = [item["left"], item["top"]]
    return meta


def _text(value: object) -> str:
    """As text that can be stored."""
    return str(value).replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
