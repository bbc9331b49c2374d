"""What `manage.py finetune` learns from: scripts in files, verdicts in a file, verdicts in the database."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from storyengine.editorial.models import Review
from storyengine.editorial.preferences import FORM_WRITERS, preferences, read_lines
from storyengine.errors import Refused
from storyengine.generation.finetune.scripts import lines_of
from storyengine.plot.formats.reasons import because
from storyengine.plot.models import Story
from storyengine.script.formats import read_script
from storyengine.script.screenplay import Screenplay

IN_FOLDERS = {".fountain", ".spmd", ".fdx"}  # a folder holds other texts too; a file that is named is what it says

Line = dict[str, Any]


def script_lines(paths: Sequence[Path]) -> tuple[list[Line], list[str]]:
    """The examples of all scripts in files and folders, and the files' names; raises Refused("script.invalid")."""
    lines: list[Line] = []
    names: list[str] = []
    for path in _files(paths):
        lines += lines_of(_read(path), plans=settings.WRITER_PLANS)
        names.append(path.name)
    return lines, names


def verdict_lines(method: str, story: str = "") -> tuple[list[Line], list[str]]:
    """What editors decided, on all stories or on one; raises Refused("story.unknown")."""
    reviews = Review.objects.all()
    if story:
        if not Story.objects.filter(slug=story).exists():
            raise Refused("story.unknown", reason=story)
        reviews = reviews.filter(revision__performance__story__slug=story)
    return list(FORM_WRITERS[method](preferences(reviews))), [f"verdicts on {story}" if story else "verdicts"]


def file_lines(method: str, path: Path) -> tuple[list[Line], list[str]]:
    """What `manage.py export_preferences` wrote; raises Refused("finetune.file_broken")."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise Refused("finetune.file_broken", reason=f"{path}: {reason}") from error
    return read_lines(method, text, source=path.name), [path.name]


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.suffix.lower() in IN_FOLDERS and one.is_file())
        else:
            yield path


def _read(path: Path) -> Screenplay:
    try:
        script = read_script(path.read_bytes(), path.suffix.lower().lstrip("."))
    except OSError as error:
        raise Refused("script.invalid", reason=because("file.system", path=path, error=error.strerror)) from error
    except Refused as refused:
        raise Refused(
            refused.code, reason=because("at.place", place=path.name, fault=refused.detail.get("reason", ""))
        ) from refused
    return script
