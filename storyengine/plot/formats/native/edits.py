"""Edits in the native file: what an author's change said before and after, checked as strictly as the story itself.

A page shows these texts and an author restores them, so nothing may stand in them that the columns do not hold.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from storyengine.plot.branch import SPOKEN
from storyengine.plot.formats.native.values import fits, invalid, mapping, moment, objects, one_of, storable, text
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
        raise invalid(f"{called!r} is no {kind} of this file")

    def _known(self, kind: str) -> Any:
        return {"scene": self.ways, "character": self.characters, "place": self.places}[kind]


def read_edits(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Checked against the rows of the same file; raises Refused("story.invalid")."""
    found = objects(data, "edits")
    names = Names(data) if found else None
    for item in found:
        _check(item, names)
    return storable(found)  # type: ignore[no-any-return]


def _check(item: dict[str, Any], names: Names) -> None:
    verb = one_of(item, "verb", set(Edit.Verb.values))
    item["kind"] = one_of(item, "kind", set(Edit.Kind.values), "edit")
    scope = one_of(item, "scope", {"story", "scene"})
    text(item, "by", 150, optional=True)
    moment(item, "at", needed=True)
    if (scene := item.get("scene")) is not None:
        names.check("scene", scene)
    elif scope == "scene" or verb != Edit.Verb.STORY_SAVED:
        raise invalid("scene: a scene is needed")
    for name, needed in zip(("before", "after"), SIDES.get(verb, (True, True)), strict=True):
        content = mapping(item, name) if needed else item.get(name)
        if needed:
            _check_content(verb, name, content, names)
        elif content is not None:
            raise invalid(f"{name}: there is nothing {name} this")


def _check_content(verb: str, side: str, content: Mapping[str, Any], names: Names) -> None:
    if verb == Edit.Verb.STORY_SAVED:
        _check_story(content, names)
    elif verb == Edit.Verb.SCENE_SAVED:
        _check_scene(content, names)
    else:
        names.check("scene", content.get("pk"))
        for choice in _list(content, "arrivals"):
            names.check("choice", choice)
        if verb != Edit.Verb.SCENE_REPLACED or side == "after":
            _check_scene(mapping(content, "scene"), names)


def _check_scene(content: Mapping[str, Any], names: Names) -> None:
    _check_fields(Scene, (*SCENE_FIELDS, "origin", "source"), content)
    for beat in objects(content, "beats"):
        _check_fields(Beat, BEAT_FIELDS, beat)
        if bool(beat["character"]) is not (beat["kind"] in SPOKEN):
            raise invalid("character: who speaks is needed in speech, and nowhere else")
    for choice in objects(content, "choices"):
        _check_fields(Choice, (*CHOICE_FIELDS, "source"), choice)
        _check_name("choice", choice.get("id"), names)
        _check_name("scene", choice.get("to"), names)
    for name in ("beats", "choices"):
        if name not in content:
            raise invalid(f"{name}: a list is needed")


def _check_story(content: Mapping[str, Any], names: Names) -> None:
    _check_fields(Story, STORY_FIELDS, {**LATER_FIELDS, **content})
    _check_name("scene", content.get("start"), names)
    for model, name, kind, fields in (
        (Character, "characters", "character", PERSON),
        (Place, "places", "place", PLACE),
    ):
        for entry in _list(content, name):
            _check_fields(model, fields, entry if isinstance(entry, dict) else {})
            _check_name(kind, entry.get("id"), names)


def _check_name(kind: str, called: Any, names: Names) -> None:
    if called is not None:
        names.check(kind, called)


def _check_fields(model: type[Model], fields: tuple[str, ...], content: Mapping[str, Any]) -> None:
    for name in fields:
        if name == "source" and name not in content:
            continue  # of a tool's own; edits of earlier versions do not say it
        if name not in content or not fits(model._meta.get_field(name), content[name]):
            raise invalid(f"{name}: cannot be {repr(content.get(name))[:80]}")


def _list(content: Mapping[str, Any], name: str) -> list[Any]:
    found = content.get(name)
    if not isinstance(found, list):
        raise invalid(f"{name}: a list is needed")
    return found
