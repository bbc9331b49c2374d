"""A scene, or a story's world, as one JSON value: what an edit keeps, undo puts back and a version is made of."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from storyengine.plot.models import Beat, Character, Choice, Place, Scene, Story

Snapshot = dict[str, Any]

SCENE_FIELDS = (
    "key", "name", "chapter", "number", "heading", "question", "summary", "is_ending", "effects", "tags", "x", "y",
)  # fmt: skip
BEAT_FIELDS = ("kind", "character", "text", "styles", "is_dual")
CHOICE_FIELDS = ("label", "target", "condition", "effects")
STORY_FIELDS = ("title", "language", "logline", "tone", "rules", "outline", "lore", "variables")


# What an edit does not say that was made before there were such fields: they were empty.
LATER_FIELDS: Snapshot = {"outline": [], "lore": []}


def scene_snapshot(scene: Scene) -> Snapshot:
    """The scene as it stands in the tables now. Choices are known by their number, so that undo keeps identity."""
    beats = Beat.objects.filter(scene=scene).order_by("position")
    choices = Choice.objects.filter(scene=scene).order_by("position")
    return {
        **{name: getattr(scene, name) for name in SCENE_FIELDS},
        "origin": scene.origin,
        "source": scene.source,
        "beats": [{name: getattr(beat, name) for name in BEAT_FIELDS} for beat in beats],
        "choices": [
            {
                "id": choice.pk,
                "to": choice.to_scene_id,
                "source": choice.source,
                **{name: getattr(choice, name) for name in CHOICE_FIELDS},
            }
            for choice in choices
        ],
    }


def story_snapshot(story: Story) -> Snapshot:
    """What holds for the whole story: its words about itself, its people, its places, where it starts."""
    return {
        **{name: getattr(story, name) for name in STORY_FIELDS},
        "start": story.start_id,
        "characters": [
            {"id": who.pk, "name": who.name, "description": who.description, "voice": who.voice}
            for who in Character.objects.filter(story=story).order_by("position", "id")
        ],
        "places": [
            {"id": place.pk, "name": place.name, "description": place.description}
            for place in Place.objects.filter(story=story).order_by("position", "id")
        ],
    }


def version_of(snapshot: Mapping[str, Any]) -> str:
    """A short name for exactly this content, whoever wrote it and by whatever way: page, admin or live writer."""
    content = json.dumps(snapshot, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


# ------------------------------------------------------------------ putting back


def write_scene(scene: Scene, content: Snapshot) -> None:
    """Make the rows say what the snapshot says. The caller holds the scene's row and has checked what may change."""
    for name in SCENE_FIELDS:
        setattr(scene, name, content[name])
    scene.save(update_fields=SCENE_FIELDS)
    _write_beats(scene, content["beats"])
    _write_choices(scene, content["choices"])


def _write_beats(scene: Scene, beats: list[Snapshot]) -> None:
    Beat.objects.filter(scene=scene).delete()
    Beat.objects.bulk_create(Beat(scene=scene, position=n, **beat) for n, beat in enumerate(beats, 1))


def _write_choices(scene: Scene, choices: list[Snapshot]) -> None:
    """Change, add and take away rows by their number. A choice that was taken away comes back as the same row."""
    standing = {choice.pk: choice for choice in Choice.objects.filter(scene=scene)}
    kept = [entry["id"] for entry in choices if entry["id"] in standing]
    for pk in set(standing) - set(kept):
        standing[pk].delete()
    # Positions are unique in a scene: move all out of the way, then to where they belong.
    for n, pk in enumerate(kept, 1):
        Choice.objects.filter(pk=pk).update(position=1_000_000 + n)
    for n, entry in enumerate(choices, 1):
        row = {name: entry[name] for name in CHOICE_FIELDS}
        row |= {"position": n, "to_scene_id": _still_there(scene, entry["to"]), "source": entry.get("source", {})}
        if entry["id"] in standing:
            Choice.objects.filter(pk=entry["id"]).update(**row)
        else:
            entry["id"] = Choice.objects.create(pk=entry["id"], scene=scene, **row).pk


def _still_there(scene: Scene, target: int | None) -> int | None:
    """The scene that a choice led to, unless it was taken away since: then the choice is open again."""
    if target is not None and Scene.objects.filter(pk=target, story_id=scene.story_id).exists():
        return target
    return None


def write_story(story: Story, content: Snapshot) -> None:
    """Make the story's own rows say what the snapshot says; the caller holds the story's row."""
    for name in STORY_FIELDS:
        setattr(story, name, content[name])
    story.start = Scene.objects.filter(pk=content["start"], story=story).first()
    story.save(update_fields=[*STORY_FIELDS, "start"])
    _write_world(Character, story, content["characters"])
    _write_world(Place, story, content["places"])


def _write_world(model: type[Character] | type[Place], story: Story, entries: list[Snapshot]) -> None:
    """People or places: change, add and take away rows by their number; who was taken away comes back as the same."""
    rows = model.objects.filter(story=story)
    standing = set(rows.values_list("pk", flat=True))
    kept = [entry["id"] for entry in entries if entry["id"] in standing]
    rows.exclude(pk__in=kept).delete()
    # Names are unique in a story, and two may change places: move all out of the way first.
    for pk in kept:
        rows.filter(pk=pk).update(name=f"{pk}\n")
    for n, entry in enumerate(entries, 1):
        fields = {name: value for name, value in entry.items() if name != "id"} | {"position": n}
        if entry["id"] in standing:
            rows.filter(pk=entry["id"]).update(**fields)
        else:
            entry["id"] = model.objects.create(pk=entry["id"], story=story, **fields).pk
