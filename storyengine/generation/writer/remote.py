"""The remote writer: any server that speaks OpenAI's chat protocol (vLLM, SGLang, llama.cpp, Ollama).

The server is asked to hold the answer to the branch's JSON schema. Not every server does so, and some say
nothing of it; whoever takes the answer reads it again (generation/rank.py), as any other text from outside.
"""

import hashlib
import json
import random
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import openai
from django.conf import settings
from openai.types.chat import ChatCompletionChunk

from storyengine.errors import Refused
from storyengine.generation.fit import fit, left_out
from storyengine.generation.parse import answer_schema
from storyengine.generation.prompt import Context, messages
from storyengine.generation.writer import NOBODY, WAITING, Answer, Ear, Heard
from storyengine.generation.writer.line import ASK_EVERY_S, Line
from storyengine.generation.writer.window import budget, estimated_tokens, window_in, window_of
from storyengine.sentences import say, stored

CANDIDATES = 4
MOST_TOKENS = 1300
TOKENS_A_WORD = 5  # of the longest scene that is asked for; more than the usual length needs it
MOST_CHARACTERS = 40_000  # of one answer; a server that never ends is hung up on
CONNECT_S = 10.0
TRIES = 4
FIRST_WAIT_S, MOST_WAIT_S = 0.5, 8.0
SAMPLING = {"temperature": 0.8, "top_p": 0.95}
TOO_LONG = ("context length", "context size", "context window", "too many tokens", "maximum context", "n_ctx")


