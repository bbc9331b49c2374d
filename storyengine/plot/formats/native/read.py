"""The native file, checked field by field: the first fault is named, and nothing is stored of a file that has one."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar, get_args

from django.core.validators import slug_re

from storyengine.errors import Refused
from storyengine.plot.branch import MAX_CHARACTER, MAX_HEADING, MAX_LABEL, MAX_SUMMARY, SPOKEN
from storyengine.plot.expressions import Value
from storyengine.plot.formats.native.edits import read_edits
from storyengine.plot.formats.native.history import read_performances
from storyengine.plot.formats.native.lines import line_of_value, spell
from storyengine.plot.formats.native.values import (
    Fault,
    each,
    is_run,
    line,
    lines,
    mapping,
    number,
    one_of,
    storable,
    text,
    texts,
    within,
)
from storyengine.plot.formats.reasons import Reason, because
from storyengine.plot.formats.report import depth_of
from storyengine.plot.formats.shape import FileBeat, FileCharacter, FileChoice, FilePlace, FileScene, FileStory
from storyengine.plot.formats.store import store
from storyengine.plot.models import Beat, Scene, Story

FORMAT, VERSION = "storyengine-story", 1
MAX_BYTES = 64 * 1024 * 1024
MAX_LONG = 100_000  # of a text that has no column's bound; a beat may be longer still, as what a writer struck out
KINDS = set(Beat.Kind.values)
ORIGINS = set(Scene.Origin.values)
Named = TypeVar("Named", FileCharacter, FilePlace)


def read_story(source: str | bytes) -> Story:
    """Store the story that the file holds, in one transaction.

    Raises Refused("story.invalid") naming the first fault, or Refused("story.exists").
    """
    return store(parse_native(source))


def parse_native(source: str | bytes) -> FileStory:
    """The file as a story's shape; raises Refused("story.invalid") with the line of the value and the way to it."""
    if len(source) > MAX_BYTES:
        raise Refused("story.invalid", reason=because("file.size", size=MAX_BYTES >> 20))
    words = _decoded(source)
    data = _load(words)
    try:
        return _story(data)
    except Fault as fault:
        way = because("at.place", place=spell(fault.path), fault=fault.reason) if fault.path else fault.reason
        raise _invalid(line_of_value(words, fault.path), way) from fault


def _decoded(source: str | bytes) -> str:
    if isinstance(source, str):
        return source
    try:
        return source.decode(json.detect_encoding(source))
    except UnicodeDecodeError as error:
        raise _invalid(
            source.count(b"\n", 0, error.start) + 1, because("file.encoding", encoding=error.encoding)
        ) from error


def _load(words: str) -> Any:
    try:
        return json.loads(words)
    except json.JSONDecodeError as error:
        raise _invalid(error.lineno, because("file.not_json", column=error.colno)) from error
    except ValueError as error:  # a number of more digits than anybody counts
        raise _invalid(1, because("file.digits")) from error
    except RecursionError as error:
        raise _invalid(depth_of(words)[1], because("file.deep")) from error


def _invalid(line: int, fault: Reason) -> Refused:
    return Refused("story.invalid", reason=because("at.line", line=line, fault=fault))


def _story(data: Any) -> FileStory:
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != VERSION:
        raise Fault("native.version", format=FORMAT, version=VERSION)
    _check_graph(data)
    return FileStory(
        title=text(data, "title", 200),
        slug=data["slug"],
        language=text(data, "language", 16),
        logline=text(data, "logline", MAX_LONG, optional=True),
        tone=text(data, "tone", 300, optional=True),
        rules=lines(data, "rules"),
        outline=lines(data, "outline"),
        lore=lines(data, "lore"),
        variables=within(data, "variables", _variables),
        ifid=text(data, "ifid", 63, optional=True),
        source=storable(mapping(data, "source")),
        start=data["start"],
        characters=_named(data, "characters", _character),
        places=_named(data, "places", _place),
        scenes=each(data, "scenes", _scene),
        performances=read_performances(data),
        edits=read_edits(data),
    )


