"""The wire as an AsyncAPI 3 document, made of the shapes: what programs that others write are generated from."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from pydantic import BaseModel

from audience import shapes
from audience.commands import MAX_FRAME

DESCRIPTION = f"""Become a guest with `POST /api/performances/{{code}}/guests` (the HTTP API documents itself at
`/api/docs`), then open the socket with the token that it answers.

The first frame is `performance.snapshot`, or `performance.resumed` where the client gave the epoch and offset of the
last event that it saw and nothing is lost. Counts that are hidden from a guest never leave the server.

Commands are JSON text frames of {MAX_FRAME} bytes at most; each is answered once, by its `ref`. A client passes
over fields and events that it does not know.

Close codes: 4401 the token is not good (the frame before says why), 4408 the client read too slowly and should come
back, 4429 it sent too much or is open too often, 4503 no place is free."""

QUERY = {
    "type": "object",
    "required": ["token"],
    "properties": {
        "token": {"type": "string", "description": "what joining answered"},
        "epoch": {"type": "string", "description": "of the last event seen"},
        "offset": {"type": "integer", "minimum": 0, "description": "of the last event seen"},
    },
}


def document() -> dict[str, Any]:
    """The document as plain JSON; the server is this site's public address."""
    messages = {model.__name__: _message(name, model) for name, model in shapes.catalogue().items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Story Engine: a live audience",
            "version": "1",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"house": {"host": urlsplit(settings.PUBLIC_URL).netloc, "protocol": _protocol()}},
        "channels": {
            "performance": {
                "address": "/live/{code}/",
                "title": "One performance, for one guest",
                "parameters": {"code": {"description": "the join code that the theatre shows"}},
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"ws": {"method": "GET", "query": QUERY}},
            }
        },
        "operations": _operations(),
        "components": {"messages": messages},
    }


def _protocol() -> str:
    return "wss" if settings.SECURE else "ws"


def _message(name: str, model: type[BaseModel]) -> dict[str, Any]:
    schema = shapes.schema_of(model)
    description = schema.pop("description", "")
    return {"name": name, "title": name, "payload": schema} | ({"description": description} if description else {})


def _operations() -> dict[str, Any]:
    """From the server's side: it receives commands and replies, and sends events."""
    channel = {"$ref": "#/channels/performance"}
    events = {"action": "send", "channel": channel, "messages": [_link(event) for event in shapes.EVENTS]}
    commands = {
        f"on{command.__name__}": {
            "action": "receive",
            "channel": channel,
            "messages": [_link(command)],
            "reply": {"channel": channel, "messages": [_link(answer), _link(shapes.Error)]},
        }
        for command, answer in shapes.COMMANDS.items()
    }
    return {"sendEvents": events} | commands


def _link(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/channels/performance/messages/{model.__name__}"}


def reading() -> list[tuple[str, list[dict[str, Any]]]]:
    """The document's messages as its page lists them: the commands, what answers them, the events."""
    answers: list[type[BaseModel]] = [*shapes.COMMANDS.values(), shapes.Error]
    groups: dict[str, Iterable[type[BaseModel]]] = {
        "commands": shapes.COMMANDS, "answers": answers, "events": shapes.EVENTS,
    }  # fmt: skip
    names = {model: name for name, model in shapes.catalogue().items()}
    return [(group, [_entry(names[model], model) for model in models]) for group, models in groups.items()]


def _entry(name: str, model: type[BaseModel]) -> dict[str, Any]:
    message = _message(name, model)
    required = message["payload"]["required"]
    fields = [
        {
            "name": field,
            "kind": kind_of(schema),
            "optional": field not in required,
            "about": schema.get("description", ""),
        }
        for field, schema in message["payload"]["properties"].items()
        if field != "type"
    ]
    return {"name": name, "about": message.get("description", ""), "fields": fields}


def kind_of(schema: dict[str, Any]) -> str:
    """A JSON Schema in a few words: `[{id: integer, label: string}]`, `integer or null`."""
    match schema:
        case {"anyOf": options}:
            return " or ".join(kind_of(option) for option in options)
        case {"const": value}:
            return json.dumps(value)
        case {"enum": values}:
            return " | ".join(json.dumps(value) for value in values)
        case {"properties": properties}:
            return "{" + ", ".join(f"{name}: {kind_of(part)}" for name, part in properties.items()) + "}"
        case {"items": item}:
            return f"[{kind_of(item)}]"
        case {"additionalProperties": value}:
            return f"{{…: {kind_of(value)}}}"
        case {"format": form}:
            return str(form)
    return str(schema.get("type", "any"))
