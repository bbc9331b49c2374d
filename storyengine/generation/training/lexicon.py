"""The words that the grammar says by itself, which the model is held to when it writes (writer/local/lexicon.py)."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from storyengine.generation.training.corpus import Example, chat
from storyengine.generation.training.words import FIRST_NAMES, SURNAMES
from storyengine.generation.writer.local.lexicon import WORD, words_in

LEAST = 4  # examples: a made-up name that is said without standing in the prompt comes once or twice
NAMES = {*FIRST_NAMES, *SURNAMES}


def words_of_its_own(examples: Iterable[Example]) -> list[str]:
    """What answers say and their prompts do not, in order, in lower case where it ever stands so.

    No name that is nothing but a name: those are copied.
    """
    said: Counter[str] = Counter()
    forms: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        asked = words_in(" ".join(message["content"] for message in chat(example)))
        found = set(WORD.findall(example.answer))
        for form in found:
            forms[form.lower()].add(form)
        said.update({form.lower() for form in found} - asked)
    kept = {word for word, count in said.items() if count >= LEAST and (word in forms[word] or not forms[word] & NAMES)}
    return sorted({form for word in kept for form in ({word} if word in forms[word] else forms[word])})
