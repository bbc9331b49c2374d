"""The native file, checked field by field: the first fault is named, and nothing is stored of a file that has one."""

import json
import re
from collections.abc import Mapping
from typing import Any, get_args

from storyengine.errors import Refused
from storyengine.plot.branch import MAX_CHARACTER, MAX_HEADING, MAX_LABEL, MAX_SUMMARY, SPOKEN, one_line
from storyengine.plot.expressions import Value
from storyengine.plot.formats.native.history import read_performances
from storyengine.plot.formats.native.values import (
    invalid,
    mapping,
    number,
    objects,
    storable,
    text,
    texts,
)
from storyengine.plot.formats.reasons import because
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileCharacter, FileChoice, FilePlace, FileScene, FileStory
from storyengine.plot.formats.store import store
from storyengine.plot.models import Beat, Scene, Story

FORMAT, VERSION = "storyengine-story", 1
MAX_BYTES = 64 * 1024 * 1024
MAX_LONG = 100_000  # of a text that has no column's bound: a beat, a description
KINDS = set(Beat.Kind.values)
STYLES = {"bold", "italic", "underline", "strikeout"}
ORIGINS = set(Scene.Origin.values)


def read_story(source: str | bytes) -> Story:
    """Store the story that the file holds, in one transaction.

    Raises Refused("story.invalid") naming the first fault, or Refused("story.exists").
    """
    return store(parse_native(source))


def parse_native(source: str | bytes) -> FileStory:
    """The file as a story's shape; raises Refused("story.invalid")."""
    data = _load(source)
    _check_graph(data)
    return FileStory(
        title=text(data, "title", 200),
        slug=data["slug"],
        language=text(data, "language", 16),
        logline=text(data, "logline", MAX_LONG, optional=True),
        tone=text(data, "tone", 300, optional=True),
        rules=[one_line(rule) for rule in texts(data, "rules")],
        outline=[one_line(line) for line in texts(data, "outline")],
        lore=[one_line(line) for line in texts(data, "lore")],
        variables=_variables(data),
        ifid=text(data, "ifid", 63, optional=True),
        source=storable(mapping(data, "source")),
        start=data["start"],
        characters=[
            FileCharacter(
                item["name"], *(text(item, name, MAX_LONG, optional=True) for name in ("description", "voice"))
            )
            for item in _named(data, "characters", MAX_CHARACTER)
        ],
        places=[
            FilePlace(item["name"], text(item, "description", MAX_LONG, optional=True))
            for item in _named(data, "places", MAX_HEADING)
        ],
        scenes=[_scene(item) for item in data["scenes"]],
        performances=read_performances(data),
    )


def _load(source: str | bytes) -> dict[str, Any]:
    if len(source) > MAX_BYTES:
        raise invalid("file.size", size=MAX_BYTES >> 20)
    try:
        data = json.loads(source)
    except UnicodeDecodeError as error:
        raise invalid("file.encoding", encoding="utf-8") from error
    except (ValueError, RecursionError) as error:
        raise Report().refuse_json(error) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != VERSION:
        raise invalid("native.version", format=FORMAT, version=VERSION)
    return data


def _check_graph(data: Mapping[str, Any]) -> None:
    """Keys are unique, and what points at a scene points at one that is there."""
    text(data, "slug", 80)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", data["slug"]):
        raise invalid("native.slug")
    listed = [text(scene, "key", 80) for scene in objects(data, "scenes")]
    keys = set(listed)
    if len(keys) != len(listed):
        raise invalid("native.twice", field="scenes", value="key")
    if not isinstance(data.get("start"), str) or data["start"] not in keys:
        raise invalid("native.start")
    for scene in data["scenes"]:
        for choice in objects(scene, "choices"):
            to = choice.get("to")
            if to is not None and (not isinstance(to, str) or to not in keys):
                raise invalid("native.in_scene", key=scene["key"], fault=because("native.to", key=repr(to)))


def _named(data: Mapping[str, Any], name: str, most: int) -> list[dict[str, Any]]:
    found = objects(data, name)
    names = [text(item, "name", most) for item in found]
    if len(set(names)) != len(names):
        raise invalid("native.twice", field=name, value="name")
    return found


def _variables(data: Mapping[str, Any]) -> dict[str, Value]:
    found = mapping(data, "variables")
    for name, value in found.items():
        if not isinstance(value, get_args(Value)):
            raise invalid("native.variable", name=repr(name))
    return dict(storable(found))


def _scene(data: Mapping[str, Any]) -> FileScene:
    try:
        return FileScene(
            key=data["key"],
            name=text(data, "name", 200, optional=True),
            chapter=text(data, "chapter", 120, optional=True),
            number=text(data, "number", 16, optional=True),
            heading=text(data, "heading", MAX_HEADING),
            question=text(data, "question", 200, optional=True),
            summary=text(data, "summary", MAX_SUMMARY, optional=True),
            is_ending=bool(data.get("ending")),
            origin=_one_of(data, "origin", ORIGINS, "authored"),
            effects=text(data, "effects", MAX_LONG, optional=True),
            tags=texts(data, "tags"),
            x=number(data, "x"),
            y=number(data, "y"),
            source=storable(mapping(data, "source")),
            beats=[_beat(item) for item in objects(data, "beats")],
            choices=[_choice(item) for item in objects(data, "choices")],
        )
    except Refused as refused:
        raise invalid("native.in_scene", key=data["key"], fault=refused.detail["reason"]) from refused


def _beat(data: Mapping[str, Any]) -> FileBeat:
    kind = _one_of(data, "kind", KINDS)
    words = data.get("text", "" if kind == "page_break" else None)
    if not isinstance(words, str) or len(words) > MAX_LONG:
        raise invalid("native.text", field="text", most=MAX_LONG)
    words = storable(words)
    if not words.strip() and kind != "page_break":
        raise invalid("native.empty", field="text")
    character = one_line(text(data, "character", MAX_CHARACTER)) if kind in SPOKEN else ""
    if kind in SPOKEN and not character:
        raise invalid("native.empty", field="character")
    return FileBeat(kind, words, character, _styles(data, len(words)), bool(data.get("dual")))


def _styles(data: Mapping[str, Any], length: int) -> list[tuple[int, int, str]]:
    runs = data.get("styles", [])
    if not isinstance(runs, list):
        raise invalid("native.list", field="styles")
    for run in runs:
        match run:
            case [int(start), int(end), str(style)] if 0 <= start < end <= length and style in STYLES:
                continue
        raise invalid("native.style")
    return [(run[0], run[1], run[2]) for run in runs]


def _choice(data: Mapping[str, Any]) -> FileChoice:
    return FileChoice(
        label=text(data, "label", MAX_LABEL),
        to=data.get("to"),
        target=text(data, "target", 300, optional=True),
        condition=text(data, "condition", MAX_LONG, optional=True),
        effects=text(data, "effects", MAX_LONG, optional=True),
        source=storable(mapping(data, "source")),
    )


def _one_of(data: Mapping[str, Any], name: str, known: set[str], default: str | None = None) -> str:
    value = data.get(name, default)
    if not isinstance(value, str) or value not in known:
        raise invalid("native.one_of", field=name, value=repr(value), known=", ".join(sorted(known)))
    return value
