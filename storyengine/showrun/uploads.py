"""Files that somebody brings, whatever is in them: stories of any format, screenplays, archives of both.

A screenplay is known by its file's name; a plain text is one only where it has a slugline and no story format knows it.
"""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from django.db import transaction

from storyengine.errors import Refused
from storyengine.plot.exchange import bring_in
from storyengine.plot.formats import guess_format
from storyengine.plot.formats.intake import Sheet, decode, unpack
from storyengine.plot.formats.reasons import because
from storyengine.plot.formats.report import Report
from storyengine.plot.models import Beat, Choice, Story
from storyengine.script.take_in import take_in_script

SCRIPTS = {"fountain": "Fountain", "fdx": "Final Draft"}  # by the name that a form sends
ENDINGS = {".fountain": "fountain", ".spmd": "fountain", ".fdx": "fdx"}
OUR_SCRIPT = re.compile(rb'\A\s*\{[^{}]{0,500}"format"\s*:\s*"storyengine-screenplay"')
SLUGLINE = re.compile(r"^(?:INT|EXT|EST|INT\.?/EXT|EXT\.?/INT|I/E)[. ]+\S", re.MULTILINE)
File = tuple[str, bytes]


@transaction.atomic
def bring_files(
    files: Sequence[File], report: Report, *, name: str = "", slug: str = "", close_ends: bool = False
) -> list[Story]:
    """Store every story and screenplay that the files hold, all of them or none.

    `name` is a format's, of SCRIPTS or of a story; empty to go by the files. Raises Refused as `bring_in` and
    `take_in_script` do.
    """
    several = len(files) > 1
    scripts: list[tuple[str, File]] = []
    sheets: list[Sheet] = []
    for file in (member for given in files for member in unpack(*given, also=ENDINGS)):
        kind = _script_kind(file, name, alone=not several)
        if kind:
            scripts.append((kind, file))
        else:
            report.file = file[0] if several else ""
            sheets.append(Sheet(file[0], decode(file[1], report)))
    report.file = ""
    number = len(scripts)
    if not scripts and not sheets:
        raise Refused("story.invalid", reason=because("file.none"))
    stories = bring_in(sheets, report, name=name, slug=slug, close_ends=close_ends) if sheets else []
    if slug and len(stories) + number > 1:
        raise Refused("story.invalid", reason=because("file.stories", number=len(stories) + number))
    for kind, file in scripts:
        stories.append(_take_in(kind, file, report, slug=slug, several=several or number > 1))
    return stories


def _script_kind(file: File, name: str, *, alone: bool) -> str:
    """The reader for a screenplay, or "" for a story."""
    if name:
        return name if name in SCRIPTS else ""
    ending = PurePosixPath(file[0]).suffix.lower()
    if ending in ENDINGS:
        return ENDINGS[ending]
    if OUR_SCRIPT.match(file[1]):
        return "json"
    return "txt" if alone and ending == ".txt" and _is_script(file) else ""


def _is_script(file: File) -> bool:
    text = decode(file[1], Report())
    try:
        guess_format([Sheet(file[0], text)])
    except Refused:
        return SLUGLINE.search(text) is not None
    return False


def _take_in(kind: str, file: File, report: Report, *, slug: str, several: bool) -> Story:
    name, source = file
    report.file = name if several else ""
    try:
        story = take_in_script(source, kind, report, slug=slug, name=PurePosixPath(name).stem)
    except Refused as refused:
        if not several:
            raise
        raise Refused(
            refused.code, reason=because("at.place", place=name, fault=refused.detail.get("reason", ""))
        ) from refused
    report.format, report.file = report.format or kind, ""
    report.counts.update(
        stories=1,
        scenes=story.scenes.count(),
        beats=Beat.objects.filter(scene__story=story).count(),
        choices=Choice.objects.filter(scene__story=story).count(),
    )
    return story
