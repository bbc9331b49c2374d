"""What a comment wants and what it does not want: its content words, by the side of the clause that they stand in.

The grammar of a clause decides (audience/stance.py), not its mood: "kill the villain!" is dark and a wish. What is
asked or supposed takes no side, but for a suggestion ("what if ...?"). English and Chinese; pure.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from audience.stance import BAD, ZH_CONDEMNS, sides
from storyengine.generation.injection import may_be_wished, orders_writer
from storyengine.generation.words import terms

CONTRACTED = re.compile(r"['’](?:s|re|ll|ve|d|m)\b", re.IGNORECASE)
PREFERRING = re.compile(r"\b(?:prefer|rather|choose|pick|vote|better)\b", re.IGNORECASE)
# "Over" and "than" compare only where somebody prefers: a bridge over the river, a monster bigger than the ferry.
COMPARED = re.compile(r"\b(?:over|than)\b", re.IGNORECASE)
SUGGESTED = re.compile(r"\bwhat if (?:there (?:is|was|were) )?", re.IGNORECASE)
# Said with a "not" and not against anything.
NO_DENIAL = re.compile(
    r"\bnot enough\b|\bcan(?:no|['’])?t (?:get enough(?: of)?|believe)\b|\bnot sure\b"
    r"|\bnever (?:seen|felt|heard|been)\b"
    "|差不多|不仅|不但|不管|不久|不断|不禁|不知道|忍不住|对不起|不好意思|了不起|还没有|没想到",
    re.IGNORECASE,
)
# What the speaker knows and feels is no wish: "I do not trust him". What they want or like is.
SPEAKER = re.compile(
    r"\b(?:i|we) (?:really |just |still )?(?:dont|do not|didnt|did not|cant|cannot|couldnt|havent|am not|never)\b"
    r"(?! (?:really |even |ever )?(?:want|wanna|like|love|need|wish|enjoy|care|stand|bear|think|let)\b)"
)
# Said of what was: "What a line!", "Poor thing."
EXCLAIMED = re.compile(r"\s*(?:(?:what|such) an? (?!new|different)|(?:(?:oh|aw+|the),? )?poor \w+\W*$)", re.IGNORECASE)
DISLIKES = re.compile(
    r"\b(?:sick of|tired of|fed up|bored (?:of|by|with)|enough (?:of|with)|had enough|too (?:much|many)|rid of"
    r"|done with|less|fewer|skip|sucks?|annoying|overdone|loathe|despise|boo)\b|^enough\b"
    "|(?<!有)没有|恨|受不了|烦人|少点|够了|腻"
)
# What says that something is unwanted is no part of it.
VERDICT = re.compile(
    rf"{DISLIKES.pattern}|{ZH_CONDEMNS.pattern}|\b{BAD}(?: (?:idea|plan|choice|option|move|thing))?\b|\bnobody\b"
)
ZH_AGAINST = re.compile("别|没必要|反对|拒绝|讨厌|禁止|阻止|休想|没有|恨|受不了|烦人|少点|够了|腻|不喜欢|喜欢")
DENIED = re.compile(
    r"\b(?:dont|do not|doesnt|does not|didnt|did not|never|not|cant|cannot|wont|wouldnt|shouldnt|couldnt|isnt|arent"
    r"|nobody)\b(.*)|\b(?:hate|dislike|detest)(?= (?:that|when|how|seeing|it when)\b)(.*)"
)
WANTING = re.compile(r"^ (?:\w+ )??(?:want|wanna|like|love|need|wish)\b.*? to\b(.*)")
ZH_DENIED = re.compile("[别不](?!喜欢)(.*)")
LETTING = re.compile(r"^ (?:\w+ )??(?:let|make|have|watch|think|see|seeing|want|that|when|how|it when)\b|^再?[让给]")


@dataclass(frozen=True, slots=True)
class Heard:
    """Content words in their order. `heads` are those of `unwanted` that the "no" is about: the ghost of "no ghost in
    the tower" and the killing, not Oda, of "don't kill Oda".
    """

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    heads: frozenset[str] = frozenset()


@lru_cache(maxsize=32_768)
def hear(text: str) -> Heard:
    """What a comment wants and does not want; clauses that order the writer about are not heard at all."""
    wanted: list[str] = []
    unwanted: list[str] = []
    heads: set[str] = set()
    for clause, sign in (side for line in text.splitlines() for side in sides(_prepared(line))):
        if orders_writer(clause) or SPEAKER.search(clause) or EXCLAIMED.match(clause):
            continue
        if len(DISLIKES.findall(clause)) % 2:
            sign = -sign
        if sign > 0:
            wanted += _words(clause)
        else:
            unwanted += _words(VERDICT.sub(" ", clause))
            heads.update(_heads(clause))
    return Heard(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted)), frozenset(heads))


def _prepared(line: str) -> str:
    line = SUGGESTED.sub("what about ", NO_DENIAL.sub(" ", CONTRACTED.sub("", line)))
    return line if PREFERRING.search(line) else COMPARED.sub("as", line)


def _words(clause: str) -> list[str]:
    """A stop sign stands for what says no in Chinese, so that no pair of characters holds half of it."""
    return [word for word in terms(ZH_AGAINST.sub("不", clause)) if may_be_wished(word)]


def _heads(clause: str) -> list[str]:
    """What is denied: the first content word after the "not", or what follows whom it is wanted of or let to do it."""
    denied = DENIED.search(clause) or ZH_DENIED.search(clause)
    rest = next((part for part in denied.groups() if part), "") if denied else ""
    if asked := WANTING.match(rest):
        return _words(asked[1])
    words = _words(VERDICT.sub(" ", rest))
    if words and LETTING.match(rest):
        return words[1:] or words
    if words:
        return words[:1]
    every = _words(VERDICT.sub(" ", clause))
    is_deed = bool(every) and len(every[0]) > 4 and every[0].endswith("ing")
    return every[:1] if is_deed else every
