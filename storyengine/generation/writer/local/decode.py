"""The loop that writes: read the prompt once, then let every row say its next tokens until its answer is whole.

Four things make it quicker than `generate`: the prompt is read once for all rows, and not again where the
last prompt began the same; what the schema leaves no choice about is read in with the next step instead of
being asked for token by token; a row that has ended costs nothing more; and a GPU is told of the next step before the
loop has heard the last draw, so that it never waits for the schema.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import torch
from llguidance import LLMatcher
from transformers import DynamicCache

from storyengine.errors import Refused
from storyengine.generation.writer.local.attention import Prefix
from storyengine.generation.writer.local.grammar import Grammar
from storyengine.generation.writer.local.lexicon import Spelling
from storyengine.generation.writer.local.sampling import Sampling
from storyengine.generation.writer.local.send import send

LOOP, TIMES = 8, 4  # up to so many tokens, so often in a row: no prose, and nothing a small model gets out of again
READ_AT_ONCE = 512  # tokens of a prompt: between two such pieces a writer can be stopped
TELL_EVERY_S = 0.1
UNLIKELY = -1e4  # drawn only where the schema allows nothing else

Tell = Callable[[list[list[int]]], None]
Read = Callable[[list[int], DynamicCache], torch.Tensor]  # a piece into the cache: (1, vocabulary) logits after it


class Rows(Protocol):
    """What the loop writes into: Branches and Copies, whose steps begin once the loop knows what to say."""

    width: int | None  # the most tokens that a step takes of a row

    @property
    def rows(self) -> int: ...

    def step(self, pending: Sequence[Sequence[int]]) -> torch.Tensor: ...

    def drop(self, row: int) -> None: ...


@runtime_checkable
class RowsAhead(Protocol):
    """The compiled StaticRows: a row stays where it began, and what is drawn is read before the loop has heard it."""

    def step_ahead(self, places: Sequence[int], tokens: torch.Tensor) -> torch.Tensor: ...


class Drawn:
    """The tokens that some rows draw; on a GPU they are on their way, and `heard` waits for them alone."""

    def __init__(self, rows: list["Row"], tokens: torch.Tensor) -> None:
        self.rows, self.tokens = rows, tokens
        self._here = tokens.to("cpu", non_blocking=True)
        self._arrived = torch.cuda.Event() if tokens.is_cuda else None
        if self._arrived:
            self._arrived.record()

    def heard(self) -> list[int]:
        if self._arrived:
            self._arrived.synchronize()
        tokens: list[int] = self._here.tolist()
        return tokens


@dataclass(frozen=True, slots=True)
class Budget:
    """In tokens of one answer. Past `soft` every string and list is closed as soon as the schema lets it be."""

    soft: int
    most: int


@dataclass(slots=True)
class Row:
    """One answer on its way; `pending` is chosen but not read by the model yet."""

    number: int
    matcher: LLMatcher
    dice: random.Random
    ids: list[int] = field(default_factory=list)
    pending: list[int] = field(default_factory=list)

    def say(self, tokens: list[int]) -> None:
        self.ids += tokens
        self.pending += tokens

    def follow(self) -> None:
        """Say all that the schema leaves no choice about."""
        forced = self.matcher.compute_ff_tokens()
        if forced:
            self.matcher.consume_tokens(forced)
            self.say(forced)


def goes_round(ids: Sequence[int]) -> int | None:
    """The token that would go on with a loop which the answer is in ("nononono", "ssss"); None where it is in none."""
    for length in range(1, LOOP + 1):
        tail = ids[-length * TIMES :]
        if len(tail) == length * TIMES and all(tail[n] == tail[n - length] for n in range(length, len(tail))):
            return tail[-length]
    return None


def read_prompt(
    read: Read, config: Any, ids: list[int], known: Prefix | None, *, stop: Callable[[], bool]
) -> tuple[Prefix, int]:
    """The prompt's keys and values, and how many of its tokens were known already. `config` is the model's.

    Raises Refused("writer.cancelled") where `stop` says so between two pieces.
    """
    reused = known.shared_with(ids) if known else 0
    cache = DynamicCache(known.cut(reused)) if known and reused else DynamicCache(config=config)
    logits = torch.empty(0)
    for start in range(reused, len(ids), READ_AT_ONCE):
        if stop():
            raise Refused("writer.cancelled")
        logits = read(ids[start : start + READ_AT_ONCE], cache)
    return Prefix.of(ids, cache, logits), reused


class Loop:
    """One brief's answers, side by side."""

    def __init__(
        self,
        grammar: Grammar | None,
        sampling: Sampling,
        ends: set[int],
        budget: Budget,
        spelling: Spelling | None = None,
    ) -> None:
        self._grammar, self._sampling, self._ends, self._budget = grammar, sampling, ends, budget
        self._spelling = spelling
        self.steps = 0

    def run(
        self, rows: "Rows | RowsAhead", first: torch.Tensor, answers: list[Row], *, tell: Tell, stop: Callable[[], bool]
    ) -> list[list[int]]:
        """Write all answers; `first` are the logits after the prompt. `tell` and `stop` are asked ten times a second.

        Raises Refused("writer.cancelled") once `stop` says so.
        """
        words = self._grammar.words(len(answers)) if self._grammar else None
        for row in answers if self._grammar else ():
            row.follow()
        write = self._ahead if isinstance(rows, RowsAhead) else self._in_turn
        told_at = 0.0
        for _ in write(rows, first.expand(len(answers), -1), answers, words):
            self.steps += 1
            now = time.monotonic()
            if now - told_at >= TELL_EVERY_S:
                told_at = now
                tell([row.ids for row in answers])
                if stop():
                    raise Refused("writer.cancelled")
        tell([row.ids for row in answers])
        return [row.ids for row in answers]

    def _in_turn(
        self, rows: Any, logits: torch.Tensor, answers: list[Row], words: torch.Tensor | None
    ) -> Iterator[None]:
        """Hear what was drawn, then take the step; `logits` has a line for each live row."""
        live = list(answers)
        self._hear(self._draw(logits, live, range(len(live)), words))
        while live := self._drop_ended(rows, live):
            logits = rows.step([self._taken(row, rows.width) for row in live])
            self._hear(self._draw(logits, live, range(len(live)), words))
            yield

    def _ahead(self, rows: Any, logits: torch.Tensor, answers: list[Row], words: torch.Tensor | None) -> Iterator[None]:
        """Begin the step, then hear what it reads and find what may be said after it; `logits` has a line for each row.

        The GPU never waits. A row that has ended goes on reading, unheard, and the last step of all is for nothing.
        """
        live = list(answers)
        while live := [row for row in live if not self._ended(row)]:
            drawn = self._draw(logits, live, [row.number for row in live], words)
            told = [row for row in live if row.pending]
            places, said = [row.number for row in told], [row.pending.pop(0) for row in told]
            tokens = send(said, logits.device, torch.long)
            if drawn:
                places += [row.number for row in drawn.rows]
                tokens = torch.cat([tokens, drawn.tokens])
            logits = rows.step_ahead(places, tokens)
            self._hear(drawn, read=True)
            yield

    def _taken(self, row: Row, width: int | None) -> list[int]:
        taken, row.pending = row.pending[:width], row.pending[width:] if width else []
        return taken

    def _drop_ended(self, rows: Rows, live: list[Row]) -> list[Row]:
        """Take the answers that are whole, or too long, out of the rows; the last row moves into the gap."""
        for number in range(len(live) - 1, -1, -1):
            if self._ended(live[number]):
                rows.drop(number)
                live[number] = live[-1]
                live.pop()
        return live

    def _ended(self, row: Row) -> bool:
        if row.ids and row.ids[-1] in self._ends:
            row.ids.pop()
            return True
        return len(row.ids) >= self._budget.most or (self._grammar is not None and row.matcher.is_stopped())

    def _draw(
        self, logits: torch.Tensor, live: list[Row], lines: Sequence[int], words: torch.Tensor | None
    ) -> Drawn | None:
        """The next token of the rows that have nothing pending; `lines` are those of the live rows in the logits."""
        asked = [(row, line) for row, line in zip(live, lines, strict=True) if not row.pending]
        if not asked:
            return None
        rows, chosen = [row for row, _ in asked], [line for _, line in asked]
        if chosen != list(range(len(logits))):
            logits = logits.index_select(0, send(chosen, logits.device, torch.long))
        looping = [(place, token) for place, row in enumerate(rows) if (token := goes_round(row.ids)) is not None]
        if looping:
            logits = logits.clone()
            for place, token in looping:
                logits[place, token] = UNLIKELY
        allowed = self._allowed(logits, rows, words)
        if self._spelling:
            allowed = self._spelling.among(allowed, [row.ids for row in rows])
        return Drawn(rows, self._sampling.draw(logits, allowed, [row.dice for row in rows]))

    def _hear(self, drawn: Drawn | None, *, read: bool = False) -> None:
        """Let the rows say what they drew, and what follows from it; `read`: a step has taken the drawn tokens."""
        if not drawn:
            return
        for row, token in zip(drawn.rows, drawn.heard(), strict=True):
            row.say([token])
            if read:
                row.pending.clear()
            if self._grammar and token not in self._ends:
                row.matcher.consume_token(token)
                row.follow()

    def _allowed(self, logits: torch.Tensor, asked: list[Row], words: torch.Tensor | None) -> torch.Tensor:
        if self._grammar is None or words is None:
            return torch.ones_like(logits, dtype=torch.bool)
        closing = [len(row.ids) >= self._budget.soft for row in asked]
        return self._grammar.allowed([row.matcher for row in asked], words, closing)
