"""Single values of the native file, with the refusal that names what is wrong with one."""

import math
import re
from collections.abc import Mapping
from typing import Any

from storyengine.errors import Refused
from storyengine.plot.formats.reasons import because

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def text(data: Mapping[str, Any], name: str, most: int, *, optional: bool = False) -> str:
    value = data.get(name, "" if optional else None)
    if not isinstance(value, str) or (not value.strip() and not optional) or len(value) > most:
        raise invalid("native.text", field=name, most=most)
    if UNSTORABLE.search(value):
        raise invalid("native.character", field=name)
    return value


def texts(data: Mapping[str, Any], name: str) -> list[str]:
    value = data.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise invalid("native.texts", field=name)
    return storable(value)  # type: ignore[no-any-return]


def objects(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = data.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise invalid("native.objects", field=name)
    return value


def mapping(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name, {})
    if not isinstance(value, dict):
        raise invalid("native.object", field=name)
    return value


def number(data: Mapping[str, Any], name: str) -> float | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise invalid("native.number", field=name)
    return float(value)


def storable(value: Any) -> Any:
    """The same data without what PostgreSQL cannot hold; numbers that JSON does not know become text."""
    if isinstance(value, str):
        return UNSTORABLE.sub("", value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {UNSTORABLE.sub("", name): storable(item) for name, item in value.items()}
    return value if not isinstance(value, float) or math.isfinite(value) else str(value)


def invalid(code: str, /, **given: object) -> Refused:
    """`code` is one of `reasons.REASONS`."""
    return Refused("story.invalid", reason=because(code, **given))
