"""`box`: what the model in the box can and cannot do, on story bibles that its training never saw.

The bibles stand in bibles.json, by hand; no name, place or wish of them is in the grammar's lists. Every scene is
written as the product writes it: held to the schema, several candidates, the best by rank.py first. `parse` and `names`
alone are measured without that help: the schema lets nobody speak whom the bible does not know.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from django.conf import settings
from tqdm import tqdm

from storyengine.errors import Refused
from storyengine.generation.overlap import chunks, tokens
from storyengine.generation.parse import parse_answer
from storyengine.generation.prompt import Context, Wish, scene_text
from storyengine.generation.rank import rank_answers
from storyengine.generation.training.corpus import make_example
from storyengine.generation.words import akin, sentences, takes_up, terms
from storyengine.plot.branch import BranchScene
from storyengine.showrun.bench import Bench, Goal, benchmark

BIBLES = Path(__file__).with_name("bibles.json")
FREE_ROWS = 4  # answers without the schema for each bible
BRANCHES_OF_ONE = 100  # branches of one story, for distinct_2
CORPUS = 20_000  # examples of the corpus that sentences are looked up in
ENOUGH = 2 / 3  # of a choice's words


@dataclass(frozen=True, slots=True)
class Case:
    """One choice of an unseen story, the wish that is asked for or not, and one that fewer people ask for with it."""

    context: Context
    wish: str
    lighter: str
    seed: int

    @property
    def asked(self) -> Context:
        return replace(self.context, wishes=(Wish(self.wish, 17, 17.0), Wish(self.lighter, 4, 4.0)))


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene as it came, with what it was to be."""

    context: Context
    scene: BranchScene
    seconds: float


@benchmark(
    "box",
    goals={
        "parse": Goal(">=", 0.95),
        "names": Goal(">=", 0.98),
        "follows": Goal(">=", 0.9),
        "wish": Goal(">=", 0.8),
        "wish_unasked": Goal("<", 0.2),
        "repeats": Goal("=", 0),
        "distinct_2": Goal(">=", 0.6),
        "verbatim": Goal("<=", 0.05),
        "seconds_per_scene": Goal("<", 10),
    },
)
def measure_box(bench: Bench) -> dict[str, Any]:
    """How the writer does on 20 unseen story bibles: form, names, choices, wishes, repetition, speed.

    parse: answers without the schema that are branches. names: speakers that the bible or the scene introduces.
    follows: scenes whose first half holds two thirds of the choice's words. wish, wish_unasked: scenes that hold the
    heaviest wish, asked for and not. choices_differ, choices_lead_on: scenes whose choices are no two alike, and
    speak of what is in it. repeats: scenes in which a sentence stands twice. distinct_2: different pairs of words in
    100 branches of one story. verbatim: sentences that stand in 20,000 examples of the corpus.
    """
    from storyengine.generation.writer.local import LocalWriter

    writer = LocalWriter(settings.WRITER_MODEL, threads=settings.WRITER_THREADS)
    cases = list(unseen(bench.bibles or BIBLES))
    bench.say("without the schema")
    free = [
        (case.asked, text)
        for case in tqdm(cases[::3], unit="bible")
        for text in writer.write_freely(case.asked, seed=case.seed, candidates=FREE_ROWS)
    ]
    read = [Scene(asked, scene, 0.0) for asked, text in free for scene in branch_scenes(text, asked)]
    bench.say("with a wish, and without")
    asked = [written(writer, case.asked, case.seed) for case in tqdm(cases, unit="scene")]
    unasked = [written(writer, case.context, case.seed) for case in tqdm(cases, unit="scene")]
    bench.say("a hundred branches of one story")
    one = list(_many(writer, cases[:3], BRANCHES_OF_ONE))
    bench.say(f"looking for sentences in {CORPUS:,} examples of the corpus")
    return {
        "parse": len(read) / len(free),
        "names": names(read),
        **figures(asked + unasked),
        "wish": mean(takes_up(scene_text(s.scene), case.wish) for s, case in zip(asked, cases, strict=True)),
        "wish_unasked": mean(takes_up(scene_text(s.scene), case.wish) for s, case in zip(unasked, cases, strict=True)),
        "distinct_2": distinct_pairs(one),
        "verbatim": share_in(corpus_sentences(CORPUS), [s.scene for s in asked + unasked]),
        "seconds_per_scene": median(s.seconds for s in asked + unasked),
        "words_per_scene": median(s.scene.words for s in asked + unasked),
        "scenes": len(asked) + len(unasked),
        "candidates": writer.candidates,
        "model": writer.name,
    }


