"""The words that the grammar says by itself, which the model is held to when it writes (writer/local/lexicon.py)."""

import re
from collections import Counter
from collections.abc import Iterable

from storyengine.generation.training.corpus import Example, chat
from storyengine.generation.training.words import FIRST_NAMES, SURNAMES
from storyengine.generation.writer.local.lexicon import words_in

LEAST = 4  # examples: a made-up name that is said without standing in the prompt comes once or twice
PLAIN = re.compile(r"\b[a-z]+\b")
NAMES = {name.lower() for name in (*FIRST_NAMES, *SURNAMES)}


def words_of_its_own(examples: Iterable[Example]) -> list[str]:
    """What answers say and their prompts do not, in order. No name that is nothing but a name: those are copied."""
    said: Counter[str] = Counter()
    plain: set[str] = set()
    for example in examples:
        asked = words_in(" ".join(message["content"] for message in chat(example)))
        said.update(words_in(example.answer) - asked)
        plain.update(PLAIN.findall(example.answer))
    return sorted(word for word, count in said.items() if count >= LEAST and (word in plain or word not in NAMES))
