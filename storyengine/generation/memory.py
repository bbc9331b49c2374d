"""What is true where a story stands: the fold from its first scene to the one that the next branch follows.

The plot is a graph and its scenes are shared by every performance, so a branch that is written after a scene must
hold whichever way led there. Where ways merge, only what is true on all of them stays, unless an editor decides
that a fact holds on all (`keep_fact`). Facts are read from scenes on the path, which are released or authored;
a draft is never read.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from django.db import transaction

from storyengine.errors import Refused
from storyengine.generation.facts import Fact, Reading, read_facts
from storyengine.generation.models import SceneMemory
from storyengine.generation.prompt import scene_text
from storyengine.plot.branch import BranchScene
from storyengine.plot.models import Character, Choice, PathStep, Scene, Story
from storyengine.plot.path import path_scenes

MOST_SUMMARIES = 8  # the nearest ones; older ones are dropped first
MOST_FACTS = 12
MOST_THREADS = 4
MOST_ANCESTORS = 1000  # scenes before a merge that are looked at; past that nothing but the path's own is taken

Claim = tuple[str, str]  # (who, what): a fact without its proof


@dataclass(frozen=True, slots=True)
class Recalled:
    """A fact on this path, the scene that proves it, and whether it holds on every way to the last scene."""

    fact: Fact
    scene: int
    holds: bool
    kept: bool = False  # it holds because an editor said so

    @property
    def claim(self) -> Claim:
        return self.fact.who, self.fact.what


@dataclass(frozen=True, slots=True)
class Memory:
    """Summaries of the scenes before the last, oldest first; the last scene in full; facts and open questions.

    `recalled` is everything on the path, for an editor's eyes; `facts` what the writer may rely on, the facts
    about those who stand in the last scene at the end.
    """

    so_far: tuple[str, ...]
    last_scene: str
    facts: tuple[Claim, ...] = ()
    threads: tuple[str, ...] = ()
    recalled: tuple[Recalled, ...] = ()


def recall(step: PathStep) -> Memory:
    """The memory of the performance's path up to and with this step."""
    steps = path_scenes(step.performance, until=step)
    scenes = {row.scene_id: scene for row, scene in steps}
    last = steps[-1][1]
    readings = read_scenes(step.performance.story, scenes)
    sure = true_at(step.scene, set(scenes))
    before = [(row.scene_id, scene) for row, scene in steps[:-1] if row.scene_id in sure.scenes]
    summaries = [scene.summary or scene.heading for _, scene in before]
    recalled = _recalled(readings, sure)
    return Memory(
        tuple(summaries[-MOST_SUMMARIES:]),
        scene_text(last),
        _useful([one.claim for one in recalled if one.holds], last),
        _open_threads([(readings[row.scene_id], scene) for row, scene in steps if row.scene_id in sure.scenes]),
        recalled,
    )


def read_scenes(story: Story, scenes: Mapping[int, BranchScene]) -> dict[int, Reading]:
    """Each scene's facts, from its row or read now; a scene whose text has changed is read again."""
    names = list(Character.objects.filter(story=story).values_list("name", flat=True))
    rows = {row.scene_id: row for row in SceneMemory.objects.filter(scene__in=scenes)}
    for number, scene in scenes.items():
        digest = _hash(scene, names)
        if number not in rows or rows[number].text_hash != digest:
            rows[number] = _store(number, read_facts(scene, names), digest)
    return {number: _reading(rows[number]) for number in scenes}


def _store(scene: int, reading: Reading, digest: str) -> SceneMemory:
    values = {
        "text_hash": digest,
        "facts": [asdict(fact) for fact in reading.facts],
        "threads": list(reading.threads),
    }
    row, _ = SceneMemory.objects.update_or_create(scene_id=scene, defaults=values)
    return row


def _reading(row: SceneMemory) -> Reading:
    return Reading(tuple(Fact(**fact) for fact in row.facts), tuple(row.threads))


def _hash(scene: BranchScene, names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join([scene_text(scene), *names]).encode()).hexdigest()


# ------------------------------------------------------------------ merges


@dataclass(frozen=True, slots=True)
class Sure:
    """What holds on every way from the story's start to a scene: scenes that all ways pass, facts of all ways."""

    scenes: frozenset[int]
    claims: frozenset[Claim]
    kept: frozenset[Claim] = frozenset()


