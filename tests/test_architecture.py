"""What DESIGN.md promises of the code as a whole, held against the files."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
SETTINGS_HELPERS = {"text", "flag", "number", "words", "address"}
FORBIDDEN_NAMES = {"services", "utils", "helpers", "common", "core"}
MAX_LINES = 300
# Prose and word lists that the box model is trained on, and what makemigrations writes: data, not steps.
LONG_BY_NATURE = re.compile(r"storyengine/generation/training/[a-z_]+\.py|.*/migrations/\d{4}_\w+\.py")


def product_files() -> list[Path]:
    return sorted([ROOT / "manage.py", *(ROOT / "audience").rglob("*.py"), *(ROOT / "storyengine").rglob("*.py")])


def settings_read(source: str) -> set[str]:
    """Every environment variable that a module reads, by name.

    Seen are the helpers of settings.py and `os.environ` itself; a name that only a variable holds is not.
    """
    return {name for node in ast.walk(ast.parse(source)) for name in _names_read(node)}


def _names_read(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=helper), args=[ast.Constant(value=str(name)), *_]) if helper in SETTINGS_HELPERS:
            yield name
        case ast.Call(func=ast.Attribute(value=environ, attr="get" | "pop"), args=[ast.Constant(value=str(name)), *_]):
            if _is_environ(environ):
                yield name
        case ast.Subscript(value=environ, slice=ast.Constant(value=str(name)), ctx=ast.Load()) if _is_environ(environ):
            yield name
        case ast.Compare(left=ast.Constant(value=str(name)), comparators=[environ]) if _is_environ(environ):
            yield name


def _is_environ(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def pinned(line: str) -> tuple[str, str]:
    """`django-stubs[x]==1.2` -> ("django-stubs", "1.2"); what is not pinned exactly fails."""
    requirement = Requirement(line)
    (pin,) = requirement.specifier
    assert pin.operator == "==", line
    return canonicalize_name(requirement.name), pin.version


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(pinned(line) for line in lines if line and not line.startswith("#"))


def project() -> dict[str, list[str]]:
    """Extra -> requirement lines; the plain dependencies under ""."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {"": table["dependencies"], **table["optional-dependencies"]}


def test_web_process_starts_without_models_and_printing() -> None:
    heavy = {"torch", "transformers", "tokenizers", "sklearn", "scipy", "reportlab", "docx", "lxml", "fontTools"}
    script = f"import sys, storyengine.asgi, storyengine.urls; print(sorted({heavy} & set(sys.modules)))"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "storyengine.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_settings_read_sees_every_way_to_read() -> None:
    source = """
text("A"); flag("B", True); words("C"); number("D", 1, least=2); address("K")
os.environ["E"]; os.environ.get("F"); "G" in os.environ; "H" not in os.environ
os.environ["WRITTEN"] = text(variable); other("I"); os.environ.setdefault("J", "")
"""
    assert settings_read(source) == set("ABCDEFGHK")


def test_readme_names_every_setting() -> None:
    named = set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", (ROOT / "README.md").read_text()))
    read = {name for path in product_files() for name in settings_read(path.read_text())}
    assert {"DATABASE_URL", "REDIS_URL", "STORYENGINE_VAR", "STORYENGINE_SECRET_KEY"} <= read
    assert sorted(read - named) == []


def test_makefile_has_every_target_that_readme_names() -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)\b", _code_of((ROOT / "README.md").read_text())))
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test"} <= named
    assert sorted(named - targets) == []


def _code_of(markdown: str) -> str:
    """Only what stands in backticks, fenced or indented blocks: prose may make sense of anything."""
    fenced = re.findall(r"^```.*?^```", markdown, re.MULTILINE | re.DOTALL)
    indented = re.findall(r"^ {4}.+$", markdown, re.MULTILINE)
    return "\n".join([*fenced, *indented, *re.findall(r"`[^`\n]+`", markdown)])


def test_modules_are_named_for_the_step_they_perform() -> None:
    unnamed = [path for path in product_files() if {path.stem, *path.relative_to(ROOT).parts} & FORBIDDEN_NAMES]
    assert [str(path.relative_to(ROOT)) for path in unnamed] == []


def test_files_stay_under_300_lines() -> None:
    tests = (ROOT / "tests").rglob("*.py")
    names = [(str(path.relative_to(ROOT)), path) for path in (*product_files(), *tests)]
    checked = [(name, path) for name, path in names if not LONG_BY_NATURE.fullmatch(name)]
    long = {name: lines for name, path in checked if (lines := len(path.read_text().splitlines())) >= MAX_LINES}
    assert long == {}


@pytest.mark.parametrize("extra", project())
def test_pins_agree_with_constraints(extra: str) -> None:
    pins = dict(pinned(line) for line in project()[extra])
    assert pins == {name: constraints().get(name) for name in pins}


def test_constraints_are_for_every_machine() -> None:
    lines = constraints()
    assert [name for name, version in lines.items() if "+" in version] == []
    ours = {"nvidia-ml-py"}  # asks the driver what a GPU draws; torch knows nothing of it
    assert [name for name in lines if name.startswith(("nvidia", "cuda")) or name == "storyengine"] == [*ours]
