"""What an audience asks for in one to three words. Seeded, pure."""

from dataclasses import dataclass
from random import Random

from storyengine.generation.training import words
from storyengine.generation.training.bible import Bible, article, blend, thing
from storyengine.generation.training.everyday import MODIFIERS, NOUNS

WEATHER = "storm rain snow fog thunder wind flood fire lightning hail earthquake eclipse darkness sunrise".split()
CREATURES = """dog cat ghost wolf horse bird rat bear raven fox child stranger monster dragon thief spy soldier witch
    angel robot owl spider snake goat pig donkey policeman king queen pirate vampire baby twin""".split()
FEELINGS = """love romance jealousy revenge trust danger mystery betrayal humour hope courage fear anger peace justice
    mercy magic silence music dancing truth tension chaos murder friendship family money freedom guilt grief
    hunger luck power loyalty violence""".split()
VERBS = """find save burn forgive trust kiss kill free open hide help leave marry fight follow call destroy steal
    protect sell hug blame hire wake feed rescue catch stop tell thank visit bury heal""".split()
RELATIVES = """brother sister mother father son daughter friend husband wife boss neighbour enemy treasure ship
    village money secret house truth child prisoner map dog""".split()
MODS = "old secret red hidden lost happy sad dark new false talking giant magic golden tiny evil".split()
ENDS = "passage ending friend door twin room letter dance song lantern island promise joke boat key".split()


@dataclass(frozen=True, slots=True)
class Ask:
    """A wish and its grammar: `kind` names the lines that take it up."""

    kind: str
    text: str
    name: str = ""  # the person it names, as the bible writes them: a digest writes everything small


def make_ask(rng: Random, bible: Bible) -> Ask:
    kind = rng.choice(
        (
            "weather",
            "creature",
            "thing",
            "feeling",
            "feeling",
            "act",
            "act",
            "person",
            "mod",
            "mod",
            "mod",
            "mod",
            "mod",
        )
    )
    if kind == "weather":
        return Ask(kind, rng.choice(WEATHER))
    if kind == "creature":
        return Ask(kind, rng.choice(CREATURES))
    if kind == "feeling":
        return Ask(kind, rng.choice(FEELINGS))
    if kind == "act":
        return Ask(kind, f"{rng.choice(VERBS)} {rng.choice((*RELATIVES, rng.choice(words.THINGS)))}")
    if kind == "person":
        name = rng.choice(bible.people).name
        return Ask(kind, f"{rng.choice(VERBS)} {name.casefold()}", name)
    if kind == "mod":
        return Ask("thing", _phrase(rng))
    return Ask(kind, thing(rng) if rng.random() < 0.5 else rng.choice(words.THINGS))


def _phrase(rng: Random) -> str:
    """Two words, or one that no list holds: most of what an audience asks for has no line of its own."""
    roll = rng.random()
    if roll < 0.2:
        return f"{rng.choice(MODS)} {rng.choice(ENDS)}"
    if roll < 0.35:
        return f"{rng.choice(MODIFIERS)} {rng.choice(NOUNS)}"
    if roll < 0.5:
        return f"{rng.choice(NOUNS)} {rng.choice(NOUNS)}"
    if roll < 0.58:
        return rng.choice(NOUNS)
    # A wish in words that it never met must be copied like a name, letter for letter.
    return f"{rng.choice(MODS)} {blend(rng)}" if roll < 0.68 else blend(rng)


def gaps_of(ask: Ask) -> dict[str, str]:
    """What a take's template is filled with, besides the people."""
    verb, _, noun = ask.text.partition(" ")
    return {"w": ask.text, "aw": article(ask.text), "v": verb, "n": ask.name or noun or verb}
