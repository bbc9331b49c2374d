"""The local writer: transformers and torch on this machine. Only this package imports either to write.

Every answer is held to the branch's JSON schema by llguidance, so any causal language model, even an
untrained one, returns a branch that parses.

    load.py       tokenizer, weights, fingerprint      grammar.py    what the schema allows each row
    encode.py     a prompt's segments -> tokens        lexicon.py    the words that a small model may say
    attention.py  many rows over one prompt            sampling.py   logits -> one token a row
    static.py     the compiled step for a GPU          decode.py     the loop
    bare.py       a step of a small model on a CPU     power.py      what the GPU draws
    rows.py       which way rows are kept here         trial.py      whether a way says what the model says
    plain.py      transformers as it comes             timing.py     what single steps cost
    send.py       numbers on their way to the device   adapter.py    an adapter in the weights
"""

import hashlib
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from storyengine.errors import Refused
from storyengine.generation.adapters import changed_at
from storyengine.generation.fit import fit, left_out
from storyengine.generation.parse import answer_schema
from storyengine.generation.prompt import RULES, Context, messages
from storyengine.generation.writer import COMPILING, NOBODY, READING, Answer, Ear, Heard
from storyengine.generation.writer.local.adapter import Merged
from storyengine.generation.writer.local.attention import Prefix
from storyengine.generation.writer.local.decode import Budget, Loop, Row
from storyengine.generation.writer.local.encode import Encoder
from storyengine.generation.writer.local.grammar import Grammar
from storyengine.generation.writer.local.lexicon import Lexicon, Spelling
from storyengine.generation.writer.local.load import load_model, revision_of
from storyengine.generation.writer.local.power import Meter
from storyengine.generation.writer.local.rows import Stage
from storyengine.generation.writer.local.sampling import Sampling
from storyengine.generation.writer.local.timing import Steps, time_steps
from storyengine.generation.writer.window import budget

# Token budgets. Past the soft one every string and list is closed as soon as the schema lets it be, which
# takes at most a few hundred tokens: a model that never stops by itself still ends on a valid branch.
SOFT_TOKENS, WIND_DOWN_TOKENS = 900, 400
TOKENS_A_WORD = 4  # of the longest scene that is asked for, names and quotation marks of the JSON included
LEAST_ANSWER_TOKENS = 300
ROOM_TOKENS = 480  # what a prompt leaves free for the answer before memory is cut
CANDIDATES = {"cpu": 5, "cuda": 8}  # on a CPU five take about three times as long as one; on a GPU eight cost little


