"""What a house does not take: equal texts, links, words of its own list. Pure functions over plain text."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Scripts that put no space between words: a blocked word is looked for anywhere in them, not between spaces.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
# Strokes and accents that NFKC could not join to a letter: decoration over a word that is meant to be read.
DECORATION = re.compile("[\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
SPELLED = re.compile(r"(?<![^\W_])(?:[^\W_][\W_]+){2,}[^\W_](?![^\W_])")
NOT_LETTERS = re.compile(r"[\W_]+")

TOP_LEVEL = (
    "app biz club cn co com de dev edu eu fr gg gov info io jp link live ly me net online org ru shop site store tk "
    "top tv uk us vip xyz"
).split()
LINK = re.compile(
    r"(?:https?|ftp)\s*:\s*/\s*/|\bwww\s*\.\s*\w"
    rf"|\b[^\W_](?:[\w-]*[^\W_])?\.(?:{'|'.join(TOP_LEVEL)})(?![a-z0-9])"
    r"|\b[^\W_](?:[\w-]*[^\W_])?\.[a-z]{2,}/\S"
)


def normalise(text: str) -> str:
    """The form in which texts are compared: NFKC, case-folded, one space between words, and nothing invisible."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(ch for ch in folded if unicodedata.category(ch) not in {"Cf", "Co", "Cs", "Cn"})
    # Case folding may leave what NFKC would join again; decoration goes after that.
    return " ".join(DECORATION.sub("", unicodedata.normalize("NFKC", seen)).split())


def key(text: str) -> str:
    """The same for texts that differ only in case, spaces, punctuation or invisible signs; 16 hexadecimal digits."""
    plain = normalise(text)
    letters = NOT_LETTERS.sub("", plain) or plain  # "!!!" is not the same as "???"
    return hashlib.sha256(letters.encode()).hexdigest()[:16]


def has_link(text: str) -> bool:
    """Whether a text holds an address that somebody could follow, written out or as a bare domain."""
    return LINK.search(normalise(text)) is not None


def blocked_word(text: str, words: Iterable[str]) -> str | None:
    """The first word of the list that the text holds, or None.

    Words of scripts with spaces match as whole words ("ass" is not in "class"; "ass*" is in "asses"), also when
    they are spelled out ("b-a-d"); those of scripts without spaces match anywhere, whatever stands between.
    """
    plain = normalise(text)
    joined = SPELLED.sub(lambda match: NOT_LETTERS.sub("", match[0]), plain)
    squeezed = NOT_LETTERS.sub("", plain)
    for word in words:
        wanted = normalise(word)
        if not wanted.strip("* "):
            continue
        if UNSPACED.search(wanted):
            if NOT_LETTERS.sub("", wanted) in squeezed:
                return word
        elif _pattern(wanted).search(plain) or _pattern(wanted).search(joined):
            return word
    return None


@lru_cache(maxsize=4096)
def _pattern(wanted: str) -> re.Pattern[str]:
    ending = "" if wanted.endswith("*") else r"(?![^\W_])"
    parts = [re.escape(part) for part in NOT_LETTERS.split(wanted.rstrip("*")) if part]
    return re.compile(r"(?<![^\W_])" + r"[\W_]+".join(parts) + ending) if parts else re.compile(r"(?!)")
