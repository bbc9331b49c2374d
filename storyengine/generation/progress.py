"""A draft's text while it is written, for the editors' desk: a state in Redis and news of what is added to it.

Only the desk reads these keys; the audience's streams (audience/live.py) have other names and other readers.
Redis may be lost at any time: then the desk shows nothing of it and the draft is written all the same.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import redis

from audience.live import client
from storyengine.generation.models import Draft
from storyengine.generation.writer import Heard

logger = logging.getLogger(__name__)

CHANNEL = "desk:drafts"
KEEP_S = 900  # a state outlives a writer that was killed by this
AWAY_S = 5.0  # the writer does not wait for a Redis that is away more often than this
MOST_TEXT = 20_000  # characters of one candidate; the schema bounds an answer far below it


def key_of(draft_id: int) -> str:
    return f"desk:draft:{draft_id}"


@dataclass(slots=True)
class Progress:
    """One attempt at a draft, as the desk sees it. `seq` grows by one with each piece of news of an attempt."""

    draft: Draft
    _texts: list[str] = field(default_factory=list)
    _seq: int = 0
    _away_until: float = 0.0

    def begin(self) -> None:
        """Say that the attempt has begun, with nothing written yet."""
        self._tell(self._state(0, 0))

    def hear(self, heard: Heard) -> None:
        """Pass on what is new."""
        texts = [text[:MOST_TEXT] for text in heard.texts]
        before = self._texts if len(self._texts) == len(texts) else [""] * len(texts)
        fresh = len(self._texts) != len(texts)
        added = [
            [number, at, text[at:]]
            for number, (old, text) in enumerate(zip(before, texts, strict=True))
            if text[(at := len(old) if text.startswith(old) else 0) :] or text != old
        ]
        if not added and not fresh:
            return
        self._texts, self._seq = texts, self._seq + 1
        state = self._state(heard.tokens, heard.budget)
        news = {"type": "draft.delta", "added": added} | {name: state[name] for name in NEWS}
        self._tell(state, state if fresh else news)

    def end(self, code: str) -> None:
        """The attempt is over, well where `code` is empty: the desk's own pages show the rest."""
        news = {"type": "draft.ended", "draft": self.draft.pk, "fence": self.draft.fence, "code": code}
        self._send(lambda pipe: pipe.delete(key_of(self.draft.pk)), news)

    def _state(self, tokens: int, budget: int) -> dict[str, Any]:
        return {
            "type": "draft.state",
            "draft": self.draft.pk,
            "fence": self.draft.fence,
            "seq": self._seq,
            "attempt": self.draft.attempt,
            "texts": self._texts,
            "tokens": tokens,
            "budget": budget,
        }

    def _tell(self, state: dict[str, Any], news: dict[str, Any] | None = None) -> None:
        text = json.dumps(state, ensure_ascii=False)
        self._send(lambda pipe: pipe.set(key_of(self.draft.pk), text, ex=KEEP_S), news or state)

    def _send(self, keep: Callable[[Any], Any], news: dict[str, Any]) -> None:
        """Keep and publish in one step; after a Redis that does not answer, leave it alone for a while."""
        if time.monotonic() < self._away_until:
            return
        try:
            with client().pipeline(transaction=True) as pipe:
                keep(pipe)
                pipe.publish(CHANNEL, json.dumps(news, ensure_ascii=False))
                pipe.execute()
        except redis.RedisError:
            self._away_until = time.monotonic() + AWAY_S
            logger.warning("the desk does not see draft %s being written: Redis is away", self.draft.pk)


NEWS = ("draft", "fence", "seq", "tokens", "budget")
