"""How rows are kept beside each other on this machine: the best way that this model is proved to follow.

- `Branches` (attention.py): one prompt for all rows. Proved at the start against the model's own attention,
  for not every model lets its attention be replaced (windows that slide, caps, sinks).
- `StaticRows` (static.py): on CUDA, fixed shapes and one compiled step.
- `Copies`: transformers' own cache, copied for each row. Works for every model, and is the slowest.
"""

import copy
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from transformers import DynamicCache

from storyengine.generation.writer.local.attention import NAME, Branches, Prefix
from storyengine.generation.writer.local.decode import Rows
from storyengine.generation.writer.local.static import StaticRows

logger = logging.getLogger(__name__)

PROBE = 12  # tokens read, then 3 rows of up to 3 tokens over them
TOLERANCE = {torch.float32: 1e-3, torch.bfloat16: 0.1, torch.float16: 0.05}  # of the largest logit


class Copies:
    """The prompt's cache once for each row, by transformers' own means; each row takes one token a step."""

    width: int | None = 1

    def __init__(self, model: Any, prefix: Prefix, rows: int) -> None:
        self._model, self.rows = model, rows
        self._cache = copy.deepcopy(DynamicCache(prefix.cut(len(prefix.ids))))
        self._cache.batch_repeat_interleave(rows)

    def step(self, pending: Sequence[Sequence[int]]) -> torch.Tensor:
        tokens = torch.tensor([row[:1] for row in pending], device=self._model.device)
        output = self._model(tokens, past_key_values=self._cache, use_cache=True, logits_to_keep=1)
        logits: torch.Tensor = output.logits[:, -1]
        return logits

    def drop(self, row: int) -> None:
        kept = [number for number in range(self.rows) if number != row]
        if kept:
            kept = [self.rows - 1 if number == row else number for number in range(self.rows - 1)]
            self._cache.batch_select_indices(torch.tensor(kept, device=self._model.device))
        self.rows -= 1


class Stage:
    """Chooses once, when the model is loaded, and switches the model between reading and writing."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._own = str(model.config._attn_implementation)
        self._switch(NAME)
        self.way = "shared" if self._shares_a_prefix() else "copied"
        self._static: dict[int, StaticRows] = {}  # by the number of rows: an evening has two or three
        if self.way == "shared" and model.device.type == "cuda":
            self.way = "compiled"
        self._switch(self._own)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """The model with its own attention, for the prompt."""
        self._switch(self._own)
        yield

    @contextmanager
    def writing(
        self, prefix: Prefix, rows: int, room: int, *, compiling: Callable[[], None] = lambda: None
    ) -> Iterator[Rows]:
        """Room for so many answers of so many tokens after the prompt; `compiling` is told before that begins."""
        if self.way == "copied":
            yield Copies(self._model, prefix, rows)
            return
        self._switch(NAME)
        try:
            yield (
                self._compiled(prefix, rows, room, compiling)
                if self.way == "compiled"
                else Branches(self._model, prefix, rows, room)
            )
        finally:
            self._switch(self._own)

    def _compiled(self, prefix: Prefix, rows: int, room: int, compiling: Callable[[], None]) -> Rows:
        """The compiled step, kept for the next brief that fits; Branches where compiling fails."""
        try:
            kept = self._static.get(rows)
            if kept is None or not kept.fits(prefix, room):
                compiling()
                self._static.pop(rows, None)
                torch.cuda.empty_cache()
                kept = self._static[rows] = StaticRows(self._model, prefix, rows, room)
            kept.begin(prefix)
        except torch.OutOfMemoryError:
            self._static.clear()
            raise
        except Exception:
            logger.exception("the step cannot be compiled for this model; writing goes on without")
            self.way = "shared"
            self._static.clear()
            return Branches(self._model, prefix, rows, room)
        return kept

    def _switch(self, attention: str) -> None:
        if self._model.config._attn_implementation != attention:
            self._model.set_attn_implementation(attention)

    @torch.inference_mode()
    def _shares_a_prefix(self) -> bool:
        """Whether Branches give the logits that the model's own attention gives, on tokens of no meaning."""
        try:
            size = self._model.get_input_embeddings().weight.shape[0]
            told = [number % size for number in range(3, 3 + PROBE)]
            said = [[5, 7, 11], [13], [17, 19]]
            self._switch(self._own)
            prefix = _read(self._model, told)
            wanted = [_read(self._model, told + [token % size for token in row]).logits for row in said]
            self._switch(NAME)
            rows = Branches(self._model, prefix, len(said), 4)
            found = rows.step([[token % size for token in row] for row in said])
        except Exception as error:
            logger.warning("this model's attention cannot be shared (%s): its prompt is copied", type(error).__name__)
            return False
        expected = torch.cat(wanted).float()
        error_share = (found.float() - expected).abs().max() / expected.abs().max().clamp(min=1e-6)
        return bool(error_share <= TOLERANCE.get(self._model.dtype, 0.1))


def _read(model: Any, ids: list[int]) -> Prefix:
    cache = DynamicCache(config=model.config)
    output = model(torch.tensor([ids], device=model.device), past_key_values=cache, use_cache=True)
    return Prefix.of(ids, cache, output.logits[:, -1])
