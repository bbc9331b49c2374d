"""A prompt becomes tokens: each segment by itself, then put together, and a segment that was read before not again.

What a tokenizer makes of a text may depend on what follows it, so segments are cut where this tokenizer is found not
to look across: its tokens are those of the whole prompt, chat template and all. One that looks across every such
place is given the whole.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import Any

# Every segment but the first begins with a heading after an empty line. Llama 3's kind of tokenizer makes one token of
# the two line ends; GPT-2's kind makes two of them, but one where they end a text.
SEAMS = (re.compile(r"(?<=\n\n)(?=# )"), re.compile(r"(?<=\n)(?=\n# )"))
ENDINGS, HEADINGS = (
    ("a", "A.", "7", "(3)", "”", "!?", "é", "灯", "。", "🙂", " ", ":"),
    ("TRUE", "The", "1984", "灯", "“"),
)
MOST_KNOWN = 512  # segments: a few hundred are tried while memory is cut to fit


class Encoder:
    """The prompts of one tokenizer: the writer's and, to the token, those that an adapter is trained on."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._ids = lru_cache(MOST_KNOWN)(self._read)
        probe = "".join(f"{ending}\n\n# {heading}\n" for ending, heading in product(ENDINGS, HEADINGS))
        self._seam = next((seam for seam in SEAMS if self._fits(seam, probe)), None)

    def text(self, chat: Sequence[dict[str, str]]) -> str:
        """A prompt in the model's chat template, or as plain text where it has none."""
        if self._tokenizer.chat_template:
            return str(self._tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True))
        return "\n\n".join(message["content"] for message in chat) + "\n"

    def parts(self, text: str) -> list[str]:
        """The prompt as it is tokenised: cut before its headings."""
        return self._seam.split(text) if self._seam else [text]

    def encode(self, chat: Sequence[dict[str, str]]) -> list[int]:
        return self._put_together(self.parts(self.text(chat)))

    def _fits(self, seam: re.Pattern[str], text: str) -> bool:
        return self._put_together(seam.split(text)) == [*self._read(text)]

    def _put_together(self, parts: Sequence[str]) -> list[int]:
        return [token for place, part in enumerate(parts) for token in self._ids(part, opens=not place)]

    def _read(self, text: str, *, opens: bool = True) -> tuple[int, ...]:
        """`opens`: this begins the prompt, with what this tokenizer puts before a text; a template brings its own."""
        special = opens and not self._tokenizer.chat_template
        return tuple(self._tokenizer(text, add_special_tokens=special, verbose=False).input_ids)
