"""The local writer: transformers and torch on this machine. The only file that imports either to write.

Every answer is held to the branch's JSON schema by llguidance, so any causal language model, even an
untrained one, returns a branch that parses.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import llguidance.hf
import llguidance.torch
import torch
from llguidance import LLMatcher
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LogitsProcessor,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
)
from transformers.utils.logging import disable_progress_bar

from storyengine.errors import Refused
from storyengine.generation.parse import answer_schema
from storyengine.generation.prompt import Context, messages
from storyengine.generation.writer import Answer

# Token budgets. Past the soft one every string and list is closed as soon as the schema lets it be, which
# takes at most a few hundred tokens: a model that never stops by itself still ends on a valid branch.
SOFT_TOKENS, WIND_DOWN_TOKENS = 900, 400
LEAST_ANSWER_TOKENS = 300
STOP_EVERY_S = 0.5
SAMPLING = {"do_sample": True, "temperature": 0.8, "top_p": 0.95}


class LocalWriter:
    """A causal language model from a directory or a hub name, in this process, on CUDA where there is one."""

    def __init__(self, model: str, *, threads: int = 0) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        # By default half the cores: torch on all of them starves the web process beside it, and a small model
        # gains nothing (measured: a draft in 2 s on one of two busy cores, in 35 s on both).
        torch.set_num_threads(threads or max(1, (os.cpu_count() or 1) // 2))
        self._tokenizer, self._model = _load(model, self.device)
        self.name = Path(model).name if Path(model).exists() else model
        vocabulary = self._model.get_output_embeddings().weight.shape[0]
        self._grammar_tokens = llguidance.hf.from_tokenizer(self._tokenizer, n_vocab=vocabulary)
        self._endings = _Endings.of(self._tokenizer, vocabulary, self._model.device)
        self._window = int(getattr(self._model.config, "max_position_embeddings", 4096))

    def write(self, context: Context, *, seed: int, stop: Callable[[], bool] = lambda: False) -> Answer:
        """One answer, sampled with this seed; raises Refused with a `writer.` code."""
        started = time.monotonic()
        prompt = self._encode(context)
        length = prompt.shape[1]
        room = self._window - length
        if room < LEAST_ANSWER_TOKENS:
            raise Refused("writer.context_too_long", reason=f"{length} tokens of {self._window}")
        soft = min(SOFT_TOKENS, room - min(WIND_DOWN_TOKENS, room // 2))
        most = min(room, soft + WIND_DOWN_TOKENS)
        ids = self._generate(prompt, context, seed=seed, soft=soft, most=most, stop=stop)
        text = self._tokenizer.decode(ids, skip_special_tokens=True)
        return Answer(text, self.name, seed, length, len(ids), round(time.monotonic() - started, 3))

    def _encode(self, context: Context) -> torch.Tensor:
        chat = messages(context)
        if self._tokenizer.chat_template:
            text = self._tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        else:
            text = "\n\n".join(message["content"] for message in chat) + "\n"
        ids = self._tokenizer(text, add_special_tokens=not self._tokenizer.chat_template, return_tensors="pt").input_ids
        device: torch.device = self._model.device
        return cast(torch.Tensor, ids.to(device))

    def _generate(
        self, prompt: torch.Tensor, context: Context, *, seed: int, soft: int, most: int, stop: Callable[[], bool]
    ) -> list[int]:
        schema = SchemaProcessor(self._grammar_tokens, context, self._endings, start=prompt.shape[1], soft=soft)
        torch.manual_seed(seed)
        try:
            with torch.inference_mode():
                output = self._model.generate(
                    prompt,
                    attention_mask=torch.ones_like(prompt),
                    max_new_tokens=most,
                    logits_processor=LogitsProcessorList([schema]),
                    stopping_criteria=StoppingCriteriaList([StopWhen(stop)]),
                    **self._sampling(),
                )
        except torch.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise Refused("writer.out_of_memory", reason=self.name) from error
        ids: list[int] = output[0, prompt.shape[1] :].tolist()
        return ids

    def _sampling(self) -> dict[str, Any]:
        """The model's own sampling settings where it states them, ours otherwise; never a penalty.

        A repetition penalty would punish the schema's own quotes and braces.
        """
        own = self._model.generation_config
        chosen = {name: getattr(own, name, None) for name in SAMPLING}
        pad = own.pad_token_id if own.pad_token_id is not None else self._tokenizer.eos_token_id
        sampling = SAMPLING | ({name: value for name, value in chosen.items() if value} if own.do_sample else {})
        return sampling | {"repetition_penalty": 1.0, "pad_token_id": pad}


class StopWhen(StoppingCriteria):
    """Ends the generation when nobody needs it any more, asking twice a second at most."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._stop, self._asked_at = stop, time.monotonic()

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor, **_: Any) -> torch.BoolTensor:
        if time.monotonic() - self._asked_at > STOP_EVERY_S:
            self._asked_at = time.monotonic()
            if self._stop():
                raise Refused("writer.cancelled")
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)  # type: ignore[return-value]


