"""Undo, redo, restore: an author's way back. Each step is an edit of its own, so nothing is ever lost by it.

A step asks that the words still are what the edit left. Where choices lead, and where the story starts, may have
changed without an edit of that scene: a scene was written behind a choice, by an author or live, was taken out, or a
new version took its place. That is nobody's reason to refuse a step; a way that has changed since stays as it is now.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from storyengine.errors import Refused
from storyengine.plot import history
from storyengine.plot.edit import (
    Saved,
    claim_scene,
    claim_story,
    may_author,
    note_story,
    put_back,
    remove_scene,
    save_scene,
)
from storyengine.plot.locks import check_world
from storyengine.plot.models import Choice, Edit, Scene, Story
from storyengine.plot.snapshot import LATER_FIELDS, Snapshot, scene_snapshot, story_snapshot, version_of, write_story


@transaction.atomic
def undo(story: Story, scope: str, *, by: User) -> Edit:
    """Take back one's own last edit in this scope. Raises Refused: edit.nothing, edit.stale, and what locks refuse."""
    may_author(by)
    ways = history.stacks(story.pk, scope, by)
    if not ways.undo:
        raise Refused("edit.nothing")
    edit = ways.undo[-1]
    _apply(story, edit, edit.after, edit.before, by, Edit.Kind.UNDO)
    return edit


@transaction.atomic
def redo(story: Story, scope: str, *, by: User) -> Edit:
    """Make one's own last undone edit again. Raises as `undo` does."""
    may_author(by)
    ways = history.stacks(story.pk, scope, by)
    if not ways.redo:
        raise Refused("edit.nothing")
    edit = ways.redo[-1]
    _apply(story, edit, edit.before, edit.after, by, Edit.Kind.REDO)
    return edit


@transaction.atomic
def restore_scene(scene: Scene, edit: Edit, *, version: str, by: User, original: bool = False) -> Saved:
    """Put the scene back to what it said after `edit` (`original`: before it); the texts between stay in the history.

    A choice that was open then, or whose scene was removed since, leads where it leads now.
    """
    content = history.text_of(edit.before if original else edit.after)
    if not content or edit.scene != scene.pk:
        raise Refused("request.not_found")
    content = _open_lost_ways(scene.story, {**content, "key": scene.key})
    here = _by_id(scene_snapshot(scene))
    choices = [
        choice | _way(here[choice["id"]]) if choice["to"] is None and choice["id"] in here else choice
        for choice in content["choices"]
    ]
    return save_scene(scene, {**content, "choices": choices}, version=version, by=by, kind=Edit.Kind.RESTORE)


def _apply(story: Story, edit: Edit, now: Snapshot | None, then: Snapshot | None, by: User, kind: Edit.Kind) -> None:
    """From the state `now`, whose words must still hold, to the state `then`."""
    if edit.verb == Edit.Verb.STORY_SAVED:
        _apply_story(story, now or {}, then or {}, by, kind)
    elif edit.verb == Edit.Verb.SCENE_SAVED:
        _apply_scene(edit, now or {}, then or {}, by, kind)
    elif edit.verb == Edit.Verb.SCENE_REPLACED:
        _apply_version(story, edit, by, kind)
    elif then is None and now is not None:
        remove_scene(_untouched(story, now), by=by, kind=kind)
    elif then is not None:
        put_back(story, then, by=by, kind=kind)


def _apply_scene(edit: Edit, now: Snapshot, then: Snapshot, by: User, kind: Edit.Kind) -> None:
    if not then or not Scene.objects.filter(pk=edit.scene or 0).exists():
        raise Refused("edit.stale")
    scene = claim_scene(edit.scene or 0)
    here = scene_snapshot(scene)
    if not _same_words(here, now):
        raise Refused("edit.stale")
    then = _ways_of_the_gone(edit, then, here)
    content = _open_lost_ways(scene.story, _keep_ways(then, was=now, here=here))
    save_scene(scene, content, version=version_of(here), by=by, kind=kind)


