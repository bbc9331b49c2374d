"""The story grammar: the scene that follows a choice, beat by beat. Seeded, pure; a scene leaves a new Stage."""

from dataclasses import dataclass, replace
from random import Random

from storyengine.generation.plan import Plan
from storyengine.generation.training import worlds
from storyengine.generation.training.bible import Bible, bare, the_place, thing
from storyengine.generation.training.choices import Deed, distinct_deeds
from storyengine.generation.training.orders import Order
from storyengine.generation.training.page import Page, gaps_for
from storyengine.generation.training.planning import facts_after, make_plan, thread_after
from storyengine.generation.training.wishes import Ask, gaps_of
from storyengine.plot.branch import BranchBeat, BranchScene

TALK = ("press", "between two", "between two", "the third", "the place", "the thing", "the thing", "the stake")
MOODS = {"tense": "danger", "funny": "fun"}
BUSINESS = ("business", "business", "silence")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the story stands: who is here (first speaker first), where, and the thing last in play."""

    cast: tuple[str, ...]
    place: str
    time: str
    thing: str


@dataclass(frozen=True, slots=True)
class Written:
    """A scene with what stands behind it and what it leaves: the plan, the stage, the offers, a fact, a question."""

    scene: BranchScene
    stage: Stage
    offers: tuple[Deed, ...]
    plan: Plan | None = None
    facts: tuple[tuple[str, str], ...] = ()
    threads: tuple[str, ...] = ()


def open_story(rng: Random, bible: Bible) -> Written:
    """A first scene, which no choice led to."""
    cast = tuple(rng.sample([person.name for person in bible.people], 3))
    place, noun = rng.choice(bible.places)[0], thing(rng)
    stage = Stage(cast, place, rng.choice(worlds.TIMES), noun)
    page = Page(rng, bible, gaps_for(stage.cast, stage.place, noun, noun, bible.stake))
    page.act(page.line("openings"))
    page.talk(page.draw("open talk"), "a", "b")
    page.act(page.line(f"air {bible.world}"))
    _quarrel(page, Order((90, 160)))
    page.act(page.line("last beat"))
    offers = distinct_deeds(rng, bible, noun, noun, list(cast[1:]), place, 3)
    summary = f"{cast[0]} and {cast[1]} quarrel over the {noun}{_at(rng, place, bible)}."
    return Written(_scene(rng, bible, stage, page, offers, summary), stage, tuple(offers))


def follow(rng: Random, bible: Bible, before: Written, deed: Deed, ask: Ask | None, order: Order) -> Written:
    """The scene that follows `deed`: it is done, answered, the heaviest wish is met, and something turns."""
    stage = before.stage
    cast = cast_for(rng, bible, before.scene, deed)
    noun, fresh = deed.thing or stage.thing, thing(rng, single=True)
    place = _place(rng, bible, stage, deed)
    now = Stage(cast, place, _time(rng, stage, deed), noun)
    page = Page(rng, bible, gaps_for(now.cast, now.place, noun, fresh, bible.stake))
    _do(page, deed)
    middle = len(page.beats)
    _quarrel(page, order)
    kind, turn = _turn(page) if not order.ending else ("", "")
    if ask:
        _take(page, ask, rng.randint(middle - 1, middle + 1))
    if order.extra[1]:
        _obey(page, order.extra, rng.randint(middle, middle + 1))
    if order.fact[0]:
        _remind(page, order.fact, middle + 1)
    _close(page, order)
    summary = _summary(rng, page, deed, turn, order)
    told = turn.format(**page.gaps)
    plan = make_plan(
        rng, page.gaps, deed, wish=ask.text if ask else "", turn=told, mood=order.mood, ending=order.ending
    )
    after = replace(now, thing=fresh if not order.ending else noun)
    offers = [] if order.ending else distinct_deeds(rng, bible, fresh, noun, list(cast[1:]), place, 3)
    return Written(
        _scene(rng, bible, now, page, offers, summary),
        after,
        tuple(offers),
        plan,
        facts_after(rng, page.gaps, kind) if kind else (),
        (thread_after(rng, page.gaps),),
    )


def cast_for(rng: Random, bible: Bible, before: BranchScene, deed: Deed) -> tuple[str, str, str]:
    """Who acts is the first in the last scene to speak whom the choice does not name; then whom it names."""
    spoke = list(dict.fromkeys(beat.character for beat in before.beats if beat.character))
    free = [name for name in spoke if name not in deed.people]
    rest = [person.name for person in bible.people if person.name not in spoke and person.name not in deed.people]
    rng.shuffle(rest)
    actor, *left = free + rest
    others = [*deed.people, *left]
    return actor, others[0], others[1]


def _do(page: Page, deed: Deed) -> None:
    rng, group = page.rng, deed.group
    flourish = page.line(f"{group} flourish" if rng.random() < 0.6 else "manner")
    page.act("{does} " + flourish, gaps=page.gaps | {"does": f"{page.gaps['a']} {deed.does}."})
    lead, answer = page.line(f"{group} lead"), page.line(f"{group} reply")
    if rng.random() < 0.75:
        page.say("a", lead, to="b")
        if rng.random() < 0.3:
            page.act(page.line("silence"))
        page.say("b", answer, to="a")
    else:
        page.say("b", answer, to="a")
        page.say("a", lead, to="b")


def _quarrel(page: Page, order: Order) -> None:
    """Exchanges and silences until the words asked for are in sight."""
    rng, goal = page.rng, order.words[0] - 44
    rounds, back = 0, rng.random() < 0.7
    while (page.words < goal or not rounds) and len(page.beats) < 10:
        if (order.mood != "talk" and (rng.random() < 0.6 or order.mood == "act")) or rounds == 1:
            page.act(page.line(f"air {page.bible.world}" if rng.random() < 0.25 else rng.choice(BUSINESS)))
        if order.mood == "act" and rounds:
            rounds += 1
            continue
        first, second = rng.choice(("ab", "ba", "ba", "ca", "bc"))
        if back and page.props and rounds:
            page.come_back(first, second)
            back = False
        else:
            page.talk(page.draw(MOODS.get(order.mood) or rng.choice(TALK)), first, second)
        rounds += 1


def _turn(page: Page) -> tuple[str, str]:
    """Something turns up that the choices are about; returns its kind and the summary's half sentence."""
    kind = page.rng.choice(("entrance", "find", "confess"))
    first, second = page.draw(kind)
    if kind == "confess":
        page.say("b", first, to="a")
        page.act(second)
        return kind, "{b} confesses to {an}"
    finder = "c" if kind == "entrance" else "a"
    page.act(first)
    page.say(finder, second, to="b", opener=0)
    page.say("b", page.line("turn reply"), to=finder)
    return kind, "{c} appears with {an}" if kind == "entrance" else "{a} finds {an}"


