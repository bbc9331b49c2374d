"""Choices as an audience reads them, with the grammar that the next scene needs. Seeded, pure."""

from dataclasses import dataclass
from random import Random

from storyengine.generation.training.bible import Bible, bare, the_place
from storyengine.generation.training.deeds import IRREGULAR, OTHER_CHOICES, THING_CHOICES
from storyengine.generation.training.everyday import MODIFIERS, NOUNS

PEOPLE_GROUPS = ("tell", "lie", "press", "bond")
OPEN_GROUPS = ("go", "refuse", "agree")

# Verbs that no kind of consequence claims: what handwritten choices are full of.
ODD_VERBS: tuple[str, ...] = tuple(
    """have get put go let send pour shift march walk pack pull push hold drag wake call count draw write sing drink
    eat sit climb swim jump knock whistle shout whisper bet pay hire fire blow cover block watch paint carve sew feed
    dig plant build bring fetch lock shut drop lower point aim shoot ride row sail drive fly land dive skip split
    share blackmail bribe trick fool flatter tease scold slap kick bite chase catch trap trade borrow lend answer
    cancel check choose clear close collect cook deliver describe enter escape explain fill finish fix fold greet
    grind guess hang hurry ignore interrupt invite jam judge laugh launch lean learn listen load marry measure melt
    mix mock move name nail order pass phone photograph polish pray print prove quit race recite record release
    remove rent replace report rest rob roll rub salute scatter scratch scream serve settle shake sign signal smell
    smoke spill spin spread squeeze stack step stir strike swallow switch talk taste tie tip toast toss track travel
    turn twist type unload untie volunteer wash weigh wrap yell ask tell take give leave open""".split()
)
# {x} {y} are everyday nouns, {m} is a modifier, {p} {q} pronouns: words that nothing else in the prompt prepares.
ODD_RESTS: tuple[str, ...] = (
    "it out with {b}",
    "{b} outside, alone",
    "the {o} in front of {b}",
    "{b} down to the {place}",
    "the {x} off",
    "with {b} to the {place}",
    "the {o} out",
    "{b} a full {x}",
    "one more {x}",
    "for {b}",
    "the {o} past {b}",
    "{b} to the others",
    "it on the {x}",
    "off the {o}",
    "{b} and {c}",
    "at {b}",
    "the {x}, quietly",
    "everything on the {x}",
    "{b} for once",
    "the {o} and {b} together",
    "what {b} said",
    "{b}'s {x}",
    "the {o} with {c}",
    "a line",
    "it all down",
    "the {x}",
    "the {m} {x}",
    "the {x}, in front of everybody",
    "the {x} up to {b}'s {y}",
    "the {y} for the {x}",
    "{b} about the {x}",
    "it out with {b} about the {x}",
    "{b} what {c} meant by the {x}",
    "what is in the {x}",
    "a {x}",
    "to the {m} {x}",
    "under the {x}",
    "the {x} and the {y}",
    "without {b}",
    "before {b} can",
    "everybody about the {x}",
    "{b} the {m} {x}",
    "the {x} before the {y}",
    "as {b} asked",
    "{b} into the {x}",
    "the {x} where {b} can see it",
    "by the {x}",
    "{p}",
    "{p} the {x}",
    "{p} about the {x}",
    "{p} what {b} said",
    "{p} to wait",
    "{p} why",
    "{p} to the {place}",
    "{p} where the {x} is",
    "after {p}",
    "with {p}",
    "for {p} in the {x}",
    "{q} {x}",
    "{q} {m} {x}",
    "to {q} {x}",
    "{q} {x} to {b}",
    "who took the {x}",
    "{b} who took the {x}",
    "{b} whose {x} that is",
    "what the {x} is for",
    "how the {x} got here",
    "if the {x} is real",
    "{b} to leave {p} alone",
)
PRONOUNS, POSSESSIVES = ("her", "him", "them"), ("her", "his", "their", "its", "our")
# Choices that say no deed, as other tools have them: "The wet ledger". It is then chosen.
BARE_RESTS: tuple[str, ...] = ("the {x}", "the {m} {x}", "{q} {x}", "{b}'s {x}", "the {x} or the {y}", "the {place}")
BARE = 0.06


