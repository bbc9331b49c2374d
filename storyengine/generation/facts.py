"""What a scene leaves true: facts with the words that prove them, questions left open, what changed in whom.

Pure rules over a released scene's text; no model is asked, so nothing can be made up. Each fact quotes the sentence
it was read from, and `proved` checks the quote against the text: a fact whose words are not there is not a fact.
Read are what a character is said to do that lasts (takes, gives, learns, promises, dies), and what a character claims;
gestures and moods are left alone, because a missed fact costs less than a false one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from storyengine.plot.branch import BranchScene

Change = Literal["has", "lost", "knows", "hurt", "dead", "gone", "promised", "is"]

MOST_WHAT = 110
MOST_FACTS = 4  # of one scene: the strongest, in the order of the text
FEWEST_CLAIM_WORDS = 4
MOST_THREADS = 3
FEWEST_QUESTION_WORDS, FEWEST_QUESTION_SIGNS = 4, 6

# What lasts beyond the moment, by what it changes. Gestures (looks, turns, smiles) leave nothing behind.
VERBS: dict[Change, tuple[str, ...]] = {
    "has": ("has", "holds", "keeps", "takes", "steals", "finds", "hides", "pockets", "carries", "brings", "owns",
            "receives", "buys", "wears", "picks up", "puts on", "snatches", "claims"),
    "lost": ("gives", "hands", "sells", "loses", "drops", "burns", "breaks", "destroys", "smashes", "throws", "trades",
             "returns", "buries", "tears", "leaves the", "leaves a"),
    "knows": ("knows", "learns", "reads", "hears", "sees through", "remembers", "discovers", "recognises", "confesses",
              "admits", "tells", "understands", "believes"),
    "hurt": ("bleeds", "is hurt", "is wounded", "is ill", "faints", "limps"),
    "dead": ("dies", "is dead", "is killed", "drowns", "is shot", "is murdered", "lies dead"),
    "gone": ("leaves", "goes", "flees", "vanishes", "runs", "follows", "arrives", "returns to", "escapes", "appears"),
    "promised": ("promises", "swears", "agrees", "refuses", "forgives", "betrays", "marries", "threatens", "owes"),
    "is": ("is the", "is a", "is an", "was", "is not", "becomes", "is now", "is in love", "is afraid", "is free"),
}  # fmt: skip
CHINESE: dict[Change, tuple[str, ...]] = {
    "has": ("有", "拿着", "拿起", "藏", "找到", "偷", "收下", "带来", "捡起", "接过"),
    "lost": ("交给", "递给", "卖掉", "卖给", "丢", "烧", "摔", "毁", "输"),
    "knows": ("知道", "认出", "看见", "听见", "承认", "告诉", "想起", "明白"),
    "hurt": ("受伤", "流血", "病"),
    "dead": ("死", "被杀"),
    "gone": ("离开", "走出", "跑", "回来", "跟"),
    "promised": ("答应", "发誓", "拒绝", "原谅", "欠"),
    "is": ("是", "成了", "不是"),
}
# A claim is a statement about the world: it has a finite verb of being, having or doing in the past.
CLAIM = re.compile(
    r"(?i)\b(?:is|was|are|were|has|had|have|did|never|killed|stole|took|hid|sold|burned|saw|found|promised|lied|left"
    r"|swear|wrote|kept|died|said|gave|paid|shut|locked|used to|'s|i'm|he's|she's|they've|i've|i'd)\b"
)
CHINESE_CLAIM = re.compile("是|有|没|了|过|知道|从来|答应|一直")
MORE_THAN_A_PRONOUN = re.compile(r"\b(?:[A-Z][a-z]+|[A-Z]{2,}|\d+|I)\b")
SENTENCE = re.compile(r"[^.!?…。！？]+(?:[.!?…]+(?=\s|$)|[。！？]+|$)")


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
    """The strongest facts in the order of the text, at most one for each sentence; `names` are the bible's people."""
    known = sorted(names, key=len, reverse=True)
    facts: dict[tuple[str, str], Fact] = {}
    for beat in scene.beats:
        found = _said(beat.character, beat.text, known) if beat.kind == "dialogue" else _done(beat.text, known)
        for fact in found:
            facts.setdefault((fact.who, fact.what), fact)
    kept = [fact for fact in facts.values() if proved(fact, scene)]
    strongest = sorted(kept, key=lambda fact: -_strength(fact, known))[:MOST_FACTS]
    return Reading(tuple(fact for fact in kept if fact in strongest), _questions(scene))


def proved(fact: Fact, scene: BranchScene) -> bool:
    """Whether the quoted words stand in the scene, to the letter."""
    return any(fact.quote in beat.text for beat in scene.beats)


def sentences(text: str) -> list[str]:
    return [found.strip() for found in SENTENCE.findall(text) if found.strip()]


def _done(text: str, names: list[str]) -> Iterator[Fact]:
    """ "On the step NELL hides the key." -> NELL hides the key: a name, and right after it what lasts."""
    for sentence in sentences(text):
        for who, rest in _named(sentence, names):
            if change := _change(rest):
                yield Fact(who, _short(rest), sentence, change)
                break


def _said(who: str, text: str, names: list[str]) -> Iterator[Fact]:
    """What somebody claims, which may be a lie: kept as said, with the speaker's name."""
    for sentence in sentences(text):
        if sentence.endswith(("?", "？")):
            continue
        english = len(sentence.split()) >= FEWEST_CLAIM_WORDS and CLAIM.search(sentence)
        chinese = not sentence.isascii() and len(sentence) >= 6 and CHINESE_CLAIM.search(sentence)
        if chinese or (english and MORE_THAN_A_PRONOUN.search(sentence[1:])):
            yield Fact(who, _short(f"says: {sentence}"), sentence, "is")


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


def _change(rest: str) -> Change | None:
    """What the words after the name change, by the verb that they begin with; the longest verb decides."""
    found: list[tuple[int, Change]] = []
    for change, verbs in VERBS.items():
        found += [(len(verb), change) for verb in verbs if re.match(rf"{verb}\b", rest)]
    for change, verbs in CHINESE.items():
        found += [(len(verb), change) for verb in verbs if verb in rest[: len(verb) + 2]]
    return max(found, key=lambda pair: pair[0])[1] if found else None


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