class LocalWriter:
    """A causal language model from a directory or a hub name, in this process, on CUDA where there is one."""

    def __init__(self, model: str, *, threads: int = 0) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        # By default half the cores: torch on all of them starves the web process beside it, and a small model
        # gains nothing (measured: a draft in 2 s on one of two busy cores, in 35 s on both).
        torch.set_num_threads(threads or max(1, (os.cpu_count() or 1) // 2))
        self._tokenizer, self.weights = load_model(model, self.device)
        self._encoder = Encoder(self._tokenizer)
        self.name = Path(model).name if Path(model).exists() else model
        self.revision = revision_of(model, self.weights)
        self.candidates = CANDIDATES[self.device]
        vocabulary = self.weights.get_output_embeddings().weight.shape[0]
        self.grammar = Grammar(self._tokenizer, vocabulary, self.weights.device)
        self.sampling = Sampling.of(self.weights)
        self._lexicon = Lexicon.of(model, self._tokenizer, vocabulary, self.weights.device)
        self._ends = _end_tokens(self.weights, self._tokenizer)
        self._window = int(getattr(self.weights.config, "max_position_embeddings", 4096))
        self.context_budget = budget(self._window, ROOM_TOKENS)
        self.stage = Stage(self.weights, self._tokenizer(RULES).input_ids)
        self.adapter, self.adapter_revision = "", ""
        self.adapter_error: Refused | None = None
        self._merged, self._state = Merged(self.weights), ("", 0)
        self._known: Prefix | None = None  # the last prompt: the next choice of the same scene begins like it

    def write(self, context: Context, *, seed: int, candidates: int = 1, ear: Ear = NOBODY) -> Answer:
        """The answers, sampled with this seed; raises Refused with a `writer.` code.

        Where memory does not suffice for all at once the number is halved, down to one, and the answer says so.
        """
        started = time.monotonic()
        seen = fit(context, self.context_budget, lambda cut: len(self.encode(cut)))
        ids = self.encode(seen)
        most = self._budget(len(ids), context)
        with Meter(self.device) as meter, torch.inference_mode():
            job = _Job(ids, answer_schema(context), seed, most, ear, self._spelling(seen))
            written, rows, known = _halving(candidates, lambda rows: self._write(job, rows))
        first, *others = (self._tokenizer.decode(row, skip_special_tokens=True) for row in written)
        return Answer(
            first, self.name, seed, len(ids), sum(len(row) for row in written), round(time.monotonic() - started, 3),
            others=tuple(others),
            revision=self.revision,
            prompt_hash=hashlib.sha256(repr(ids).encode()).hexdigest(),
            tokens_known=known,
            watts=meter.watts,
            adapter=self.adapter,
            adapter_revision=self.adapter_revision,
            remark=self._remark(left_out(context, seen), rows, candidates),
            seen=seen if seen != context else None,
        )  # fmt: skip

    def write_freely(self, context: Context, *, seed: int, candidates: int) -> list[str]:
        """Answers that neither schema nor lexicon holds, each within the budget: what the weights alone are worth."""
        ids = self.encode(context)
        job = _Job(ids, answer_schema(context), seed, self._budget(len(ids), context), NOBODY)
        with torch.inference_mode():
            written, _ = self._write(job, candidates, free=True)
        return [self._tokenizer.decode(row, skip_special_tokens=True) for row in written]

    def use(self, adapter: str) -> None:
        """Merge the adapter into the weights; nothing happens where it is in them already, as its folder stands."""
        state = (adapter, changed_at(adapter))
        if state == self._state:
            return
        self.forget()  # keys and values that other weights made
        self._state, self.adapter, self.adapter_revision, self.adapter_error = state, "", "", None
        if not adapter:
            self._merged.take_out()
            self.stage.renew()
            return
        try:
            card = self._merged.put_in(adapter, self.revision)
        except Refused as refused:
            self.adapter_error = refused
        else:
            self.adapter, self.adapter_revision = adapter, card.revision
        self.stage.renew()

    def encode(self, context: Context) -> list[int]:
        """The prompt's tokens. Two choices of one scene share all of them up to what the choice changes."""
        return self._encoder.encode(messages(context))

    def forget(self) -> None:
        """Read the next prompt from its beginning, whatever was read before."""
        self._known = None

    @property
    def way(self) -> str:
        """How rows are kept beside each other here: shared, bare, compiled or copied (rows.py)."""
        return self.stage.way

    def time_steps(self, context: Context, *, rows: int, rounds: int) -> Steps:
        return time_steps(self, context, rows=rows, rounds=rounds)

    def prompt_text(self, context: Context) -> str:
        """The prompt as the tokenizer is given it."""
        return self._encoder.text(messages(context))

    def _remark(self, cut: str, rows: int, candidates: int) -> str:
        memory = f"out of memory: {rows} at once instead of {candidates}" if rows < candidates else ""
        error = self.adapter_error
        adapter = f"written without the adapter: {error.code} {error.detail.get('reason', '')}" if error else ""
        return "; ".join(filter(None, (adapter, cut, memory)))

    def _spelling(self, context: Context) -> Spelling | None:
        """An adapter brings words that the lexicon does not know."""
        return self._lexicon.beside(self.prompt_text(context)) if self._lexicon and not self.adapter else None

    def _budget(self, length: int, context: Context) -> Budget:
        room = self._window - length
        if room < LEAST_ANSWER_TOKENS:
            raise Refused("writer.context_too_long", reason=f"{length} tokens of {self._window}")
        wanted = max(SOFT_TOKENS, TOKENS_A_WORD * context.words[1])
        soft = min(wanted, room - min(WIND_DOWN_TOKENS, room // 2))
        return Budget(soft, min(room, soft + WIND_DOWN_TOKENS))

    def _write(self, job: "_Job", rows: int, *, free: bool = False) -> tuple[list[list[int]], int]:
        """So many answers at once, and how many of the prompt's tokens were known."""
        prefix, known = self.stage.read(job.ids, self._known, stop=job.may_stop)
        self._known = prefix
        answers = [
            Row(number, self.grammar.matcher(job.schema), random.Random(job.seed * 1000 + number))
            for number in range(rows)
        ]
        loop = Loop(None if free else self.grammar, self.sampling, self._ends, job.budget, job.spelling)
        compiling = partial(job.ear.note, COMPILING)
        with self.stage.writing(prefix, rows, job.budget.most, compiling=compiling) as stage:
            return loop.run(stage, prefix.logits, answers, tell=self._teller(job), stop=job.ear.stop), known

    def _teller(self, job: "_Job") -> Callable[[list[list[int]]], None]:
        def tell(rows: list[list[int]]) -> None:
            texts = (self._tokenizer.decode(row, skip_special_tokens=True).rstrip("\ufffd") for row in rows)
            lengths = [len(row) for row in rows]
            job.ear.hear(Heard(tuple(texts), max(lengths), job.budget.most, sum(lengths)))

        return tell


@dataclass(frozen=True, slots=True)
class _Job:
    ids: list[int]
    schema: dict[str, Any]
    seed: int
    budget: Budget
    ear: Ear
    spelling: Spelling | None = None

    def may_stop(self) -> bool:
        """Asked after each piece of the prompt, so each time something got on."""
        self.ear.note(READING)
        return self.ear.stop()


def _halving(
    candidates: int, attempt: Callable[[int], tuple[list[list[int]], int]]
) -> tuple[list[list[int]], int, int]:
    """Try with so many rows, then with half, down to one; raises Refused("writer.out_of_memory") after that."""
    rows = max(1, candidates)
    while True:
        try:
            written, known = attempt(rows)
            return written, rows, known
        except RuntimeError as error:  # torch.OutOfMemoryError is one; on a CPU it is a plain one
            if not isinstance(error, torch.OutOfMemoryError) and "can't allocate memory" not in str(error):
                raise
            if rows == 1:
                raise Refused("writer.out_of_memory", reason="one answer at a time does not fit either") from error
        torch.cuda.empty_cache()  # outside the handler: the error holds on to what could not be finished
        rows //= 2


def _end_tokens(model: Any, tokenizer: Any) -> set[int]:
    ends = model.generation_config.eos_token_id
    stated = ends if isinstance(ends, list) else [ends]
    return {int(token) for token in [*stated, tokenizer.eos_token_id] if token is not None}