def _check_graph(data: Mapping[str, Any]) -> None:
    """Keys are unique, and what points at a scene points at one that is there."""
    text(data, "slug", 80)
    if not slug_re.match(data["slug"]):  # what the table takes
        raise Fault("native.slug", "slug")
    keys: set[str] = set()
    each(data, "scenes", partial(_check_key, keys))
    if not isinstance(data.get("start"), str) or data["start"] not in keys:
        raise Fault("native.no_scene", "start", key=repr(data.get("start")))
    each(data, "scenes", lambda scene: each(scene, "choices", partial(_check_way, keys)))


def _check_key(keys: set[str], scene: Mapping[str, Any]) -> None:
    key = text(scene, "key", 80)
    if key in keys:
        raise Fault("native.twice", "key")
    keys.add(key)


def _check_way(keys: set[str], choice: Mapping[str, Any]) -> None:
    to = choice.get("to")
    if to is not None and (not isinstance(to, str) or to not in keys):
        raise Fault("native.no_scene", "to", key=repr(to))


def _named(data: Mapping[str, Any], name: str, read: Callable[[dict[str, Any]], Named]) -> list[Named]:
    names: set[str] = set()

    def once(item: dict[str, Any]) -> Named:
        found = read(item)
        if item["name"] in names:
            raise Fault("native.twice", "name")
        names.add(item["name"])
        return found

    return each(data, name, once)


def _character(data: Mapping[str, Any]) -> FileCharacter:
    name = text(data, "name", MAX_CHARACTER)
    return FileCharacter(name, *(text(data, each, MAX_LONG, optional=True) for each in ("description", "voice")))


def _place(data: Mapping[str, Any]) -> FilePlace:
    return FilePlace(text(data, "name", MAX_HEADING), text(data, "description", MAX_LONG, optional=True))


def _variables(found: Mapping[str, Any]) -> dict[str, Value]:
    for name, value in found.items():
        if not isinstance(value, get_args(Value)):
            raise Fault("native.variable", name)
    return dict(storable(found))


def _scene(data: Mapping[str, Any]) -> FileScene:
    return FileScene(
        key=data["key"],
        name=text(data, "name", 200, optional=True),
        chapter=text(data, "chapter", 120, optional=True),
        number=text(data, "number", 16, optional=True),
        heading=text(data, "heading", MAX_HEADING),
        question=text(data, "question", 200, optional=True),
        summary=text(data, "summary", MAX_SUMMARY, optional=True),
        correction=text(data, "correction", 300, optional=True),
        is_ending=bool(data.get("ending")),
        origin=one_of(data, "origin", ORIGINS, "authored"),
        effects=text(data, "effects", MAX_LONG, optional=True),
        tags=texts(data, "tags"),
        x=number(data, "x"),
        y=number(data, "y"),
        source=storable(mapping(data, "source")),
        beats=each(data, "beats", _beat),
        choices=each(data, "choices", _choice),
    )


def _beat(data: Mapping[str, Any]) -> FileBeat:
    """A beat without words is one: the blank line between two speeches, and the cue of somebody who only sings."""
    kind = one_of(data, "kind", KINDS)
    words = data.get("text", "" if kind == "page_break" else None)
    if not isinstance(words, str):
        raise Fault("native.no_text", "text")
    words = storable(words)
    character = line(data, "character", MAX_CHARACTER) if kind in SPOKEN else ""
    return FileBeat(kind, words, character, _styles(data, len(words)), bool(data.get("dual")))


def _styles(data: Mapping[str, Any], length: int) -> list[tuple[int, int, str]]:
    runs = data.get("styles", [])
    if not isinstance(runs, list):
        raise Fault("native.list", "styles")
    if not all(is_run(run) and run[1] <= length for run in runs):
        raise Fault("native.style", "styles")
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
