"""What a word is, in every script, and when two words are the same one. Pure functions over plain text."""

import re
import unicodedata
from functools import lru_cache

STOP = frozenset(
    """a about after again all also am an and any are as at audience back be because been before being but by can cant
    come could did didnt do does doesnt doing dont down even ever every for from get give go going gonna good got great
    had has have he her here hers him his how i id if ill im in into is isnt it its ive just keep kind know let lets
    like little look lot love lol made make makes maybe me more most much must my need needs never next nice no not now
    of off oh ok okay on one only or other our out over please put really said say scene see shall she should show so
    some something still stop story such sure take tell than that thats the their them then there theres these they
    thing things think this those time to too up us very wanna want wants was wasnt way we well went were what whats
    when where which who whole why will wish with wont would wow write yeah yes you your youre hope hate happen happens
    hopes hoping hopefully coming favourite favorite far ignore instructions instruction previous prompt system
    assistant user output json""".split()
)
# Chinese and Japanese, Thai, Lao, Burmese, Khmer: scripts that put no space between words.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
LETTER = rf"(?:(?![{UNSPACED}])[^\W\d_])"
RUN = re.compile(rf"[{UNSPACED}]+|{LETTER}+(?:['’]{LETTER}+)*")
SENTENCE = re.compile(r"[^.!?…。！？]+(?:[.!?…]+[\"'”’)]*(?=\s|$)|[。！？]+[”’」』]*|$)")
ABBREVIATED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Prof|Rev|Capt|Col|Lt|Sgt|[A-HJ-Z])\.$")  # ends no sentence
CJK_STOP = frozenset(
    "的了是我你他她它们在有和就不都也要想让把被吗吧呢啊哦呀很太好这那个什么怎么应该可以不要希望觉得真的"
)
NO_PLURALS = frozenset(["news", "lens", "always", "perhaps"])
DOUBLES = re.compile("[^aeiou]*[aeiouy][^aeiouwxy]")  # the verbs of one syllable whose last letter doubles


def normalise(text: str) -> str:
    """NFKC, lower case, without control, zero-width and bidirectional marks."""
    folded = unicodedata.normalize("NFKC", text)
    kept = (" " if unicodedata.category(ch) in {"Cc", "Zl", "Zp"} else ch for ch in folded)
    return "".join(ch for ch in kept if unicodedata.category(ch) not in {"Cf", "Co", "Cs"}).casefold()


def sentences(text: str) -> list[str]:
    """The sentences with their signs and closing quotes; in Chinese they need no space between them."""
    found: list[str] = []
    for piece in SENTENCE.findall(text):
        if found and ABBREVIATED.search(found[-1]):
            found[-1] += piece
        else:
            found.append(piece)
    return [one.strip() for one in found if one.strip()]


def is_unspaced(word: str) -> bool:
    return re.match(f"[{UNSPACED}]", word) is not None


def terms(text: str) -> list[str]:
    """A comment's content words in order; no stop words, no numbers.

    Words are what stands between spaces. In a script without spaces each pair of characters counts as one:
    a whole sentence would pass for a word otherwise.
    """
    found: list[str] = []
    for run in RUN.findall(normalise(text)):
        if is_unspaced(run):
            pieces = re.split(f"[{''.join(sorted(CJK_STOP))}]", run)
            found += [piece[i : i + 2] for piece in pieces for i in range(max(0, len(piece) - 1))]
        else:
            word = _bare(run)
            if 2 < len(word) <= 24 and word not in STOP and run.replace("'", "") not in STOP:
                found.append(word)
    return found


def all_words(text: str) -> list[str]:
    """All words of a text in order, small, without what an apostrophe adds; in a script without spaces whole runs."""
    return [run if is_unspaced(run) else _bare(run) for run in RUN.findall(normalise(text))]


def _bare(run: str) -> str:
    return re.sub(r"['’](s|re|ll|ve|d|m|t)$", "", run).replace("'", "").replace("’", "")


# ---------------------------------------------------------------- endings


def akin(word: str, other: str) -> bool:
    """Whether two words (in small letters) are one, English endings apart: key, keys; stop, stopped; dance, dancing.

    Plain on purpose, so that anybody can check it by eye: plurals, -ed and -ing. A word that another only holds ("key"
    in "donkey"), a word of another kind (keep, keeper) and an irregular form (steal, stole) are other words.
    """
    return word == other or not bases(word).isdisjoint(bases(other))


def takes_up(text: str, wish: str) -> bool:
    """Whether a branch's text takes a wish up: each of the wish's words stands in it as a word, endings apart.

    In scripts without spaces a wish stands wherever its characters do. A paraphrase ("dog" for "puppy") is not seen.
    """
    heard, there = normalise(text), set(all_words(text))
    return all(
        word in heard if is_unspaced(word) else any(akin(word, other) for other in there)
        for word in normalise(wish).split()
    )


@lru_cache(maxsize=65_536)
def bases(word: str) -> frozenset[str]:
    """The word and what it may be a form of; some of these are no words, which harms nobody."""
    return frozenset([word, *_singular(word), *_infinitive(word)])


def _singular(word: str) -> list[str]:
    if len(word) < 4 or word in NO_PLURALS or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return []
    found = [word[:-1]]
    if word.endswith("ies"):
        found.append(word[:-3] + "y")
    elif word.endswith("ves"):
        found += [word[:-3] + "f", word[:-3] + "fe"]
    elif re.search("(?:[sxzo]|ch|sh)es$", word):
        found.append(word[:-2])
    return found


def _infinitive(word: str) -> list[str]:
    ending = next((ending for ending in ("ied", "ed", "ing") if word.endswith(ending)), "")
    stem = word.removesuffix(ending)
    if ending == "ied":
        return [stem + "y", stem + "ie"]
    if not ending or len(stem) < 2 or not re.search("[aeiouy]", stem) or (ending == "ed" and stem.endswith("e")):
        return []  # "bring" is no form of "br", "seed" none of "see"
    found = [stem + "e"]
    if not DOUBLES.fullmatch(stem):  # nor is "hoping" one of "hop", which would be "hopping"
        found.append(stem)
    if len(stem) > 2 and stem[-1] == stem[-2]:
        found.append(stem[:-1])
    if stem.endswith("y"):
        found.append(stem[:-1] + "ie")  # dying
    return found
