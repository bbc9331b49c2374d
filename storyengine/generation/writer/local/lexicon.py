"""The words that a small model may say: those of its lexicon and of the prompt, so that no slip makes a new one.

A model of a few million parameters slips inside of words ("captainice", "a frozen smace"). One that comes with
`words.txt` beside its weights is held to whole words: behind the letters that a row has said may stand what goes on
to a known word, or what ends one. Words are runs of ASCII letters, whatever their case; all else is free. A model
without that file, and any with an adapter in its weights, says what it likes.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import torch

FILE = "words.txt"
HISSES = re.compile("(?:ss|x|z|ch|sh|o)$")
WORD = re.compile(r"[A-Za-z]+")


def words_in(text: str) -> set[str]:
    """In lower case."""
    return {word.lower() for word in WORD.findall(text)}


def forms_of(word: str) -> set[str]:
    """The word with an s and without: a choice says "unscrew" and "lids", the scene "unscrews" and "a lid"."""
    if re.search("[^s]s$", word):
        return {word, word[:-1]}
    return {word, word + "es" if HISSES.search(word) else re.sub("(?<![aeiou])y$", "ie", word) + "s"}


def ends_of(text: str) -> tuple[str, str]:
    """The letters that a token begins with, in lower case, and those that it ends with; "" where it is one word's."""
    text = text.lower()
    head = text[: len(text) - len(text.lstrip(ascii_lowercase))]
    return head, text[len(text.rstrip(ascii_lowercase)) :] if head != text else ""


class Spelling:
    """The tokens that each row may say next, over one prompt."""

    def __init__(self, vocabulary: "Vocabulary", groups: Sequence["Words"]) -> None:
        self._vocabulary, self._groups = vocabulary, groups
        self._masks: dict[tuple[int, ...], torch.Tensor] = {}

    def among(self, allowed: torch.Tensor, rows: Iterable[Sequence[int]]) -> torch.Tensor:
        """Of what is allowed, (rows, vocabulary), what is well spelt behind each row's tokens; all where nothing is."""
        spelt = torch.stack([self._behind(self._vocabulary.begun(ids)) for ids in rows]) & allowed
        return torch.where(spelt.any(-1, keepdim=True), spelt, allowed)

    def _behind(self, begun: tuple[int, ...]) -> torch.Tensor:
        if begun not in self._masks:
            following = set().union(*(group.following.get(begun, ()) for group in self._groups))
            mask = self._vocabulary.mask(token for token in following if self._vocabulary.goes_on(token) or not begun)
            word = self._vocabulary.letters(begun)
            if not begun or any(word in group.known for group in self._groups):
                mask |= torch.stack([group.apart for group in self._groups]).any(0)
            self._masks[begun] = mask
        return self._masks[begun]


class Words:
    """Some words, and the tokens that spell them as the tokenizer would: a word in other pieces is one it never saw."""

    def __init__(self, words: Iterable[str], vocabulary: "Vocabulary") -> None:
        spelt = {form for word in words for form in (word, word[0].upper() + word[1:])}
        self.known = frozenset(word.lower() for word in spelt)
        self.following: dict[tuple[int, ...], set[int]] = defaultdict(set)
        for ids in vocabulary.read([start + word for word in sorted(spelt) for start in ("", " ")]):
            for place, token in enumerate(ids):
                self.following[tuple(ids[:place])].add(token)
        self.apart = vocabulary.mask(  # what goes on with no word; and if it begins one, with a known one
            token
            for token, (head, tail) in vocabulary.ends.items()
            if not head and (not tail or tail in self.known or token in self.following[()])
        )


class Vocabulary:
    """A tokenizer's tokens by the letters that they begin and end with."""

    def __init__(self, tokenizer: Any, size: int, device: torch.device) -> None:
        self._tokenizer, self._size, self._device = tokenizer, size, device
        self.ends = {token: ends_of(text) for text, token in tokenizer.get_vocab().items() if token < size}

    def read(self, texts: list[str]) -> list[list[int]]:
        return [one.ids for one in self._tokenizer.backend_tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    def goes_on(self, token: int) -> bool:
        """Whether it begins with a letter."""
        return bool(self.ends[token][0])

    def begun(self, ids: Sequence[int]) -> tuple[int, ...]:
        """The tokens at the end of what was said whose letters are one word, or its beginning."""
        for place in range(len(ids) - 1, -1, -1):
            head, tail = self.ends.get(ids[place], ("", ""))
            if tail or not head:
                return tuple(ids[place if tail else place + 1 :])
        return tuple(ids)

    def letters(self, begun: Sequence[int]) -> str:
        return "".join(self.ends[token][1] or self.ends[token][0] for token in begun)

    def mask(self, tokens: Iterable[int]) -> torch.Tensor:
        mask = torch.zeros(self._size, dtype=torch.bool)
        mask[list(tokens)] = True
        return mask.to(self._device)


class Lexicon:
    """The words of a model, read once; `beside` adds those of a prompt."""

    def __init__(self, words: Iterable[str], tokenizer: Any, size: int, device: torch.device) -> None:
        self._vocabulary = Vocabulary(tokenizer, size, device)
        self._words = Words(words, self._vocabulary)

    @classmethod
    def of(cls, model: str, tokenizer: Any, size: int, device: torch.device) -> "Lexicon | None":
        """That of a model's folder; None where it has none."""
        file = Path(model) / FILE
        return cls(file.read_text().split(), tokenizer, size, device) if file.is_file() else None

    def beside(self, prompt: str) -> Spelling:
        told = {form for word in set(WORD.findall(prompt)) for form in (word, word.upper(), *forms_of(word.lower()))}
        return Spelling(self._vocabulary, (self._words, Words(told, self._vocabulary)))
