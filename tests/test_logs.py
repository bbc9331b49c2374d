"""The log of a show that runs: what was refused is one line, what went wrong keeps its traceback."""

import io
import logging
import sys

import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines():  # type: ignore[no-untyped-def]
    """What the root's own handler prints meanwhile."""
    (handler,) = (one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler)
    before = handler.setStream(io.StringIO())
    yield handler.stream
    handler.setStream(before)


def test_a_refusal_is_one_line(client: Client, lines: io.StringIO) -> None:
    client.force_login(make_user("editor"))
    assert client.get("/console/").status_code == 403
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/sign-in/", headers={"Origin": "http://evil.example"}).status_code == 403
    printed = lines.getvalue().splitlines()
    assert [line.partition(" WARNING ")[2] for line in printed] == [
        "django.request: Forbidden (Permission denied): /console/",
        "django.security.csrf: Forbidden (Origin checking failed - http://evil.example does not match any trusted"
        " origins.): /sign-in/",
    ]


def test_a_fault_keeps_its_traceback(lines: io.StringIO) -> None:
    try:
        raise ValueError("a fault")
    except ValueError:
        logging.getLogger("django.request").error("Internal Server Error", exc_info=sys.exc_info())
    assert lines.getvalue().splitlines()[-1] == "ValueError: a fault"
