"""What a prompt's request asks of a scene: length, mood, a directive, an editor's note. Seeded, pure."""

from dataclasses import dataclass, replace
from random import Random

LENGTHS = ((120, 220),) * 8 + ((60, 120), (80, 150), (100, 180), (150, 220))

# What a directive asks for, and the beat that does it: the directive, kind of beat, text.
DIRECTIVES: tuple[tuple[str, str, str], ...] = (
    ("Bring in {c}.", "action", "{c} comes in and closes the door with care."),
    ("Bring {c} back.", "action", "{c} is back, and stands there as if nothing had happened."),
    ("{c} should speak.", "dialogue", "I have kept quiet long enough. Now you will all hear me."),
    ("Keep the {o} in sight.", "action", "The {o} stay{s} where everyone can see {them}."),
    ("Somebody must lie.", "dialogue", "I was never there. You can ask anybody."),
    ("Slow down.", "action", "For a long time nobody says anything at all."),
    ("End on a cliffhanger.", "cliff", ""),
    ("End with a shock.", "cliff", ""),
    ("Make it tense.", "tense", ""),
    ("Make it funny.", "funny", ""),
)

NOTES: dict[str, tuple[str, ...]] = {
    "short": ("make it shorter", "Shorter, please.", "too long", "cut it down", "half the length"),
    "tense": ("more tension", "raise the stakes", "Needs more tension.", "make it scarier", "more danger between them"),
    "talk": ("more dialogue", "let them talk", "too much action"),
    "act": ("less dialogue", "more action, less talk", "They talk too much.", "less talking"),
    "funny": ("funnier", "make it funny", "lighter, please", "more humour"),
    "same": (
        "try again",
        "another version",
        "stay closer to the choice",
        "do it differently",
        "keep the characters' voices",
    ),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What the prompt's request asks of a scene."""

    words: tuple[int, int]
    ending: bool = False
    mood: str = ""  # "", tense, funny, talk, act
    cliff: bool = False
    extra: tuple[str, str] = ("", "")  # a directive's (kind of beat, text)
    fact: tuple[str, str] = ("", "")  # (who, what) that somebody calls to mind


def make_order(rng: Random) -> tuple[Order, str, str]:
    """The request, with the directive's template and the editor's note that ask for it."""
    order, directive, note = Order(words=rng.choice(LENGTHS), ending=rng.random() < 0.08), "", ""
    if rng.random() < 0.1:
        directive, kind, text = rng.choice(DIRECTIVES)
        if kind in ("action", "dialogue"):
            order = replace(order, extra=(kind, text))
        else:
            order = replace(order, cliff=kind == "cliff", mood=kind if kind != "cliff" else "")
    elif rng.random() < 0.06:
        mood = rng.choice(list(NOTES))
        note = rng.choice(NOTES[mood])
        order = replace(order, mood=mood, words=(60, 110) if mood == "short" else order.words)
    return order, directive, note
