"""The native file, checked field by field: the first fault is named, and nothing is stored of a file that has one."""

import json
import re
from collections.abc import Mapping
from typing import Any, get_args

from storyengine.errors import Refused
from storyengine.plot.branch import MAX_CHARACTER, MAX_HEADING, MAX_LABEL, MAX_SUMMARY, SPOKEN
from storyengine.plot.expressions import Value
from storyengine.plot.formats.native.edits import read_edits
from storyengine.plot.formats.native.history import read_performances
from storyengine.plot.formats.native.values import (
    invalid,
    is_run,
    line,
    lines,
    mapping,
    number,
    objects,
    one_of,
    storable,
    text,
    texts,
)
from storyengine.plot.formats.shape import FileBeat, FileCharacter, FileChoice, FilePlace, FileScene, FileStory
from storyengine.plot.formats.store import store
from storyengine.plot.models import Beat, Scene, Story

FORMAT, VERSION = "storyengine-story", 1
MAX_BYTES = 64 * 1024 * 1024
MAX_LONG = 100_000  # of a text that has no column's bound; a beat may be longer still, as what a writer struck out
KINDS = set(Beat.Kind.values)
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
        rules=lines(data, "rules"),
        outline=lines(data, "outline"),
        lore=lines(data, "lore"),
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
        edits=read_edits(data),
    )


def _load(source: str | bytes) -> dict[str, Any]:
    if len(source) > MAX_BYTES:
        raise invalid(f"the file is larger than {MAX_BYTES >> 20} MiB")
    try:
        data = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise invalid(f"not JSON: {error}" if isinstance(error, ValueError) else "nested too deep") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != VERSION:
        raise invalid(f'"format": "{FORMAT}" and "version": {VERSION} are needed')
    return data


def _check_graph(data: Mapping[str, Any]) -> None:
    """Keys are unique, and what points at a scene points at one that is there."""
    text(data, "slug", 80)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", data["slug"]):
        raise invalid("slug: lower-case letters, digits and hyphens are needed")
    listed = [text(scene, "key", 80) for scene in objects(data, "scenes")]
    keys = set(listed)
    if len(keys) != len(listed):
        raise invalid("scenes: a key stands twice")
    if not isinstance(data.get("start"), str) or data["start"] not in keys:
        raise invalid("start: there is no scene of this key")
    for scene in data["scenes"]:
        for choice in objects(scene, "choices"):
            to = choice.get("to")
            if to is not None and (not isinstance(to, str) or to not in keys):
                raise invalid(f"scene {scene['key']}: a choice leads to {to!r}, which is no scene")


def _named(data: Mapping[str, Any], name: str, most: int) -> list[dict[str, Any]]:
    found = objects(data, name)
    names = [text(item, "name", most) for item in found]
    if len(set(names)) != len(names):
        raise invalid(f"{name}: a name stands twice")
    return found


def _variables(data: Mapping[str, Any]) -> dict[str, Value]:
    found = mapping(data, "variables")
    for name, value in found.items():
        if not isinstance(value, get_args(Value)):
            raise invalid(f"variables: {name!r} is neither a number, a text, true nor false")
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
            correction=text(data, "correction", 300, optional=True),
            is_ending=bool(data.get("ending")),
            origin=one_of(data, "origin", ORIGINS, "authored"),
            effects=text(data, "effects", MAX_LONG, optional=True),
            tags=texts(data, "tags"),
            x=number(data, "x"),
            y=number(data, "y"),
            source=storable(mapping(data, "source")),
            beats=[_beat(item) for item in objects(data, "beats")],
            choices=[_choice(item) for item in objects(data, "choices")],
        )
    except Refused as refused:
        raise invalid(f"scene {data['key']}: {refused.detail['reason']}") from refused


def _beat(data: Mapping[str, Any]) -> FileBeat:
    """A beat without words is one: the blank line between two speeches, and the cue of somebody who only sings."""
    kind = one_of(data, "kind", KINDS)
    words = data.get("text", "" if kind == "page_break" else None)
    if not isinstance(words, str):
        raise invalid("text: text is needed")
    words = storable(words)
    character = line(data, "character", MAX_CHARACTER) if kind in SPOKEN else ""
    return FileBeat(kind, words, character, _styles(data, len(words)), bool(data.get("dual")))


def _styles(data: Mapping[str, Any], length: int) -> list[tuple[int, int, str]]:
    runs = data.get("styles", [])
    if not isinstance(runs, list):
        raise invalid("styles: a list is needed")
    if not all(is_run(run) and run[1] <= length for run in runs):
        raise invalid("styles: [start, end, style] inside the text is needed")
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
