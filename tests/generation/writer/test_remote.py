"""The remote writer against a real llama.cpp server, and against a server that misbehaves in every way we know."""

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings

from storyengine.errors import Refused
from storyengine.generation.parse import parse_answer
from storyengine.generation.writer import Ear, Heard, remote
from storyengine.generation.writer.remote import RemoteWriter
from storyengine.generation.writer.window import estimated_tokens
from tests.factories import answer_json
from tests.generation.test_prompt import SMALL
from tests.generation.writer.llama_server import WINDOW

KEY = "a-key-that-nobody-may-read"


@pytest.fixture(scope="module")
def llama(tmp_path_factory) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """llama.cpp's own server, in a process of its own."""
    script = Path(__file__).with_name("llama_server.py")
    target = tmp_path_factory.mktemp("gguf") / "box.gguf"
    process = subprocess.Popen(
        [sys.executable, str(script), settings.BOX_MODEL, str(target), KEY],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    yield process.stdout.readline().strip() + "/v1"
    process.kill()
    process.wait()


def test_llama_server_writes_candidates_that_parse(llama: str) -> None:
    writer, heard = RemoteWriter(llama, KEY), []
    planned = replace(SMALL, plan=True)  # as the model in the box has learnt to answer
    answer = writer.write(planned, seed=3, candidates=2, ear=Ear(heard.append))
    assert len(answer.texts) == 2
    assert answer.text != answer.others[0]
    for text in answer.texts:
        (scene,) = parse_answer(text, planned).scenes
        assert {beat.character for beat in scene.beats} <= {"", "Oda"}
    assert (answer.model, writer.name, writer.device) == ("box", "box", "127.0.0.1")
    assert answer.tokens_in > 150
    assert answer.tokens_out > 100
    assert len(answer.prompt_hash) == 64
    lengths = [len(one.texts[0]) for one in heard if one.texts]
    assert lengths == sorted(lengths)
    assert len(set(lengths)) > 20  # piece by piece, not all at once


def test_llama_server_stops_when_nobody_listens(llama: str) -> None:
    writer, began = RemoteWriter(llama, KEY), []

    def hear(heard: Heard) -> None:
        if any(heard.texts):
            began.append(time.monotonic())

    with pytest.raises(Refused) as refused:
        writer.write(SMALL, seed=1, candidates=2, ear=Ear(hear, lambda: bool(began)))
    assert refused.value.code == "writer.cancelled"
    assert time.monotonic() - began[0] < 1


def test_llama_server_without_the_key_is_named_and_the_key_is_not(llama: str, caplog) -> None:  # type: ignore[no-untyped-def]
    with caplog.at_level(logging.DEBUG), pytest.raises(Refused) as refused:
        RemoteWriter(llama, "wrong-" + KEY).write(SMALL, seed=1)
    assert refused.value.code == "writer.unauthorised"
    assert KEY not in caplog.text + str(refused.value)


def test_llama_server_refuses_what_does_not_fit(llama: str) -> None:
    with pytest.raises(Refused) as refused:
        RemoteWriter(llama, KEY).write(replace(SMALL, last_scene="Fog lies on the river. " * 1500), seed=1)
    assert refused.value.code == "writer.context_too_long"


def test_llama_server_is_sent_what_fits(llama: str) -> None:
    summaries = tuple(f"On evening {number} the ferry waits for nobody at all." for number in range(600))
    answer = RemoteWriter(llama, KEY).write(replace(SMALL, so_far=summaries, plan=True), seed=1)
    assert answer.seen is not None
    assert 0 < len(answer.seen.so_far) < 600
    assert answer.remark.startswith('remark.cut {"parts":"so_far')
    assert answer.tokens_in + answer.tokens_out <= WINDOW


# ---------------------------------------------------------------- a server that misbehaves


class Misbehaving(BaseHTTPRequestHandler):
    """Answers each request with the next of `plan`: a status, or what to stream."""

    plan: list[object]
    asked: list[dict]
    models: list[dict]
    refusal = ""

    def do_GET(self) -> None:
        self._answer(200, "application/json", json.dumps({"object": "list", "data": self.models}))

    def do_POST(self) -> None:
        self.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        step = self.plan[min(len(self.asked), len(self.plan)) - 1]
        if isinstance(step, int):
            self._answer(step, "application/json", json.dumps({"error": {"message": self.refusal or f"status {step}"}}))
        else:
            self._answer(200, "text/event-stream", str(step))

    def _answer(self, status: int, kind: str, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[type[Misbehaving]]:
    handler = type("Handler", (Misbehaving,), {"plan": [], "asked": [], "models": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        handler.url = f"http://127.0.0.1:{listening.server_port}/v1"
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield handler
        listening.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "FIRST_WAIT_S", 0.01)


def stream(*texts: str, finish: str = "stop") -> str:
    """What a server sends for these candidates, each in two pieces."""
    lines = []
    for index, text in enumerate(texts):
        half = len(text) // 2
        for piece, end in ((text[:half], None), (text[half:], finish)):
            choice = {"index": index, "delta": {"content": piece}, "finish_reason": end}
            lines.append(
                {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
            )
    return "".join(f"data: {json.dumps(line)}\n\n" for line in lines) + "data: [DONE]\n\n"


def code_of(server: type[Misbehaving], *plan: object, candidates: int = 1) -> str:
    server.plan = list(plan)
    with pytest.raises(Refused) as refused:
        RemoteWriter(server.url, KEY, "m").write(SMALL, seed=1, candidates=candidates)
    assert KEY not in str(refused.value)
    return refused.value.code


def test_request_asks_for_the_schema_by_the_name_that_servers_know(server: type[Misbehaving]) -> None:
    server.plan = [stream(answer_json())]
    RemoteWriter(server.url, KEY, "m").write(SMALL, seed=1)
    (asked,) = server.asked
    assert asked["response_format"]["type"] == "json_schema"
    assert asked["response_format"]["json_schema"]["schema"]["required"] == ["heading", "beats", "choices", "summary"]
    assert (asked["model"], asked["n"], asked["stream"]) == ("m", 1, True)
    assert "guided_json" not in asked


def test_server_that_ignores_n_is_asked_for_each(server: type[Misbehaving]) -> None:
    server.plan = [stream(answer_json("A")), stream(answer_json("B")), stream(answer_json("C"))]
    answer = RemoteWriter(server.url, KEY, "m").write(SMALL, seed=1, candidates=3)
    assert answer.texts == (answer_json("A"), answer_json("B"), answer_json("C"))
    assert [asked["n"] for asked in server.asked] == [3, 2, 1]
    assert len({asked["seed"] for asked in server.asked}) == 3
    assert answer.remark == 'remark.asked {"rounds":3,"wanted":3}'


def test_server_that_is_busy_is_asked_again(server: type[Misbehaving]) -> None:
    server.plan = [429, 503, stream(answer_json())]
    assert RemoteWriter(server.url, KEY, "m").write(SMALL, seed=1).text == answer_json()


@pytest.mark.parametrize(
    ("plan", "code", "asked"),
    [
        ([429], "writer.busy", 4),
        ([500], "writer.unreachable", 4),
        ([400], "writer.failed", 1),
        ([401], "writer.unauthorised", 1),
        ([404], "writer.model_missing", 1),
        ([stream("")], "writer.answer_empty", 1),
        ([stream("", finish="content_filter")], "writer.answer_refused", 1),
        (["data: this is no JSON\n\n"], "writer.unreachable", 1),
        (["<html>a proxy's page</html>"], "writer.answer_empty", 1),
    ],
)
def test_trouble_has_a_code(server: type[Misbehaving], plan: list, code: str, asked: int) -> None:
    assert code_of(server, *plan) == code
    assert len(server.asked) == asked


def test_endless_answer_is_cut_off(server: type[Misbehaving], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MOST_CHARACTERS", 100)
    server.plan = [stream("x" * 1000)]
    assert len(RemoteWriter(server.url, KEY, "m").write(SMALL, seed=1).text) <= 1000


def test_nobody_at_the_address_is_unreachable() -> None:
    with pytest.raises(Refused) as refused:
        RemoteWriter("http://127.0.0.1:9/v1", KEY, "m").write(SMALL, seed=1)
    assert refused.value.code == "writer.unreachable"


def test_server_is_asked_for_its_window_though_the_model_has_a_name(server: type[Misbehaving]) -> None:
    server.models = [{"id": "other", "object": "model", "max_model_len": 9000}, {"id": "m", "max_model_len": 4096}]
    server.plan = [stream(answer_json())]
    writer = RemoteWriter(server.url, KEY, "m")
    summaries = tuple(f"On evening {number} the ferry waits for nobody at all." for number in range(600))
    answer = writer.write(replace(SMALL, so_far=summaries), seed=1)
    assert writer.context_budget == 4096 - remote.MOST_TOKENS
    assert answer.seen is not None
    assert 0 < len(answer.seen.so_far) < 600
    assert estimated_tokens(answer.seen) <= writer.context_budget


def test_window_that_was_stated_outlives_a_refusal_that_names_none(server: type[Misbehaving]) -> None:
    server.models = [{"id": "m", "object": "model", "max_model_len": 4096}]
    server.refusal = "this is more than the maximum context"
    server.plan = [400, stream(answer_json())]
    writer = RemoteWriter(server.url, KEY, "m")
    assert writer.write(replace(SMALL, so_far=("The ferry waits. " * 40,) * 5), seed=1).text == answer_json()
    assert writer.context_budget == 4096 - remote.MOST_TOKENS
