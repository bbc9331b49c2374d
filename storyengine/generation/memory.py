"""What is true where a story stands: the fold from its first scene to the one that the next branch follows.

The plot is a graph and its scenes are shared by every performance, so a branch that is written after a scene must
hold whichever way led there. Along a way a later fact ends an earlier one that cannot be true beside it
(generation/standing.py); where ways merge, only what is true on all of them stays (generation/fold.py), unless an
editor decides that a fact holds on all (`keep_fact`). Every scene that can lead here is read, walked or not; they are
all released or authored, and what is not released yet counts for nothing (generation/readings.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from storyengine.errors import Refused
from storyengine.generation.facts import Fact, Reading
from storyengine.generation.fold import Sure, fold
from storyengine.generation.models import SceneMemory
from storyengine.generation.prompt import scene_text
from storyengine.generation.readings import Remembered, remember
from storyengine.generation.standing import Claim, Standing, ended_by, stand
from storyengine.generation.words import terms
from storyengine.plot.branch import BranchScene
from storyengine.plot.models import Character, PathStep, Scene
from storyengine.plot.path import path_scenes
from storyengine.plot.ways import ways_to

MOST_SUMMARIES = 8  # the nearest ones; older ones are dropped first
MOST_FACTS = 12
MOST_THREADS = 4
MOST_ASIDE = 1000  # scenes beside the path that are looked at; ways from farther off may bring anything
MOST_ENDING = 3  # signs that a word may have more than another and still be the same


@dataclass(frozen=True, slots=True)
class Recalled:
    """A fact, the scene that proves it, the state it leaves, and whether that holds on every way to the last scene.

    What does not hold was `ended` by a later fact of this path, in the scene with that heading; or it is not so on
    another way.
    """

    fact: Fact
    scene: int
    heading: str
    state: Claim
    holds: bool
    kept: bool  # an editor said so of the last scene
    ended: tuple[Fact, str] | None

    @property
    def who(self) -> str:
        """In whom it is a change: the one who was given the lamp, not the giver."""
        return self.state[0]


@dataclass(frozen=True, slots=True)
class Memory:
    """Summaries of the scenes before the last, oldest first; the last scene in full; facts and open questions.

    `recalled` is everything on the path and what was kept from beside it, for an editor's eyes; `facts` what the writer
    may rely on, the states of those who stand in the last scene at the end.
    """

    so_far: tuple[str, ...]
    last_scene: str
    facts: tuple[Claim, ...] = ()
    threads: tuple[str, ...] = ()
    recalled: tuple[Recalled, ...] = ()


def recall(step: PathStep) -> Memory:
    """The memory of the performance's path up to and with this step; a fixed number of queries."""
    steps = path_scenes(step.performance, until=step)
    scenes = {row.scene_id: scene for row, scene in steps}
    names = list(Character.objects.filter(story=step.performance.story_id).values_list("name", flat=True))
    ways = ways_to([row for row, _ in steps], aside=MOST_ASIDE)
    known = remember(scenes, ways.before, names)
    own = {number: [stand(fact, names) for fact in one.reading.facts] for number, one in known.items()}
    kept = {number: _kept(one, own) for number, one in known.items() if one.kept}
    sure = fold(ways, step.scene_id, own, kept)
    recalled = _recalled([row.scene_id for row, _ in steps], known, own, kept, sure)
    summaries = [scene.summary or scene.heading for row, scene in steps[:-1] if row.scene_id in sure.scenes]
    asked = [(known[row.scene_id].reading, scene) for row, scene in steps if row.scene_id in sure.scenes]
    last = steps[-1][1]
    return Memory(
        tuple(summaries[-MOST_SUMMARIES:]),
        scene_text(last),
        _useful([one.state for one in recalled if one.holds], last),
        _open_threads(asked),
        recalled,
    )


