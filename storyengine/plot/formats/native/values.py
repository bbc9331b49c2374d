"""Single values of the native file, with the refusal that names what is wrong with one."""

import math
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_datetime

from storyengine.plot.branch import STYLE_NAMES, one_line
from storyengine.plot.formats.native.lines import Step
from storyengine.plot.formats.reasons import because

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


Read = TypeVar("Read")


class Fault(Exception):
    """What is wrong, and the way to the value that is: names of members and numbers of items.

    `code` is one of `reasons.REASONS`.
    """

    def __init__(self, code: str, /, *path: Step, **given: object) -> None:
        self.reason, self.path = because(code, **given), path
        super().__init__(code)

    def inside(self, *path: Step) -> "Fault":
        """The same fault, seen from further out."""
        return Fault(self.reason.code, *path, *self.path, **self.reason.given)


def each(data: Mapping[str, Any], name: str, read: Callable[[dict[str, Any]], Read]) -> list[Read]:
    """Every object of a list, read; a fault says which one it is in."""
    found = []
    for number, item in enumerate(objects(data, name)):
        try:
            found.append(read(item))
        except Fault as fault:
            raise fault.inside(name, number) from fault
    return found


def within(data: Mapping[str, Any], name: str, read: Callable[[dict[str, Any]], Read]) -> Read:
    """One object that is a member, read."""
    found = mapping(data, name)
    try:
        return read(found)
    except Fault as fault:
        raise fault.inside(name) from fault


def text(data: Mapping[str, Any], name: str, most: int, *, optional: bool = False) -> str:
    value = data.get(name, "" if optional else None)
    if not isinstance(value, str) or (not value.strip() and not optional) or len(value) > most:
        raise Fault("native.text", name, most=most)
    if UNSTORABLE.search(value):
        raise Fault("native.character", name)
    return value


def texts(data: Mapping[str, Any], name: str) -> list[str]:
    value = data.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Fault("native.texts", name)
    return storable(value)  # type: ignore[no-any-return]


def line(data: Mapping[str, Any], name: str, most: int) -> str:
    """One line, as it stands; only what breaks the line is made a space."""
    return _unbroken(text(data, name, most))


def lines(data: Mapping[str, Any], name: str) -> list[str]:
    return [_unbroken(item) for item in texts(data, name)]


def _unbroken(words: str) -> str:
    return words if words == "".join(words.splitlines()) else one_line(words)


def objects(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = data.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Fault("native.objects", name)
    return value


def mapping(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name, {})
    if not isinstance(value, dict):
        raise Fault("native.object", name)
    return value


def number(data: Mapping[str, Any], name: str) -> float | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Fault("native.number", name)
    return float(value)


def one_of(data: Mapping[str, Any], name: str, known: Collection[str], default: str | None = None) -> str:
    value = data.get(name, default)
    if not isinstance(value, str) or value not in known:
        raise Fault("native.one_of", name, value=repr(value), known=", ".join(sorted(known)))
    return value


def moment(data: Mapping[str, Any], name: str, *, needed: bool = False) -> datetime | None:
    value = data.get(name)
    if value is None and not needed:
        return None
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Fault("native.time", name)
    return found


def fits(field: Any, value: object) -> bool:
    """Whether the model's field holds the value as it is: its type, its choices, its bounds."""
    if value is None:
        return bool(field.null)
    if field.choices:
        return isinstance(value, str) and value in dict(field.flatchoices)
    match field:
        case models.BooleanField():
            return isinstance(value, bool)
        case models.JSONField():
            return _fits_json(field, value)
        case models.FloatField():
            return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        case models.IntegerField():
            return isinstance(value, int) and not isinstance(value, bool) and _is_in_range(field, value)
    return (
        isinstance(value, str)
        and not UNSTORABLE.search(value)
        and (field.max_length is None or len(value) <= field.max_length)
    )


def _fits_json(field: models.JSONField, value: object) -> bool:
    """A list is one of texts, but for the runs of a beat's styles."""
    if type(value) is not type(field.get_default()):
        return False
    if not isinstance(value, list):
        return True
    return all(is_run(item) if field.name == "styles" else isinstance(item, str) for item in value)


def is_run(run: object) -> bool:
    """[start, end, style] of a beat's text."""
    match run:
        case [bool(), *_] | [_, bool(), *_]:
            return False
        case [int(start), int(end), str(style)]:
            return 0 <= start < end and style in STYLE_NAMES
    return False


def _is_in_range(field: models.IntegerField, value: int) -> bool:  # type: ignore[type-arg]
    try:
        field.run_validators(value)
    except ValidationError:
        return False
    return True


def storable(value: Any) -> Any:
    """The same data without what PostgreSQL cannot hold; numbers that JSON does not know become text."""
    if isinstance(value, str):
        return UNSTORABLE.sub("", value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {UNSTORABLE.sub("", name): storable(item) for name, item in value.items()}
    return value if not isinstance(value, float) or math.isfinite(value) else str(value)
