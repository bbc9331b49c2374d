"""What in a comment speaks to the writer instead of of the story, and what is no single word. Pure.

It makes an attempt poor, not impossible: the rules in wishes.py and the editor do the rest.
"""

import re
import unicodedata
from functools import lru_cache

from storyengine.generation.nonsense import find_nonsense
from storyengine.generation.words import STOP, akin, all_words, is_unspaced

MOST_LETTERS = 15  # past that, what stands without a space is several words; few stories need the longer real ones
FEWEST_GLUED = 10
# Words of orders to a model and of what it is made of: never in a wish, in whatever form.
ORDERS = (
    "ignore disregard obey override bypass comply pretend reveal jailbreak system prompt rule instruction assistant "
    "chatbot chatgpt json output token admin sudo developer roleplay"
).split()
# With these at one end and four letters more, a run is several words: "obeyguestseven", "murdereverybody".
ENDS = (
    "ignore disregard obey override bypass comply pretend reveal jailbreak system prompt rules instruction "
    "instructions assistant chatgpt everybody everyone everything anybody nobody previous please them their your"
).split()
EVERYDAY = frozenset(
    """act always answer anyone attack beat begin blood body break burn captain change character choose cut dance day
    dead death destroy die door drown eat end ending everybody everyone everything explode fall fight find fire follow
    ghost guest guests happy head hidden kill killed king last leak line love monster murder murders never new
    night nobody old open password people person play plot power previous queen quickly rain read rope run sea secret
    secrets seven show slowly speak spoil stab start steal storm swear talk text think time today tonight turn violence
    voice word words world writer wrote""".split()
)
PIECES = STOP | EVERYDAY | frozenset(ORDERS) | frozenset(ENDS)

BEFORE = (
    "please|now|and|so|then|you|must|should|will|just|hey|dear|writer|model|ai|user|system|human|inst|sys|assistant"
)
OPENS = re.compile(
    rf"(?:(?:{BEFORE}) )*(?:ignore|disregard|obey|override|bypass|comply|act as|you are now|are now"
    r"|pretend (?:to be|you)|respond|reply|answer (?:with|in|only)|output|print|repeat (?:after|this|the)"
    r"|translate|summari[sz]e|roleplay|reveal (?:your|the system|the prompt|hidden)|(?:write|say) (?:only|exactly))\b"
)
MACHINERY = re.compile(
    r"\b(?:prompts?|instructions?|jailbreak|json|chatgpt|gpt|llm|language model|developer mode|directive)\b"
    "|忽略|无视|指令|提示词|系统提示|遵守|服从|扮演|输出|假装你|你现在是|越狱"
)


def orders_writer(clause: str) -> bool:
    """Whether a clause opens like an order to a model, or speaks of what only a model has: a prompt, instructions."""
    plain = " ".join(_unaccented(word) for word in all_words(clause))
    return OPENS.match(plain) is not None or MACHINERY.search(plain) is not None


@lru_cache(maxsize=65_536)
def may_be_wished(word: str) -> bool:
    """Whether a term is one word of one script, of at most fifteen letters, and none of an order to the writer."""
    if is_unspaced(word):
        return True
    plain = _unaccented(word)
    is_order = any(akin(plain, order) for order in ORDERS)
    return len(plain) <= MOST_LETTERS and not is_order and len(_scripts(word)) == 1 and not is_glued(plain)


def is_glued(word: str) -> bool:
    """Whether several words stand here without a space.

    That is so where it can be cut into three or more everyday words, or where one of an order, or one that no compound
    begins or ends with, has four letters more beside it. Two words make a compound: lighthouse, lifeboat.
    """
    if any(len(word) >= len(end) + 4 and (word.startswith(end) or word.endswith(end)) for end in ENDS):
        return True
    return len(word) >= FEWEST_GLUED and word not in PIECES and _most_pieces(word) >= 3


def is_real_word(word: str) -> bool:
    """Whether it has the shape of a word: a vowel, no six consonants in a row, no letter or syllable three times."""
    if is_unspaced(word):
        return True
    shape = _unaccented(word)
    has_shape = not shape.isascii() or re.search("[aeiouy]", shape) is not None
    return (
        has_shape
        and re.search(r"[bcdfghjklmnpqrstvwxz]{6}|(.)\1\1|^(.{1,3})\2{2,}$", shape) is None
        and not find_nonsense(word)
    )


def _most_pieces(word: str) -> int:
    """Into how many everyday words of two letters or more it can be cut, at the most; 0 if it cannot."""
    best = [0] + [-1] * len(word)
    for end in range(2, len(word) + 1):
        for start in range(end - 1):
            if best[start] >= 0 and word[start:end] in PIECES:
                best[end] = max(best[end], best[start] + 1)
    return max(0, best[-1])


def _scripts(word: str) -> set[str]:
    """The scripts of its letters, by the first word of their Unicode names: LATIN, CYRILLIC, GREEK."""
    return {unicodedata.name(letter, "NONE").split()[0] for letter in word if unicodedata.category(letter)[0] == "L"}


def _unaccented(word: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if unicodedata.category(sign) != "Mn")
