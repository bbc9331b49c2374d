"""Performances in the native file: history that is read, never played on."""

from collections.abc import Mapping
from typing import Any

from storyengine.plot.formats.load import SETTINGS
from storyengine.plot.formats.native.values import Fault, each, fits, mapping, moment, objects, storable, text, within
from storyengine.plot.lengths import FEWEST_WORDS, MOST_WORDS
from storyengine.plot.models import Performance

FIELDS: dict[str, Any] = {name: Performance._meta.get_field(name) for name in SETTINGS}


def read_performances(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Checked against the scenes and choices of the same file; raises Fault."""
    ways = {scene["key"]: len(objects(scene, "choices")) for scene in data["scenes"]}
    codes: set[str] = set()

    def read(item: dict[str, Any]) -> dict[str, Any]:
        _check(item, ways)
        if item["code"] in codes:
            raise Fault("native.twice", "code")
        codes.add(item["code"])
        return item

    return storable(each(data, "performances", read))  # type: ignore[no-any-return]


def _check(item: Mapping[str, Any], ways: Mapping[str, int]) -> None:
    text(item, "code", 12)
    moment(item, "created_at", needed=True)
    started, ended = moment(item, "started_at"), moment(item, "ended_at")
    if started and ended and ended < started:
        raise Fault("native.ended", "ended_at")
    within(item, "settings", _check_settings)
    mapping(item, "record")
    each(item, "path", lambda step: _check_step(step, ways))


def _check_step(step: Mapping[str, Any], ways: Mapping[str, int]) -> None:
    if not isinstance(step.get("scene"), str) or step["scene"] not in ways:
        raise Fault("native.no_scene", "scene", key=repr(step.get("scene")))
    moment(step, "entered_at", needed=True)
    match step.get("choice"):
        case None:
            return
        case [str(key), int(position)] if 1 <= position <= ways.get(key, 0):
            return
    raise Fault("native.no_choice", "choice", choice=repr(step["choice"]))


def _check_settings(settings: Mapping[str, Any]) -> None:
    """What the columns hold, and what the database asks of them together."""
    for name, value in settings.items():
        if name not in FIELDS or not fits(FIELDS[name], value):
            raise Fault("native.cannot", name, value=repr(value))
    given = {name: field.get_default() for name, field in FIELDS.items()} | dict(settings)
    if not 1 <= given["min_choices"] <= given["max_choices"]:
        raise Fault("native.how_many")
    if not FEWEST_WORDS <= given["words_min"] <= given["words_max"] <= MOST_WORDS:
        raise Fault("native.cannot", "words_max", value=given["words_max"])
