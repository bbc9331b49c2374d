"""What still stands of what was said to be so: a later fact ends an earlier one that cannot be true beside it.

A fact fills slots: who holds the lamp, where it lies, where NELL is, whether she lives, whether she agreed to wait. A
later fact that fills one of them otherwise ends the earlier. Nobody who is dead holds, knows or intends anything. What
somebody says is never ended by what others do: it stays said. Pure rules; what they cannot read ends nothing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from storyengine.generation.acts import Act, Thing, is_placed, people_in, read_act, read_thing
from storyengine.generation.facts import SAYING, Fact
from storyengine.generation.words import terms

Claim = tuple[str, str]  # (who, what): a fact without its proof

# Verbs by their first word. Who takes or finds a thing has it from then on; what is done in other words stays in them.
TAKING = frozenset("takes steals finds pockets brings receives buys picks snatches claims".split())
TAKING_ZH = frozenset(("拿着", "拿起", "拿走", "找到", "偷", "收下", "带来", "捡起", "接过"))
GIVING = frozenset(("gives", "hands", "sells", "throws", "trades", "returns", "brings", "交给", "递给", "送给", "卖给"))
PUTTING = frozenset(("hides", "keeps", "buries", "drops", "throws", "leaves", "藏", "丢"))
OWNING = frozenset(("has", "owns", "wears", "有"))  # says nothing of where the thing lies
DESTROYING = frozenset(("burns", "breaks", "destroys", "smashes", "tears", "烧", "摔", "毁"))
KNOWING = frozenset(
    """knows learns reads hears sees remembers discovers recognises understands believes
    知道 认出 看见 听见 想起 明白""".split()
)
AGREEING = frozenset(("promises", "swears", "agrees", "答应", "发誓"))
REFUSING = frozenset(("refuses", "拒绝"))
MEANING_TO = AGREEING | REFUSING | {"threatens", "owes", "欠"}  # what dies with whoever meant it
FEELING = frozenset(("is in love", "is afraid", "is free", "is alive"))
DENYING = re.compile(r"(?i)\b(?:not|never|no longer)\b|n['’]t\b|^不")
BEING = re.compile(r"^(?:(?:is|becomes)\b(?: (?:now|not|no longer)\b)?|不?是|成了)\s*(?:(?:the|an?) )?")


@dataclass(frozen=True, slots=True)
class Slot:
    """Something that can be in one state at a time. `kind` and `of` say what, `value` which state.

    `unless` turns the value around: any state but this one. Of things, `telling` tells the red key from the blue one;
    a thing that is not `unique` ("a lamp") is the same only between those who have to do with it, `people`.
    """

    kind: Literal["holder", "place", "whereabouts", "life", "word", "being"]
    of: str
    value: str
    unless: bool = False
    telling: frozenset[str] = frozenset()
    unique: bool = True
    people: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """A fact with the state that it leaves, the slots that it fills, and those that it needs to stay as they are."""

    fact: Fact
    state: Claim
    fills: tuple[Slot, ...] = ()
    needs: tuple[Slot, ...] = ()


def stand(fact: Fact, names: Sequence[str]) -> Standing:
    """Read the fact again for what it makes so; `names` are the bible's people, who may receive a thing."""
    claim = (fact.who, fact.what)
    act = read_act(fact.what)
    if act is None or fact.what.startswith(SAYING):
        return Standing(fact, claim)
    alive = Slot("life", fact.who, "alive")
    if act.change == "dead":
        dead = Slot("life", fact.who, "dead")
        return Standing(fact, (fact.who, "已死" if act.chinese else "is dead"), (dead,), (dead,))
    if act.change in ("has", "lost"):
        return _possession(fact, act, names)
    if act.change == "gone":
        at = _whereabouts(fact.who, act)
        return Standing(fact, claim, (at,), (at, alive))
    if act.change == "is":
        return _being(fact, act)
    own = _word(fact.who, act) if act.change == "promised" else ()
    mortal = act.change == "hurt" or _first(act) in KNOWING | MEANING_TO
    return Standing(fact, claim, own, (*own, alive) if mortal else own)


def clash(later: Slot, earlier: Slot) -> bool:
    """Whether what the later fact makes so is not what the earlier one needs."""
    if (later.kind, later.of) != (earlier.kind, earlier.of) or (later.value == earlier.value) != earlier.unless:
        return False
    told_apart = not (later.telling <= earlier.telling or earlier.telling <= later.telling)
    return not told_apart and bool((later.unique and earlier.unique) or later.people & earlier.people)


