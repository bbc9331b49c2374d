"""Every code that the log and the viewer show has a name."""

import ast
from pathlib import Path
from typing import get_args

import pytest
from django.test import Client
from django.utils import translation

from storyengine.editorial import deeds, review
from storyengine.generation.prompt import Segment
from tests.editorial.conftest import on_the_desk

ROOT = Path(__file__).resolve().parents[2] / "storyengine"
RECORDERS = ("record", "note", "_note")


def recorded() -> set[str]:
    """The actions that code writes into the log, by their constants."""
    calls = [
        node
        for room in ("editorial", "showrun")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RECORDERS
    ]
    arguments = [part for call in calls for argument in call.args[:2] for part in ast.walk(argument)]
    return {part.value for part in arguments if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def test_every_deed_has_a_name() -> None:
    found = recorded()
    assert {"opened", "claimed", "taken_over", "fact_kept", "desk_rules_set"} <= found
    assert found <= deeds.DEEDS.keys()
    assert deeds.deed("unheard_of") == "unheard_of"


def test_every_segment_has_a_name() -> None:
    assert deeds.SEGMENTS.keys() == set(get_args(Segment.__annotations__["name"]))


@pytest.mark.django_db
def test_the_history_speaks_the_readers_language(client: Client, editor) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk()
    review.reject(revision.pk, version=1, by=editor, reasons=["dull"])
    client.force_login(editor)
    page = client.get(f"/desk/revisions/{revision.pk}/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    with translation.override("zh-hans"):
        assert deeds.deed("rejected") in page
        assert f"{deeds.state_name('in_review')} → {deeds.state_name('rejected')}" in page
    assert "in_review →" not in page
