"""Comments become wishes: a digest of what several guests ask for, never a guest's own sentence.

Pure functions over plain values. What holds of every wish that is told, wanted or not:

- It is one to three words (in scripts without spaces: two characters, four at the most of what is unwanted), each at
  most fifteen letters of one script; three words need three guests.
- The same comments make one wish: of a sentence that many paste three words get through, and no others.
- At least two guests said it, and where it has several words, two at least said them together in one comment or more.
  Only where fewer than five guests speak, one guest's word is enough: one that is all that their comment says and that
  has the shape of a word.
- No word is one of an order to the writer or of what the writer is made of (injection.py), nor several such or everyday
  words without a space between; a clause that opens with such an order is not heard.

What does not hold: two guests who agree on two harmless words get them told, in the order in which they wrote them; and
a run of up to fifteen letters that no list knows passes for a word. The editor reads what comes of it.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from storyengine.generation.injection import is_real_word
from storyengine.generation.names import names_character
from storyengine.generation.prompt import Wish
from storyengine.generation.sides import hear
from storyengine.generation.words import is_unspaced, terms

MOST_WISHES = 5
MOST_UNWANTED = 3
FEWEST_GUESTS = 2
SMALL_HOUSE = 5  # guests; where fewer speak, one guest's word may be a wish
MOST_WORDS = 3
HALF_LIFE_S = 90.0  # a wish said this long ago weighs half
CLEAR = 0.3  # |sentiment| from which a comment is for or against somebody
MOST_FELT = 3
# Said of the scene, not of what is to come.
REACTIONS = frozenset(
    """amazing awesome beautiful bravo brilliant cool cute epic exciting fantastic fun funny genius haha hello hey
    hilarious incredible lmao lovely omg perfect sad scary thanks wonderful wtf yay boring bad awful terrible""".split()
)

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
    """The heaviest wishes, at most `most`, none sharing a word, or all its comments, with a heavier one.

    `labels` are the choices' by id; `toward` is the id of the one that the brief is about.
    """
    return _gather(_wanted(comments), labels or {}, toward, most)


def digest_unwanted(
    comments: Sequence[Said], *, labels: Mapping[str, str] | None = None, toward: str = "", most: int = MOST_UNWANTED
) -> tuple[Wish, ...]:
    """What people do not want, heaviest first, by the same rules and the same formula (`weigh`) as what they want.

    The two are not set off against each other: a house that is divided over the ghost has it in both.
    """
    return _gather(_unwanted(comments), labels or {}, toward, most, chained=True)


@dataclass(frozen=True, slots=True)
class _Told:
    """What one comment says on one side: its words in order, and those of them that may begin a wish."""

    said: Said
    words: tuple[str, ...]
    heads: frozenset[str]


def _wanted(comments: Sequence[Said]) -> list[_Told]:
    """A comment that asks for what its guest speaks against, by their last word, is left out."""
    mind = _minds(comments)
    heard = ((one, hear(one.text).wanted) for one in comments)
    return [_Told(one, words, frozenset(words)) for one, words in heard if all(mind[one.guest, word] for word in words)]


def _unwanted(comments: Sequence[Said]) -> list[_Told]:
    mind = _minds(comments)
    heard = ((one, hear(one.text)) for one in comments)
    return [
        _Told(one, told.unwanted, frozenset(head for head in told.heads if not mind[one.guest, head]))
        for one, told in heard
    ]


def _minds(comments: Sequence[Said]) -> dict[tuple[int, str], bool]:
    """Whether a guest wants what a word stands for, by their last word on it; in one comment the "no" is the last."""
    mind: dict[tuple[int, str], bool] = {}
    for one in sorted(comments, key=lambda one: -one.age_s):
        told = hear(one.text)
        mind |= {(one.guest, word): True for word in told.wanted} | {(one.guest, head): False for head in told.heads}
    return mind


def _gather(
    told: Sequence[_Told], labels: Mapping[str, str], toward: str, most: int, *, chained: bool = False
) -> tuple[Wish, ...]:
    by_head: dict[str, list[_Told]] = defaultdict(list)
    for one in told:
        for head in one.heads:
            by_head[head].append(one)
    is_small = len({one.said.guest for one in told}) < SMALL_HOUSE
    heard = {head: voices([one.said for one in ones], toward) for head, ones in by_head.items()}
    ranked = sorted(
        (
            head
            for head, ones in by_head.items()
            if len(heard[head]) >= FEWEST_GUESTS or (is_small and _alone(head, ones))
        ),
        key=lambda head: (-weigh(heard[head]), head),
    )
    wishes: dict[tuple[int, ...], Wish] = {}  # by its comments: what is left of a sentence is no second wish
    taken: set[str] = set()
    for head in ranked:
        behind = tuple(sorted(one.said.comment for one in by_head[head]))
        if head in taken or behind in wishes or len(wishes) == most:
            continue
        phrase = _phrase(head, by_head[head], taken, chained=chained)
        taken.update(phrase)
        wishes[behind] = _wish(phrase, [one.said for one in by_head[head]], heard[head], labels)
    return tuple(wishes.values())


def _alone(head: str, told: Sequence[_Told]) -> bool:
    """Whether one guest's word is enough in a small house: all that a comment of theirs says, and a real word."""
    return head not in REACTIONS and is_real_word(head) and any(terms(one.said.text) == [head] for one in told)


