"""What one simulated guest means to do during one poll: pure, and the same for the same seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

EARLIEST, LATEST = 0.05, 0.7  # shares of the poll's time in which first ballots come
STRAY_EVERY, CHANGE_EVERY, SILENT_EVERY = 4, 3, 3  # of so many guests one strays, changes its vote, says nothing

# Things that people say in the dark. None holds a sentence that a story would hold.
REMARKS = {
    "en": (
        "This is great!", "Ha!", "I did not see that coming.", "I do not trust him.", "Poor thing.", "Careful now...",
        "More of this, please!", "Oh no, not that way.", "What a line!", "My favourite so far.", "Can we go back?",
    ),
    "zh": ("太好看了！", "哈哈哈", "没想到啊。", "我不相信他。", "好可怜。", "多来点这样的！", "千万别去。", "小心！"),
}  # fmt: skip
ASKING = {
    "en": ("{}, please!", "I want {}.", "Give us {}!", "{}!", "we need {}", "Hoping for {} now."),
    "zh": ("我想看{}。", "来点{}吧！", "{}！", "希望有{}"),
}


@dataclass(frozen=True, slots=True)
class Intention:
    """At this share of the poll's time: a ballot for `choices`, or a comment where there are none."""

    share: float
    choices: tuple[int, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a poll asks for, as its event says it."""

    choices: Sequence[int]
    kind: str = "single"
    least: int = 1
    most: int = 1


def intentions(
    number: int,
    offer: Offer,
    leading: int,
    *,
    rng: random.Random,
    language: str = "en",
    wish: str = "",
    talk: bool = True,
) -> list[Intention]:
    """Guest `number`'s plan, in the order of time.

    Three of four guests want the leading choice and name no other that they need not, so it always wins among any
    number of them; every third guest votes for something else first, or changes between two strays.
    """
    choices = offer.choices
    stray = number % STRAY_EVERY == STRAY_EVERY - 1
    final = rng.choice(choices) if stray else leading
    first = rng.uniform(EARLIEST, LATEST)
    last = ballot(offer, final, rng=rng, generous=stray)
    plans = [Intention(first, last)]
    if number % CHANGE_EVERY == CHANGE_EVERY - 1 and len(choices) > 1:
        before = rng.choice([choice for choice in choices if choice != final])
        changed = Intention(first + rng.uniform(0.05, 0.2), last)
        plans = [Intention(first, ballot(offer, before, rng=rng, generous=True)), changed]
    if talk and number % SILENT_EVERY != 0:
        plans.append(Intention(rng.uniform(EARLIEST, 0.85), (), remark(rng, language, wish)))
    return sorted(plans, key=lambda plan: plan.share)


def ballot(offer: Offer, favourite: int, *, rng: random.Random, generous: bool) -> tuple[int, ...]:
    """A ballot that the poll takes: the favourite first, then others; a generous one names more than it must."""
    others = [choice for choice in offer.choices if choice != favourite]
    rng.shuffle(others)
    most = rng.randint(offer.least, offer.most) if generous or offer.kind == "ranked" else offer.least
    return (favourite, *others[: most - 1])


def remark(rng: random.Random, language: str, wish: str) -> str:
    """Three of four comments ask for the wish, if there is one."""
    tongue = "zh" if language.startswith("zh") else "en"
    if wish and rng.random() < 0.75:
        return rng.choice(ASKING[tongue]).format(wish)
    return rng.choice(REMARKS[tongue])
