"""The catalogue of refusals: every code that is raised is in it, every code in it is raised."""

import ast
import re
from pathlib import Path

import pytest

from storyengine.errors import CATALOGUE, Refused

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [path for room in ("audience", "storyengine") for path in (ROOT / room).rglob("*.py")
           if path.name != "errors.py" and "migrations" not in path.parts]  # fmt: skip

# Codes that nothing raises yet, each with what it waits for.
WAITING: set[str] = set()


def strings(tree: ast.AST) -> set[str]:
    """All texts in the code, docstrings apart."""
    spoken = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in spoken]
    return {node.value for node in constants if isinstance(node.value, str)}


def raised(tree: ast.AST) -> set[str]:
    """The constants given as the code of a Refused, with both arms of a condition."""
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused"
    ]
    codes = set()
    for call in calls:
        arms = [call.args[0].body, call.args[0].orelse] if isinstance(call.args[0], ast.IfExp) else [call.args[0]]
        codes |= {arm.value for arm in arms if isinstance(arm, ast.Constant)}
    return codes


def test_catalogue_holds_every_code_that_is_raised() -> None:
    found = {code for path in SOURCES for code in raised(ast.parse(path.read_text()))}
    assert len(found) > 30
    assert found - set(CATALOGUE) == set()


def test_catalogue_holds_no_code_that_nobody_raises() -> None:
    # Some codes reach Refused through a variable: from SQL, from a table.
    written = " ".join(text for path in SOURCES for text in strings(ast.parse(path.read_text())))
    used = set(re.findall(r"\b[a-z]+\.[a-z_]+\b", written))
    assert set(CATALOGUE) - used == WAITING


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_code_has_a_status_and_a_sentence(code: str) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", code)
    assert 400 <= CATALOGUE[code].status < 600
    assert str(CATALOGUE[code].message).endswith(".")


def test_as_message_has_the_one_shape() -> None:
    assert Refused("poll.closed").as_message() == {
        "type": "error", "code": "poll.closed", "message": "This poll is closed.",
    }  # fmt: skip
    assert Refused("comment.too_long", reason="281 > 280").as_message("a1") == {
        "type": "error",
        "code": "comment.too_long",
        "message": "This comment is too long. (281 > 280)",
        "ref": "a1",
    }


def test_as_message_says_no_detail_but_the_reason() -> None:
    assert Refused("writer.failed", path="/secret").as_message()["message"] == "The writer failed."


def test_unknown_code_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        Refused("no.such")