def unseen(file: Path) -> Iterable[Case]:
    """Three cases for each bible, in the file's order: one for each of its choices; the lighter wish is the next's."""
    bibles = json.loads(file.read_text())
    for number, bible in enumerate(bibles):
        for place, choice in enumerate(bible["choices"]):
            context = Context(
                title=bible["title"],
                language="en",
                tone=bible["tone"],
                logline=bible["logline"],
                rules=tuple(bible["rules"]),
                characters=tuple((name, text) for name, text in bible["characters"]),
                places=tuple((name, text) for name, text in bible["places"]),
                so_far=tuple(bible["so_far"]),
                last_scene=bible["last_scene"],
                choice=choice,
                plan=settings.WRITER_PLANS,
            )
            lighter = bibles[(number + 1) % len(bibles)]["wish"]
            yield Case(context, bible["wish"], lighter, seed=10 * number + place)


def branch_scenes(text: str, context: Context) -> Sequence[BranchScene]:
    """The scenes of an answer; none where it is no branch."""
    try:
        return parse_answer(text, context).scenes
    except Refused:
        return ()


def names(scenes: Sequence[Scene]) -> float:
    """The share of all speakers, scene by scene, that the bible or the scene introduces."""
    return mean(known_speaker(s, name) for s in scenes for name in speakers(s.scene))


def figures(scenes: Sequence[Scene]) -> dict[str, float]:
    """The figures that one scene and its prompt decide, each a share of all scenes."""
    return {
        "follows": mean(follows(s) for s in scenes),
        "choices_differ": mean(choices_differ(s.scene) for s in scenes),
        "choices_lead_on": mean(choices_lead_on(s) for s in scenes),
        "repeats": mean(repeats(s.scene) for s in scenes),
    }


def speakers(scene: BranchScene) -> list[str]:
    return list(dict.fromkeys(beat.character for beat in scene.beats if beat.character))


def known_speaker(s: Scene, name: str) -> bool:
    """In the bible, or named by an action before the first line spoken."""
    if name.casefold() in {known.casefold() for known, _ in s.context.characters}:
        return True
    first = next(place for place, beat in enumerate(s.scene.beats) if beat.character == name)
    return any(name.casefold() in beat.text.casefold() for beat in s.scene.beats[:first] if beat.kind == "action")


def follows(s: Scene) -> bool:
    wanted = list(dict.fromkeys(terms(s.context.choice)))
    half = s.scene.beats[: max(2, (len(s.scene.beats) + 1) // 2)]
    heard = [word for beat in half for word in terms(f"{beat.character} {beat.text}")]
    return sum(any(akin(word, other) for other in heard) for word in wanted) >= ENOUGH * len(wanted)


def choices_differ(scene: BranchScene) -> bool:
    labels = [set(tokens(label)) for label in scene.choices]
    return all(len(a & b) <= len(a | b) / 2 for n, a in enumerate(labels) for b in labels[n + 1 :])


def choices_lead_on(s: Scene) -> bool:
    """Two of the choices speak of somebody or something in the scene or the bible."""
    prompt = " ".join([scene_text(s.scene), *(f"{a} {b}" for a, b in (*s.context.characters, *s.context.places))])
    heard = set(terms(prompt))
    return sum(any(word in heard for word in terms(label)) for label in s.scene.choices) >= 2


def repeats(scene: BranchScene) -> bool:
    said = list(said_in(scene))
    return len(set(said)) < len(said)


def said_in(scene: BranchScene) -> Iterable[str]:
    return (one for beat in scene.beats if beat.kind != "parenthetical" for one in sentences(beat.text))


def distinct_pairs(scenes: Sequence[BranchScene]) -> float:
    pairs: Counter[tuple[str, ...]] = Counter()
    for scene in scenes:
        pairs.update(chunks(tokens(" ".join(beat.text for beat in scene.beats)), 2))
    return len(pairs) / max(1, pairs.total())


def corpus_sentences(count: int) -> set[str]:
    """What so many examples of the corpus say, of all lengths of prompt."""
    rng = Random(1)
    return {text for _ in range(count) for text in said_in(make_example(rng, size=rng.uniform(0, 1.5)).scene)}


def share_in(known: set[str], scenes: Sequence[BranchScene]) -> float:
    return mean(text in known for scene in scenes for text in said_in(scene))


def mean(values: Iterable[bool]) -> float:
    """0.0 of nothing."""
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def written(writer: Any, context: Context, seed: int) -> Scene:
    """The scene that an editor would be shown first; raises Refused where no candidate can be read."""
    answer = writer.write(context, seed=seed, candidates=writer.candidates)
    best = rank_answers([answer.text, *answer.others], context)[0]
    return Scene(context, parse_answer(best.text, context).scenes[0], answer.seconds)


def _many(writer: Any, cases: Sequence[Case], count: int) -> Iterable[BranchScene]:
    """So many branches of one story, its choices in turn, eight at a time."""
    rows = min(8, count)
    made: list[BranchScene] = []
    for turn in tqdm(range(-(-count // rows)), unit="batch"):
        case = cases[turn % len(cases)]
        answer = writer.write(case.context, seed=1000 + turn, candidates=rows)
        made += [scene for text in (answer.text, *answer.others) for scene in branch_scenes(text, case.context)]
    return made[:count]
