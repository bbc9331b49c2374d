"""What was done to a story, and what undo and redo would do next. Reads and adds rows; never changes one."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q

from storyengine.plot.models import Edit, Scene, Story
from storyengine.plot.snapshot import Snapshot

STORY = "story"
DEEPEST = 500  # edits of one scope that undo looks through
SITTING = timedelta(minutes=10)  # saves of one author with no longer pause between them read as one entry


def scope_of(scene_id: int) -> str:
    return f"scene:{scene_id}"


def note(
    story: Story,
    scope: str,
    verb: str,
    *,
    by: User,
    before: Snapshot | None,
    after: Snapshot | None,
    scene: int | None = None,
    kind: str = Edit.Kind.EDIT,
) -> Edit:
    """Add one entry, in the caller's transaction."""
    return Edit.objects.create(
        story=story, scope=scope, scene=scene, verb=verb, kind=kind, before=before, after=after, by=by
    )


@dataclass(frozen=True, slots=True)
class Stacks:
    """The edits that undo and redo would take back, or make again, the next one last."""

    undo: tuple[Edit, ...]
    redo: tuple[Edit, ...]


def stacks(story_id: int, scope: str, by: User) -> Stacks:
    """One person's own way back in one scope. It is read from the table, so a reload, or another desk, knows it too.

    A scene that has been written in since it was made is no longer taken away by undo: it would bar the way to what
    was done before it, or take the text along.
    """
    written = Edit.objects.filter(story=story_id, scene=OuterRef("scene"), verb=Edit.Verb.SCENE_SAVED)
    made = Q(verb__in=(Edit.Verb.SCENE_ADDED, Edit.Verb.SCENE_REPLACED), kind=Edit.Kind.EDIT)
    unknown = Q(verb__in=(Edit.Verb.SCENE_SAVED, Edit.Verb.STORY_SAVED), before__isnull=True)  # nothing to go back to
    mine = Edit.objects.in_scope(story_id, scope).filter(by=by).exclude(made & Exists(written)).exclude(unknown)
    rows = list(mine.defer("before", "after").order_by("-id")[:DEEPEST])
    undo: list[Edit] = []
    redo: list[Edit] = []
    for edit in reversed(rows):
        if edit.kind == Edit.Kind.UNDO:
            redo += undo[-1:]
            del undo[-1:]
        elif edit.kind == Edit.Kind.REDO:
            undo += redo[-1:]
            del redo[-1:]
        else:
            undo.append(edit)
            redo.clear()
    return Stacks(tuple(undo), tuple(redo))


# ------------------------------------------------------------------ reading it


@dataclass(frozen=True, slots=True)
class Entry:
    """One author's sitting at one scene: what it began from and what it left, and the edit to restore it by."""

    edit: Edit
    since: datetime
    saves: int
    before: Snapshot | None
    after: Snapshot | None


def entries(edits: Sequence[Edit]) -> list[Entry]:
    """Edits, the newest first, joined to sittings: autosave makes many rows of one hour's work."""
    found: list[Entry] = []
    for edit in edits:
        last = found[-1] if found else None
        if last and _same_sitting(last, edit):
            found[-1] = Entry(last.edit, edit.at, last.saves + 1, edit.before, last.after)
        else:
            found.append(Entry(edit, edit.at, 1, edit.before, edit.after))
    return found


def _same_sitting(later: Entry, edit: Edit) -> bool:
    last = later.edit
    alike = (last.by_id, last.told_by, last.verb, last.kind) == (edit.by_id, edit.told_by, edit.verb, edit.kind)
    joins = edit.verb in (Edit.Verb.SCENE_SAVED, Edit.Verb.STORY_SAVED) and edit.kind == Edit.Kind.EDIT
    return alike and joins and later.since - edit.at <= SITTING


def original(scene: Scene) -> tuple[Edit, list[str]] | None:
    """What the scene said before anybody changed it here, as lines, with the edit to restore it by.

    None where it was begun here or took another's place, and where an older edit kept no text of it.
    """
    first = Edit.objects.of_scene(scene.story_id, scene.pk).order_by("id").first()
    lines = as_lines(first.before) if first and first.verb == Edit.Verb.SCENE_SAVED else []
    return (first, lines) if first and lines else None


WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+|\s+|[^\w\s]", re.UNICODE)


def word_diff(before: str, after: str) -> list[tuple[str, str]]:
    """The text as runs ("same" | "gone" | "new", words), word by word; each CJK ideograph is a word."""
    old, new = WORD.findall(before), WORD.findall(after)
    runs: list[tuple[str, str]] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(("same", "".join(old[i1:i2])))
            continue
        runs += [("gone", "".join(old[i1:i2]))] if i2 > i1 else []
        runs += [("new", "".join(new[j1:j2]))] if j2 > j1 else []
    return runs


def text_of(half: Snapshot | None) -> Snapshot | None:
    """The scene's content in one half of an edit, None where there was none.

    A save keeps the content itself; what adds, removes or replaces a scene keeps it beside the ways that led there.
    """
    if half is None or "beats" in half:
        return half
    found: Snapshot | None = half.get("scene")
    return found


def as_lines(snapshot: Snapshot | None) -> list[str]:
    """A scene as lines that a person can compare: heading, beats, choices."""
    if not snapshot:
        return []
    lines = [str(snapshot[name]) for name in ("heading", "name", "chapter", "question", "summary") if snapshot[name]]
    lines += [_beat_line(beat) for beat in snapshot["beats"]]
    return lines + [f"→ {choice['label']}" for choice in snapshot["choices"]]


def _beat_line(beat: dict[str, Any]) -> str:
    return f"{beat['character']}: {beat['text']}" if beat["character"] else str(beat["text"])


def compare(before: Snapshot | None, after: Snapshot | None) -> list[list[tuple[str, str]]]:
    """The lines of a scene that an edit changed, each as a word-level difference; unchanged lines are left out."""
    return list(_compare(as_lines(text_of(before)), as_lines(text_of(after))))


def _compare(old: list[str], new: list[str]) -> Iterator[list[tuple[str, str]]]:
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        paired = min(i2 - i1, j2 - j1)
        for n in range(paired):
            yield word_diff(old[i1 + n], new[j1 + n])
        yield from ([("gone", line)] for line in old[i1 + paired : i2])
        yield from ([("new", line)] for line in new[j1 + paired : j2])
