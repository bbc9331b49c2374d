"""The log in words: no event is shown to a showrunner as the code that the table keeps."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from audience.moderation import VERDICTS
from storyengine.showrun import cycle
from storyengine.showrun.log import EVENTS, event_name
from tests.factories import make_performance, make_user

SHOWRUN = Path(__file__).resolve().parents[2] / "storyengine" / "showrun"


def logged() -> Iterator[str]:
    """Every event that a call in the room names itself, and the verdicts that moderation puts together."""
    yield from (f"comments.{verdict}" for verdict in VERDICTS)
    for file in SHOWRUN.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                place = {"log": 1, "log_once": 2, "keep_to_winner": 2}.get(name, len(node.args))
                for word in node.args[place : place + 1]:
                    if isinstance(word, ast.Constant):
                        yield str(word.value)


def test_every_event_that_is_logged_has_words_and_every_word_an_event() -> None:
    assert set(logged()) == set(EVENTS)


def test_event_of_another_house_and_a_refusal_are_said_as_well_as_can_be() -> None:
    assert event_name("choir.sang") == "choir.sang"
    assert event_name("performance.unknown") == "No performance has this code."


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("en", "the show began"), ("zh-hans", "演出开始")])
def test_console_tells_the_log_in_the_readers_language(client: Client, language: str, words: str) -> None:
    performance, showrunner = make_performance(), make_user("showrunner")
    cycle.start(performance.pk, by=showrunner)
    client.force_login(showrunner)
    client.cookies["django_language"] = language
    page = client.get(f"/console/{performance.code}/").content.decode()
    assert words in page
    assert "<code>performance.started</code>" not in page
    with translation.override(language):
        assert event_name("performance.started") == words
