"""Training examples: a prompt exactly as the app writes it, and the answer that follows from it. Seeded, pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from storyengine.generation.plan import Plan, plan_to_json
from storyengine.generation.prompt import Context, Wish, messages, scene_text
from storyengine.generation.training.bible import Bible, make_bible
from storyengine.generation.training.choices import Deed, odd_deed
from storyengine.generation.training.everyday import NOUNS, chatter, foreign_fact
from storyengine.generation.training.grammar import Written, follow, open_story
from storyengine.generation.training.imported import bare_bible
from storyengine.generation.training.orders import Order, make_order
from storyengine.generation.training.wishes import Ask, make_ask
from storyengine.plot.branch import BranchScene, scene_to_json

BARE = 0.2  # of the stories have no bible to speak of, as one that was brought in from a file


@dataclass(frozen=True, slots=True)
class Example:
    """One prompt and its answer; `ask` is the wish that the answer must take up."""

    context: Context
    scene: BranchScene
    plan: Plan
    ask: Ask | None

    @property
    def answer(self) -> str:
        return answer_text(self.plan, self.scene)


def answer_text(plan: Plan, scene: BranchScene) -> str:
    """A scene as the model writes it: compact JSON, keys in the answer schema's order."""
    fields = {"plan": plan_to_json(plan), "choices": list(scene.choices)} | scene_to_json(scene)
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def examples(seed: int, *, size: float = 0.5, spread: float = 0.5) -> Iterator[Example]:
    """Examples without end; the same seed gives the same ones. `size` about 0 to 1, varied by `spread`."""
    rng = Random(seed)
    while True:
        yield make_example(rng, size=min(1.0, max(0.0, size + spread * rng.uniform(-1, 1))))


def make_example(rng: Random, *, size: float) -> Example:
    return make_family(rng, size=size, count=1)[0]


def make_family(rng: Random, *, size: float, count: int) -> list[Example]:
    """A story of one to seven scenes, and `count` ways on from its last one: other choices, wishes and requests.

    The prompts are the same up to the end of the last scene.
    """
    bible = make_bible(rng, size=size)
    told = [open_story(rng, bible)]
    for _ in range(rng.choice((0, 0, 0, 1)) if size < 0.4 else rng.randint(0, min(6, round(size * 5)))):
        order = Order(words=(70, 120) if size < 0.5 else (90, 180))
        told.append(follow(rng, bible, told[-1], _choose(rng, bible, told[-1]), None, order))
    shared = _shared(rng, bible, told, size)
    if rng.random() < BARE:
        shared = bare_bible(rng, shared)
    return [_example(rng, bible, told[-1], shared, size) for _ in range(count)]


def chat(example: Example) -> list[dict[str, str]]:
    return messages(example.context)


def _choose(rng: Random, bible: Bible, before: Written) -> Deed:
    if rng.random() < 0.4:
        stage = before.stage
        return odd_deed(rng, bible, stage.thing, list(stage.cast[1:]), stage.place)
    return rng.choice(before.offers)


def _shared(rng: Random, bible: Bible, told: list[Written], size: float) -> Context:
    """What the prompts of a family have in common; the choice is still empty."""
    facts, threads = _memory(rng, bible, told, size)
    return Context(
        title=bible.title,
        language="en",
        tone=bible.tone,
        logline=bible.logline,
        rules=bible.rules,
        characters=tuple((person.name, person.text) for person in bible.people),
        places=bible.places,
        so_far=(*_foreign_summaries(rng, size), *(one.scene.summary for one in told[:-1])),
        last_scene=_foreign_lines(rng, scene_text(told[-1].scene), size),
        choice="",
        facts=facts,
        threads=threads,
        outline=_foreign_outline(rng, size),
        plan=True,
    )


def _example(rng: Random, bible: Bible, before: Written, shared: Context, size: float) -> Example:
    asks = _asks(rng, bible)
    order, directive, note = make_order(rng)
    if shared.facts and rng.random() < 0.4:
        order = replace(order, fact=rng.choice(shared.facts))
    deed = _choose(rng, bible, before)
    written = follow(rng, bible, before, deed, asks[0] if asks else None, order)
    scene, stage = written.scene, before.stage
    assert written.plan is not None
    context = replace(
        shared,
        choice=deed.label,
        loved=_feelings(rng, bible),
        hated=_feelings(rng, bible),
        wishes=_wishes(rng, asks),
        votes=(rng.randint(3, 60), rng.randint(60, 140)) if rng.random() < 0.7 else None,
        words=order.words,
        choices=0 if order.ending else 3,
        lore=_foreign_lore(rng, size),
        directive=directive.format(c=_speaker(scene, before.scene, order), o=deed.thing or stage.thing),
        earlier_draft=scene_text(_shorter(scene)) if note and size < 0.7 else "",
        note=note,
    )
    return Example(context, scene, written.plan, asks[0] if asks else None)