def _apply_story(story: Story, now: Snapshot, then: Snapshot, by: User, kind: Edit.Kind) -> None:
    now, then = {**LATER_FIELDS, **now}, {**LATER_FIELDS, **then}
    story = claim_story(story.pk)
    here = story_snapshot(story)
    if "title" not in then or version_of({**here, "start": None}) != version_of({**now, "start": None}):
        raise Refused("edit.stale")
    if now["start"] == then["start"] or here["start"] != now["start"] or not _is_there(story, then["start"]):
        then = {**then, "start": here["start"]}
    check_world(story, here, then)
    write_story(story, then)
    note_story(story, Edit.Verb.STORY_SAVED, by=by, before=here, after=story_snapshot(story), kind=kind)


def _apply_version(story: Story, edit: Edit, by: User, kind: Edit.Kind) -> None:
    """A new version is taken back while its words are the old one's still; made again, it takes the place again."""
    old, made = claim_scene((edit.before or {})["pk"]), edit.after or {}
    if kind == Edit.Kind.UNDO:
        copy = _untouched(story, made)
        Choice.objects.filter(to_scene=copy).exclude(scene=copy).update(to_scene=old)
        Story.objects.filter(pk=story.pk, start=copy).update(start=old)
        remove_scene(Scene.objects.get(pk=copy.pk), by=by, kind=kind)
        return
    copy = put_back(story, made, by=by, kind=kind)
    Choice.objects.filter(pk__in=made["arrivals"], to_scene=old).update(to_scene=copy)
    if made.get("start"):
        Story.objects.filter(pk=story.pk, start=old).update(start=copy)


def _untouched(story: Story, made: Snapshot) -> Scene:
    """The scene that an edit made, if its words are what they were then. Raises Refused("edit.stale")."""
    scene = Scene.objects.filter(pk=made["pk"], story=story).first()
    if scene is None or not _same_words(scene_snapshot(scene), made["scene"]):
        raise Refused("edit.stale")
    return scene


# ------------------------------------------------------------------ where choices lead


def _way(choice: Snapshot) -> Snapshot:
    return {"to": choice["to"], "target": choice["target"]}


def _by_id(content: Snapshot) -> dict[Any, Snapshot]:
    return {choice["id"]: choice for choice in content["choices"]}


def _same_words(one: Snapshot, other: Snapshot) -> bool:
    """Whether two contents of a scene are the same but for where its choices lead."""
    return bool(one) and bool(other) and version_of(_without_ways(one)) == version_of(_without_ways(other))


def _without_ways(content: Snapshot) -> Snapshot:
    return {**content, "choices": [{**choice, "to": None, "target": ""} for choice in content["choices"]]}


def _keep_ways(then: Snapshot, *, was: Snapshot, here: Snapshot) -> Snapshot:
    """`then`, but a choice leads where it does `here`, unless that is what the step from `was` to `then` changes."""
    before, stands = _by_id(was), _by_id(here)
    choices = []
    for choice in then["choices"]:
        old, now = before.get(choice["id"]), stands.get(choice["id"])
        if old and now and (_way(old) == _way(choice) or _way(now) != _way(old)):
            choice = choice | _way(now)
        choices.append(choice)
    return {**then, "choices": choices}


def _ways_of_the_gone(edit: Edit, then: Snapshot, here: Snapshot) -> Snapshot:
    """A choice that comes back leads where it led when it was taken away: a scene may have been written behind it."""
    stands, choices = _by_id(here), []
    for choice in then["choices"]:
        if choice["id"] not in stands:
            had = {"before__choices__contains": [{"id": choice["id"]}]}
            last = Edit.objects.in_scope(edit.story_id, edit.scope).filter(**had).order_by("-id").first()
            choice = choice | (_way(_by_id(last.before)[choice["id"]]) if last and last.before else {})
        choices.append(choice)
    return {**then, "choices": choices}


def _open_lost_ways(story: Story, content: Snapshot) -> Snapshot:
    """The content with every choice open whose scene was removed since."""
    wanted = [choice["to"] for choice in content["choices"] if choice["to"] is not None]
    there = set(Scene.objects.filter(pk__in=wanted, story=story).values_list("pk", flat=True))
    return {**content, "choices": [c if c["to"] in there else {**c, "to": None} for c in content["choices"]]}


def _is_there(story: Story, scene: int | None) -> bool:
    return scene is None or Scene.objects.filter(pk=scene, story=story).exists()
