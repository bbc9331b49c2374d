"""What an author does to a story. Each verb claims the rows, checks version and locks, writes, and notes it down.

A version names exactly the content that an author began from (plot/snapshot.py). If the rows say something else by
now, whoever changed them, the save is refused and nothing is written: the page keeps what was typed.
"""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import slugify

from storyengine.errors import Refused
from storyengine.plot import history
from storyengine.plot.copy import delete_story
from storyengine.plot.locks import check_change, check_removal, check_world
from storyengine.plot.models import Choice, Edit, Scene, Story
from storyengine.plot.snapshot import (
    Snapshot,
    scene_snapshot,
    story_snapshot,
    version_of,
    write_scene,
    write_story,
)

PERMISSION = "plot.change_story"
NEW_HEADING = "…"


@dataclass(frozen=True, slots=True)
class Saved:
    """The content as it stands after a verb; `changed` is False where there was nothing to write."""

    content: Snapshot
    changed: bool

    @property
    def version(self) -> str:
        return version_of(self.content)


def may_author(user: User) -> None:
    """Raises Refused("request.forbidden") for anybody who is not an author."""
    if not user.is_active or not user.has_perm(PERMISSION):
        raise Refused("request.forbidden")


@transaction.atomic
def begin_story(*, title: str, language: str, by: User) -> Story:
    """A new story with one empty scene to start from; its slug is made from the title."""
    may_author(by)
    stem = slugify(title)[:60].strip("-") or "story"
    taken = set(Story.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    story = Story.objects.create(slug=_fresh(stem, taken), title=title, language=language)
    add_scene(story, by=by)
    return story


def remove_story(story: Story, *, by: User) -> None:
    """Delete a story, history and all: nothing brings it back. Raises Refused("story.performed")."""
    may_author(by)
    delete_story(story)


@transaction.atomic
def save_scene(scene: Scene, content: Snapshot, *, version: str, by: User, kind: Edit.Kind = Edit.Kind.EDIT) -> Saved:
    """Store the scene's text. Raises Refused: scene.stale, scene.shown, choice.used, scene.unknown."""
    may_author(by)
    scene = claim_scene(scene.pk)
    before = scene_snapshot(scene)
    after = {**before, **content}
    if version_of(before) != version:
        if _is_stored(after, before):
            return Saved(before, False)
        raise Refused("scene.stale")
    _check_targets(scene.story, after)
    if after == before:
        return Saved(before, False)
    check_change(scene, before, after)
    write_scene(scene, after)
    after = scene_snapshot(scene)
    _note_scene(scene, Edit.Verb.SCENE_SAVED, before, after, by, kind)
    return Saved(after, True)


@transaction.atomic
def save_story(story: Story, content: Snapshot, *, version: str, by: User) -> Saved:
    """Store the story's world.

    Raises Refused: story.stale, scene.unknown (a start that is not the story's), character.used, place.used.
    """
    may_author(by)
    story = claim_story(story.pk)
    before = story_snapshot(story)
    after = {**before, **content}
    if version_of(before) != version:
        if _is_stored(after, before):
            return Saved(before, False)
        raise Refused("story.stale")
    if after["start"] is not None and not Scene.objects.filter(pk=after["start"], story=story).exists():
        raise Refused("scene.unknown")
    if after == before:
        return Saved(before, False)
    check_world(story, before, after)
    write_story(story, after)
    after = story_snapshot(story)
    note_story(story, Edit.Verb.STORY_SAVED, by=by, before=before, after=after)
    return Saved(after, True)


@transaction.atomic
def set_aside(story: Story, typed: Snapshot, *, scene: Scene | None = None, by: User) -> Saved:
    """Keep what an author typed in the history alone, where somebody else was first and the other text is to stand.

    It is noted as made and taken back at once, so that the author's own redo brings it again.
    """
    may_author(by)
    before = scene_snapshot(scene) if scene else story_snapshot(story)
    scope = history.scope_of(scene.pk) if scene else history.STORY
    verb = Edit.Verb.SCENE_SAVED if scene else Edit.Verb.STORY_SAVED
    pk = scene.pk if scene else None
    history.note(story, scope, verb, by=by, before=before, after=typed, scene=pk)
    history.note(story, scope, verb, by=by, before=typed, after=before, scene=pk, kind=Edit.Kind.UNDO)
    return Saved(before, False)


@transaction.atomic
def add_scene(story: Story, *, heading: str = "", after: Choice | None = None, by: User) -> Scene:
    """A new scene, behind an open choice where one is given. Raises Refused("choice.taken")."""
    may_author(by)
    story = claim_story(story.pk)
    choice = Choice.objects.select_for_update(of=("self",)).get(pk=after.pk) if after else None
    if choice and choice.to_scene_id is not None:
        raise Refused("choice.taken")
    chapter = choice.scene.chapter if choice else ""
    title = heading or (choice.label if choice else "")
    scene = Scene.objects.create(
        story=story, key=fresh_key(story, title), name=title[:200], heading=heading or NEW_HEADING, chapter=chapter
    )
    if choice:
        Choice.objects.filter(pk=choice.pk).update(to_scene=scene, target="")
    if story.start_id is None:
        Story.objects.filter(pk=story.pk).update(start=scene)
    added = {"pk": scene.pk, "scene": scene_snapshot(scene), "arrivals": [choice.pk] if choice else []}
    note_story(story, Edit.Verb.SCENE_ADDED, by=by, before=None, after=added, scene=scene.pk)
    return scene


@transaction.atomic
def remove_scene(scene: Scene, *, by: User, kind: Edit.Kind = Edit.Kind.EDIT) -> None:
    """Take a scene out; the choices that led to it are open again. Undoable.

    Raises Refused: scene.start, scene.shown, choice.used.
    """
    may_author(by)
    scene = claim_scene(scene.pk)
    check_removal(scene)
    arrivals = list(Choice.objects.filter(to_scene=scene).exclude(scene=scene).values_list("pk", flat=True))
    removed = {"pk": scene.pk, "scene": scene_snapshot(scene), "arrivals": arrivals}
    story, pk = scene.story, scene.pk
    Choice.objects.filter(to_scene=scene).update(to_scene=None)
    scene.delete()
    note_story(story, Edit.Verb.SCENE_REMOVED, by=by, before=removed, after=None, scene=pk, kind=kind)


@transaction.atomic
def put_back(story: Story, removed: Snapshot, *, by: User, kind: Edit.Kind) -> Scene:
    """The scene that `remove_scene` took out, under its number; what led to it does again where it is still open."""
    may_author(by)
    content = removed["scene"]
    if Scene.objects.filter(story=story, key=content["key"]).exists():
        raise Refused("edit.stale", reason=content["key"])
    row = {name: content[name] for name in ("key", "heading", "origin", "source")}
    scene = Scene.objects.create(pk=removed["pk"], story=story, **row)
    write_scene(scene, content)
    Choice.objects.open().filter(pk__in=removed["arrivals"], scene__story=story).update(to_scene=scene)
    note_story(story, Edit.Verb.SCENE_ADDED, by=by, before=None, after=removed, scene=scene.pk, kind=kind)
    return scene


@transaction.atomic
def make_new_version(scene: Scene, *, by: User) -> Scene:
    """A copy that can be edited takes the place of a scene that was shown.

    Every choice that leads to the old scene leads to the copy from now on, and the story starts with it if it
    started with the old one. The old scene stays as it was performed; paths and scripts refer to it as before.
    """
    may_author(by)
    old = claim_scene(scene.pk)
    content = scene_snapshot(old)
    content |= {"key": fresh_key(old.story, old.key), "origin": Scene.Origin.AUTHORED}
    copy = Scene.objects.create(story=old.story, key=content["key"], heading=old.heading)
    content["choices"] = [
        {**choice, "id": None, "to": copy.pk if choice["to"] == old.pk else choice["to"]}
        for choice in content["choices"]
    ]
    write_scene(copy, content)
    arrivals = Choice.objects.filter(to_scene=old).exclude(scene=old)
    moved = {"pk": old.pk, "arrivals": list(arrivals.values_list("pk", flat=True))}
    arrivals.update(to_scene=copy)
    starts = Story.objects.filter(pk=old.story_id, start=old).update(start=copy)
    made = {"pk": copy.pk, "scene": scene_snapshot(copy), "arrivals": moved["arrivals"], "start": bool(starts)}
    note_story(old.story, Edit.Verb.SCENE_REPLACED, by=by, before=moved, after=made, scene=copy.pk)
    return copy


# ------------------------------------------------------------------ rows


def claim_scene(pk: int) -> Scene:
    """The scene, locked until the transaction ends: no performance can enter it meanwhile. Raises scene.unknown."""
    try:
        return Scene.objects.select_for_update(of=("self",)).select_related("story").get(pk=pk)
    except Scene.DoesNotExist as error:
        raise Refused("scene.unknown") from error


def claim_story(pk: int) -> Story:
    """The story's row, locked until the transaction ends."""
    return Story.objects.select_for_update(of=("self",)).get(pk=pk)


def note_story(
    story: Story,
    verb: str,
    *,
    by: User,
    before: Snapshot | None,
    after: Snapshot | None,
    scene: int | None = None,
    kind: str = Edit.Kind.EDIT,
) -> None:
    """An entry of the story's own scope, in the caller's transaction."""
    history.note(story, history.STORY, verb, by=by, before=before, after=after, scene=scene, kind=kind)


def fresh_key(story: Story, title: str) -> str:
    """A key that no scene of the story has: from the title where it has Latin letters, else by number."""
    stem = slugify(title)[:60].strip("-") or "scene"
    keys = set(Scene.objects.filter(story=story, key__startswith=stem).values_list("key", flat=True))
    return _fresh(stem, keys)


def _fresh(stem: str, taken: set[str]) -> str:
    """The stem, or the stem with the first number that is free."""
    names = (stem if n == 1 else f"{stem}-{n}" for n in range(1, len(taken) + 3))
    return next(name for name in names if name not in taken)


def _is_stored(typed: Snapshot, now: Snapshot) -> bool:
    """Whether a save that comes again says nothing new: its first answer was lost on the way."""
    return _without_ids(typed) == _without_ids(now)


def _without_ids(content: Snapshot) -> Snapshot:
    """Rows that are new get their numbers by the save, so a page that never heard of it has none for them."""
    lists = ("choices", "characters", "places")
    return content | {name: [{**row, "id": None} for row in content[name]] for name in lists if name in content}


def _check_targets(story: Story, content: Snapshot) -> None:
    targets = {choice["to"] for choice in content["choices"] if choice["to"] is not None}
    if Scene.objects.filter(pk__in=targets, story=story).count() != len(targets):
        raise Refused("scene.unknown")


def _note_scene(scene: Scene, verb: str, before: Snapshot, after: Snapshot, by: User, kind: str) -> None:
    history.note(
        scene.story, history.scope_of(scene.pk), verb, by=by, before=before, after=after, scene=scene.pk, kind=kind
    )
