"""A story's edits in its own file: rows have names there, for their numbers mean nothing in another house.

A row that is gone is called by a number that only tells it from the others; read back, it gets a number of its own
that no row has, so that undoing and restoring make the same row again.
"""

from collections.abc import Callable, Mapping
from typing import Any

from storyengine.plot.formats.fresh import fresh_ids
from storyengine.plot.formats.load import choice_places
from storyengine.plot.models import Character, Choice, Edit, Place, Scene, Story
from storyengine.plot.snapshot import Snapshot

MODELS = {"scene": Scene, "choice": Choice, "character": Character, "place": Place}
Rename = Callable[[str, Any], Any]  # the kind of a row and what it is called -> what it shall be called
LISTS = {"choices": "choice", "characters": "character", "places": "place"}


def load_edits(story: Story) -> list[dict[str, Any]]:
    """Every edit, oldest first, as plain data; five queries."""
    names: dict[str, dict[int, Any]] = {
        "scene": dict(Scene.objects.filter(story=story).values_list("pk", "key")),
        "choice": dict(choice_places(story)),
        "character": dict(Character.objects.filter(story=story).values_list("pk", "name")),
        "place": dict(Place.objects.filter(story=story).values_list("pk", "name")),
    }
    gone = dict.fromkeys(MODELS, 0)

    def name(kind: str, pk: int) -> Any:
        if pk not in names[kind]:
            gone[kind] += 1
            names[kind][pk] = gone[kind]
        return names[kind][pk]

    return [_told(edit, name) for edit in story.edits.select_related("by").order_by("id")]


def _told(edit: Edit, name: Rename) -> dict[str, Any]:
    return {
        "verb": edit.verb,
        "kind": edit.kind,
        "scope": edit.scope.partition(":")[0],
        "scene": name("scene", edit.scene) if edit.scene is not None else None,
        "before": rename(edit.before, name),
        "after": rename(edit.after, name),
        "by": edit.who,
        "at": edit.at.isoformat(),
    }


def store_edits(
    story: Story,
    edits: list[dict[str, Any]],
    scenes: Mapping[str, int],
    choices: Mapping[tuple[str, int], int],
    characters: Mapping[str, int],
    places: Mapping[str, int],
) -> None:
    """Write what `load_edits` told, which `read_edits` has checked. Nobody here is taken for who did it there."""
    numbers: dict[str, dict[Any, int]] = {
        "scene": dict(scenes), "choice": dict(choices), "character": dict(characters), "place": dict(places),
    }  # fmt: skip
    gone: dict[str, dict[int, None]] = {kind: {} for kind in MODELS}

    def note_gone(kind: str, called: Any) -> Any:
        if isinstance(called, int):
            gone[kind][called] = None

    for told in edits:
        _row(story, told, note_gone)
    for kind, called in gone.items():
        numbers[kind] |= dict(zip(called, fresh_ids(MODELS[kind], len(called)), strict=True))

    def find(kind: str, called: Any) -> int:
        return numbers[kind][tuple(called) if isinstance(called, list) else called]

    Edit.objects.bulk_create([_row(story, told, find) for told in edits], batch_size=500)


def _row(story: Story, told: Mapping[str, Any], find: Rename) -> Edit:
    scene = find("scene", told["scene"]) if told.get("scene") is not None else None
    return Edit(
        story=story,
        scope=f"scene:{scene}" if told["scope"] == "scene" else told["scope"],
        scene=scene,
        verb=told["verb"],
        kind=told["kind"],
        before=rename(told.get("before"), find),
        after=rename(told.get("after"), find),
        told_by=told.get("by", ""),
        at=told["at"],
    )


def rename(content: Snapshot | None, name: Rename) -> Snapshot | None:
    """The same content, of whichever verb, with every row in it called anew."""
    if content is None:
        return None
    found = dict(content)
    for field in ("pk", "start", "to"):
        if found.get(field) is not None:
            found[field] = name("scene", found[field])
    if "arrivals" in found:
        found["arrivals"] = [name("choice", each) for each in found["arrivals"]]
    if "scene" in found:
        found["scene"] = rename(found["scene"], name)
    for field, kind in LISTS.items():
        if field in found:
            found[field] = [_entry(entry, kind, name) for entry in found[field]]
    return found


def _entry(entry: Snapshot, kind: str, name: Rename) -> Snapshot:
    pk = entry.get("id")
    return {**(rename(entry, name) or {}), "id": name(kind, pk) if pk is not None else None}
