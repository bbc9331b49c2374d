"""Where a comment stands on each choice that is offered: for it, against it, or nobody can tell.

Stance is not polarity. "Kill the villain!" is dark in words and *for* the choice "Kill the villain"; "what a lovely
scene" is bright and says nothing of any choice. So the words of feeling are left to scoring.py; here a comment is cut
into clauses, each clause is looked through for a choice (its own words, or its number), and the sign of the clause
comes from its grammar: negation, preference ("A instead of B"), and a verdict ("is a bad idea"). What is asked or
supposed ("should we ...?", "if we ...") takes no side. A choice that no clause speaks of is unknown and is left out.

English and Chinese; pure functions, each answer with its reason. What they do not see: irony, synonyms, "him".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from audience.filters import UNSPACED, normalise

FULL, PART, MILD = 1.0, 0.6, 0.5

STOP = frozenset(
    """a an and are as at be been by do does for from go had has have he her him his i in is it its let lets me my of on
    or our please she should so some that the their them then they this to us was we were will with would you your want
    wants just really think say vote pick choose option choice number im id well""".split()
)
NEGATION = re.compile(
    r"\b(?:not|no|never|dont|doesnt|didnt|cant|cannot|wont|wouldnt|shouldnt|isnt|arent|stop|avoid|refuse|against"
    r"|without|neither|nor|nobody|anything but|everything (?:but|except))\b"
)
# "No no, don't" says no once; "no doubt" and "can't wait" do not say it at all.
NO_NEGATION = re.compile(
    r"\b(?:no )+(?=no\b|dont\b|do not\b|never\b|not\b)|\bno (?:doubt|matter|problem)\b|\bnot only\b|\bcant wait\b"
    r"|\bwhy not\b"
)
QUESTION = re.compile(r"^(?:should|would|will|do|does|did|is|are|what if|why|how come|which|who)\b")
SUGGESTION = re.compile(r"^(?:why not|why dont we|can we|could we|cant we|how about|what about|what if we)\b")
SUPPOSED = re.compile(r"^(?:if|when|unless|suppose|imagine)\b")
BAD = r"(?:bad|terrible|awful|stupid|dumb|boring|wrong|worst|horrible|silly|lame|cruel|mistake|nonsense|pointless)"
GOOD = r"(?:good|great|best|right|brilliant|awesome|perfect|fun|cool|smart|fantastic|better|wonderful)"
LINKING = r"\b(?:is|was|are|would be|will be|sounds|seems|looks|feels)(?: \w+){0,3}? "
CONDEMNS = re.compile(rf"{LINKING}{BAD}\b|\b{BAD} (?:idea|plan|choice|option|move|thing)\b|\b(?:hate|dislike|detest)\b")
PRAISES = re.compile(rf"{LINKING}{GOOD}\b|\b{GOOD} (?:idea|plan|choice|option|move|thing)\b")
ANSWERS_NO = frozenset(["no", "nope", "no way", "never", "no thanks", "不", "别", "不行", "才不"])
PREFERS = re.compile(r"\b(?:instead of|rather than|over|and not)\b|(?<!other) \bthan\b")

ZH_SAME = (
    ("不得不", "必须"), ("不可以", "别"), ("不错", "好"), ("要不然", ""), ("要不是", ""), ("千万", ""), ("不要", "别"),
)  # fmt: skip
ZH_ASKED = re.compile("[吗么呢]$|是不是|要不要|该不该|会不会|有没有|为什么|为啥|怎么会")
ZH_SUGGESTED = re.compile("^要不|能不能|可不可以|好不好|怎么样|如何$|行不行")
ZH_SUPPOSED = re.compile("^(?:如果|要是|假如|万一)")
ZH_NEGATION = re.compile("别|不(?!如|过)|没必要|反对|拒绝|讨厌|禁止|阻止|休想")
ZH_CONDEMNS = re.compile("太蠢|好蠢|愚蠢|糟糕|糟透|无聊|馊主意|烂主意|太烂|太傻|没意思|太差|坏主意")
ZH_PREFERS = re.compile("而不是|而非|也不")  # A, rather than B
ZH_OTHERWISE = re.compile("不如")  # (rather than) A: B
ZH_FUNCTION = "的了是我你他她它们在有和就都也把被吧啊哦呀很太这那个请快想让给"

CLAUSES = re.compile(
    r"([?？]+)|[.!;:,。！；：，、\n…]+"
    r"|(?<!anything )(?<!everything )\bbut\b|\b(?:however|although|though|because|so that)\b"
    "|但是|可是|不过|但|因为"
)
NUMBERED = re.compile(
    r"(?:\b(?:option|choice|number|no|vote|pick)\s*|[#!]\s*|选|投|第)([1-9]|[一二三四五六七八九])(?!\d)|^([1-9])$"
)
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4} | {n: i for i, n in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True, slots=True)
class Stance:
    """`value` from -1 (against) to 1 (for); `why` names the clause and what in it decided."""

    value: float
    why: str


@dataclass(frozen=True, slots=True)
class _Label:
    number: int
    words: frozenset[str]
    own: frozenset[str]  # the words that no other choice has
    signs: frozenset[str]  # of scripts without spaces: single characters
    own_signs: frozenset[str]
    first_sign: str
    negated: bool


def stances(text: str, choices: Mapping[int, str]) -> dict[int, Stance]:
    """The comment's stance on each choice (id -> label, in the order offered); unknown ones are left out."""
    labels = _labels(choices)
    found: dict[int, list[Stance]] = {}
    for clause, sign, weight in _clauses(text):
        for choice, label in labels.items():
            strength, why = _mention(clause, label)
            if strength:
                side = -sign if label.negated else sign
                found.setdefault(choice, []).append(Stance(side * min(strength, weight), f"{clause!r}: {why}"))
    return {choice: _together(said) for choice, said in found.items()}


