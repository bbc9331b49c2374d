"""Text as the checks compare it: words, or in Chinese pairs of characters; sentences; runs. Pure."""

import re
from itertools import pairwise

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
SENTENCE = re.compile(r"[^.!?…。！？]+")
EMPTY = frozenset(
    "a an and are as at be been but by can could did do does for from go goes had has have he her hers him his i if "
    "in into is it its let me my no not of off on one or our out over she so some than that the their them then there "
    "they this to up was we were what when where who will with would you your "
    "的 了 在 是 他 她 我 你 们 这 那 和 也 就 不 都 吧 吗".split()
)


def tokens(text: str) -> list[str]:
    """Words in lower case; each ideograph is one."""
    return [match.group() for match in TOKEN.finditer(text.casefold())]


TOKEN = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+(?:['’][^\W_\u4e00-\u9fff]+)*")


def spans(text: str) -> list[tuple[str, int, int]]:
    """`tokens` with where each stands."""
    return [(match.group().casefold(), match.start(), match.end()) for match in TOKEN.finditer(text)]


def content_words(text: str) -> frozenset[str]:
    """What a sentence is about: its words without the small ones and without endings; pairs in Chinese."""
    found = tokens(text)
    pairs = {a + b for a, b in pairwise(found) if IDEOGRAPH.match(a) and IDEOGRAPH.match(b)}
    plain = {stem(word) for word in found if word not in EMPTY and not IDEOGRAPH.match(word)}
    return frozenset(plain | {pair for pair in pairs if not (pair[0] in EMPTY or pair[1] in EMPTY)})


def stem(word: str) -> str:
    """Without the commonest English endings: enough to see that "carries" and "carry" are one word."""
    for ending, least, instead in (("ies", 5, "y"), ("ing", 6, ""), ("ed", 5, ""), ("es", 5, ""), ("s", 4, "")):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            return word[: -len(ending)] + instead
    return word


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared content words against all of both, 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0


def sentences(text: str) -> list[str]:
    return [found.group().strip() for found in SENTENCE.finditer(text) if TOKEN.search(found.group())]
