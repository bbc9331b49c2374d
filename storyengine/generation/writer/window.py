"""How much a server's model takes in: what it states of its window, and a guess at the tokens of a prompt. Pure."""

import re
from typing import Any

from storyengine.generation.prompt import Context, messages

# "maximum context length is 4096 tokens" (vLLM, SGLang), "the available context size (2048 tokens)" (llama.cpp)
STATED = re.compile(r"(?i)\bcontext (?:length|size|window)\D{1,20}(\d{3,8})|\bn_ctx\D{1,6}(\d{3,8})")


def estimated_tokens(context: Context) -> int:
    """Of the prompt, rather too many than too few: a token stands for three bytes or more in every language."""
    return sum(len(message["content"].encode()) for message in messages(context)) // 3


def window_of(model: Any) -> int:
    """What vLLM and SGLang state in their list of models (`max_model_len`); 0 where nothing is stated."""
    window = (model.model_extra or {}).get("max_model_len")
    return window if isinstance(window, int) else 0


def window_in(refusal: str) -> int:
    """The window that a server names where it refuses a prompt; 0 where it names none."""
    found = STATED.search(refusal)
    return int(found[1] or found[2]) if found else 0


def budget(window: int, answer: int) -> int:
    """The tokens of a prompt that leave room for an answer: half of a small window."""
    return window - min(answer, window // 2)