def sides(text: str) -> list[tuple[str, int]]:
    """The clauses of a comment that take a side, as plain words ("dont" for "don't"), each with its sign: 1 or -1."""
    return [(clause, sign) for clause, sign, _ in _clauses(text)]


def _together(said: list[Stance]) -> Stance:
    value = sum(one.value for one in said) / len(said)
    return Stance(round(value, 3), "; ".join(one.why for one in said))


# ---------------------------------------------------------------- the choices


def _labels(choices: Mapping[int, str]) -> dict[int, _Label]:
    plain = {choice: _plain(label) for choice, label in choices.items()}
    words = {choice: _words(text) for choice, text in plain.items()}
    signs = {choice: _signs(text) for choice, text in plain.items()}
    return {
        choice: _Label(
            number,
            words[choice],
            words[choice].difference(*(other for other in words.values() if other != words[choice])),
            signs[choice],
            signs[choice].difference(*(other for other in signs.values() if other != signs[choice])),
            next((ch for ch in text if ch in signs[choice]), ""),
            _negations(text) % 2 == 1,
        )
        for number, (choice, text) in enumerate(plain.items(), start=1)
    }


def _mention(clause: str, label: _Label) -> tuple[float, str]:
    """How surely a clause speaks of a choice, and by what; 0 if it does not."""
    if any(number == label.number for number in _numbers(clause)):
        return FULL, "by its number"
    words, signs = _words(clause), _signs(clause)
    if label.words & words and label.own & words:
        share = len(label.words & words) / len(label.words)
        if share >= 0.5:
            return (FULL if share == 1 else PART), f"names {', '.join(sorted(label.words & words))}"
    if label.own_signs & signs:
        share = len(label.signs & signs) / len(label.signs)
        if share >= 0.5 or (label.first_sign in label.own_signs & signs and len(clause) <= 8):
            return (FULL if share == 1 else PART), f"names {''.join(ch for ch in clause if ch in label.signs)}"
    return 0.0, ""


def _numbers(clause: str) -> list[int]:
    numbers = [one or other for one, other in NUMBERED.findall(clause)]
    named = re.findall(r"\bthe (first|second|third|fourth)\b(?: (?:one|option|choice))?$", clause)
    return [int(n) if n.isdigit() else ORDINALS[n] for n in [*numbers, *named]]


# ---------------------------------------------------------------- the clauses


def _clauses(text: str) -> list[tuple[str, int, float]]:
    """(clause, sign, most weight) for each part of a comment that takes a side."""
    parts = CLAUSES.split(_plain(text))
    found: list[tuple[str, int, float]] = []
    for clause, asked in zip(parts[::2], [*parts[1::2], None], strict=True):
        clause = clause.strip()
        if clause in ANSWERS_NO:  # "Kill him? No!"
            found = [(before, -sign, weight) for before, sign, weight in found]
        weight = _weight(clause, asked=asked is not None)
        if clause and weight:
            found += [(part.strip(), sign, weight) for part, sign in _sides(clause)]
    return found


def _weight(clause: str, *, asked: bool) -> float:
    if SUPPOSED.search(clause) or ZH_SUPPOSED.search(clause):
        return 0.0
    if SUGGESTION.search(clause) or ZH_SUGGESTED.search(clause):
        return MILD
    if (asked and (QUESTION.search(clause) or UNSPACED.search(clause))) or ZH_ASKED.search(clause):
        return 0.0
    return MILD if asked else FULL


def _sides(clause: str) -> list[tuple[str, int]]:
    """A clause as parts with their signs: "spare him instead of killing" is one part for and one against."""
    for pattern, first in ((PREFERS, 1), (ZH_PREFERS, 1), (ZH_OTHERWISE, -1)):
        parts = pattern.split(clause, maxsplit=1)
        if len(parts) == 2:
            sign = _sign(parts[0]) if first == 1 else 1
            return [(parts[0], first * sign), (parts[1], -first * sign)]
    return [(clause, _sign(clause))]


def _sign(clause: str) -> int:
    """1 or -1 by parity: "not a bad idea" is for it."""
    against = _negations(clause)
    if CONDEMNS.search(clause) or ZH_CONDEMNS.search(clause):
        against += 1
    return -1 if against % 2 else 1


def _negations(clause: str) -> int:
    rest = SUGGESTION.sub("", NO_NEGATION.sub("", clause))
    asked = ZH_SUGGESTED.sub("", re.sub("非(.*)不可", r"\1", rest))
    return len(NEGATION.findall(asked)) + len(ZH_NEGATION.findall(asked))


def _plain(text: str) -> str:
    plain = re.sub(r"(?<=[a-z])['’](?=[a-z])", "", normalise(text))  # don't -> dont
    for form, same in ZH_SAME:
        plain = plain.replace(form, same)
    return plain


def _words(text: str) -> frozenset[str]:
    found = re.findall(r"[^\W\d_]+", UNSPACED.sub(" ", text))
    return frozenset(stem(w) for w in found if w not in STOP and not NEGATION.fullmatch(w) and len(w) > 1)


def _signs(text: str) -> frozenset[str]:
    bare = ZH_NEGATION.sub("", text)
    return frozenset(ch for ch in UNSPACED.findall(bare) if ch not in ZH_FUNCTION)


def stem(word: str) -> str:
    """Cut what English adds to a verb or a noun: kills, killed and killing are one word, and so are sparing, spared."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    word = word.removesuffix("e") if len(word) > 3 else word
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word
