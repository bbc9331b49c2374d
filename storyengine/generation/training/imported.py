"""A story as it comes in from a file of another tool: hardly a bible, passages for scenes, speech in prose. Seeded."""

from dataclasses import replace
from random import Random

from storyengine.generation.prompt import Context
from storyengine.generation.training.everyday import MODIFIERS, NOUNS

SAID = ("says {who}", "{who} says", "{who} asks", "{who} answers", "says {who} after a while", "{who} adds")


def bare_bible(rng: Random, told: Context) -> Context:
    """The context without most of what the bible says; who is not listed can be heard of in the last scene alone."""
    some = rng.choice((0, 0, 1, 2))
    heading, *lines = told.last_scene.split("\n")
    if rng.random() < 0.5:
        heading = passage(rng)
    if rng.random() < 0.6:
        lines = [in_prose(rng, line, [name for name, _ in told.characters]) for line in lines]
    return replace(
        told,
        tone=told.tone if rng.random() < 0.4 else "",
        logline=told.logline if rng.random() < 0.4 else "",
        rules=told.rules if rng.random() < 0.3 else (),
        characters=tuple((name, text if rng.random() < 0.5 else "") for name, text in told.characters[:some]),
        places=told.places if rng.random() < 0.3 else (),
        last_scene="\n".join((heading, *lines)),
    )


def passage(rng: Random) -> str:
    """A name as authors give their passages: "THE WET LEDGER", "Lantern 2"."""
    name = f"{rng.choice(MODIFIERS)} {rng.choice(NOUNS)}" if rng.random() < 0.5 else rng.choice(NOUNS)
    name = rng.choice((f"the {name}", name, f"{name} {rng.randint(1, 9)}"))
    return rng.choice((name.upper(), name.title(), name))


def in_prose(rng: Random, line: str, names: list[str]) -> str:
    """A speech as a novel has it; any other line as it is."""
    cue, mark, words = line.partition(": ")
    if not mark or cue not in names:
        return line
    return f'"{words}" {rng.choice(SAID).format(who=cue)}.'
