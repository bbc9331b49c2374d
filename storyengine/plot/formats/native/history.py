"""Performances in the native file: history that is read, never played on."""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime

from storyengine.errors import Refused
from storyengine.plot.formats.native.values import invalid, mapping, objects, storable, text
from storyengine.plot.lengths import FEWEST_WORDS, MOST_WORDS
from storyengine.plot.models import Performance

LENGTH = (FEWEST_WORDS, MOST_WORDS)
BOUNDS = {"poll_seconds": (1, 86_400), "late_seconds": (0, 86_400), "words_min": LENGTH, "words_max": LENGTH}
CHOICES = {
    "results": Performance.Results.values,
    "tie_rule": Performance.TieRule.values,
    "empty_rule": Performance.EmptyRule.values,
    "shift_rule": Performance.ShiftRule.values,
    "late_rule": Performance.LateRule.values,
}


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
    _moment(item, "created_at", needed=True)
    started, ended = _moment(item, "started_at"), _moment(item, "ended_at")
    if started and ended and ended < started:
        raise invalid("ended_at: is before started_at")
    _check_settings(mapping(item, "settings"))
    mapping(item, "record")
    for step in objects(item, "path"):
        if not isinstance(step.get("scene"), str) or step["scene"] not in ways:
            raise invalid(f"path: {step.get('scene')!r} is no scene")
        _moment(step, "entered_at", needed=True)
        match step.get("choice"):
            case None:
                continue
            case [str(key), int(position)] if 1 <= position <= ways.get(key, 0):
                continue
        raise invalid(f"path: {step['choice']!r} is no choice")


def _check_settings(settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        if name in BOUNDS:
            least, most = BOUNDS[name]
            good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        elif name in CHOICES:
            good = value in CHOICES[name]
        elif name == "write_ahead":
            good = isinstance(value, bool)
        else:
            most = {"directive": 300, "seed": 32}.get(name, -1)
            good = isinstance(value, str) and len(value) <= most
        if not good:
            raise invalid(f"settings: {name} cannot be {value!r}")
    if settings.get("words_min", FEWEST_WORDS) > settings.get("words_max", MOST_WORDS):
        raise invalid("settings: words_max is fewer than words_min")


def _moment(item: Mapping[str, Any], name: str, *, needed: bool = False) -> Any:
    value = item.get(name)
    if value is None and not needed:
        return None
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise invalid(f"{name}: a time with its zone is needed, as 2026-11-24T20:15:00+00:00")
    return found
