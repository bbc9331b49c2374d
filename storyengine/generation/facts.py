"""What a scene leaves true: facts with the words that prove them, questions left open, what changed in whom.

Pure rules over a released scene's text; no model is asked, so nothing can be made up. Each fact quotes the sentence
it was read from, and `proved` checks the quote against the text: a fact whose words are not there is not a fact.
Read are what a character is said to do that lasts (takes, gives, learns, promises, dies), and what a character claims;
gestures and moods are left alone, because a missed fact costs less than a false one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from storyengine.generation.acts import Change, read_act
from storyengine.generation.words import sentences
from storyengine.plot.branch import BranchScene

MOST_WHAT = 110
MOST_FACTS = 4  # of one scene: the strongest, in the order of the text
# Beside them the last changes of hands, places and lives: one that is not kept would leave its opposite true.
MOST_CHANGES = 12
CHANGING: frozenset[Change] = frozenset({"has", "lost", "gone", "dead"})
RULES_OF_READING = 4  # grows with every change to what is read, so that scenes that were read before are read again
SAYING = "says: "  # before what somebody claims, which may be a lie
FEWEST_CLAIM_WORDS = 4
MOST_THREADS = 3
FEWEST_QUESTION_WORDS, FEWEST_QUESTION_SIGNS = 4, 6

# A claim is a statement about the world: it has a finite verb of being, having or doing in the past.
CLAIM = re.compile(
    r"(?i)\b(?:is|was|are|were|has|had|have|did|never|killed|stole|took|hid|sold|burned|saw|found|promised|lied|left"
    r"|swear|wrote|kept|died|said|gave|paid|shut|locked|used to|['’]s|i['’]m|they['’]ve|i['’]ve)\b"
)
CHINESE_CLAIM = re.compile("是|有|没|了|过|知道|从来|答应|一直")
# It says so of somebody or something by name, or by a number; of oneself only what one has done to others.
NAMED = re.compile(r"\b(?:[A-Z][a-z]+|[A-Z]{2,}|\d+)\b")
OWN_DEED = re.compile(
    r"\bI(?:['’]ve| have| had)?(?: never| already)? (?:killed|stole|took|hid|sold|burned|burnt|promised|lied|wrote|gave"
    r"|paid|locked|married|betrayed)\b"
)
CHINESE_NUMBER = re.compile("(?<!第)[一二两三四五六七八九十百千万\\d]+")
# Whom one speaks to is not whom one speaks of: "Clive, ..." and "..., Miss Spink."
ADDRESSED = re.compile(r"^[A-Z]\w+(?: [A-Z]\w+)?, |, (?:[A-Z]\w+\.? )?[A-Z]\w+(?=[.!…]*$)")
# Hopes, guesses and conditions claim nothing; words in quotation marks are somebody else's, or a letter's.
SUPPOSED = re.compile(
    r"(?i)\b(?:if|unless|would|could|should|might|hope[ds]?|wish|suppose)\b|['’]d\b|如果|要是|希望|可能|应该"
    "|^['‘]|['’]$|[“”\"「」『』]"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """`who` is a character of the bible, `what` continues the name into a sentence, `quote` proves it."""

    who: str
    what: str
    quote: str
    change: Change


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from one scene."""

    facts: tuple[Fact, ...]
    threads: tuple[str, ...]


def read_facts(scene: BranchScene, names: Iterable[str]) -> Reading:
    """The strongest facts and the last changes in the order of the text, at most one for each sentence.

    `names` are the bible's people.
    """
    known = sorted(names, key=len, reverse=True)
    facts: dict[tuple[str, str], Fact] = {}
    for beat in scene.beats:
        found = _said(beat.character, beat.text, known) if beat.kind == "dialogue" else _done(beat.text, known)
        for fact in found:
            facts.setdefault((fact.who, fact.what.casefold()), fact)
    kept = [fact for fact in facts.values() if proved(fact, scene)]
    strongest = sorted(kept, key=lambda fact: -_strength(fact, known))[:MOST_FACTS]
    changes = [fact for fact in kept if fact.change in CHANGING][-MOST_CHANGES:]
    return Reading(tuple(fact for fact in kept if fact in strongest or fact in changes), _questions(scene))


