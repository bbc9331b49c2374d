"""The published documents against the code: every frame there is, as it really crosses a socket."""

import ast
import inspect
import json
from typing import Any

import httpx
import jsonschema_rs
import pytest
from django.test import Client
from websockets.sync.client import ClientConnection

from audience import asyncapi, commands, live, messages, shapes
from audience.commands import parse_command
from audience.models import Comment, HouseRules
from storyengine.errors import Refused
from storyengine.plot.models import Performance
from storyengine.showrun import cycle, decisions
from tests.audience.conftest import House, choices_of, poll_of, receive


def strict(schema: Any) -> Any:
    """The schema with no room for a field that it does not name."""
    match schema:
        case {"properties": properties, **rest}:
            inner = {name: strict(value) for name, value in properties.items()}
            return {"properties": inner, "additionalProperties": False} | strict(rest)
        case dict():
            return {key: strict(value) for key, value in schema.items()}
        case list():
            return [strict(item) for item in schema]
    return schema


@pytest.fixture(scope="module")
def documents() -> dict[str, jsonschema_rs.Draft202012Validator]:
    """Validators of the published document, by type."""
    published = json.loads(json.dumps(asyncapi.document()))["components"]["messages"].values()
    return {
        message["name"]: jsonschema_rs.Draft202012Validator(strict(message["payload"]), validate_formats=True)
        for message in published
    }


def faults(documents: dict[str, Any], frame: dict[str, Any]) -> list[str]:
    return [
        f"{frame['type']} {fault.instance_path}: {fault.message}"
        for fault in documents[frame["type"]].iter_errors(frame)
    ]


def test_every_type_that_the_code_writes_is_published() -> None:
    """The names stand as literals beside "type" in what builds frames, and in the commands that it reads."""
    written: set[str] = set()
    for module in (commands, messages, live):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                written |= {
                    v.value
                    for k, v in pairs
                    if isinstance(k, ast.Constant) and k.value == "type" and isinstance(v, ast.Constant)
                }
            if isinstance(node, ast.MatchValue) and isinstance(node.value, ast.Constant):
                written |= (
                    {str(node.value.value)} if "." in str(node.value.value) or node.value.value == "ping" else set()
                )
    assert written | {"error"} == set(shapes.catalogue())


def test_document_is_whole() -> None:
    document = json.loads(json.dumps(asyncapi.document()))

    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            return [part["$ref"]] if "$ref" in part else [r for value in part.values() for r in references(value)]
        return [r for item in part for r in references(item)] if isinstance(part, list) else []

    for reference in references(document):
        found = document
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
    assert document["asyncapi"] == "3.0.0"
    assert set(document["operations"]) == {"sendEvents", "onBallotCast", "onCommentPost", "onReactionSend", "onPing"}


class Evening:
    """Everything that guests' sockets were sent, and that what they send is as published, too."""

    def __init__(self, house: House, documents: dict[str, Any]) -> None:
        self.house, self.documents = house, documents
        self.seen: list[dict[str, Any]] = []

    def hear(self, socket: ClientConnection, kind: str) -> dict[str, Any]:
        """The next frame of this type; those before it are held as well."""
        while True:
            self.seen.append(receive(socket))
            if self.seen[-1]["type"] == kind:
                return self.seen[-1]

    def say(self, socket: ClientConnection, answer: str, **sent: object) -> None:
        assert faults(self.documents, sent) == []
        socket.send(json.dumps(sent))
        self.hear(socket, answer)

    def talk(self, socket: ClientConnection) -> None:
        """Whatever a guest may say besides a ballot, and what is no command."""
        self.say(socket, "comment.accepted", type="comment.post", ref="c", text="More fog!")
        self.say(socket, "reaction.accepted", type="reaction.send", ref="r", kind="heart")
        self.say(socket, "pong", type="ping")
        for broken in ('{"type":"ballot.cast","ref":"x"}', "{"):
            socket.send(broken)
            self.hear(socket, "error")


def play_to_a_decided_tie(evening: Evening, performance: Performance) -> None:
    """Two guests vote to a tie in a ranked poll whose counts are kept back; one comes back after it."""
    house = evening.house
    token = house.join(performance)[1]
    with house.sit(performance, token) as one, house.sit(performance) as two:
        evening.hear(one, "performance.snapshot")
        evening.hear(two, "performance.snapshot")
        cycle.start(performance.pk, by=house.showrunner)
        for kind in ("performance.started", "scene.released", "poll.opened"):
            evening.hear(one, kind)
        poll = poll_of(performance)
        first, second, third = choices_of(poll)
        for socket, choices in ((one, [first, third]), (two, [second])):
            evening.say(socket, "ballot.accepted", type="ballot.cast", ref="b", poll=poll.pk, choices=choices, seq=7)
        evening.talk(one)
        cycle.extend(performance.pk, seconds=30, by=house.showrunner)
        evening.hear(one, "poll.extended")
        cycle.close_now(performance.pk, by=house.showrunner)
        assert evening.hear(one, "poll.closed")["tie"]["rule"] == "decide"
        decisions.decide_tie(performance.pk, first, by=house.showrunner)
        evening.hear(one, "poll.decided")
        decisions.reveal(performance.pk, poll.pk, by=house.showrunner)
        place = evening.hear(one, "tally.revealed")
    with house.sit(performance, token, epoch=place["epoch"], offset=place["offset"] - 1) as back:
        evening.hear(back, "performance.resumed")
        evening.hear(back, "tally.revealed")