class RemoteWriter:
    """`url` is the server's base, `/v1` and all; without a model's name the server's first one is taken."""

    def __init__(self, url: str, api_key: str = "", model: str = "") -> None:
        # Longer than whoever listens has patience (generation/watch.py), so that they decide, and say why.
        silence = max(settings.WRITER_WAIT_S, settings.WRITER_HANG_S) + CONNECT_S
        self._line = Line()
        client = openai.DefaultHttpxClient(event_hooks={"request": [self._line.hook]})
        # Its own retries are off: they cannot be interrupted, and wait in silence.
        self._client = openai.OpenAI(
            base_url=url, api_key=api_key or "none", timeout=httpx2.Timeout(silence, connect=CONNECT_S), max_retries=0,
            http_client=client,
        )  # fmt: skip
        self._model, self._is_asked = model, False
        self.name, self.revision, self.device = model or "?", "", httpx2.URL(url).host
        self.candidates = CANDIDATES
        self.context_budget = 0  # tokens of a prompt, by estimate; 0 until the server has stated its window
        self.adapter = ""
        self.adapter_error: Refused | None = None

    def use(self, adapter: str) -> None:
        """A server has its own adapters, under names of its own: ours cannot be put there."""
        self.adapter_error = Refused("adapter.remote", reason=adapter) if adapter else None

    def write(self, context: Context, *, seed: int, candidates: int = 1, ear: Ear = NOBODY) -> Answer:
        """The answers as the server gives them; raises Refused with a `writer.` code.

        A server that ignores `n` is asked again for each candidate that it left out. A brief that does not fit is
        cut and sent again: before it is sent where the server has stated its window, else when it has refused.
        """
        started = time.monotonic()
        model = self._named(ear)
        seen = fit(context, self.context_budget, estimated_tokens) if self.context_budget else context
        while True:
            try:
                answer = self._write(seen, model, seed, candidates, ear, started)
            except Refused as refused:
                smaller = self._smaller(seen, refused)
                if smaller == seen:
                    raise
                seen = smaller
            else:
                remark = stored(left_out(context, seen), answer.remark)
                return replace(answer, remark=remark, seen=seen if seen != context else None)

    def _smaller(self, seen: Context, refused: Refused) -> Context:
        """The context cut to what the refusal says of the window, else by a quarter; the same where that is no use."""
        if refused.code != "writer.context_too_long":
            return seen
        if window := window_in(str(refused)):  # else what the server stated before still holds
            self.context_budget = budget(window, MOST_TOKENS)
        return fit(seen, min(self.context_budget or MOST_CHARACTERS, estimated_tokens(seen) * 3 // 4), estimated_tokens)

    def _write(self, context: Context, model: str, seed: int, candidates: int, ear: Ear, started: float) -> Answer:
        chat = messages(context)
        job = _Job(self._request(context, chat, model), seed, candidates, ear)
        while len(job.texts) < candidates:
            self._ask(job, candidates - len(job.texts))
        first, *others = job.texts
        return Answer(
            first, model, seed, job.tokens_in, job.tokens_out, round(time.monotonic() - started, 3),
            others=tuple(others),
            revision=job.fingerprint,
            prompt_hash=hashlib.sha256(json.dumps(chat, ensure_ascii=False).encode()).hexdigest(),
            remark="" if job.rounds == 1 else stored(say("remark.asked", rounds=job.rounds, wanted=candidates)),
        )  # fmt: skip

    def _named(self, ear: Ear) -> str:
        """The model's name, the server's first where nobody gave one; and its window, where the server states it.

        The server is asked once. One that keeps no list is none the worse for it where the name was given.
        """
        if not self._is_asked:
            known = self._models(ear)
            if not known and not self._model:
                raise Refused("writer.model_missing", reason=self.device)
            self._model = self.name = self._model or known[0].id
            stated = next((window_of(one) for one in known if one.id == self._model), 0)
            self.context_budget = budget(stated, MOST_TOKENS) if stated else self.context_budget
        return self._model

    def _models(self, ear: Ear) -> list[Any]:
        """The server's list, empty where it has none; one that cannot be reached is asked again with the next brief."""
        ear.note(WAITING)
        if not self._model:
            known = _persist(lambda: list(self._client.models.list()), ear, self._line)
        else:
            try:
                known = self._line.ask(lambda: list(self._client.models.list()), ear)
            except openai.APIStatusError:
                known = []
            except (openai.OpenAIError, ValueError):
                return []
        self._is_asked = True
        return list(known)

    def _request(self, context: Context, chat: list[dict[str, str]], model: str) -> dict[str, Any]:
        schema = {"name": "branch", "strict": True, "schema": answer_schema(context)}
        return {
            "model": model,
            "messages": chat,
            "response_format": {"type": "json_schema", "json_schema": schema},
            "max_tokens": max(MOST_TOKENS, TOKENS_A_WORD * context.words[1]),
            "stream": True,
            "stream_options": {"include_usage": True},
            **SAMPLING,
        }

    def _ask(self, job: "_Job", number: int) -> None:
        """One request for so many answers; what comes of it is in the job."""
        job.rounds += 1
        one = _Round(number)
        # Each request has dice of its own, or a server that ignores `n` would give the same answer again.
        request = job.request | {"n": number, "seed": (job.seed * 1000 + job.rounds) % 2**31}
        job.ear.note(WAITING)
        stream = _persist(lambda: self._client.chat.completions.create(**request), job.ear, self._line)
        with closing(self._pieces(stream, job.ear)) as pieces:  # the server sees that nobody listens, and stops
            for chunk in pieces:
                one.take(chunk)
                job.ear.hear(job.heard(one))
                if one.is_endless():
                    break
        job.add(one)

    def _pieces(self, stream: Any, ear: Ear) -> Generator[ChatCompletionChunk]:
        """The stream's pieces; raises Refused where `stop` says so, or where the server breaks off."""
        try:
            yield from self._line.pieces(stream, ear)
        except Refused:
            raise
        except openai.OpenAIError as error:
            raise _refusal(error)[0] from error
        except Exception as error:  # a line that is no JSON, a connection that ended in the middle
            raise Refused("writer.unreachable", reason=type(error).__name__) from error


@dataclass(slots=True)
class _Round:
    """What one request brought so far, by the index of the candidate."""

    asked: int
    texts: dict[int, str] = field(default_factory=dict)
    pieces: dict[int, int] = field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0
    fingerprint: str = ""
    refused: str = ""

    def take(self, chunk: ChatCompletionChunk) -> None:
        self.fingerprint = chunk.system_fingerprint or self.fingerprint
        if chunk.usage:
            self.tokens_in, self.tokens_out = chunk.usage.prompt_tokens, chunk.usage.completion_tokens
        for choice in chunk.choices or ():
            delta = choice.delta
            self.texts[choice.index] = self.texts.get(choice.index, "") + (delta.content or "")
            self.pieces[choice.index] = self.pieces.get(choice.index, 0) + bool(delta.content)
            if choice.finish_reason == "content_filter" or delta.refusal:
                self.refused = (delta.refusal or "content_filter")[:200]

    def written(self) -> list[str]:
        """Every candidate that was asked for, empty where nothing of it has come."""
        return [self.texts.get(index, "") for index in range(self.asked)]

    def longest(self) -> int:
        """Pieces stand for tokens until the server counts them."""
        return max(self.pieces.values(), default=0)

    def is_endless(self) -> bool:
        return any(len(text) > MOST_CHARACTERS for text in self.texts.values())


@dataclass(slots=True)
class _Job:
    request: dict[str, Any]
    seed: int
    wanted: int
    ear: Ear
    texts: list[str] = field(default_factory=list)
    rounds: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    fingerprint: str = ""

    def heard(self, one: _Round) -> Heard:
        """How far it has come with what this round brought so far."""
        total = self.tokens_out + sum(one.pieces.values())
        return Heard((*self.texts, *one.written()), one.longest(), self.request["max_tokens"], total)

    def add(self, one: _Round) -> None:
        """Take over a round's answers; raises Refused where there is none at all."""
        self.tokens_in += one.tokens_in
        self.tokens_out += one.tokens_out or sum(one.pieces.values())
        self.fingerprint = one.fingerprint[:40]
        fresh = [text for text in one.written() if text.strip()][: self.wanted - len(self.texts)]
        if fresh:
            self.texts += fresh
        elif one.refused:
            raise Refused("writer.answer_refused", reason=one.refused)
        else:
            raise Refused("writer.answer_empty")


def _persist(call: Callable[[], Any], ear: Ear, line: Line) -> Any:
    """Call, and call again after a wait that doubles where that may help; raises Refused in the end."""
    for attempt in range(TRIES):
        try:
            return line.ask(call, ear)
        except openai.OpenAIError as error:
            if isinstance(error, openai.APIStatusError):
                ear.note(WAITING)  # a server that says no lives; one that says nothing does not become so by our asking
            refused, hopeless = _refusal(error)
            if hopeless or attempt == TRIES - 1:
                raise refused from error
            wait = min(MOST_WAIT_S, FIRST_WAIT_S * 2**attempt) * (0.5 + random.random() / 2)
        _sleep(max(wait, 0.0), ear)
    raise AssertionError("the last try returns or raises")


def _refusal(error: openai.OpenAIError) -> tuple[Refused, bool]:
    """Our code for what went wrong, and whether trying again is of no use. Never the key, never the prompt."""
    match error:
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return Refused("writer.unauthorised", reason=f"HTTP {error.status_code}"), True
        case openai.NotFoundError():
            return Refused("writer.model_missing", reason=_said(error)), True
        case openai.RateLimitError():
            return Refused("writer.busy", reason=_said(error)), False
        case openai.APIStatusError() if error.status_code < 500:
            too_long = any(words in _said(error).lower() for words in TOO_LONG)
            return Refused("writer.context_too_long" if too_long else "writer.failed", reason=_said(error)), True
        case openai.APIStatusError():
            return Refused("writer.unreachable", reason=f"HTTP {error.status_code}"), False
        case openai.APIConnectionError():
            return Refused("writer.unreachable", reason=type(error).__name__), False
    return Refused("writer.failed", reason=type(error).__name__), True


def _said(error: openai.APIStatusError) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    return f"HTTP {error.status_code}: {str(body.get('message', '')) or error.response.text}"[:200]


def _sleep(seconds: float, ear: Ear) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if ear.stop():
            raise Refused("writer.cancelled")
        time.sleep(min(left, ASK_EVERY_S))