def true_at(scene: Scene, on_path: set[int]) -> Sure:
    """A must-analysis over the scenes that can lead here: at a merge the ways' sets are intersected.

    The scenes on the path are always looked at. Past MOST_ANCESTORS scenes the ways cannot all be followed, and
    the path's own scenes are taken as sure.
    """
    ways = _ways_to(scene)
    rows = {row.scene_id: row for row in SceneMemory.objects.filter(scene__in=[*ways, *on_path])}
    own = {number: _own(number, rows.get(number)) for number in {*ways, *on_path}}
    kept = frozenset((fact["who"], fact["what"]) for row in rows.values() for fact in row.kept)
    if len(ways) > MOST_ANCESTORS:
        everything = frozenset().union(*(own[number] for number in on_path))
        return _sure(everything, kept)
    return _sure(_fold(scene, ways, own)[scene.pk], kept)


Item = int | Claim  # a scene that was passed, or a fact


def _sure(items: frozenset[Item], kept: frozenset[Claim]) -> Sure:
    return Sure(
        frozenset(item for item in items if isinstance(item, int)),
        frozenset(item for item in items if isinstance(item, tuple)),
        kept,
    )


def _own(number: int, row: SceneMemory | None) -> frozenset[Item]:
    facts = [*row.facts, *row.kept] if row else []
    return frozenset([number, *((fact["who"], fact["what"]) for fact in facts)])


def _fold(scene: Scene, ways: Mapping[int, set[int]], own: Mapping[int, frozenset[Item]]) -> dict[int, frozenset[Item]]:
    """Repeat "what comes in is what all ways bring; what goes out adds the scene's own" until nothing changes."""
    start = scene.story.start_id
    out: dict[int, frozenset[Item]] = {}
    changed = True
    while changed:
        changed = False
        for number in ways:
            brought = [out[before] for before in ways[number] if before in out]
            common = frozenset.intersection(*brought) if brought and number != start else frozenset()
            if number == start or brought or not ways[number]:
                now = common | own[number]
                changed = changed or out.get(number) != now
                out[number] = now
    return out


def _ways_to(scene: Scene) -> dict[int, set[int]]:
    """Every scene from which this one can be reached, with the scenes that lead to it; nearest to the start first."""
    edges = Choice.objects.filter(scene__story=scene.story_id).exclude(to_scene=None)
    before: dict[int, set[int]] = {}
    for source, target in edges.values_list("scene_id", "to_scene_id"):
        before.setdefault(target, set()).add(source)
    found, frontier = {scene.pk: before.get(scene.pk, set())}, [scene.pk]
    while frontier:
        number = frontier.pop()
        for earlier in before.get(number, ()):
            if earlier not in found:
                found[earlier] = before.get(earlier, set())
                frontier.append(earlier)
    return dict(sorted(found.items()))


def _recalled(readings: Mapping[int, Reading], sure: Sure) -> tuple[Recalled, ...]:
    facts = [(number, fact) for number, reading in readings.items() for fact in reading.facts]
    return tuple(
        Recalled(fact, number, (fact.who, fact.what) in sure.claims | sure.kept, (fact.who, fact.what) in sure.kept)
        for number, fact in facts
    )


def keep_fact(scene: Scene, who: str, what: str, *, keep: bool = True) -> None:
    """An editor's word that a fact of one way holds on every way to this scene; or that it no longer does.

    Raises Refused("request.not_found") for a fact that no scene of the story proves.
    """
    proofs = SceneMemory.objects.filter(scene__story=scene.story_id, facts__contains=[{"who": who, "what": what}])
    if not proofs.exists():
        raise Refused("request.not_found")
    with transaction.atomic():
        row = SceneMemory.objects.select_for_update().get(scene=scene)
        kept = [fact for fact in row.kept if (fact["who"], fact["what"]) != (who, what)]
        row.kept = [*kept, {"who": who, "what": what}] if keep else kept
        row.save(update_fields=["kept"])


# ------------------------------------------------------------------ what of it the writer is told


def _useful(claims: list[Claim], last: BranchScene) -> tuple[Claim, ...]:
    """The nearest facts, those about people in the last scene at the end: what is cut first stands first."""
    present = scene_text(last).casefold()
    nearest = list(dict.fromkeys(claims))[-2 * MOST_FACTS :]
    return tuple(sorted(nearest, key=lambda claim: claim[0].casefold() in present)[-MOST_FACTS:])


def _open_threads(scenes: list[tuple[Reading, BranchScene]]) -> tuple[str, ...]:
    """Questions that no later scene takes up again: half of a question's longer words said later closes it."""
    threads: list[str] = []
    for reading, scene in scenes:
        later = scene_text(scene).casefold()
        threads = [thread for thread in threads if not _taken_up(thread, later)] + list(reading.threads)
    return tuple(dict.fromkeys(threads))[-MOST_THREADS:]


def _taken_up(thread: str, later: str) -> bool:
    words = [word.strip("?!.,'’\"").casefold() for word in thread.split()]
    telling = [word for word in words if len(word) > 4]
    return bool(telling) and 2 * sum(word in later for word in telling) >= len(telling)
