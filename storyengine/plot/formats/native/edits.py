"""Edits in the native file: what an author's change said before and after, checked as strictly as the story itself.

A page shows these texts and an author restores them, so nothing may stand in them that the columns do not hold.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import Model

from storyengine.plot.branch import SPOKEN
from storyengine.plot.formats.native.values import (
    Fault,
    each,
    fits,
    moment,
    objects,
    one_of,
    storable,
    text,
    within,
)
from storyengine.plot.models import Beat, Character, Choice, Edit, Place, Scene, Story
from storyengine.plot.snapshot import BEAT_FIELDS, CHOICE_FIELDS, LATER_FIELDS, SCENE_FIELDS, STORY_FIELDS

PERSON = ("name", "description", "voice")
PLACE = ("name", "description")
Contents = tuple[bool, bool]  # whether there is a content before, and one after
SIDES: dict[str, Contents] = {Edit.Verb.SCENE_ADDED: (False, True), Edit.Verb.SCENE_REMOVED: (True, False)}


class Names:
    """What rows are called in this file."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.ways = {scene["key"]: len(objects(scene, "choices")) for scene in data["scenes"]}
        self.characters = {who["name"] for who in objects(data, "characters")}
        self.places = {place["name"] for place in objects(data, "places")}

    def check(self, kind: str, called: Any) -> None:
        match called:
            case bool():
                pass
            case int() if called >= 1:
                return  # a row that is gone
            case str() if kind != "choice" and called in self._known(kind):
                return
            case [str(key), int(place)] if kind == "choice" and 1 <= place <= self.ways.get(key, 0):
                return
        raise Fault("native.unknown", name=repr(called), kind=kind)

    def _known(self, kind: str) -> Any:
        return {"scene": self.ways, "character": self.characters, "place": self.places}[kind]


def read_edits(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Checked against the rows of the same file; raises Fault."""
    if not objects(data, "edits"):
        return []
    names = Names(data)
    return storable(each(data, "edits", lambda item: _check(item, names)))  # type: ignore[no-any-return]


def _check(item: dict[str, Any], names: Names) -> dict[str, Any]:
    verb = one_of(item, "verb", set(Edit.Verb.values))
    item["kind"] = one_of(item, "kind", set(Edit.Kind.values), "edit")
    scope = one_of(item, "scope", {"story", "scene"})
    text(item, "by", 150, optional=True)
    moment(item, "at", needed=True)
    _check_name(item, "scene", "scene", names, needed=scope == "scene" or verb != Edit.Verb.STORY_SAVED)
    for side, needed in zip(("before", "after"), SIDES.get(verb, (True, True)), strict=True):
        if needed:
            within(item, side, partial(_check_content, verb, side, names))
        elif item.get(side) is not None:
            raise Fault("native.nothing", side)
    return item


def _check_content(verb: str, side: str, names: Names, content: Mapping[str, Any]) -> None:
    if verb == Edit.Verb.STORY_SAVED:
        _check_story(content, names)
    elif verb == Edit.Verb.SCENE_SAVED:
        _check_scene(content, names)
    else:
        _check_name(content, "pk", "scene", names, needed=True)
        for choice in _list(content, "arrivals"):
            names.check("choice", choice)
        if verb != Edit.Verb.SCENE_REPLACED or side == "after":
            within(content, "scene", lambda scene: _check_scene(scene, names))


def _check_scene(content: Mapping[str, Any], names: Names) -> None:
    _check_fields(Scene, (*SCENE_FIELDS, "origin", "source"), content)
    for name, check in (("beats", _check_beat), ("choices", partial(_check_choice, names))):
        _list(content, name)
        each(content, name, check)


def _check_beat(beat: Mapping[str, Any]) -> None:
    _check_fields(Beat, BEAT_FIELDS, beat)
    if bool(beat["character"]) is not (beat["kind"] in SPOKEN):
        raise Fault("native.speaker", "character")


def _check_choice(names: Names, choice: Mapping[str, Any]) -> None:
    _check_fields(Choice, (*CHOICE_FIELDS, "source"), choice)
    _check_name(choice, "id", "choice", names)
    _check_name(choice, "to", "scene", names)


def _check_story(content: Mapping[str, Any], names: Names) -> None:
    _check_fields(Story, STORY_FIELDS, {**LATER_FIELDS, **content})
    _check_name(content, "start", "scene", names)
    for name, check in (
        ("characters", partial(_check_entry, Character, PERSON, "character", names)),
        ("places", partial(_check_entry, Place, PLACE, "place", names)),
    ):
        _list(content, name)
        each(content, name, check)


def _check_entry(
    model: type[Model], fields: tuple[str, ...], kind: str, names: Names, entry: Mapping[str, Any]
) -> None:
    _check_fields(model, fields, entry)
    _check_name(entry, "id", kind, names)


def _check_name(content: Mapping[str, Any], field: str, kind: str, names: Names, *, needed: bool = False) -> None:
    called = content.get(field)
    if called is None and not needed:
        return
    try:
        names.check(kind, called)
    except Fault as fault:
        raise fault.inside(field) from fault


def _check_fields(model: type[Model], fields: tuple[str, ...], content: Mapping[str, Any]) -> None:
    for name in fields:
        if name == "source" and name not in content:
            continue  # of a tool's own; edits of earlier versions do not say it
        if name not in content or not fits(model._meta.get_field(name), content[name]):
            raise Fault("native.cannot", name, value=repr(content.get(name)))


def _list(content: Mapping[str, Any], name: str) -> list[Any]:
    found = content.get(name)
    if not isinstance(found, list):
        raise Fault("native.list", name)
    return found