class SchemaProcessor(LogitsProcessor):
    """Leaves only the tokens that keep the answer inside the schema; winds it down past the soft budget."""

    def __init__(self, tokens: Any, context: Context, endings: "_Endings", *, start: int, soft: int) -> None:
        schema = json.dumps(answer_schema(context), ensure_ascii=False)
        compact: Any = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}
        grammar = LLMatcher.grammar_from_json_schema(schema, defaults=compact)
        self._matcher = LLMatcher(tokens, grammar)
        if self._matcher.is_error():
            raise Refused("writer.failed", reason=self._matcher.get_error()[:200])
        self._mask = llguidance.torch.allocate_token_bitmask(1, tokens.vocab_size)
        self._endings, self._seen, self._wind_down_at = endings, start, start + soft

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        for token in input_ids[0, self._seen :].tolist():
            self._matcher.consume_token(token)
        self._seen = input_ids.shape[1]
        llguidance.torch.fill_next_token_bitmask(self._matcher, self._mask, 0)
        allowed = _unpack(self._mask[0].to(scores.device), scores.shape[1])
        if self._seen >= self._wind_down_at:
            allowed = self._endings.among(allowed)
        return scores.masked_fill(~allowed, float("-inf"))  # type: ignore[return-value]


def _unpack(mask: torch.Tensor, size: int) -> torch.Tensor:
    """A bit mask of int32 words as booleans, one a token."""
    bits = torch.arange(32, device=mask.device, dtype=torch.int32)
    return ((mask.unsqueeze(1) >> bits) & 1).bool().flatten()[:size]


@dataclass(frozen=True, slots=True)
class _Endings:
    """The tokens that end something: a string by its quote, a list or an object by its bracket."""

    quotes: torch.Tensor
    brackets: torch.Tensor
    letter: int

    @classmethod
    def of(cls, tokenizer: Any, size: int, device: torch.device) -> "_Endings":
        quotes, brackets = torch.zeros(size, dtype=torch.bool), torch.zeros(size, dtype=torch.bool)
        for text, token in tokenizer.get_vocab().items():
            if token < size and text and set(text) <= set('"]}'):
                (quotes if text.startswith('"') else brackets)[token] = True
        if tokenizer.eos_token_id is not None:
            brackets[tokenizer.eos_token_id] = True
        letter = tokenizer("e", add_special_tokens=False).input_ids[-1]
        return cls(quotes.to(device), brackets.to(device), letter)

    def among(self, allowed: torch.Tensor) -> torch.Tensor:
        """The endings that the schema allows now; all that it allows where nothing can end yet.

        Inside a string, which is where a letter may stand, a bracket is text and ends nothing.
        """
        closing = allowed & (self.quotes if allowed[self.letter] else self.brackets)
        return closing if closing.any() else allowed


def _load(model: str, device: str) -> tuple[Any, Any]:
    """Tokenizer and weights; safetensors only, no code from the model's folder."""
    disable_progress_bar()  # it writes to a log that nobody watches; the console shows the state
    path = Path(model)
    if (path.is_absolute() or model.startswith(".")) and not path.is_dir():
        raise Refused("writer.model_missing", reason=model)
    try:
        tokenizer = AutoTokenizer.from_pretrained(model, trust_remote_code=False)
        weights = AutoModelForCausalLM.from_pretrained(
            model,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.bfloat16 if device == "cuda" else torch.float32,
        )
    except Exception as error:  # a broken folder fails in as many ways as there are files in it
        code = "writer.model_broken" if path.is_dir() else "writer.model_missing"
        raise Refused(code, reason=f"{model}: {type(error).__name__}") from error
    return tokenizer, cast(Any, weights).to(device).eval()
