"""Comments become wishes: a digest of what several guests ask for, never a guest's own sentence.

Pure functions over plain values. A wish is one to three content words that at least two guests used
together, so no single comment, however it is worded, can put a sentence before the writer.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from storyengine.generation.names import names_character
from storyengine.generation.prompt import Wish
from storyengine.generation.words import is_unspaced, terms

MOST_WISHES = 5
FEWEST_GUESTS = 2
MOST_WORDS = 3
HALF_LIFE_S = 90.0  # a wish said this long ago weighs half
CLEAR = 0.3  # |sentiment| from which a comment is for or against somebody
MOST_FELT = 3

Feelings = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One comment as the digest sees it. `age_s` is counted back from the moment of the digest."""

    comment: int
    guest: int
    text: str
    sentiment: float | None
    age_s: float
    stances: Mapping[str, float] = field(default_factory=dict)  # by choice id: for it (1) or against it (-1)

    @property
    def likes(self) -> bool:
        return (self.sentiment or 0.0) > 0


@dataclass(frozen=True, slots=True)
class Voice:
    """One guest behind a wish: how strongly they put it, how long ago, and where they stand on the choice."""

    strength: float  # |sentiment| of their strongest comment; 0 where it is unknown
    age_s: float
    stance: float = 0.0  # for the choice that the brief is about (1) or against it (-1); 0 where it is unknown
    comment: int = field(default=0, compare=False)  # the one that speaks for its guest

    @property
    def weight(self) -> float:
        return (1 + self.strength) * (1 + self.stance / 2) * math.pow(2, -max(0.0, self.age_s) / HALF_LIFE_S)


def voices(said: Iterable[Said], toward: str = "") -> list[Voice]:
    """One voice each guest: their heaviest comment's. `toward` is the id of the choice that the brief is about."""
    found: dict[int, Voice] = {}
    for one in said:
        voice = Voice(abs(one.sentiment or 0.0), one.age_s, one.stances.get(toward, 0.0), one.comment)
        if one.guest not in found or voice.weight > found[one.guest].weight:
            found[one.guest] = voice
    return list(found.values())


def weigh(heard: Iterable[Voice]) -> float:
    """The weight of a wish: the sum over its voices of (1 + |sentiment|) * (1 + stance / 2) * 2^(-age / 90 s).

    How many hold it, how strongly, toward which choice and how recently. An unknown sentiment or stance counts as 0: it
    neither strengthens nor weakens. Somebody who is against this choice still counts half.
    """
    return sum(voice.weight for voice in heard)


def leans(said: Iterable[Said], labels: Mapping[str, str]) -> tuple[tuple[str, float], ...]:
    """Toward which choices the voices behind a wish stand: (label, mean stance over those who take one), best first."""
    by_choice: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in said:
        for choice, stance in one.stances.items():
            by_choice[choice][one.guest].append(stance)
    found = [
        (labels[choice], round(sum(sum(own) / len(own) for own in guests.values()) / len(guests), 2))
        for choice, guests in by_choice.items()
        if choice in labels
    ]
    return tuple(sorted(found, key=lambda lean: (-lean[1], lean[0])))


def feelings(said: Iterable[Said], names: Sequence[str]) -> tuple[Feelings, Feelings]:
    """Whom people love and whom they hate: (loved, hated), each (name, people), most first."""
    mind = minds(said, names)
    loved = Counter(name for (name, _), one in mind.items() if one.likes)
    hated = Counter(name for (name, _), one in mind.items() if not one.likes)
    return _felt(loved), _felt(hated)


def minds(said: Iterable[Said], names: Sequence[str]) -> dict[tuple[str, int], Said]:
    """What each guest feels about each character: (name, guest) -> the comment that says so.

    A comment of clear sentiment that names one character is a vote of its guest for or against that character; of a
    guest's several, the last one counts. Comments of unknown sentiment say nothing.
    """
    mind: dict[tuple[str, int], Said] = {}
    for one in sorted(said, key=lambda one: -one.age_s):
        named = [name for name in names if names_character(one.text, name)]
        if len(named) == 1 and one.sentiment is not None and abs(one.sentiment) >= CLEAR:
            mind[named[0], one.guest] = one
    return mind


def _felt(counted: Counter[str]) -> Feelings:
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple((name, people) for name, people in ranked if people >= FEWEST_GUESTS)[:MOST_FELT]


def digest(
    comments: Sequence[Said], *, labels: Mapping[str, str] | None = None, toward: str = "", most: int = MOST_WISHES
) -> tuple[Wish, ...]:
    """The heaviest wishes, at most `most`, none sharing a word with a heavier one.

    `labels` are the choices' by id; `toward` is the id of the one that the brief is about.
    """
    by_term: dict[str, list[Said]] = defaultdict(list)
    words_of = {one.comment: terms(one.text) for one in comments}
    for one in comments:
        for term in dict.fromkeys(words_of[one.comment]):
            by_term[term].append(one)
    heard = {term: voices(said, toward) for term, said in by_term.items()}
    ranked = sorted(
        (term for term in by_term if len(heard[term]) >= FEWEST_GUESTS), key=lambda term: (-weigh(heard[term]), term)
    )
    wishes: list[Wish] = []
    taken: set[str] = set()
    for term in ranked:
        if term in taken or len(wishes) == most:
            continue
        phrase = _phrase(term, by_term[term], words_of, taken)
        taken.update(phrase)
        wishes.append(_wish(phrase, by_term[term], heard[term], labels or {}))
    return tuple(wishes)


def _wish(phrase: Sequence[str], said: Sequence[Said], heard: Sequence[Voice], labels: Mapping[str, str]) -> Wish:
    """The wish with the inputs of its weight beside it."""
    return Wish(
        text=" ".join(phrase),
        guests=len(heard),
        weight=round(weigh(heard), 3),
        comments=tuple(sorted(one.comment for one in said)),
        strength=round(sum(voice.strength for voice in heard) / len(heard), 3),
        age_s=round(sum(voice.age_s for voice in heard) / len(heard), 1),
        stance=round(sum(voice.stance for voice in heard) / len(heard), 2),
        leans=leans(said, labels),
    )


def _phrase(term: str, said: Sequence[Said], words_of: dict[int, list[str]], taken: set[str]) -> list[str]:
    """The term with the words that half its guests (two at least) use with it, in the order of a comment.

    Words that a heavier wish has `taken` are left to it.
    """
    together: Counter[str] = Counter()
    for guest_words in _by_guest(said, words_of):
        together.update(guest_words - {term} - taken)
    guests = len({one.guest for one in said})
    needed = max(FEWEST_GUESTS, math.ceil(guests / 2))
    companions = [word for word, number in together.most_common(MOST_WORDS - 1) if number >= needed]
    wanted = {term, *companions}
    # CJK pairs overlap ("灯塔", "塔里"): a pair alone reads better than a chain of them.
    if is_unspaced(term):
        return [term]
    for one in said:
        if wanted <= set(words_of[one.comment]):
            return [word for word in dict.fromkeys(words_of[one.comment]) if word in wanted]
    return [term]


def _by_guest(said: Sequence[Said], words_of: dict[int, list[str]]) -> Iterable[set[str]]:
    by_guest: dict[int, set[str]] = defaultdict(set)
    for one in said:
        by_guest[one.guest].update(words_of[one.comment])
    return by_guest.values()


def shifted(before: Sequence[Wish], after: Sequence[Wish]) -> bool:
    """Whether the audience asks for something else now: the heaviest wish is new since the earlier digest."""
    if not after:
        return False
    known = {word for wish in before for word in wish.text.split()}
    return not known & set(after[0].text.split())