def keep_fact(scene: Scene, who: str, what: str, *, keep: bool = True) -> None:
    """An editor's word that a fact of one way holds on every way to this scene; or that it no longer does.

    It holds from here on, also against what this scene says, as long as a scene that leads here proves it; a later
    fact may end it like any other. Raises Refused("request.not_found") for a fact that no scene of the story proves.
    """
    proofs = SceneMemory.objects.filter(scene__story=scene.story_id, facts__contains=[{"who": who, "what": what}])
    if not proofs.exists():
        raise Refused("request.not_found")
    with transaction.atomic():
        row = SceneMemory.objects.select_for_update().get(scene=scene)
        kept = [fact for fact in row.kept if (fact["who"], fact["what"]) != (who, what)]
        row.kept = [*kept, {"who": who, "what": what}] if keep else kept
        row.save(update_fields=["kept"])


def _kept(one: Remembered, own: Mapping[int, Sequence[Standing]]) -> list[Standing]:
    """The facts kept at a scene, as the scenes that lead here prove them; without a proof there is no fact."""
    proved = {(fact.fact.who, fact.fact.what): fact for facts in own.values() for fact in facts}
    return [proved[claim] for claim in one.kept if claim in proved]


def _recalled(
    path: Sequence[int],
    known: Mapping[int, Remembered],
    own: Mapping[int, Sequence[Standing]],
    kept: Mapping[int, Sequence[Standing]],
    sure: Sure,
) -> tuple[Recalled, ...]:
    """Each fact of the path where it was last passed, oldest first, after those that were kept from beside the path."""
    passed = list(dict.fromkeys(reversed(path)))[::-1]
    here = [(number, one) for number in passed for one in own[number]]
    wanted = {one.state for facts in kept.values() for one in facts} & sure.states - {one.state for _, one in here}
    beside = {one.state: (number, one) for number, facts in own.items() for one in facts if one.state in wanted}
    told = [*beside.values(), *here]
    chosen = {(one.fact.who, one.fact.what) for one in kept.get(path[-1], ())}
    found = []
    for (number, one), end in zip(told, ended_by(one for _, one in told), strict=True):
        holds = one.state in sure.states
        ended = None if holds or end is None else (told[end][1].fact, known[told[end][0]].heading)
        is_kept = holds and (one.fact.who, one.fact.what) in chosen
        found.append(Recalled(one.fact, number, known[number].heading, one.state, holds, is_kept, ended))
    return _each_once(found)


def _each_once(recalled: Sequence[Recalled]) -> tuple[Recalled, ...]:
    """What holds and was said again is told where it was said last; what an editor kept stays beside it."""
    last = {_heard(one): number for number, one in enumerate(recalled) if one.holds}
    return tuple(one for number, one in enumerate(recalled) if not one.holds or one.kept or last[_heard(one)] == number)


def _heard(one: Recalled) -> tuple[str, str]:
    return one.state[0], one.state[1].casefold()


# ------------------------------------------------------------------ what of it the writer is told


def _useful(states: Sequence[Claim], last: BranchScene) -> tuple[Claim, ...]:
    """The nearest states, those of people in the last scene at the end: what is cut first stands first."""
    present = scene_text(last).casefold()
    nearest = list(dict.fromkeys(reversed(states)))[: 2 * MOST_FACTS][::-1]
    return tuple(sorted(nearest, key=lambda claim: claim[0].casefold() in present)[-MOST_FACTS:])


def _open_threads(scenes: Iterable[tuple[Reading, BranchScene]]) -> tuple[str, ...]:
    """Questions that no later scene takes up again: half of a question's content words said later closes it.

    A question without any ("What do we do now?") is about its own moment, and open for one scene.
    """
    threads: list[str] = []
    for reading, scene in scenes:
        later = set(terms(scene_text(scene))) if threads else set()
        threads = [thread for thread in threads if not _taken_up(thread, later)] + list(reading.threads)
    return tuple(dict.fromkeys(threads))[-MOST_THREADS:]


def _taken_up(thread: str, later: set[str]) -> bool:
    telling = set(terms(thread))
    return 2 * sum(any(_same(word, said) for said in later) for word in telling) >= len(telling)


def _same(word: str, said: str) -> bool:
    """The same word, endings apart: key and keys, stole and stolen."""
    short, long = sorted((word, said), key=len)
    return long.startswith(short) and len(long) - len(short) <= MOST_ENDING * (len(short) > 2)