def _wish(phrase: Sequence[str], said: Sequence[Said], heard: Sequence[Voice], labels: Mapping[str, str]) -> Wish:
    """The wish with the inputs of its weight beside it."""
    return Wish(
        text=_joined(phrase),
        guests=len(heard),
        weight=round(weigh(heard), 3),
        comments=tuple(sorted(one.comment for one in said)),
        strength=round(sum(voice.strength for voice in heard) / len(heard), 3),
        age_s=round(sum(voice.age_s for voice in heard) / len(heard), 1),
        stance=round(sum(voice.stance for voice in heard) / len(heard), 2),
        leans=leans(said, labels),
    )


def _phrase(head: str, told: Sequence[_Told], taken: set[str], *, chained: bool) -> list[str]:
    """The head with the words that half its guests (two at least) use with it, in the order of a comment.

    Three words need three guests. Words that a heavier wish has `taken` are left to it.
    """
    together: Counter[str] = Counter()
    for guest_words in _by_guest(told):
        together.update(guest_words - {head} - taken)
    guests = len({one.said.guest for one in told})
    needed = max(FEWEST_GUESTS, math.ceil(guests / 2))
    most = min(MOST_WORDS, max(FEWEST_GUESTS, guests)) - 1
    companions = sorted(
        (word for word in together if together[word] >= needed), key=lambda word: (-together[word], word)
    )
    # CJK pairs overlap ("灯塔", "塔里"): a pair alone reads better than a chain of them, unless it is half a deed.
    if is_unspaced(head):
        return _chain(head, companions) if chained else [head]
    wanted = {head, *[word for word in companions if not is_unspaced(word)][:most]}
    for one in told:
        if wanted <= set(one.words):
            return [word for word in one.words if word in wanted]
    return [head]


def _chain(head: str, companions: Sequence[str]) -> list[str]:
    """The pair with those that overlap it, four characters at the most: "杀奥" and "奥达" are "杀奥达"."""
    chain, pairs = [head], [word for word in companions if is_unspaced(word)]
    while len(chain) < MOST_WORDS:
        after = next((pair for pair in pairs if pair[0] == chain[-1][-1] and pair not in chain), "")
        before = next((pair for pair in pairs if pair[-1] == chain[0][0] and pair not in chain), "")
        if not after and not before:
            break
        chain = [*chain, after] if after else [before, *chain]
    return chain


def _joined(phrase: Sequence[str]) -> str:
    if all(is_unspaced(word) for word in phrase):
        return phrase[0] + "".join(word[1:] for word in phrase[1:])
    return " ".join(phrase)


def _by_guest(told: Sequence[_Told]) -> Iterable[set[str]]:
    by_guest: dict[int, set[str]] = defaultdict(set)
    for one in told:
        by_guest[one.said.guest].update(one.words)
    return by_guest.values()


def shifted(before: Sequence[Wish], after: Sequence[Wish]) -> bool:
    """Whether the audience's mind is another now: the heaviest wish is new since the earlier digest.

    Of what it does not want the same.
    """
    if not after:
        return False
    known = {word for wish in before for word in wish.text.split()}
    return not known & set(after[0].text.split())
