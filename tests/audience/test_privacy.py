"""Nobody's address and nobody's token is written down: not in a table, not in a log, however talkative."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from websockets.sync.client import connect

from storyengine import embedded
from storyengine.showrun.processes import web_command
from tests.audience.conftest import House
from tests.conftest import free_port, test_database_url, wait_for_page

ADDRESS = "127.83.61.7"  # a loopback address that nothing else has


@pytest.fixture
def talkative(house: House, tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The web process of the product at its most talkative, and the file that it writes its log to."""
    port, log = free_port(), tmp_path / "web.log"
    environment = {**os.environ, "DATABASE_URL": test_database_url(), "STORYENGINE_LOG_LEVEL": "DEBUG"}
    environment["STORYENGINE_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    with log.open("w") as file:
        process = subprocess.Popen(
            web_command("127.0.0.1", port), cwd=settings.BASE_DIR, env=environment, stdout=file, stderr=file
        )
        wait_for_page(f"http://127.0.0.1:{port}")
        yield port, log
        process.terminate()
        process.wait(20)


def ask(port: int, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(ADDRESS, 0))
    asking.request(method, path, body, {"Content-Type": "application/json", **headers})
    answer = asking.getresponse()
    return answer.status, answer.read().decode()


def test_no_table_and_no_log_has_an_address_or_a_token(house: House, talkative: tuple[int, Path]) -> None:
    (port, log), performance = talkative, house.live()
    code = performance.code
    token = json.loads(ask(port, "POST", f"/api/performances/{code}/guests", "{}")[1])["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert ask(port, "POST", f"/api/performances/{code}/comments", '{"ref":"a","text":"Fog"}', **bearer)[0] == 200
    assert ask(port, "POST", f"/api/performances/{code}/reactions", '{"kind":"heart"}', **bearer)[0] == 200
    assert ask(port, "GET", f"/join/NOPE22/?token={token}")[0] == 404
    assert ask(port, "POST", f"/join/{code}/", "")[0] == 403  # without the form's token: Django logs that
    url = f"ws://127.0.0.1:{port}/live/{code}/?token={token}"
    with connect(url, source_address=(ADDRESS, 0)) as socket:
        assert json.loads(socket.recv(10))["type"] == "performance.snapshot"
    with connect(f"ws://127.0.0.1:{port}/live/{code}/?token=x{token}", source_address=(ADDRESS, 0)) as socket:
        assert json.loads(socket.recv(10))["code"] == "guest.token_invalid"
    said = log.read_text()
    assert "DEBUG" in said  # it did talk
    assert [word for word in (ADDRESS, token) if word in said] == []
    assert [name for name in text_columns() if holds(name, ADDRESS) or holds(name, token)] == []


def text_columns() -> list[tuple[str, str]]:
    fields = [(model._meta.db_table, field.column) for model in apps.get_models() for field in model._meta.local_fields]
    assert len(fields) > 150
    return fields


def holds(name: tuple[str, str], text: str) -> bool:
    table, column = (connection.ops.quote_name(part) for part in name)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} WHERE position(%s in {column}::text) > 0 LIMIT 1", [text])  # noqa: S608
        return cursor.fetchone() is not None


def test_uvicorn_writes_no_access_log() -> None:
    assert "--no-access-log" in web_command("127.0.0.1", 8000)
    assert sys.executable == web_command("127.0.0.1", 8000)[0]


@pytest.mark.skipif("PostgreSQL" not in embedded._kept, reason="the database is not ours to set up")
def test_embedded_database_keeps_what_guests_wrote_out_of_its_log() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        asked = ("log_min_error_statement", "log_error_verbosity")
        shown = [database.execute(f"SHOW {name}").fetchone() for name in asked]
    assert shown == [("panic",), ("terse",)]
