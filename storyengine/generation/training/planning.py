"""The plan of a made-up scene, and what is true and still open once it has been played. Seeded, pure.

Gaps as in `pools`. The plan says in a few plain words what the beats then carry out.
"""

from random import Random

from storyengine.generation.plan import Plan, Want
from storyengine.generation.training.choices import Deed

# What the one who acts is after, by the kind of the deed.
WANTS: dict[str, tuple[str, ...]] = {
    "reveal": ("to know what the {o} hide{s}", "the truth about the {o}", "proof, and the {o} {is} proof"),
    "destroy": ("to be rid of the {o}", "an end to it", "nobody to use the {o} again"),
    "take": ("the {o}, at any price", "to keep the {o} from {b}", "something to bargain with"),
    "give": ("{b} to carry the {o} now", "an answer from {b}", "to be free of the {o}"),
    "use": ("the {o} to work at last", "to see what the {o} can do", "a sign that somebody is there"),
    "tell": ("to be believed by {b}", "{b} to know everything", "to stop carrying it alone"),
    "lie": ("not to be found out", "{b} to look the other way", "one more hour"),
    "press": ("an answer from {b}", "{b} to say it aloud", "to hear the truth about the {o}"),
    "bond": ("{b} on this side", "{b}'s trust", "to make it up to {b}"),
    "go": ("to be there before the others", "to see it with open eyes", "a place to talk alone with {b}"),
    "refuse": ("to be left out of it", "no part in {b}'s plan", "to keep clean hands"),
    "agree": ("it settled tonight", "what {b} has promised", "a way out, even a bad one"),
    "odd": ("to have it done", "{b} to see it", "to change the subject", "to find out what {b} will do"),
}
# What the other one is after.
COUNTERS: tuple[str, ...] = (
    "{a} to stop",
    "to gain time",
    "the {o} left alone",
    "to keep {c} out of it",
    "to know what {a} knows",
    "to be forgiven by {a}",
    "to get out of here with the {o}",
    "nobody to speak of {stake}",
    "to hear it from {a} and not from {c}",
    "a promise from {a}",
    "to hide how frightened it makes one",
    "to be the one who decides",
)
ANSWERS: dict[str, tuple[str, ...]] = {
    "": (
        "{b} will not have it",
        "{b} asks why",
        "{b} gives way, and hates it",
        "{b} and {a} fight it out",
        "{b} turns it against {a}",
        "{b} lets {a} talk",
    ),
    "tense": ("{b} is afraid, and so is {a}", "{b} hears somebody outside"),
    "funny": ("{b} makes a joke of it", "{b} and {a} get everything wrong"),
}
WISHES: tuple[str, ...] = ("the audience gets its wish: {w}", "as the audience asked: {w}", "{w}, as many wished")
CHANGES: tuple[str, ...] = (
    "now {b} knows about the {n}",
    "{a} and {b} cannot go back",
    "{c} is part of it now",
    "nobody trusts {a} any more",
    "the {n} will have to be explained",
    "{b} owes {a} an answer",
    "it is no longer about the {o}",
    "{a} has one friend less",
)
LAST_CHANGES: tuple[str, ...] = (
    "it is over for {a} and {b}",
    "{b} is at peace",
    "nothing of {stake} is left to fight for",
)

# What a scene leaves true: (who, what), gaps as above. By the turn that it took.
FACTS: dict[str, tuple[tuple[str, str], ...]] = {
    "entrance": (("c", "has {an}"), ("c", "heard what {a} and {b} said"), ("c", "brought {an} here")),
    "find": (("a", "found {an}"), ("b", "hid {an}"), ("a", "has {an}")),
    "confess": (("b", "confessed to {an}"), ("a", "knows about {b} and the {n}")),
}
THREADS: tuple[str, ...] = (
    "Who left the {n} here?",
    "What does {c} know?",
    "Will {b} talk?",
    "Why did {b} hide it from {a}?",
    "What is the {n} for?",
    "Whom does {b} protect?",
    "What happened to the {o}?",
)


def make_plan(rng: Random, gaps: dict[str, str], deed: Deed, *, wish: str, turn: str, mood: str, ending: bool) -> Plan:
    """What the scene is about to do: the deed, the answer to it, the wish, the turn."""
    wants = (
        Want(gaps["a"], rng.choice(WANTS[deed.group]).format(**gaps)),
        Want(gaps["b"], rng.choice(COUNTERS).format(**gaps)),
    )
    answer = rng.choice(ANSWERS.get(mood, ANSWERS[""])).format(**gaps)
    wished = [rng.choice(WISHES).format(w=wish)] if wish else []
    beats = [f"{gaps['a']} {deed.does}", *wished, answer, *([turn] if turn else [])]
    change = rng.choice(LAST_CHANGES if ending else CHANGES).format(**gaps)
    return Plan(wants, tuple(beats), change)


def facts_after(rng: Random, gaps: dict[str, str], turn: str) -> tuple[tuple[str, str], ...]:
    """One thing that is true from now on; `turn` is a key of FACTS."""
    who, what = rng.choice(FACTS[turn])
    return ((gaps[who], what.format(**gaps)),)


def thread_after(rng: Random, gaps: dict[str, str]) -> str:
    return rng.choice(THREADS).format(**gaps)
