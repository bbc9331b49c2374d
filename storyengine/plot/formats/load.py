"""A story's rows as the shape that writers take: six queries, however large the story is."""

from typing import Any

from storyengine.plot.formats.shape import (
    FileBeat,
    FileCharacter,
    FileChoice,
    FilePlace,
    FileScene,
    FileStory,
)
from storyengine.plot.models import Beat, Choice, PathStep, Performance, Scene, Story

SETTINGS = [
    "poll_seconds", "poll_kind", "min_choices", "max_choices", "results", "tie_rule", "tie_seconds", "empty_rule",
    "shift_rule", "late_rule", "late_seconds", "write_ahead", "directive", "words_min",
    "words_max", "ends_next", "seed",
]  # fmt: skip
Place = list[str | int]


def load(story: Story) -> FileStory:
    """World, scenes, beats and choices, in the order of the rows; performances apart (see `load_performances`)."""
    scenes = _load_scenes(story)
    keys = {pk: scene.key for pk, scene in scenes.items()}
    _load_beats(story, scenes)
    _load_choices(story, scenes, keys)
    return FileStory(
        title=story.title,
        slug=story.slug,
        language=story.language,
        logline=story.logline,
        tone=story.tone,
        rules=list(story.rules),
        outline=list(story.outline),
        lore=list(story.lore),
        variables=dict(story.variables),
        ifid=story.ifid,
        source=dict(story.source),
        start=keys.get(story.start_id) if story.start_id else None,
        characters=[FileCharacter(who.name, who.description, who.voice) for who in story.characters.all()],
        places=[FilePlace(place.name, place.description) for place in story.places.all()],
        scenes=list(scenes.values()),
    )


def choice_places(story: Story) -> dict[int, Place]:
    """Choice -> how a file calls it: the key of the scene that offers it, and its place there from 1; one query.

    Counted as the file counts: the column `position` has gaps where a choice was taken away by hand.
    """
    places: dict[int, Place] = {}
    last, number = None, 0
    rows = Choice.objects.filter(scene__story=story).order_by("scene_id", "position")
    for pk, scene, key in rows.values_list("pk", "scene_id", "scene__key"):
        number = number + 1 if scene == last else 1
        places[pk], last = [key, number], scene
    return places


def load_performances(story: Story, records: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """Every performance that has begun, oldest first, as plain data: its settings, its path, and its record.

    `records` are the polls and releases by performance id, which higher rooms gather; a performance that was itself
    imported brings its own. Three queries.
    """
    found = story.performances.exclude(state=Performance.State.DRAFT).order_by("id")
    told = {row.pk: _told(row, records) for row in found}
    steps = PathStep.objects.filter(performance__in=told, scene__story=story).order_by("performance_id", "position")
    places = choice_places(story) if told else {}
    for performance, scene, choice, entered_at in steps.values_list(
        "performance_id", "scene__key", "choice_id", "entered_at"
    ):
        way = places.get(choice) if choice is not None else None
        told[performance]["path"].append({"scene": scene, "choice": way, "entered_at": entered_at.isoformat()})
    return list(told.values())


def _told(row: Performance, records: dict[int, dict[str, Any]]) -> dict[str, Any]:
    return {
        "code": row.code,
        "state": row.state,
        "settings": {name: getattr(row, name) for name in SETTINGS},
        "created_at": row.created_at.isoformat(),
        "started_at": row.started_at.isoformat() if row.started_at else None,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "path": [],
        "record": row.record if row.record is not None else records.get(row.pk, {}),
    }


def _load_scenes(story: Story) -> dict[int, FileScene]:
    rows = Scene.objects.filter(story=story).order_by("id")
    return {
        row[0]: FileScene(
            key=row[1], name=row[2], chapter=row[3], number=row[4], heading=row[5], question=row[6], summary=row[7],
            is_ending=row[8], origin=row[9], effects=row[10], tags=row[11], x=row[12], y=row[13], source=row[14],
            correction=row[15],
        )
        for row in rows.values_list(
            "id", "key", "name", "chapter", "number", "heading", "question", "summary", "is_ending", "origin",
            "effects", "tags", "x", "y", "source", "correction",
        )
    }  # fmt: skip


def _load_beats(story: Story, scenes: dict[int, FileScene]) -> None:
    rows = Beat.objects.filter(scene__story=story).order_by("scene_id", "position")
    for scene, kind, text, character, styles, dual in rows.values_list(
        "scene_id", "kind", "text", "character", "styles", "is_dual"
    ):
        runs = [(start, end, style) for start, end, style in styles]
        scenes[scene].beats.append(FileBeat(kind, text, character, runs, dual))


def _load_choices(story: Story, scenes: dict[int, FileScene], keys: dict[int, str]) -> None:
    """What leads into another story, as the admin once allowed, is open here and names where it led."""
    rows = Choice.objects.filter(scene__story=story).order_by("scene_id", "position")
    for scene, label, to, heading, target, condition, effects, source in rows.values_list(
        "scene_id", "label", "to_scene_id", "to_scene__heading", "target", "condition", "effects", "source"
    ):
        way = keys.get(to) if to is not None else None
        named = heading if way is None and heading else target
        scenes[scene].choices.append(FileChoice(label, way, named, condition, effects, source))