def _memory(
    rng: Random, bible: Bible, told: list[Written], size: float
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """What the prompt says is true and still open: what the scenes left, and now and then somebody else's words."""
    facts = [fact for one in told for fact in one.facts if rng.random() < 0.8]
    if rng.random() < 0.3 * (1 + size):
        facts.append(foreign_fact(rng, [person.name for person in bible.people]))
    threads = [thread for one in told for thread in one.threads if rng.random() < 0.5]
    most = 5 if size < 1.2 else 12
    return tuple(facts[-most:]), tuple(threads[-most:])


def _feelings(rng: Random, bible: Bible) -> tuple[tuple[str, int], ...]:
    """Whom the audience loves or hates: told now and then, so that it is nothing strange."""
    if rng.random() > 0.25:
        return ()
    people = rng.sample(bible.people, rng.randint(1, 2))
    return tuple((person.name, count) for person, count in zip(people, (rng.randint(6, 30), 4), strict=False))


def _asks(rng: Random, bible: Bible) -> list[Ask]:
    count = rng.choice((0, 0, 1, 1, 1, 2, 3))
    return list({ask.text: ask for ask in (make_ask(rng, bible) for _ in range(count))}.values())


def _wishes(rng: Random, asks: list[Ask]) -> tuple[Wish, ...]:
    """Heaviest first, as the digest writes them."""
    guests = sorted((rng.randint(1, 24) for _ in asks), reverse=True)
    return tuple(Wish(ask.text, count, float(count)) for ask, count in zip(asks, guests, strict=True))


def _speaker(scene: BranchScene, before: BranchScene, order: Order) -> str:
    """The person whom a directive's beat put on the stage: named at its start, or speaking it."""
    for beat in scene.beats:
        if order.extra[0] == "dialogue" and beat.text == order.extra[1]:
            return beat.character
        tail = order.extra[1].removeprefix("{c}")
        if order.extra[0] == "action" and tail and beat.text.endswith(tail):
            return beat.text.removesuffix(tail)
    return before.beats[-1].character or "somebody"


def _shorter(scene: BranchScene) -> BranchScene:
    return replace(scene, beats=scene.beats[:4])


def _foreign_summaries(rng: Random, size: float) -> list[str]:
    """A long way from the root, in another hand; only where the prompt may be long."""
    count = rng.randint(0, round(20 * (size - 1.2))) if size > 1.2 else 0
    return [chatter(rng, rng.randint(12, 30)) for _ in range(count)]


def _foreign_outline(rng: Random, size: float) -> tuple[str, ...]:
    """Where a showrunner wants a story to go, now and then; this grammar's stories go where they go."""
    count = rng.randint(1, 5) if size > 0.3 and rng.random() < 0.15 else 0
    return tuple(chatter(rng, rng.randint(6, 16)) for _ in range(count))


def _foreign_lore(rng: Random, size: float) -> tuple[str, ...]:
    """What a choice speaks of, now and then: an entry under its names, or a bare line."""
    count = rng.randint(1, 3) if size > 0.3 and rng.random() < 0.15 else 0
    names = [", ".join(rng.sample(NOUNS, rng.randint(1, 2))) + ": " if rng.random() < 0.7 else "" for _ in range(count)]
    return tuple(name + chatter(rng, rng.randint(6, 16)) for name in names)


def _foreign_lines(rng: Random, text: str, size: float) -> str:
    """Some lines of the last scene in another hand, for the app's stories are not written by this grammar."""
    lines = text.split("\n")
    for at in range(1, len(lines)):
        if rng.random() < 0.25 * size:
            cue, mark, _ = lines[at].partition(": ")
            words = chatter(rng, rng.randint(5, 14 + round(8 * size)))
            lines[at] = f"{cue}{mark}{words}" if mark and len(cue) < 30 else words
    return "\n".join(lines)
