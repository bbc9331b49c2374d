"""How rows are kept beside each other on this machine: the best way that this model is proved to follow.

- `Branches` (attention.py): one prompt for all rows; `SingleRow` where there is one. Proved at the start against the
  model's own attention, for not every model lets its attention be replaced (caps, sinks).
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

from storyengine.generation.writer.local.attention import NAME, Branches, Forward, Prefix, SingleRow, keeps_all, through
from storyengine.generation.writer.local.bare import Bare, Make, in_eight_bits, joined, packed, transposed
from storyengine.generation.writer.local.decode import Rows, RowsAhead, read_prompt
from storyengine.generation.writer.local.plain import bytes_of
from storyengine.generation.writer.local.static import StaticRows
from storyengine.generation.writer.local.trial import TOLD, Trial, off_by, tolerance

logger = logging.getLogger(__name__)

MOST_BYTES = 1 << 31  # of weights that are kept twice: a larger model waits for its sums and hardly for Python
# Nats a token by which 8 bits may move what would be said next. In the box bfloat16 moves it by 0.001, 8 bits in all
# layers by 0.05 to 0.1, in all but the first two by 0.003: on those all others build.
MOST_MOVED = 0.005


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
    """Chooses when the model is loaded or changed, and switches the model between reading and writing."""

    def __init__(self, model: Any, sample: Sequence[int] = ()) -> None:
        """`sample`: tokens of a text such as the model reads; without them no layer is cut to 8 bits."""
        self._model, self._sample = model, sample
        self._trial = Trial(model)
        self._trial.switch(NAME)
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
        self._trial.switch()

    def renew(self) -> None:
        """The model's weights have changed."""
        if self._bare:
            self._bare = self._stripped_for_a_cpu()
            self._trial.switch()

    def read(self, ids: list[int], known: Prefix | None, *, stop: Callable[[], bool]) -> tuple[Prefix, int]:
        """See `read_prompt`."""
        if self._bare and self.way == "bare":
            return read_prompt(self._bare.read, self._model.config, ids, known, stop=stop)
        self._trial.switch()
        return read_prompt(self._trial.own_read, self._model.config, ids, known, stop=stop)

    @contextmanager
    def writing(
        self, prefix: Prefix, rows: int, room: int, *, compiling: Callable[[], None] = lambda: None
    ) -> Iterator[Rows | RowsAhead]:
        """Room for so many answers of so many tokens after the prompt; `compiling` is told before that begins."""
        if self.way == "copied":
            yield Copies(self._model, prefix, rows)
            return
        self._trial.switch(NAME)
        try:
            yield (
                self._compiled(prefix, rows, room, compiling)
                if self.way == "compiled"
                else self._shared(prefix, rows, room)
            )
        finally:
            self._trial.switch()

    def _shared(self, prefix: Prefix, rows: int, room: int) -> Branches:
        bare = self._bare if self.way == "bare" else None
        if rows == 1:
            return SingleRow(bare or self._forward, prefix, room)
        return Branches(bare or self._forward, prefix, rows, room, told=bare.told if bare else None)

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
            return self._shared(prefix, rows, room)
        return kept

    def _shares_a_prefix(self) -> bool:
        if not keeps_all(DynamicCache(config=self._model.config)):
            return False  # the probe is shorter than a window
        try:
            return self._trial.strays(self._forward, self._trial.own_read) <= tolerance(self._model.dtype)
        except Exception as error:
            logger.warning("this model's attention cannot be shared (%s): its prompt is copied", type(error).__name__)
            return False

    def _stripped_for_a_cpu(self) -> Bare | None:
        """In bfloat16 where the CPU multiplies that, and in 8 bits where the text stays as good."""
        bare = self._stripped(transposed)
        if bare and self._model.dtype == torch.float32 and torch.cpu._is_avx512_bf16_supported():
            short = self._stripped(packed, told=torch.bfloat16)
            return (self._in_eight_bits() or short) if short else bare
        return bare

    def _stripped(self, product: Make, told: torch.dtype | None = None) -> Bare | None:
        """The model without transformers' code, if that gives the same in the precision of the product."""
        try:
            bare = Bare(self._model, product, told=told)
            read = bare.read if self._model.device.type == "cpu" else self._trial.own_read
            strays = self._trial.strays(bare, read, told)
        except Exception as error:  # another shape fails in as many ways as there are shapes
            logger.info("not of Llama's shape: %s", error)
            return None
        return bare if strays <= tolerance(told or self._model.dtype) else None

    def _in_eight_bits(self) -> Bare | None:
        """All but the first layers: none of those, 1, 2, 4 and so on; None where half of them is not enough."""
        first, layers = 0, self._model.config.num_hidden_layers
        while len(self._sample) > TOLD and first <= layers // 2:
            bare = Bare(self._model, in_eight_bits, first=first, before=packed, told=torch.bfloat16)
            if self._trial.moved(bare, bare.read, self._sample) <= MOST_MOVED:
                return bare
            first = max(1, 2 * first)
        return None

    def _prove(self, kept: StaticRows, rows: int) -> None:
        """That the compiled step says what Branches say, over two tokens of no meaning a row.

        Raises ArithmeticError where it does not.
        """
        device, size = self._model.device, self._model.get_input_embeddings().weight.shape[0]
        self._trial.switch()
        prefix = self._trial.prompt(self._trial.probe()[0], self._trial.own_read)
        self._trial.switch(NAME)
        plain = Branches(self._forward, prefix, rows, 2)
        kept.begin(prefix)
        for first in (5, 17):
            said = [(first + 3 * row) % size for row in range(rows)]
            found = kept.step_ahead(range(rows), torch.tensor(said, device=device))
            off = off_by(found, plain.step([[token] for token in said]))
            if not off <= 2 * tolerance(self._model.dtype):  # what is no number is off as well
                raise ArithmeticError(f"logits are off by {off:.3f} of the largest")
