"""How rows are kept beside each other on this machine: the best way that this model is proved to follow.

- `Branches` (attention.py): one prompt for all rows. Proved at the start against the model's own attention,
  for not every model lets its attention be replaced (caps, sinks).
- `Bare` (bare.py): the same without transformers' code, for a model of Llama's shape, on a CPU a small one; proved too.
- `StaticRows` (static.py): on CUDA, fixed shapes and one compiled step, through Bare where that is proved.
- `Copies`: transformers' own cache, copied for each row. Works for every model (also where attention slides over a
  window, or a layer has none), and is the slowest.
"""

import copy
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from transformers import DynamicCache

from storyengine.generation.writer.local.attention import NAME, Branches, Forward, Prefix, keeps_all, through
from storyengine.generation.writer.local.bare import Bare, Product, joined, packed, transposed
from storyengine.generation.writer.local.decode import Read, Rows, RowsAhead, read_prompt
from storyengine.generation.writer.local.plain import bytes_of
from storyengine.generation.writer.local.static import StaticRows

logger = logging.getLogger(__name__)

PROBE = 12  # tokens read, then 3 rows of up to 3 tokens over them
TOLERANCE = {torch.bfloat16: 0.1, torch.float16: 0.05}  # of the largest logit
MOST_BYTES = 1 << 31  # of weights that are kept twice: a larger model waits for its sums and hardly for Python


class Copies:
    """The prompt's cache once for each row, by transformers' own means; each row takes one token a step."""

    width: int | None = 1

    def __init__(self, model: Any, prefix: Prefix, rows: int) -> None:
        self._model, self.rows = model, rows
        self._cache = copy.deepcopy(prefix.cache)
        self._choose([0] * rows)

    def step(self, pending: Sequence[Sequence[int]]) -> torch.Tensor:
        tokens = torch.tensor([row[:1] for row in pending], device=self._model.device)
        output = self._model(tokens, past_key_values=self._cache, use_cache=True, logits_to_keep=1)
        logits: torch.Tensor = output.logits[:, -1]
        return logits

    def drop(self, row: int) -> None:
        kept = [number for number in range(self.rows) if number != row]
        if kept:
            kept = [self.rows - 1 if number == row else number for number in range(self.rows - 1)]
            self._choose(kept)
        self.rows -= 1

    def _choose(self, rows: list[int]) -> None:
        """As beam search does it: of all means to do so the one that every kind of layer has."""
        chosen: Any = torch.tensor(rows, device=self._model.device)
        self._cache.reorder_cache(chosen)