def _take(page: Page, ask: Ask, at: int) -> None:
    kind, _, text = page.line(f"take {ask.kind}").partition(": ")
    who, to = page.rng.sample("abc", 2)
    gaps = (page.spoken(who, to) if kind == "dialogue" else page.gaps) | gaps_of(ask)
    beat = BranchBeat("dialogue" if kind == "dialogue" else "action", page.fill(text, gaps))
    page.beats.insert(_safe(page, at), replace(beat, character=page.gaps[who] if kind == "dialogue" else ""))


def _obey(page: Page, extra: tuple[str, str], at: int) -> None:
    kind, text = extra
    who = page.gaps["c"] if kind == "dialogue" else ""
    page.beats.insert(_safe(page, at), BranchBeat("dialogue" if who else "action", text.format(**page.gaps), who))


def _remind(page: Page, fact: tuple[str, str], at: int) -> None:
    """Two lines that take up what the prompt says is true; nobody speaks of themselves as of a third."""
    speakers = [gap for gap in "bac" if page.gaps[gap] != fact[0]]
    lines = zip(page.draw("reminder"), speakers, reversed(speakers[:2]), strict=False)
    told = {"who": fact[0], "what": fact[1]}
    at = _safe(page, min(at, len(page.beats)))
    page.beats[at:at] = [
        BranchBeat("dialogue", page.fill(text, page.spoken(who, to) | told), page.gaps[who]) for text, who, to in lines
    ]


def _safe(page: Page, at: int) -> int:
    """Never between an aside and its line."""
    return at + 1 if page.beats[at - 1].kind == "parenthetical" else at


def _close(page: Page, order: Order) -> None:
    if order.ending:
        first, second, last = page.draw("ending")
        page.say("b", first, to="a", opener=0)
        page.say("a", second, to="b", opener=0)
        page.act(last)
    else:
        page.act(page.line("cliff" if order.cliff else "last beat"))


def _summary(rng: Random, page: Page, deed: Deed, turn: str, order: Order) -> str:
    if order.ending:
        tail = rng.choice(("and the story ends with {b}", "and at last there is peace", "and nothing is as it was"))
    else:
        tail = f"and {turn}"
    return f"{page.gaps['a']} {deed.does}, {tail.format(**page.gaps)}."[:240]


def _scene(rng: Random, bible: Bible, stage: Stage, page: Page, offers: list[Deed], summary: str) -> BranchScene:
    inside = "EXT." if stage.place.title() in worlds.OUTDOORS or stage.place in worlds.OUTDOORS else "INT."
    heading = f"{inside} {stage.place} - {stage.time}"
    return BranchScene(heading, tuple(page.beats), tuple(deed.label for deed in offers), summary)


def _place(rng: Random, bible: Bible, stage: Stage, deed: Deed) -> str:
    if deed.place:
        return deed.place
    elsewhere = [name for name, _ in bible.places if name != stage.place]
    moves = deed.group == "go" or rng.random() < 0.12
    return rng.choice(elsewhere) if moves and elsewhere else stage.place


def _time(rng: Random, stage: Stage, deed: Deed) -> str:
    if "dawn" in deed.label:
        return "DAWN"
    if "morning" in deed.label:
        return "MORNING"
    return rng.choice(("LATER", "CONTINUOUS", stage.time)) if rng.random() < 0.3 else stage.time


def _at(rng: Random, place: str, bible: Bible) -> str:
    return the_place(f" in the {bare(place)}", bare(place)) if rng.random() < 0.5 else ""
