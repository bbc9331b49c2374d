"""The words that a small model may say: those of its lexicon and of the prompt, so that no slip makes a new one.

A model of a few million parameters slips inside of words ("captainice", "a frozen smace"). One that comes with
`words.txt` beside its weights is held to whole words: behind the letters that a row has said may stand what goes on
to a known word, or what ends one. Words are runs of ASCII letters, whatever their case; all else is free. A model
without that file, and any with an adapter in its weights, says what it likes.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import torch

FILE = "words.txt"
HISSES = re.compile("(?:ss|x|z|ch|sh|o)$")
WORD = re.compile(r"[A-Za-z]+")
Texts = Mapping[int, str]


def words_in(text: str) -> set[str]:
    """In lower case."""
    return {word.lower() for word in WORD.findall(text)}


def forms_of(word: str) -> set[str]:
    """The word with an s and without: a choice says "unscrew" and "lids", the scene "unscrews" and "a lid"."""
    if re.search("[^s]s$", word):
        return {word, word[:-1]}
    return {word, word + "es" if HISSES.search(word) else re.sub("(?<![aeiou])y$", "ie", word) + "s"}


def ends_of(text: str) -> tuple[str, str]:
    """The letters that it begins with, in lower case, and those that it ends with; letters alone are a beginning."""
    text = text.lower()
    head = text[: len(text) - len(text.lstrip(ascii_lowercase))]
    return head, text[len(text.rstrip(ascii_lowercase)) :] if head != text else ""


class Spelling:
    """The tokens that each row may say next, over one prompt."""

    def __init__(self, texts: Texts, groups: Sequence["Words"]) -> None:
        self._texts, self._groups = texts, groups
        self._masks: dict[str, torch.Tensor] = {}

    def among(self, allowed: torch.Tensor, rows: Iterable[Sequence[int]]) -> torch.Tensor:
        """Of what is allowed, (rows, vocabulary), what is well spelt behind each row's tokens; all where nothing is."""
        spelt = torch.stack([self._behind(self._begun(ids)) for ids in rows]) & allowed
        return torch.where(spelt.any(-1, keepdim=True), spelt, allowed)

    def _begun(self, ids: Sequence[int]) -> str:
        """The letters at the end of what a row has said."""
        begun = ""
        for token in reversed(ids):
            head, tail = ends_of(self._texts.get(token, ""))
            if tail or not head:
                return tail + begun
            begun = head + begun
        return begun

    def _behind(self, begun: str) -> torch.Tensor:
        if begun not in self._masks:
            mask = torch.stack([group.goes_on(begun) for group in self._groups]).any(0)
            if not begun or any(begun in group for group in self._groups):
                mask |= torch.stack([group.apart for group in self._groups]).any(0)
            self._masks[begun] = mask
        return self._masks[begun]


class Words:
    """Some words, and the tokens that spell them."""

    def __init__(self, words: Iterable[str], vocabulary: "Vocabulary") -> None:
        self._sorted, self._vocabulary = sorted(words), vocabulary
        self._known = frozenset(self._sorted)
        self._begun: dict[str, torch.Tensor] = {}
        starts = {word[:end] for word in self._sorted for end in range(1, len(word) + 1)}
        self.apart = vocabulary.mask(  # what begins no word at once, and ends in none that is not known
            token for tail, tokens in vocabulary.tails.items() if not tail or tail in starts for token in tokens
        )

    def __contains__(self, word: str) -> bool:
        return word in self._known

    def goes_on(self, begun: str) -> torch.Tensor:
        """The tokens whose first letters go on from here to one of the words."""
        if begun not in self._begun:
            self._begun[begun] = self._vocabulary.mask(self._going_on(begun))
        return self._begun[begun]

    def _going_on(self, begun: str) -> Iterator[int]:
        place = bisect_left(self._sorted, begun)
        while place < len(self._sorted) and self._sorted[place].startswith(begun):
            rest = self._sorted[place][len(begun) :]
            for end in range(1, len(rest) + 1):
                yield from self._vocabulary.pieces.get(rest[:end], ())
            yield from self._vocabulary.heads.get(rest, ())
            place += 1


class Vocabulary:
    """A tokenizer's tokens by the letters that they begin and end with, in lower case."""

    def __init__(self, texts: Texts, size: int, device: torch.device) -> None:
        self._size, self._device = size, device
        self.pieces: dict[str, list[int]] = defaultdict(list)  # nothing but letters
        self.heads: dict[str, list[int]] = defaultdict(list)  # letters, then something else
        self.tails: dict[str, list[int]] = defaultdict(list)  # something else, then letters or none
        for token, text in texts.items():
            head, tail = ends_of(text)
            if len(head) == len(text) > 0:
                self.pieces[head].append(token)
            elif head:
                self.heads[head].append(token)
            else:
                self.tails[tail].append(token)

    def mask(self, tokens: Iterable[int]) -> torch.Tensor:
        mask = torch.zeros(self._size, dtype=torch.bool)
        mask[list(tokens)] = True
        return mask.to(self._device)


class Lexicon:
    """The words of a model, read once; `beside` adds those of a prompt."""

    def __init__(self, words: Iterable[str], tokenizer: Any, size: int, device: torch.device) -> None:
        self._texts = {token: text for text, token in tokenizer.get_vocab().items() if token < size}
        self._vocabulary = Vocabulary(self._texts, size, device)
        self._words = Words(words, self._vocabulary)

    @classmethod
    def of(cls, model: str, tokenizer: Any, size: int, device: torch.device) -> "Lexicon | None":
        """That of a model's folder; None where it has none."""
        file = Path(model) / FILE
        return cls(file.read_text().split(), tokenizer, size, device) if file.is_file() else None

    def beside(self, prompt: str) -> Spelling:
        told = {form for word in words_in(prompt) for form in forms_of(word)}
        return Spelling(self._texts, (self._words, Words(told, self._vocabulary)))
