"""A made-up story bible: names, people with voices, places, rules, and the matter at stake. Seeded, pure."""

import re
from dataclasses import dataclass
from random import Random

from storyengine.generation.names import TITLES
from storyengine.generation.training import voices, words, worlds
from storyengine.generation.training.everyday import MODIFIERS, NOUNS, VERBS, chatter

PLURALS = {*words.PLURAL_THINGS, "people", "clothes", "children"}
NUMBERS = "One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirty Forty Ninety".split()


# Heard as one: "an hour", but "a uniform", "a one-way ticket".
VOWEL = re.compile(
    r"(?!eu|uni(?![dmn])|use|usu|usa|uti|ure|ura|ute|ewe|one(?![a-z])|once)[aeiou]|hour|heir|honest|honou"
)
_SHARED = frozenset((*TITLES, "The", *NUMBERS))

WORDS = (NOUNS, VERBS, MODIFIERS, words.THINGS, words.TRADES, words.FIRST_NAMES, words.SURNAMES)


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    voice: str  # a key of voices.VOICES; the description says it in words
    text: str


@dataclass(frozen=True, slots=True)
class Bible:
    title: str
    tone: str
    logline: str
    rules: tuple[str, ...]
    people: tuple[Person, ...]
    places: tuple[tuple[str, str], ...]
    world: str  # a key of worlds.WORLDS
    stake: str  # what the story is about, a noun phrase that the logline names


def make_bible(rng: Random, *, size: float) -> Bible:
    """`size` from 0 (three people, two places, few words) past 1 (seven people and places, long descriptions)."""
    world = rng.choice(list(worlds.WORLDS))
    facts = worlds.WORLDS[world]
    stake = rng.choice(facts["stakes"]) if rng.random() < 0.6 else f"the {thing(rng)}"
    names = make_names(rng, 3 + round(rng.uniform(0, 1) + min(size, 1.2) * 3))
    people = tuple(_person(rng, name, names, stake, size) for name in names)
    places = tuple((name, fill(rng, _place_note(rng, size), names, stake)) for name in _places(rng, facts, size))
    rules = rng.sample(voices.RULES, rng.randint(1, 3) if size < 0.5 else rng.randint(3, 6))
    if rng.random() < 0.5 * size:
        rules[0] = chatter(rng, rng.randint(8, 16))
    return Bible(
        title=fill(rng, rng.choice(voices.TITLES), names, stake, place=places[0][0]),
        tone=_tone(rng, facts),
        logline=_logline(rng, names, stake, size),
        rules=tuple(fill(rng, rule, names, stake) for rule in rules),
        people=people,
        places=places,
        world=world,
        stake=stake,
    )


def make_names(rng: Random, count: int) -> list[str]:
    """Names of varied shape that share no word, titles apart, so that a cue is never in doubt."""
    names: list[str] = []
    while len(names) < count:
        name = _name(rng)
        if not ({*name.split()} - _SHARED) & {*" ".join(names).split()}:
            names.append(name)
    return names


def thing(rng: Random, *, single: bool = False) -> str:
    """A thing without its article, often with an adjective: "sealed letter"."""
    noun = rng.choice(words.PLURAL_THINGS if not single and rng.random() < 0.12 else words.THINGS)
    if rng.random() < 0.2:
        noun = _coined(rng).lower() if rng.random() < 0.5 else rng.choice(NOUNS)
    return f"{rng.choice(words.ADJECTIVES)} {noun}" if rng.random() < 0.62 else noun


def is_plural(noun: str) -> bool:
    return noun.split()[-1] in PLURALS


def the_place(text: str, place: str) -> str:
    """The text without the article before a place that somebody owns: "at the Mira's Mill" is no English."""
    if "'s " not in place.lower():
        return text
    return text.replace(f"the {place}", place).replace(f"The {place}", place)


def bare(place: str) -> str:
    """A place as it stands behind an article of the sentence's own."""
    return place.removeprefix("The ").removeprefix("THE ")


def article(noun: str) -> str:
    """The noun with its indefinite article, or "some" for a plural."""
    if is_plural(noun):
        return f"some {noun}"
    return f"{'an' if VOWEL.match(noun.lower()) else 'a'} {noun}"


def fill(rng: Random, template: str, names: list[str], stake: str, *, place: str = "") -> str:
    """Fill a bible template's gaps with fresh things, trades and the given names."""
    noun = thing(rng, single=True)
    return template.format(
        name=names[0], other=rng.choice(names[1:]), people=len(names), thing=noun, athing=article(noun), stake=stake,
        stakecap=stake[0].upper() + stake[1:], trade=rng.choice(words.TRADES), trade2=rng.choice(words.TRADES),
        Thing=noun.split()[-1].title(), Adj=rng.choice(words.ADJECTIVES).title(),
        Trade=rng.choice(words.TRADES).title(), Place=place.removeprefix("The "),
    )  # fmt: skip


