"""What an audience asks for in one to three words, and the beats that take it up. Seeded, pure."""

from dataclasses import dataclass
from random import Random

from storyengine.generation.training import words
from storyengine.generation.training.bible import Bible, article, thing

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
    """A wish and its grammar: `kind` is a key of TAKES."""

    kind: str
    text: str
    name: str = ""  # the person it names, as the bible writes them: a digest writes everything small


# Per kind: (kind of beat, text). Gaps: {w} the wish, {aw} with article, {v} {n} verb and noun, {a} {b} {c} people.
TAKES: dict[str, tuple[tuple[str, str], ...]] = {
    "weather": (
        ("action", "Outside, the {w} is coming closer."),
        ("action", "Then the {w}, sudden and very near."),
        ("action", "Nobody had counted on the {w}. Now it is all around them."),
        ("dialogue", "Do you hear that? The {w}. It has found us."),
        ("dialogue", "With this {w}, nobody is going anywhere tonight."),
        ("action", "{a} looks up. The {w} has begun, and it will not wait for anybody."),
    ),
    "creature": (
        ("action", "In the doorway stands {aw}. Nobody called for one."),
        ("action", "{b} sees it first: {aw}, watching them."),
        ("dialogue", "Am I the only one who sees {aw} over there?"),
        ("action", "Out of nowhere comes {aw} and stops between {a} and {b}."),
        ("dialogue", "I saw {aw} last night. You all laughed at me. Look now."),
    ),
    "thing": (
        ("action", "{c} sets {aw} down in front of {b}. Nobody asks where it came from."),
        ("action", "There is {aw} in the corner. It was not there before."),
        ("dialogue", "I have kept {aw} for you all this time. Here."),
        ("dialogue", "What is {aw} doing here, of all things?"),
        ("action", "{b} reaches behind the door and brings out {aw}."),
    ),
    "feeling": (
        ("dialogue", "You want to talk about {w}? Then let us talk about {w}."),
        ("dialogue", "It was never about anything but {w}. You know that."),
        ("action", "There is {w} in the room now, plain as smoke."),
        ("dialogue", "All I ever wanted was a little {w}."),
        ("action", "For the first time tonight {b} thinks of {w}, and shows it."),
        ("dialogue", "Call it what you like. I call it {w}."),
    ),
    "act": (
        ("dialogue", "There is one thing I have to do. I have to {v} my {n}."),
        ("dialogue", "If I could {v} the {n} tonight, I would give up everything else."),
        ("dialogue", "Would you {v} the {n}, if you stood where I stand?"),
        ("action", "{b} has made a decision: to {v} the {n}, whatever it costs."),
    ),
    "person": (
        ("dialogue", "Somebody has to {v} {n}. It may as well be me."),
        ("dialogue", "Will nobody {v} {n}? Then I will."),
        ("action", "{b} turns to the others. It is time to {v} {n}."),
    ),
}


def make_ask(rng: Random, bible: Bible) -> Ask:
    kind = rng.choice(("weather", "creature", "thing", "thing", "feeling", "feeling", "act", "act", "person", "mod"))
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
        return Ask("thing", f"{rng.choice(MODS)} {rng.choice(ENDS)}")
    return Ask(kind, thing(rng) if rng.random() < 0.5 else rng.choice(words.THINGS))


def gaps_of(ask: Ask) -> dict[str, str]:
    """What a take's template is filled with, besides the people."""
    verb, _, noun = ask.text.partition(" ")
    return {"w": ask.text, "aw": article(ask.text), "v": verb, "n": ask.name or noun or verb}
