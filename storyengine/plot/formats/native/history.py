"""Performances in the native file: history that is read, never played on."""

from collections.abc import Mapping
from typing import Any

from storyengine.errors import Refused
from storyengine.plot.formats.load import SETTINGS
from storyengine.plot.formats.native.values import fits, invalid, mapping, moment, objects, storable, text
from storyengine.plot.models import Performance


def read_performances(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Checked against the scenes and choices of the same file; raises Refused("story.invalid")."""
    ways = {scene["key"]: len(objects(scene, "choices")) for scene in data["scenes"]}
    found = objects(data, "performances")
    for item in found:
        try:
            _check(item, ways)
        except Refused as refused:
            raise invalid(f"performance {item.get('code')!r}: {refused.detail['reason']}") from refused
    if len({item["code"] for item in found}) != len(found):
        raise invalid("performances: a code stands twice")
    return storable(found)  # type: ignore[no-any-return]


def _check(item: Mapping[str, Any], ways: Mapping[str, int]) -> None:
    text(item, "code", 12)
    moment(item, "created_at", needed=True)
    started, ended = moment(item, "started_at"), moment(item, "ended_at")
    if started and ended and ended < started:
        raise invalid("ended_at: is before started_at")
    _check_settings(mapping(item, "settings"))
    mapping(item, "record")
    for step in objects(item, "path"):
        if not isinstance(step.get("scene"), str) or step["scene"] not in ways:
            raise invalid(f"path: {step.get('scene')!r} is no scene")
        moment(step, "entered_at", needed=True)
        match step.get("choice"):
            case None:
                continue
            case [str(key), int(position)] if 1 <= position <= ways.get(key, 0):
                continue
        raise invalid(f"path: {step['choice']!r} is no choice")


def _check_settings(settings: Mapping[str, Any]) -> None:
    """What the columns hold, and what the database asks of them together."""
    for name, value in settings.items():
        if name not in SETTINGS or not fits(Performance._meta.get_field(name), value):
            raise invalid(f"settings: {name} cannot be {value!r}")
    given = {name: Performance._meta.get_field(name).get_default() for name in SETTINGS} | dict(settings)
    if given["poll_seconds"] < 1:
        raise invalid("settings: poll_seconds cannot be 0")
    if not 1 <= given["min_choices"] <= given["max_choices"]:
        raise invalid("settings: min_choices is 1 at least, and max_choices no fewer")
