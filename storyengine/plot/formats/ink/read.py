"""An Ink story, whole: its variables, its parts, its scenes; and the text itself, kept for the way back."""

import re
from itertools import zip_longest
from typing import Any

from storyengine.plot.conditions import State, apply
from storyengine.plot.formats.dialects import INK, effects_of
from storyengine.plot.formats.ink.comments import take_out
from storyengine.plot.formats.ink.lines import LISTED, Part, merge, parts_of
from storyengine.plot.formats.ink.names import NAME, SPEAKER, rename, tagged
from storyengine.plot.formats.ink.scenes import DECLARED, Scenes
from storyengine.plot.formats.ink.sequences import fold
from storyengine.plot.formats.ink.targets import Targets
from storyengine.plot.formats.ink.write import print_of
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.linking import link
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileStory

KEPT = re.compile(r"^\s*(?:LIST|EXTERNAL)\s")
ABOUT = re.compile(r"^#\s*(title|author)\s*:\s*(.+)$", re.IGNORECASE)


def read_ink(sheets: list[Sheet], report: Report) -> list[FileStory]:
    """One story; raises Refused("story.invalid") for a file that holds none."""
    text = merge(sheets, report)
    parts = parts_of(text, report)
    story = FileStory(title=sheets[0].stem, source={"family": "ink", "text": text})
    names, speakers = _named(parts)
    targets = Targets(parts)
    variables = _declarations(story, parts, report)
    scenes = Scenes(report, variables, targets, speakers)
    story.scenes, story.start = scenes.make(parts), scenes.start
    rename(story, names)
    if not parts[0].items and story.scenes:
        report.warn(1, "ink.no_start")
    link(story, report)
    story.source["kept"] = _kept(text, parts)
    story.source["print"] = print_of(story)
    return [story]


def _kept(text: str, parts: list[Part]) -> dict[str, Any]:
    """What is neither a scene nor a value at the start: lists, calls to the game, functions; written back as it was.

    So are sequences, whose lines were folded.
    """
    bare = take_out(text).bare
    declared = LISTED.sub(lambda found: " ".join(found[0].split()), bare).split("\n")
    lines, functions = bare.split("\n"), list[str]()
    for part, following in zip_longest(parts, parts[1:]):
        if part.is_function:
            functions += ["", *lines[part.line - 1 : following.line - 1 if following else len(lines)]]
    sequences = fold(bare)[1]
    found: dict[str, Any] = {
        "declared": [line.strip() for line in declared if KEPT.match(line)],
        "functions": functions,
        "sequences": sequences,
    }
    return {name: kept for name, kept in found.items() if kept}


def _named(parts: list[Part]) -> tuple[dict[str, str], set[str]]:
    """(Knot -> the name of its scene, the speakers) as the tags say that we write; takes the tags out."""
    names, speakers = dict[str, str](), set[str]()
    for part in parts:
        for item in part.items:
            found = tagged(item.text) if item.kind == "text" else None
            if found and found[0] == SPEAKER:
                speakers.add(found[1])
            elif found and found[0] == NAME:
                names[part.name] = found[1]
        said = [(item, tagged(item.text) if item.kind == "text" else None) for item in part.items]
        part.items = [item for item, found in said if found is None or found[0] not in (SPEAKER, NAME)]
    return names, speakers


def _declarations(story: FileStory, parts: list[Part], report: Report) -> set[str]:
    """VAR and CONST give values at the start, wherever they stand; what else is declared is kept in the text."""
    state, names = State(), set()
    for part in parts:
        kept = []
        for item in part.items:
            declared, about = DECLARED.match(item.text), ABOUT.match(item.text)
            if item.kind == "text" and about and not part.name:  # a knot's own tags say nothing of the story
                if about[1].lower() == "title":
                    story.title = about[2].strip()
                else:
                    story.source["author"] = about[2].strip()
                continue
            if item.kind != "text" or declared is None:
                kept.append(item)
                continue
            name = re.match(r"\w+", declared[2])
            names.add(name[0] if name else "")
            lines = effects_of(INK, [declared[2]]) if declared[1] in ("VAR", "CONST") else f"ink: {item.text}"
            if apply(lines, state):
                report.warn(item.line, "ink.declared", words=f"{declared[1]} {declared[2][:60]}")
        part.items = kept
    story.variables = {name: value for name, value in state.values.items() if name not in state.unknown}
    return names
