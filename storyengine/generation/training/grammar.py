"""The story grammar: the scene that follows a choice, beat by beat. Seeded, pure; a scene leaves a new Stage."""

from dataclasses import dataclass, replace
from random import Random

from storyengine.generation.plan import Plan
from storyengine.generation.training import deeds, prose, talk, words
from storyengine.generation.training.bible import Bible, article, is_plural, thing
from storyengine.generation.training.choices import Deed, distinct_deeds
from storyengine.generation.training.planning import REMINDERS, facts_after, make_plan, thread_after
from storyengine.generation.training.voices import VOICES
from storyengine.generation.training.wishes import TAKES, Ask, gaps_of
from storyengine.plot.branch import BranchBeat, BranchScene, count_words

PEOPLE_GAPS = ("{a}", "{b}", "{c}", "{place}")
# What people talk about, the common matters more than once.
TALK = (
    prose.PRESS, prose.PRESS, talk.BETWEEN_TWO, talk.BETWEEN_TWO, talk.ABOUT_THE_THIRD, talk.ABOUT_THE_PLACE,
    prose.OBJECT_TALK + talk.ABOUT_THE_THING, talk.ABOUT_THE_THING, prose.STAKE + talk.ABOUT_THE_STAKE,
)  # fmt: skip
BUSINESS = prose.SILENCE + talk.BUSINESS


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the story stands: who is here (first speaker first), where, and the thing last in play."""

    cast: tuple[str, ...]
    place: str
    time: str
    thing: str


@dataclass(frozen=True, slots=True)
class Order:
    """What the prompt's request asks of a scene."""

    words: tuple[int, int]
    ending: bool = False
    mood: str = ""  # "", tense, funny, talk, act
    cliff: bool = False
    extra: tuple[str, str] = ("", "")  # a directive's (kind of beat, text)
    fact: tuple[str, str] = ("", "")  # (who, what) that somebody calls to mind


class _Page:
    """The beats of one scene as they are written; it knows the gaps and each person's voice."""

    def __init__(self, rng: Random, bible: Bible, gaps: dict[str, str]) -> None:
        self.rng, self.bible, self.gaps = rng, bible, gaps
        self.beats: list[BranchBeat] = []
        self.voices = {person.name: person.voice for person in bible.people}

    @property
    def words(self) -> int:
        return sum(count_words(beat.text) for beat in self.beats)

    def act(self, template: str) -> None:
        self.beats.append(BranchBeat("action", _sentence(template.format(**self.gaps))))

    def say(self, who: str, template: str, *, opener: float = 0.3) -> None:
        """`who` is a gap's name: a, b or c."""
        name, text = self.gaps[who], _sentence(template.format(**self.gaps))
        openers = VOICES[self.voices[name]][1]
        if len(text.split(".")[0].split()) > 2 and self.rng.random() < opener:
            text = f"{self.rng.choice(openers)} {text}"
        if self.rng.random() < 0.16 and sum(beat.kind == "parenthetical" for beat in self.beats) < 2:
            aside = self.pick([aside for aside in prose.ASIDES if "{b}" not in aside or who != "b"])
            self.beats.append(BranchBeat("parenthetical", aside.format(**self.gaps), name))
        self.beats.append(BranchBeat("dialogue", text, name))

    def pick(self, options: tuple[str, ...] | list[str]) -> str:
        """An option that does not call people by names set in capitals."""
        return self.rng.choice(self._fit(options))

    def _fit(self, options: tuple[str, ...] | list[str]) -> list[str]:
        fit = [text for text in options if not any(gap in text for gap in PEOPLE_GAPS)] if self.bible.upper else []
        return fit or list(options)

    def pair(self, options: tuple[tuple[str, str], ...]) -> tuple[str, str]:
        calm = [p for p in options if not any(gap in "".join(p) for gap in PEOPLE_GAPS)] if self.bible.upper else []
        return self.rng.choice(calm or list(options))


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
    stage = Stage(cast, place, rng.choice(words.TIMES), noun)
    page = _Page(rng, bible, _gaps(stage, noun, noun, bible.stake))
    page.act(rng.choice(prose.OPENINGS))
    first, second = page.pair(prose.OPEN_TALK)
    page.say("a", first)
    page.say("b", second)
    page.act(rng.choice(words.WORLDS[bible.world]["airs"]))
    _quarrel(page, Order((90, 160)), used=set())
    page.act(rng.choice(prose.LAST_BEAT))
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
    page = _Page(rng, bible, _gaps(now, noun, fresh, bible.stake))
    _do(page, deed)
    middle = len(page.beats)
    _quarrel(page, order, used=set())
    kind, turn = _turn(page, rng) if not order.ending else ("", "")
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


def _do(page: _Page, deed: Deed) -> None:
    rng, group = page.rng, deed.group
    flourish = deeds.DEED_FLOURISH[group] if rng.random() < 0.6 else deeds.MANNER
    page.act("{a} " + deed.does + ". " + rng.choice(flourish))
    lead, answer = page.pick(deeds.DEED_LINE[group]), page.pick(deeds.REPLY[group])
    if rng.random() < 0.75:
        page.say("a", lead)
        if rng.random() < 0.3:
            page.act(rng.choice(prose.SILENCE))
        page.say("b", answer)
    else:
        page.say("b", answer)
        page.say("a", lead)


