"""What was read from each scene, kept in its row; a scene whose text has changed is read again.

Every scene of a story is one that the audience may see: an author's, or a branch's that was released. What is drafted
or approved and not released has no scene, so nothing is read from it, and a choice that nothing follows is no way.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from storyengine.generation.facts import RULES_OF_READING, Fact, Reading, read_facts
from storyengine.generation.models import SceneMemory
from storyengine.generation.prompt import scene_text
from storyengine.plot.branch import BranchBeat, BranchScene
from storyengine.plot.models import Beat, Scene

REREAD = ["text_hash", "facts", "threads", "read_at"]


@dataclass(frozen=True, slots=True)
class Remembered:
    """A scene's heading, what was read from its text, and the facts that an editor decided to hold from it on."""

    heading: str
    reading: Reading
    kept: tuple[tuple[str, str], ...] = ()


def remember(scenes: Mapping[int, BranchScene], aside: Iterable[int], names: Sequence[str]) -> dict[int, Remembered]:
    """The memories of the path's scenes, and of those beside it by id: four queries, one more where any is read anew.

    `names` are the bible's people; where they change, every scene is read again.
    """
    everything = {**texts_of(number for number in aside if number not in scenes), **scenes}
    rows = {row.scene_id: row for row in SceneMemory.objects.filter(scene__in=list(everything))}
    stale = []
    for number, scene in everything.items():
        digest, row = _hash(scene, names), rows.get(number)
        if row is None or row.text_hash != digest:
            stale.append(_read(number, scene, names, digest, row))
    if stale:
        SceneMemory.objects.bulk_create(stale, update_conflicts=True, unique_fields=["scene"], update_fields=REREAD)
    rows |= {row.scene_id: row for row in stale}
    return {number: _remembered(rows[number], scene.heading) for number, scene in everything.items()}


def texts_of(scenes: Iterable[int]) -> dict[int, BranchScene]:
    """Headings and beats of scenes by id, without their choices and styles: two queries."""
    headings = dict(Scene.objects.filter(pk__in=list(scenes)).values_list("pk", "heading"))
    beats: dict[int, list[BranchBeat]] = {number: [] for number in headings}
    rows = Beat.objects.filter(scene__in=list(headings)).order_by("scene_id", "position")
    for number, kind, text, character in rows.values_list("scene_id", "kind", "text", "character"):
        beats[number].append(BranchBeat(kind, text, character))  # type: ignore[arg-type]  # the column's choices
    return {number: BranchScene(heading, tuple(beats[number])) for number, heading in headings.items()}


def _read(number: int, scene: BranchScene, names: Sequence[str], digest: str, row: SceneMemory | None) -> SceneMemory:
    reading = read_facts(scene, names)
    facts, threads = [asdict(fact) for fact in reading.facts], list(reading.threads)
    kept = row.kept if row else []
    return SceneMemory(scene_id=number, text_hash=digest, facts=facts, threads=threads, kept=kept)


def _remembered(row: SceneMemory, heading: str) -> Remembered:
    reading = Reading(tuple(Fact(**fact) for fact in row.facts), tuple(row.threads))
    return Remembered(heading, reading, tuple((fact["who"], fact["what"]) for fact in row.kept))


def _hash(scene: BranchScene, names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join([str(RULES_OF_READING), scene_text(scene), *names]).encode()).hexdigest()