def proved(fact: Fact, scene: BranchScene) -> bool:
    """Whether the quoted words stand in the scene, to the letter."""
    return any(fact.quote in beat.text for beat in scene.beats)


def _done(text: str, names: list[str]) -> Iterator[Fact]:
    """ "On the step NELL hides the key." -> NELL hides the key: a name, and right after it what lasts."""
    for sentence in sentences(text):
        for who, rest in _named(sentence, names):
            if act := read_act(rest):
                yield Fact(who, _short(rest), sentence, act.change)
                break


def _said(who: str, text: str, names: list[str]) -> Iterator[Fact]:
    """What somebody claims, which may be a lie: kept as said, with the speaker's name."""
    for sentence in sentences(text):
        if sentence.endswith(("?", "？")) or SUPPOSED.search(sentence):
            continue
        if _claims_english(sentence) or _claims_chinese(sentence, [name for name in names if name != who]):
            yield Fact(who, _short(f"{SAYING}{sentence}"), sentence, "is")


def _claims_english(sentence: str) -> bool:
    if len(sentence.split()) < FEWEST_CLAIM_WORDS or not CLAIM.search(sentence):
        return False
    told = ADDRESSED.sub("", sentence)
    return bool(NAMED.search(told[1:]) or OWN_DEED.search(told))


def _claims_chinese(sentence: str, others: list[str]) -> bool:
    if sentence.isascii() or len(sentence) < 6 or not CHINESE_CLAIM.search(sentence):
        return False
    told = next((sentence[len(name) :] for name in others if sentence.startswith((f"{name}，", f"{name},"))), sentence)
    return bool(CHINESE_NUMBER.search(told)) or any(name in told for name in others if not name.isascii())


def _named(sentence: str, names: list[str]) -> Iterator[tuple[str, str]]:
    """Each place where a character is named, with the words that follow; longer names first."""
    for name in names:
        for match in re.finditer(re.escape(name), sentence, re.IGNORECASE):
            before, after = sentence[: match.start()][-1:], sentence[match.end() :]
            whole = not (before.isalnum() and before.isascii()) and not (after[:1].isalnum() and after[:1].isascii())
            if whole and not after.startswith(("'", "’")):
                yield name, after.strip(" ,，")


def _strength(fact: Fact, names: list[str]) -> int:
    """Death weighs most, then what changes hands, minds or sides; a claim more if it names somebody or a number."""
    weight = {"dead": 6, "promised": 4, "has": 3, "lost": 3, "knows": 3, "hurt": 3, "gone": 1, "is": 1}[fact.change]
    named = any(name.casefold() in fact.what.casefold() for name in names if name != fact.who)
    return weight + 2 * named + any(ch.isdigit() for ch in fact.what)


def _short(text: str) -> str:
    """One clause, without its full stop: facts are read at a glance."""
    clause = re.split(r"[;；]|, (?:and|but|then|while|as) ", text)[0]
    return clause.rstrip(" .。,，!！…")[:MOST_WHAT]


def _questions(scene: BranchScene) -> tuple[str, ...]:
    """The last questions that nobody answers in the same breath: asked in the scene's second half."""
    spoken = [beat for beat in scene.beats if beat.kind == "dialogue"]
    late = spoken[len(spoken) // 2 :]
    asked = [sentence for beat in late for sentence in sentences(beat.text) if sentence.endswith(("?", "？"))]
    long_enough = [
        one for one in asked
        if len(one.split()) >= FEWEST_QUESTION_WORDS or (len(one) >= FEWEST_QUESTION_SIGNS and not one.isascii())
    ]  # fmt: skip
    return tuple(dict.fromkeys(long_enough))[-MOST_THREADS:]
