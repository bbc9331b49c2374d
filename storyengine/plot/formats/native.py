"""Story Engine's own story file: JSON, one object, scenes by key. Read whole or not at all."""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from storyengine.errors import Refused
from storyengine.plot.branch import BranchScene, one_line, scene_from_json
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
    for name, most in (("slug", 80), ("title", 200), ("language", 16), ("start", 80)):
        _text(data, name, most)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", data["slug"]):
        raise _invalid("slug: lower-case letters, digits and hyphens are needed")
    for name, most in (("characters", 60), ("places", 120)):
        names = [_text(item, "name", most) for item in _objects(data, name)]
        if len(set(names)) != len(names):
            raise _invalid(f"{name}: a name stands twice")
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
        rules=_rules(data),
    )
    _store_world(story, data)
    contents = {d["key"]: _content(d) for d in data["scenes"]}
    rows = Scene.objects.bulk_create(_scene(story, d, contents[d["key"]]) for d in data["scenes"])
    scenes = {scene.key: scene for scene in rows}
    Beat.objects.bulk_create(
        Beat(scene=scenes[d["key"]], position=position, kind=beat.kind, character=beat.character, text=beat.text)
        for d in data["scenes"]
        for position, beat in enumerate(contents[d["key"]].beats, 1)
    )
    Choice.objects.bulk_create(
        Choice(
            scene=scenes[d["key"]],
            position=position,
            label=contents[d["key"]].choices[position - 1],
            to_scene=scenes[choice["to"]] if choice.get("to") is not None else None,
        )
        for d in data["scenes"]
        for position, choice in enumerate(_objects(d, "choices"), 1)
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


def _content(data: Mapping[str, Any]) -> BranchScene:
    """The scene's own text, with its choices as their labels."""
    labels = [choice.get("label") for choice in _objects(data, "choices")]
    try:
        return scene_from_json({**data, "choices": labels})
    except Refused as refused:
        raise _invalid(f"scene {data['key']}: {refused.detail['reason']}") from refused


def _scene(story: Story, data: Mapping[str, Any], content: BranchScene) -> Scene:
    return Scene(
        story=story,
        key=data["key"],
        heading=content.heading,
        summary=content.summary,
        question=_text(data, "question", 200, optional=True),
        is_ending=bool(data.get("ending")),
    )


def _rules(data: Mapping[str, Any]) -> list[str]:
    rules = data.get("rules", [])
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
        raise _invalid("rules: a list of texts is needed")
    return [one_line(rule) for rule in rules]


def _objects(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = data.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _invalid(f"{name}: a list of objects is needed")
    return value


def _text(data: Mapping[str, Any], name: str, most: int, *, optional: bool = False) -> str:
    value = data.get(name, "" if optional else None)
    if not isinstance(value, str) or (not value and not optional) or len(value) > most:
        raise _invalid(f"{name}: text of at most {most} characters is needed")
    if re.search("[\x00\ud800-\udfff]", value):
        raise _invalid(f"{name}: a character in it cannot be stored")
    return value


def _invalid(reason: str) -> Refused:
    return Refused("story.invalid", reason=reason)