def play_to_the_end(evening: Evening, performance: Performance) -> None:
    """One guest votes while counts are shown live, and sees the show end."""
    by = evening.house.showrunner
    with evening.house.sit(performance) as socket:
        shown = evening.hear(socket, "performance.snapshot")["poll"]
        choice = shown["choices"][1]["id"]
        evening.say(socket, "tally.updated", type="ballot.cast", ref="b", poll=shown["id"], choices=[choice])
        cycle.close_now(performance.pk, by=by)
        assert evening.hear(socket, "poll.closed")["tie"] is None
        cycle.end(performance.pk, by=by)
        evening.hear(socket, "performance.ended")


def test_frames_of_a_whole_evening_are_as_published(house: House, documents) -> None:  # type: ignore[no-untyped-def]
    evening = Evening(house, documents)
    performance = house.waiting(poll_kind="ranked", tie_rule="decide", results="by_hand")
    play_to_a_decided_tie(evening, performance)
    play_to_the_end(evening, house.live())
    seen = evening.seen + the_house_speaks(performance)
    heard = {"ballot.cast", "comment.post", "reaction.send", "ping"}
    assert {frame["type"] for frame in seen} == set(shapes.catalogue()) - heard
    assert [fault for frame in seen for fault in faults(documents, frame)] == []


def the_house_speaks(performance: Performance) -> list[dict[str, Any]]:
    """What moderators, the clock and a correction send, as the code writes it, in its place in the stream."""
    comment = Comment.objects.filter(performance=performance).select_related("guest").get()
    step = performance.steps.select_related("scene").first()
    assert step is not None
    step.scene.correction = "A wrong name."
    written = [
        messages.comment_shown(comment),
        messages.comment_hidden([comment.pk]),
        messages.reactions_counted({"heart": 2}),
        messages.house_changed(HouseRules(performance=performance)),
        messages.scene_corrected(step),
    ]
    return [event | {"epoch": "e", "offset": 1} for event in written]


@pytest.mark.parametrize(
    ("fields", "good"),
    [
        ({}, True),
        ({"choices": [3, 1]}, True),
        ({"seq": 1}, True),
        ({"seq": 0}, False),
        ({"choices": []}, False),
        ({"choices": [0]}, False),
        ({"choices": ["3"]}, False),
        ({"choices": list(range(1, 102))}, False),
        ({"poll": 2**63}, False),
        ({"ref": ""}, False),
        ({"ref": "x" * 65}, False),
    ],
)
def test_command_is_read_where_the_document_allows_it(documents, fields: dict[str, Any], good: bool) -> None:  # type: ignore[no-untyped-def]
    sent = {"type": "ballot.cast", "ref": "a1", "poll": 7, "choices": [3]} | fields
    assert (faults(documents, sent) == []) == good
    assert isinstance(parse_command(json.dumps(sent))[0], Refused) != good


def test_pages_of_both_documents_name_every_frame_and_every_path(house: House) -> None:
    wire = httpx.get(f"{house.url}/api/wire/").text
    assert [name for name in shapes.catalogue() if f"<code>{name}</code>" not in wire] == []
    document = httpx.get(f"{house.url}/api/asyncapi.json").json()
    assert document["channels"]["performance"]["address"] == "/live/{code}/"
    assert document["servers"]["house"]["host"] == house.url.removeprefix("http://")
    paths = httpx.get(f"{house.url}/api/openapi.json").json()["paths"]
    assert set(paths) == {
        "/api/performances/{code}", "/api/performances/{code}/guests", "/api/performances/{code}/ballots",
        "/api/performances/{code}/comments", "/api/performances/{code}/reactions",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nowhere", 404, "request.not_found"),
        ("GET", "/api/", 404, "request.not_found"),
        ("POST", "/api/performances/ABC/nowhere", 404, "request.not_found"),
        ("DELETE", "/api/performances/ABC", 405, "request.method"),
        ("GET", "/api/performances/ABC/ballots", 405, "request.method"),
        ("POST", "/api/openapi.json", 405, "request.method"),
        ("POST", "/api/asyncapi.json", 405, "request.method"),
        ("POST", "/api/wire/", 405, "request.method"),
        ("POST", "/api/docs", 405, "request.method"),
    ],
)
@pytest.mark.django_db
def test_what_no_operation_answers_has_the_shape_of_an_error(method, path, status, code) -> None:  # type: ignore[no-untyped-def]
    answer = Client(enforce_csrf_checks=True).generic(method, path)
    assert (answer.status_code, answer.json()) == (status, Refused(code).as_message())
    assert (status == 405) == ("Allow" in answer)
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_host_that_is_not_ours_is_refused_in_that_shape_too() -> None:
    answer = Client().get("/api/performances/ABC", headers={"host": "elsewhere.example"})
    assert (answer.status_code, answer.json()) == (400, Refused("request.malformed").as_message())
