"""What each image holds: enough for its process, and torch in the writer's alone."""

import subprocess
import sys
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.docker.dockerfile import Dockerfile
from tests.test_architecture import ROOT, project

HEAVY = {"torch", "transformers", "tokenizers", "safetensors", "llguidance"}
LIGHT = ["web", "worker", "stage_manager"]
# What each process imports when it starts; health.py is for all of them.
STARTS = {
    "web": "import storyengine.asgi, storyengine.urls",
    "worker": "from storyengine.celery import app; app.loader.import_default_modules()",
    "stage_manager": "from django.core.management import load_command_class as load\n"
    "[load('storyengine.showrun', name) for name in ('stage_manager', 'staff')]",
    "writer": "from storyengine.celery import app; app.loader.import_default_modules()\n"
    "import storyengine.generation.writer.local",
}


def extras_of(target: str) -> list[str]:
    return Dockerfile((ROOT / "docker/Dockerfile").read_text()).installed_extras(target)


def distributions(extras: list[str]) -> set[str]:
    """The distributions that installing these extras brings, as far as this machine's own show it."""
    found: set[str] = set()
    waiting = [Requirement(line) for extra in extras for line in project()[extra]]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = f"{name}[{','.join(sorted(requirement.extras))}]"
        if key not in found:
            found |= {name, key}
            waiting += _needs(name, requirement.extras)
    return {name for name in found if "[" not in name}


def _needs(name: str, extras: set[str]) -> list[Requirement]:
    try:
        requirements = [Requirement(line) for line in metadata.requires(name) or []]
    except metadata.PackageNotFoundError:
        return []
    environments = [{"extra": extra} for extra in ("", *extras)]
    return [r for r in requirements if not r.marker or any(r.marker.evaluate(e) for e in environments)]


def modules_outside(brought: set[str]) -> list[str]:
    """The top-level modules that are installed here and would be missing in the image."""
    owners = metadata.packages_distributions()
    outside = {name for name, by in owners.items() if not {canonicalize_name(one) for one in by} & brought}
    return sorted(outside - {"storyengine", "audience", "_distutils_hack", "pkg_resources", "setuptools", "pip"})


@pytest.mark.parametrize("target", STARTS)
def test_target_installs_extras_that_exist(target: str) -> None:
    extras = extras_of(target)
    assert "" in extras
    assert sorted(set(extras) - set(project())) == []


@pytest.mark.parametrize("target", LIGHT)
def test_light_image_holds_no_model_library(target: str) -> None:
    assert extras_of(target) == [""]
    brought = distributions(extras_of(target))
    assert {"django", "celery", "uvicorn"} <= brought
    assert sorted(brought & HEAVY) == []


def test_writer_image_holds_the_model_libraries() -> None:
    assert extras_of("writer") == ["", "writer"]
    assert distributions(extras_of("writer")) >= HEAVY


@pytest.mark.parametrize("target", STARTS)
def test_image_holds_all_that_its_process_imports(target: str) -> None:
    """The process's own imports, with every module blocked that the image lacks."""
    missing = modules_outside(distributions(extras_of(target)))
    assert {"pytest", "mypy"} <= set(missing)
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({missing!r}))\n"
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'storyengine.settings'\n"
        f"import django; django.setup()\n{STARTS[target]}"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