@dataclass(frozen=True, slots=True)
class Deed:
    """One choice. `does` is it in the third person without the actor: "opens the sealed letter"."""

    group: str
    label: str
    does: str
    thing: str = ""  # without article; empty if none is named
    people: tuple[str, ...] = ()  # named in the label
    place: str = ""


def third_person(verb: str) -> str:
    """The verb as he, she or it does it: try -> tries, catch -> catches."""
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    if verb.endswith(("s", "sh", "ch", "x", "z")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


def make_deed(rng: Random, group: str, bible: Bible, thing: str, others: list[str], here: str) -> Deed:
    """A choice of `group` about `thing`, naming at most two of `others`; its place is never `here`."""
    verb, rest = _template(rng, group)
    places = [name for name, _ in bible.places if name != here] or [here]
    place = rng.choice(places)
    spoken = _place_in_text(rng, place)
    gaps = {"o": thing, "b": others[0], "c": others[1], "place": spoken}
    text = the_place(rest.format(**gaps), spoken)
    shown = f"{verb} {text}".strip()
    return Deed(
        group=group,
        label=shown[0].upper() + shown[1:],
        does=f"{third_person(verb)} {_inflect_second(text)}".strip(),
        thing=thing if "{o}" in rest else "",
        people=tuple(name for gap, name in (("{b}", others[0]), ("{c}", others[1])) if gap in rest),
        place=place if "{place}" in rest else "",
    )


def distinct_deeds(
    rng: Random, bible: Bible, fresh: str, known: str, others: list[str], here: str, count: int
) -> list[Deed]:
    """`count` choices that differ: about the new thing, about a person, then anything."""
    deeds: dict[str, Deed] = {}
    kinds = [rng.choice(list(THING_CHOICES)), rng.choice(PEOPLE_GROUPS), rng.choice(OPEN_GROUPS + PEOPLE_GROUPS)]
    while len(deeds) < count:
        group = kinds[len(deeds)] if len(deeds) < 3 else rng.choice(OPEN_GROUPS)
        thing = fresh if group in THING_CHOICES or rng.random() < 0.6 else known
        cast = others if rng.random() < 0.5 else others[::-1]
        deed = make_deed(rng, group, bible, thing, cast, here)
        first = deed.label.split()[0]
        if all(first != other.label.split()[0] for other in deeds.values()):
            deeds[deed.label] = deed
    found = list(deeds.values())
    rng.shuffle(found)
    return found


def odd_deed(rng: Random, bible: Bible, thing: str, others: list[str], here: str) -> Deed:
    """A choice as a person writes it, whose verb tells nothing about what must follow."""
    verb, rest = rng.choice(ODD_VERBS), rng.choice(ODD_RESTS)
    is_bare = rng.random() < BARE
    if is_bare:
        verb, rest = "choose", rng.choice(BARE_RESTS)
    places = [name for name, _ in bible.places if name != here] or [here]
    place = rng.choice(places)
    spoken = _place_in_text(rng, place)
    text = rest.format(
        o=thing, b=others[0], c=others[1], place=spoken,
        x=rng.choice(NOUNS), y=rng.choice(NOUNS), m=rng.choice(MODIFIERS),
        p=rng.choice(PRONOUNS), q=rng.choice(POSSESSIVES),
    )  # fmt: skip
    text = the_place(text, spoken)
    shown = text if is_bare else f"{verb} {text}"
    return Deed(
        group="odd",
        label=shown[0].upper() + shown[1:],
        does=f"{third_person(verb)} {text}",
        thing=thing if "{o}" in rest else "",
        people=tuple(name for gap, name in (("{b}", others[0]), ("{c}", others[1])) if gap in rest),
        place=place if "{place}" in rest else "",
    )


def _template(rng: Random, group: str) -> tuple[str, str]:
    verb, _, rest = rng.choice((THING_CHOICES | OTHER_CHOICES)[group]).partition("|")
    return verb, rest


def _place_in_text(rng: Random, place: str) -> str:
    name = bare(place)
    return name.lower() if rng.random() < 0.35 else name


def _inflect_second(text: str) -> str:
    """ "and leave at dawn" -> "and leaves at dawn": the second verb of a double choice agrees too."""
    for verb in ("leave", "run", "fight"):
        text = text.replace(f"and {verb}", f"and {third_person(verb)}")
    return text