class Stage:
    """Chooses once, when the model is loaded, and switches the model between reading and writing."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._own = str(model.config._attn_implementation)
        self._switch(NAME)
        self._forward: Forward = through(model)
        self._bare: Bare | None = None
        self.way = "shared" if self._shares_a_prefix() else "copied"
        self._static: dict[int, StaticRows] = {}  # by the number of rows: an evening has two or three
        self._step: Forward = self._forward  # what is compiled
        if self.way == "shared" and model.device.type == "cuda":
            self._step = self._stripped(joined) or self._forward
            self.way = "compiled"
        elif self.way == "shared" and bytes_of(model) <= MOST_BYTES:
            self._bare = self._stripped_for_a_cpu()
            self.way = "bare" if self._bare else "shared"
        self._switch(self._own)

    def renew(self) -> None:
        """The model's weights have changed."""
        if self._bare:
            self._bare.renew()

    def read(self, ids: list[int], known: Prefix | None, *, stop: Callable[[], bool]) -> tuple[Prefix, int]:
        """See `read_prompt`."""
        if self._bare and self.way == "bare":
            return read_prompt(self._bare.read, self._model.config, ids, known, stop=stop)
        self._switch(self._own)
        return read_prompt(self._own_read, self._model.config, ids, known, stop=stop)

    def _own_read(self, ids: list[int], cache: DynamicCache) -> torch.Tensor:
        piece = torch.tensor([ids], device=self._model.device)
        logits: torch.Tensor = self._model(piece, past_key_values=cache, use_cache=True, logits_to_keep=1).logits[:, -1]
        return logits

    @contextmanager
    def writing(
        self, prefix: Prefix, rows: int, room: int, *, compiling: Callable[[], None] = lambda: None
    ) -> Iterator[Rows | RowsAhead]:
        """Room for so many answers of so many tokens after the prompt; `compiling` is told before that begins."""
        if self.way == "copied":
            yield Copies(self._model, prefix, rows)
            return
        self._switch(NAME)
        try:
            yield (
                self._compiled(prefix, rows, room, compiling)
                if self.way == "compiled"
                else Branches(self._bare if self._bare and self.way == "bare" else self._forward, prefix, rows, room)
            )
        finally:
            self._switch(self._own)

    def _compiled(self, prefix: Prefix, rows: int, room: int, compiling: Callable[[], None]) -> Rows | RowsAhead:
        """The compiled step, kept for the next brief that fits; Branches where compiling fails."""
        try:
            kept = self._static.get(rows)
            if kept is None or not kept.fits(prefix, room):
                compiling()
                self._static.pop(rows, None)
                torch.cuda.empty_cache()
                kept = self._static[rows] = StaticRows(self._step, prefix, rows, room)
                self._prove(kept, rows)
            kept.begin(prefix)
        except torch.OutOfMemoryError:
            self._static.clear()
            raise
        except Exception:
            logger.exception("the step cannot be compiled for this model; writing goes on without")
            self.way = "shared"
            self._static.clear()
            return Branches(self._forward, prefix, rows, room)
        return kept

    def _switch(self, attention: str) -> None:
        if self._model.config._attn_implementation != attention:
            self._model.set_attn_implementation(attention)

    def _shares_a_prefix(self) -> bool:
        if not keeps_all(DynamicCache(config=self._model.config)):
            return False  # the probe is shorter than a window
        try:
            return self._strays(self._forward, self._own_read) <= TOLERANCE.get(self._model.dtype, 1e-3)
        except Exception as error:
            logger.warning("this model's attention cannot be shared (%s): its prompt is copied", type(error).__name__)
            return False

    def _stripped_for_a_cpu(self) -> Bare | None:
        """In bfloat16 where the CPU multiplies that."""
        bare = self._stripped(transposed)
        if bare and self._model.dtype == torch.float32 and torch.cpu._is_avx512_bf16_supported():
            return self._stripped(packed, TOLERANCE[torch.bfloat16]) or bare
        return bare

    def _stripped(self, product: Callable[..., Product], most: float | None = None) -> Bare | None:
        """The model without transformers' code, if that gives the same."""
        try:
            bare = Bare(self._model, product)
            strays = self._strays(bare, bare.read if self._model.device.type == "cpu" else self._own_read)
        except Exception as error:  # another shape fails in as many ways as there are shapes
            logger.info("not of Llama's shape: %s", error)
            return None
        return bare if strays <= (most or TOLERANCE.get(self._model.dtype, 1e-3)) else None

    def _prove(self, kept: StaticRows, rows: int) -> None:
        """That the compiled step says what Branches say, over two tokens of no meaning a row.

        Raises ArithmeticError where it does not.
        """
        device, size = self._model.device, self._model.get_input_embeddings().weight.shape[0]
        self._switch(self._own)
        prefix, _ = read_prompt(self._own_read, self._model.config, self._probe(), None, stop=lambda: False)
        self._switch(NAME)
        plain = Branches(self._forward, prefix, rows, 2)
        kept.begin(prefix)
        for first in (5, 17):
            said = [(first + 3 * row) % size for row in range(rows)]
            found = kept.step_ahead(range(rows), torch.tensor(said, device=device))
            off = _share(found, plain.step([[token] for token in said]))
            if not off <= 2 * TOLERANCE.get(self._model.dtype, 1e-3):  # what is no number is off as well
                raise ArithmeticError(f"logits are off by {off:.3f} of the largest")

    def _probe(self) -> list[int]:
        size = self._model.get_input_embeddings().weight.shape[0]
        return [number % size for number in range(3, 3 + PROBE)]

    @torch.inference_mode()
    def _strays(self, forward: Forward, read: Read) -> float:
        """How far Branches are off the model's own attention, on tokens of no meaning: a share of the largest logit."""
        size = self._model.get_input_embeddings().weight.shape[0]
        told = self._probe()
        said = [[token % size for token in row] for row in ([5, 7, 11], [13], [17, 19])]
        self._switch(self._own)
        wanted = [self._own_read(told + row, DynamicCache(config=self._model.config)) for row in said]
        prefix, _ = read_prompt(read, self._model.config, told, None, stop=lambda: False)
        self._switch(NAME)
        found = Branches(forward, prefix, len(said), 4).step(said)
        return _share(found, torch.cat(wanted))


def _share(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """How far logits are off: a share of the largest."""
    off = (found.float() - wanted.float()).abs().max() / wanted.float().abs().max().clamp(min=1e-6)
    return float(off)