def _person(rng: Random, name: str, names: list[str], stake: str, size: float) -> Person:
    voice = rng.choice(list(voices.VOICES))
    others = [name, *(other for other in names if other != name)]
    want = fill(rng, rng.choice(voices.WANTS), others, stake)
    says = rng.choice(voices.VOICES[voice])
    if size > 1 and rng.random() < 0.5:
        says += "; " + chatter(rng, rng.randint(6, 16)).rstrip(".")
    trade = rng.choice(words.TRADES)
    if rng.random() > size:
        return Person(name, voice, rng.choice((f"{article(trade)}; {says}.", f"{trade}, {says}", f"{says}.")))
    shapes = (
        f"{rng.choice(voices.AGES)}, {trade}. {want.capitalize() if want[0].islower() else want}, and {says}.",
        f"the {trade}; {want}. {says.capitalize()}.",
        f"{article(trade).capitalize()} who {want}. {rng.choice(voices.HABITS)} {says.capitalize()}.",
        f"{trade}, {rng.choice(voices.AGES)}, {says} and {want}",
        f"{article(trade).capitalize()}. {chatter(rng, rng.randint(8, 18))} {says.capitalize()}.",
        f"{chatter(rng, rng.randint(8, 22))} {says.capitalize()}.",
        f"{says.capitalize()}. {article(trade).capitalize()} by trade. {rng.choice(voices.HABITS)}",
    )
    return Person(name, voice, rng.choice(shapes))


def _logline(rng: Random, names: list[str], stake: str, size: float) -> str:
    told = fill(rng, rng.choice(voices.LOGLINES), names, stake)
    return f"{told} {chatter(rng, rng.randint(8, 20))}" if rng.random() < 0.5 * size else told


def _tone(rng: Random, facts: dict[str, tuple[str, ...]]) -> str:
    return (
        rng.choice(facts["tones"]) if rng.random() < 0.8 else rng.choice(("tense", "comic", "tender, strange", "dark"))
    )


def _places(rng: Random, facts: dict[str, tuple[str, ...]], size: float) -> list[str]:
    count = 2 + round(rng.uniform(0, 1) + min(size, 1.4) * 3.6)
    names = rng.sample(facts["places"], count)
    if rng.random() < 0.5:
        names[rng.randrange(count)] = _coined_place(rng)
    # Some bibles write their places small; the scene then does, too.
    if rng.random() < 0.2:
        names = [name[0] + name[1:].lower() for name in names]
    return list(dict.fromkeys(names))


def _coined_place(rng: Random) -> str:
    noun, mod = rng.choice(worlds.PLACE_NOUNS), rng.choice(worlds.PLACE_MODS)
    if rng.random() < 0.4:
        noun = rng.choice(NOUNS).capitalize()
    if rng.random() < 0.3:
        mod = rng.choice(MODIFIERS).capitalize()
    owner = _coined(rng) if rng.random() < 0.5 else rng.choice(words.SURNAMES)
    number = rng.choice(NUMBERS)
    return rng.choice(
        (
            f"{mod} {noun}",
            f"The {mod} {noun}",
            f"{owner}'s {noun}",
            f"{owner} {noun}",
            f"The {noun}",
            noun,
            f"{noun} {number}",
        )
    )


def _place_note(rng: Random, size: float) -> str:
    notes = rng.sample(voices.PLACE_NOTES, 2)
    if rng.random() < 0.4 * size:
        return chatter(rng, rng.randint(5, 14))
    return "; ".join(notes) if rng.random() < size * 0.6 else notes[0]


def _name(rng: Random) -> str:
    first = rng.choice(words.FIRST_NAMES) if rng.random() < 0.3 else _coined(rng)
    roll = rng.random()
    if roll < 0.6:
        return first
    last = rng.choice(words.SURNAMES) if rng.random() < 0.5 else _coined(rng)
    if roll < 0.78:
        return f"{rng.choice(TITLES)} {last}"
    if roll < 0.88:
        return f"The {rng.choice(words.TRADES if rng.random() < 0.5 else NOUNS).title()}"
    return f"{first} {rng.choice(NUMBERS) if rng.random() < 0.1 else last}"


def _coined(rng: Random) -> str:
    """A name that no list holds, so that the model has to copy it: an everyday word, pieces of two, letters, sounds."""
    roll = rng.random()
    if roll < 0.22:
        return rng.choice(NOUNS if rng.random() < 0.7 else MODIFIERS).capitalize()
    if roll < 0.65:
        return blend(rng).capitalize()
    if roll < 0.82:
        return _spelt(rng).capitalize()
    parts = [rng.choice(words.ONSETS) + rng.choice(words.VOWELS) for _ in range(rng.choice((1, 2, 2, 2, 3)))]
    return ("".join(parts) + rng.choice(words.CODAS)).capitalize()


def blend(rng: Random) -> str:
    """The beginning of one word and the end of another: spelt as English is, and in no list."""
    first, last = (rng.choice(rng.choice(WORDS)).lower() for _ in range(2))
    return "".join(letter for letter in first[: rng.randint(2, 4)] + last[-rng.randint(2, 4) :] if letter.isalpha())


def _spelt(rng: Random) -> str:
    """Letters in a loose order of consonants and vowels: every pair of letters comes up."""
    shape = rng.choice(
        ("cvc", "cvcv", "cvccv", "vcvc", "ccvcv", "cvvcc", "cvcvc", "vccvc", "cvccvc", "cvcvcvc", "ccvccvv")
    )
    return "".join(rng.choice("bcdfghjklmnpqrstvwxz" if kind == "c" else "aeiouy") for kind in shape)
