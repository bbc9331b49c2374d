"""A story's shape becomes rows, whole or not at all, by COPY: three statements a table, however large the story is."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.utils.dateparse import parse_datetime

from storyengine.errors import Refused
from storyengine.plot.formats.edits import store_edits
from storyengine.plot.formats.fresh import fresh_ids
from storyengine.plot.formats.shape import FileStory
from storyengine.plot.models import (
    Beat,
    Character,
    Choice,
    PathStep,
    Performance,
    Place,
    Scene,
    Story,
    fresh_code,
)

Row = Sequence[Any]


@transaction.atomic
def store(story: FileStory) -> Story:
    """Write all rows and return the story's; raises Refused("story.exists") for a slug that is taken."""
    if Story.objects.filter(slug=story.slug).exists():
        raise Refused("story.exists", reason=story.slug)
    row = Story.objects.create(
        slug=story.slug,
        title=story.title,
        language=story.language,
        logline=story.logline,
        tone=story.tone,
        rules=story.rules,
        outline=story.outline,
        lore=story.lore,
        variables=story.variables,
        ifid=story.ifid,
        source=story.source,
    )
    characters = Character.objects.bulk_create(
        Character(story=row, position=n, name=who.name, description=who.description, voice=who.voice)
        for n, who in enumerate(story.characters, 1)
    )
    places = Place.objects.bulk_create(
        Place(story=row, position=n, name=place.name, description=place.description)
        for n, place in enumerate(story.places, 1)
    )
    scenes = _store_scenes(row, story)
    choices = _store_choices(story, scenes)
    row.start_id = scenes[story.start] if story.start else None
    row.save(update_fields=["start"])
    _store_performances(row, story, scenes, choices)
    if story.edits:
        known = (scenes, choices, {who.name: who.pk for who in characters}, {each.name: each.pk for each in places})
        store_edits(row, story.edits, *known)
    return row


def _store_scenes(row: Story, story: FileStory) -> dict[str, int]:
    """Scenes and beats; returns key -> id."""
    ids = fresh_ids(Scene, len(story.scenes))
    scenes = {scene.key: pk for scene, pk in zip(story.scenes, ids, strict=True)}
    _copy(
        Scene,
        "id story_id key name chapter number heading question summary is_ending origin effects tags x y source"
        " correction",
        (
            (
                pk, row.pk, scene.key, scene.name, scene.chapter, scene.number, scene.heading, scene.question,
                scene.summary, scene.is_ending, scene.origin, scene.effects, _json(scene.tags), scene.x, scene.y,
                _json(scene.source), scene.correction,
            )
            for pk, scene in zip(ids, story.scenes, strict=True)
        ),
    )  # fmt: skip
    _copy(
        Beat,
        "scene_id position kind character text styles is_dual",
        (
            (pk, n, beat.kind, beat.character, beat.text, _json(beat.styles), beat.is_dual)
            for pk, scene in zip(ids, story.scenes, strict=True)
            for n, beat in enumerate(scene.beats, 1)
        ),
    )
    return scenes


def _store_choices(story: FileStory, scenes: dict[str, int]) -> dict[tuple[str, int], int]:
    """Returns (key of the scene, position) -> id."""
    places = [(scene.key, n, choice) for scene in story.scenes for n, choice in enumerate(scene.choices, 1)]
    ids = fresh_ids(Choice, len(places))
    _copy(
        Choice,
        "id scene_id position label to_scene_id target condition effects source",
        (
            (
                pk, scenes[key], n, choice.label, scenes[choice.to] if choice.to is not None else None,
                choice.target, choice.condition, choice.effects, _json(choice.source),
            )
            for pk, (key, n, choice) in zip(ids, places, strict=True)
        ),
    )  # fmt: skip
    return {(key, n): pk for pk, (key, n, _) in zip(ids, places, strict=True)}


def _store_performances(
    row: Story, story: FileStory, scenes: dict[str, int], choices: dict[tuple[str, int], int]
) -> None:
    """What was played elsewhere comes in as history: over, with its path as rows and its record as it was written."""
    for told in story.performances:
        code = told["code"]
        if Performance.objects.filter(code=code).exists():
            code = fresh_code()
        performance = Performance.objects.create(
            story=row,
            code=code,
            state=Performance.State.ENDED,
            started_at=_moment(told.get("started_at")),
            ended_at=_moment(told.get("ended_at")) or _moment(told.get("started_at")),
            record=told.get("record", {}),
            **told.get("settings", {}),
        )
        Performance.objects.filter(pk=performance.pk).update(created_at=_moment(told["created_at"]))
        PathStep.objects.bulk_create(
            PathStep(
                performance=performance,
                position=n,
                scene_id=scenes[step["scene"]],
                choice_id=choices[tuple(step["choice"])] if step.get("choice") else None,
                entered_at=_moment(step["entered_at"]) or Now(),
            )
            for n, step in enumerate(told.get("path", []), 1)
        )


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ("[]" if isinstance(value, list) else "{}")


def _copy(model: type[models.Model], fields: str, rows: Iterable[Row]) -> None:
    columns = ", ".join(f'"{name}"' for name in fields.split())
    statement = f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