def _quarrel(page: _Page, order: Order, used: set[str]) -> None:
    """Exchanges and silences until the words asked for are in sight."""
    rng, goal = page.rng, order.words[0] - 28
    rounds = 0
    while (page.words < goal or not rounds) and len(page.beats) < 10:
        if (order.mood != "talk" and (rng.random() < 0.6 or order.mood == "act")) or rounds == 1:
            airs = words.WORLDS[page.bible.world]["airs"]
            page.act(_unused(rng, airs if rng.random() < 0.25 else BUSINESS, used))
        if order.mood == "act" and rounds:
            rounds += 1
            continue
        first, second = page.pair(_talk(rng, order, used))
        used.update((first, second))
        starts = rng.choice(("ab", "ba", "ba", "ca", "bc"))
        page.say(starts[0], first)
        page.say(starts[1], second)
        rounds += 1


def _talk(rng: Random, order: Order, used: set[str]) -> tuple[tuple[str, str], ...]:
    pools = {"tense": prose.TENSE + talk.IN_DANGER, "funny": prose.FUNNY + talk.IN_FUN}
    pool = pools.get(order.mood) or rng.choice(TALK)
    fresh = tuple(pair for pair in pool if pair[0] not in used)
    return fresh or prose.PRESS


def _turn(page: _Page, rng: Random) -> tuple[str, str]:
    """Something turns up that the choices are about; returns its kind and the summary's half sentence."""
    kind = rng.choice(("entrance", "find", "confess"))
    if kind == "confess":
        line, effect = page.pair(prose.CONFESS)
        page.say("b", line)
        page.act(effect)
        return kind, "{b} confesses to {an}"
    options = prose.ENTRANCE if kind == "entrance" else prose.FIND
    action, line = rng.choice(options)
    page.act(action)
    page.say("c" if kind == "entrance" else "a", line if not page.bible.upper else line.replace(", {b}", ""))
    page.say("b", page.pick(prose.TURN_REPLY))
    return kind, "{c} appears with {an}" if kind == "entrance" else "{a} finds {an}"


def _take(page: _Page, ask: Ask, at: int) -> None:
    kind, text = page.rng.choice(TAKES[ask.kind])
    filled = text.format(**(page.gaps | gaps_of(ask)))
    who = page.gaps[page.rng.choice("abc")] if kind == "dialogue" else ""
    page.beats.insert(_safe(page, at), BranchBeat("dialogue" if who else "action", filled, who))


def _obey(page: _Page, extra: tuple[str, str], at: int) -> None:
    kind, text = extra
    who = page.gaps["c"] if kind == "dialogue" else ""
    page.beats.insert(_safe(page, at), BranchBeat("dialogue" if who else "action", text.format(**page.gaps), who))


def _remind(page: _Page, fact: tuple[str, str], at: int) -> None:
    """Two lines that take up what the prompt says is true; nobody speaks of themselves as of a third."""
    first, second = page.rng.choice(REMINDERS)
    speakers = [name for name in (page.gaps["b"], page.gaps["a"], page.gaps["c"]) if name != fact[0]]
    lines = [first.format(who=fact[0], what=fact[1]), second]
    at = _safe(page, min(at, len(page.beats)))
    page.beats[at:at] = [BranchBeat("dialogue", text, who) for text, who in zip(lines, speakers, strict=False)]


def _safe(page: _Page, at: int) -> int:
    """Never between an aside and its line."""
    return at + 1 if page.beats[at - 1].kind == "parenthetical" else at


def _close(page: _Page, order: Order) -> None:
    if order.ending:
        first, second, last = page.rng.choice(prose.ENDING)
        page.say("b", first, opener=0)
        page.say("a", second.replace(", {a}", "") if page.bible.upper else second, opener=0)
        page.act(last)
    else:
        page.act(page.rng.choice(prose.CLIFF if order.cliff else prose.LAST_BEAT))


def _summary(rng: Random, page: _Page, deed: Deed, turn: str, order: Order) -> str:
    if order.ending:
        tail = rng.choice(("and the story ends with {b}", "and at last there is peace", "and nothing is as it was"))
    else:
        tail = f"and {turn}"
    return f"{page.gaps['a']} {deed.does}, {tail.format(**page.gaps)}."[:240]


def _scene(rng: Random, bible: Bible, stage: Stage, page: _Page, offers: list[Deed], summary: str) -> BranchScene:
    inside = "EXT." if stage.place.title() in words.OUTDOORS or stage.place in words.OUTDOORS else "INT."
    heading = f"{inside} {stage.place} - {stage.time}"
    return BranchScene(heading, tuple(page.beats), tuple(deed.label for deed in offers), summary)


def _gaps(stage: Stage, noun: str, fresh: str, stake: str) -> dict[str, str]:
    """Everything that a line's gaps may name, with the agreement of the two things."""
    many, news = is_plural(noun), is_plural(fresh)
    a, b, c = stage.cast[:3]
    return {
        "a": a, "b": b, "c": c, "o": noun, "n": fresh, "an": article(fresh), "place": stage.place.removeprefix("The "),
        "is": "are" if many else "is", "it": "they" if many else "it", "them": "them" if many else "it",
        "s": "" if many else "s", "es": "" if many else "es", "ns": "" if news else "s",
        "stake": stake,
    }  # fmt: skip


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
    return f" in the {place.removeprefix('The ')}" if not bible.upper and rng.random() < 0.5 else ""


def _unused(rng: Random, options: tuple[str, ...], used: set[str]) -> str:
    text = rng.choice([option for option in options if option not in used] or list(options))
    used.add(text)
    return text


def _sentence(text: str) -> str:
    """The first letter in capitals, as after a gap at the start ("the key", "fog")."""
    return text[0].upper() + text[1:]
