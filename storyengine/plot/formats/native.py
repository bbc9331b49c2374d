"""Story Engine's own story file: JSON, one object, scenes by key. Read whole or not at all."""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from storyengine.errors import Refused
from storyengine.plot.branch import MAX_LABEL, BranchBeat, scene_from_json
from storyengine.plot.models import Beat, Character, Choice, Place, Scene, Story

FORMAT, VERSION = "storyengine-story", 1
MAX_BYTES = 64 * 1024 * 1024


def read_story(source: str | bytes) -> Story:
    """Store the story that the file holds.

    Raises Refused("story.invalid") naming the first fault, or Refused("story.exists"). All in one
    transaction: a refused file leaves nothing behind.
    """
    data = _load(source)
    _check(data)
    with transaction.atomic():
        if Story.objects.filter(slug=data["slug"]).exists():
            raise Refused("story.exists", reason=data["slug"])
        return _store(data)


def _load(source: str | bytes) -> dict[str, Any]:
    if len(source) > MAX_BYTES:
        raise _invalid(f"the file is larger than {MAX_BYTES >> 20} MiB")
    try:
        data = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise _invalid(f"not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != VERSION:
        raise _invalid(f'"format": "{FORMAT}" and "version": {VERSION} are needed')
    return data


def _check(data: Mapping[str, Any]) -> None:
    """Everything that can be wrong apart from the scenes' own content, which `_scene` reads."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", str(data.get("slug", ""))):
        raise _invalid("slug: lower-case letters, digits and hyphens are needed")
    for name in ("title", "language", "start"):
        _text(data, name, 200)
    scenes = _objects(data, "scenes")
    keys = [_text(scene, "key", 80) for scene in scenes]
    if len(set(keys)) != len(keys):
        raise _invalid("scenes: a key stands twice")
    if data["start"] not in keys:
        raise _invalid("start: there is no scene of this key")
    for scene in scenes:
        for choice in _objects(scene, "choices"):
            if choice.get("to") is not None and choice["to"] not in keys:
                raise _invalid(f"scene {scene['key']}: a choice leads to {choice['to']!r}, which is no scene")


def _store(data: Mapping[str, Any]) -> Story:
    story = Story.objects.create(
        slug=data["slug"],
        title=_text(data, "title", 200),
        language=data["language"],
        logline=_text(data, "logline", 2000, optional=True),
        tone=_text(data, "tone", 300, optional=True),
        rules=[str(rule) for rule in data.get("rules", [])],
    )
    _store_world(story, data)
    scenes = {scene.key: scene for scene in Scene.objects.bulk_create(_scene(story, d) for d in data["scenes"])}
    Beat.objects.bulk_create(
        Beat(scene=scenes[d["key"]], position=position, kind=beat.kind, character=beat.character, text=beat.text)
        for d in data["scenes"]
        for position, beat in enumerate(_beats(d), 1)
    )
    Choice.objects.bulk_create(
        Choice(
            scene=scenes[d["key"]],
            position=position,
            label=_text(choice, "label", MAX_LABEL),
            to_scene=scenes[choice["to"]] if choice.get("to") is not None else None,
        )
        for d in data["scenes"]
        for position, choice in enumerate(d.get("choices", []), 1)
    )
    story.start = scenes[data["start"]]
    story.save(update_fields=["start"])
    return story


def _store_world(story: Story, data: Mapping[str, Any]) -> None:
    Character.objects.bulk_create(
        Character(
            story=story,
            position=position,
            name=_text(character, "name", 60),
            description=_text(character, "description", 2000, optional=True),
            voice=_text(character, "voice", 2000, optional=True),
        )
        for position, character in enumerate(_objects(data, "characters"), 1)
    )
    Place.objects.bulk_create(
        Place(
            story=story,
            position=position,
            name=_text(place, "name", 120),
            description=_text(place, "description", 2000, optional=True),
        )
        for position, place in enumerate(_objects(data, "places"), 1)
    )


def _scene(story: Story, data: Mapping[str, Any]) -> Scene:
    try:
        content = scene_from_json({**data, "choices": []})
    except Refused as refused:
        raise _invalid(f"scene {data['key']}: {refused.detail['reason']}") from refused
    return Scene(
        story=story,
        key=data["key"],
        heading=content.heading,
        summary=content.summary,
        question=_text(data, "question", 200, optional=True),
        is_ending=bool(data.get("ending")),
    )


def _beats(data: Mapping[str, Any]) -> tuple[BranchBeat, ...]:
    return scene_from_json({**data, "choices": []}).beats


def _objects(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = data.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _invalid(f"{name}: a list of objects is needed")
    return value


def _text(data: Mapping[str, Any], name: str, most: int, *, optional: bool = False) -> str:
    value = data.get(name, "" if optional else None)
    if not isinstance(value, str) or (not value and not optional) or len(value) > most or "\x00" in value:
        raise _invalid(f"{name}: text of at most {most} characters is needed")
    return value


def _invalid(reason: str) -> Refused:
    return Refused("story.invalid", reason=reason)
