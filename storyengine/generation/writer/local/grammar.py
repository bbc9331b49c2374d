"""What the schema lets each row say next: llguidance's matchers, one a row, their masks side by side."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import llguidance.hf
import llguidance.torch
import numpy as np
import torch
from llguidance import LLMatcher

from storyengine.errors import Refused

COMPACT: Any = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}


class Grammar:
    """A tokenizer as llguidance knows it, made once; `matcher` compiles a schema for it (4 ms)."""

    def __init__(self, tokenizer: Any, vocabulary: int, device: torch.device) -> None:
        self._tokens = llguidance.hf.from_tokenizer(tokenizer, n_vocab=vocabulary)
        self.vocabulary, self._device = vocabulary, device
        self._bits = torch.arange(32, device=device, dtype=torch.int32)
        self._endings = Endings.of(tokenizer, vocabulary)

    def matcher(self, schema: dict[str, Any]) -> LLMatcher:
        """The start of an answer under this schema; raises Refused("writer.failed") where it cannot be compiled."""
        grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema, ensure_ascii=False), defaults=COMPACT)
        matcher = LLMatcher(self._tokens, grammar)
        if matcher.is_error():
            raise Refused("writer.failed", reason=matcher.get_error()[:200])
        return matcher

    def words(self, rows: int) -> torch.Tensor:
        """Room for the masks of so many rows: int32 words, a bit a token (pinned where there is a GPU)."""
        return llguidance.torch.allocate_token_bitmask(rows, self.vocabulary)

    def allowed(self, matchers: Sequence[LLMatcher], words: torch.Tensor, closing: Sequence[bool]) -> torch.Tensor:
        """(rows, vocabulary) booleans: what each row may say next; of a row that is `closing` only what ends something.

        `words` comes from `words()`. A GPU is only told of it: nothing here waits for what it does.
        """
        for row, (matcher, closes) in enumerate(zip(matchers, closing, strict=True)):
            llguidance.torch.fill_next_token_bitmask(matcher, words, row)
            if closes:
                words[row] = self._endings.among(words[row])
        # llguidance's own kernel for this asks for a C++ compiler.
        bits = words[: len(matchers)].to(self._device, non_blocking=True)
        spread = (bits.unsqueeze(2) >> self._bits).bitwise_and_(1)
        return spread.view(len(matchers), -1)[:, : self.vocabulary].bool()


@dataclass(frozen=True, slots=True)
class Endings:
    """The tokens that end something, as masks have them: a string by its quote, a list or an object by its bracket."""

    quotes: torch.Tensor
    brackets: torch.Tensor
    letter: int

    @classmethod
    def of(cls, tokenizer: Any, size: int) -> "Endings":
        ends = {token: text for text, token in tokenizer.get_vocab().items() if text and set(text) <= set('"]}')}
        quotes = {token for token, text in ends.items() if text.startswith('"')}
        closers = {tokenizer.eos_token_id} if tokenizer.eos_token_id is not None else set()
        letter = tokenizer("e", add_special_tokens=False).input_ids[-1]
        return cls(_bits(quotes, size), _bits(ends.keys() - quotes | closers, size), letter)

    def among(self, allowed: torch.Tensor) -> torch.Tensor:
        """The endings that the schema allows a row now; all that it allows where nothing can end yet.

        Inside a string, which is where a letter may stand, a bracket is text and ends nothing.
        """
        in_string = int(allowed[self.letter // 32]) >> self.letter % 32 & 1
        closing = allowed & (self.quotes if in_string else self.brackets)
        return closing if closing.any() else allowed


def _bits(tokens: Iterable[int], size: int) -> torch.Tensor:
    """int32 words, a bit a token, as llguidance writes them."""
    words = np.zeros(-(-size // 32), dtype=np.uint32)
    for token in tokens:
        if token < size:
            words[token // 32] |= np.uint32(1 << token % 32)
    return torch.from_numpy(words.view(np.int32))