def ended_by(standings: Iterable[Standing]) -> list[int | None]:
    """For each fact, in the order of the story, the place of the later one that ends it; None where it stands."""
    found: list[int | None] = []
    open_needs: dict[tuple[str, str], dict[int, tuple[Slot, ...]]] = {}
    for number, one in enumerate(standings):
        for slot in one.fills:
            needed = open_needs.get((slot.kind, slot.of), {})
            for earlier in [place for place, slots in needed.items() if any(clash(slot, need) for need in slots)]:
                found[earlier] = number if found[earlier] is None else found[earlier]
                del needed[earlier]
        found.append(None)
        for need in one.needs:
            needed = open_needs.setdefault((need.kind, need.of), {})
            needed[number] = (*needed.get(number, ()), need)
    return found


def _first(act: Act) -> str:
    return act.verb.partition(" ")[0]


def _possession(fact: Fact, act: Act, names: Sequence[str]) -> Standing:
    """Who holds the thing from now on and where it lies."""
    claim, alive, thing = (fact.who, fact.what), Slot("life", fact.who, "alive"), read_thing(act, names)
    left = (_whereabouts(fact.who, act),) if _first(act) == "leaves" else ()
    if thing is None:
        return Standing(fact, claim, left, (*left, alive) if left or act.change == "has" else ())
    keeps = act.change == "has" and not thing.denied
    holder = thing.to if thing.to and _first(act) in GIVING else fact.who if keeps else ""
    people = {fact.who, holder, *people_in(thing.rest, names)}
    held = _slot("holder", thing, holder, people)
    needs = [held if holder or _first(act) in DESTROYING else _slot("holder", thing, fact.who, people, unless=True)]
    place = _place(act, thing)
    laid = _slot("place", thing, place, people)
    if holder:
        needs.append(Slot("life", holder, "alive"))
    if place:
        needs.append(laid)
    elif left:
        needs += left
    fills = (held, *left) if _first(act) in OWNING else (held, laid, *left)
    return Standing(fact, _state(fact, act, thing, holder), fills, tuple(needs))


def _slot(
    kind: Literal["holder", "place"], thing: Thing, value: str, people: set[str], *, unless: bool = False
) -> Slot:
    return Slot(kind, thing.kind, value, unless, thing.telling, thing.unique, frozenset(people - {""}))


def _place(act: Act, thing: Thing) -> str:
    placed = _first(act) in PUTTING and is_placed(thing.rest)
    return " ".join(terms(thing.rest)) if placed else ""


def _state(fact: Fact, act: Act, thing: Thing, holder: str) -> Claim:
    """In the words of the state where they are sure: who was given the lamp has it."""
    if holder and (holder != fact.who or _first(act) in TAKING | TAKING_ZH):
        return holder, f"拿着{thing.said}" if act.chinese else f"has {thing.said}"
    return fact.who, fact.what


def _whereabouts(who: str, act: Act) -> Slot:
    return Slot("whereabouts", who, " ".join(terms(act.after)) or act.verb)


def _word(who: str, act: Act) -> tuple[Slot, ...]:
    """What was promised or refused; "promises never to wait" refuses to."""
    about = " ".join(terms(act.after))
    if not about or _first(act) not in AGREEING | REFUSING:
        return ()
    agreed = (_first(act) in AGREEING) != bool(DENYING.search(act.after))
    return (_about("word", who, about, agreed),)


def _about(kind: Literal["word", "being"], who: str, about: str, holds: bool) -> Slot:
    return Slot(kind, f"{who}: {about}", "yes" if holds else "no")


def _being(fact: Fact, act: Act) -> Standing:
    """What somebody is, or is not any more; what they were is no state."""
    about = " ".join(terms(BEING.sub("", fact.what)))
    if act.verb == "was" or not about:
        return Standing(fact, (fact.who, fact.what))
    own = _about("being", fact.who, about, holds=act.verb not in ("is not", "不是"))
    alive = Slot("life", fact.who, "alive")
    fills = (own, alive) if act.verb == "is alive" else (own,)
    return Standing(fact, (fact.who, fact.what), fills, (own, alive) if act.verb in FEELING else (own,))
