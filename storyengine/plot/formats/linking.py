"""Names become keys: the last step of every reader but the native one, whose files hold keys already."""

import re
import uuid
from bisect import bisect_right
from collections import defaultdict
from dataclasses import replace
from pathlib import PurePath

from django.utils.text import slugify

from storyengine.errors import Refused
from storyengine.plot.branch import MAX_CHARACTER, MAX_HEADING, MAX_LABEL, one_line
from storyengine.plot.formats.reasons import because
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileChoice, FilePlace, FileScene, FileStory, fingerprint, speakers
from storyengine.plot.headings import is_slugline, place_of

MAX_NAME, MAX_KEY, MAX_TARGET, MAX_CHAPTER = 200, 80, 300, 120
MAX_SCENES = 200_000
MAX_CHOICES = 1_000_000
THE_END = re.compile(r"\W*(?:the end|fin|ende|finis|game over|全剧终|剧终|完|终)\W*", re.IGNORECASE)
BETWEEN_SCENES = {"ink.function", "ink.declared", "ink.include", "yarn.declared", "comment.left"}
IFID = re.compile(r"[A-Z0-9-]{8,63}")


def link(story: FileStory, report: Report) -> FileStory:
    """Give every scene a key, every choice its scene, every column what it can hold; raises Refused if none is left."""
    if not story.scenes:
        raise report.refuse(1, "file.no_scene")
    if len(story.scenes) > MAX_SCENES or sum(len(scene.choices) for scene in story.scenes) > MAX_CHOICES:
        raise Refused("story.too_large", reason=because("file.scenes", scenes=MAX_SCENES, choices=MAX_CHOICES))
    by_name = _name_scenes(story, report)
    for scene in story.scenes:
        if not scene.choices and scene.beats and not scene.source.get("unknown"):
            scene.is_ending = scene.is_ending or THE_END.fullmatch(scene.beats[-1].text) is not None
        _head(scene)
        _join(scene, by_name, report)
    if story.start is not None:
        story.start = by_name.get(story.start)
    if story.start is None:
        story.start = story.scenes[0].key
    _fit_story(story)
    names = story.names
    for scene in story.scenes:
        scene.source["print"] = fingerprint(scene, names)
    _place(story, report)
    return story


def _place(story: FileStory, report: Report) -> None:
    """Name the scene of every note whose line tells it, the last to begin before; a file of several is a chapter."""
    starts = defaultdict[str, list[tuple[int, str]]](list)
    for line, scene in sorted(
        ((scene.source.get("line") or 0, scene) for scene in story.scenes), key=lambda one: one[0]
    ):
        for chapter in {"", scene.chapter} if line else ():
            starts[chapter].append((line, scene.name))
    for number, note in enumerate(report.notes):
        if note.line and not note.scene and note.code not in BETWEEN_SCENES:
            known = starts[PurePath(note.file).stem]
            at = bisect_right(known, note.line, key=lambda one: one[0])
            report.notes[number] = replace(note, scene=known[at - 1][1] if at else "")


def _name_scenes(story: FileStory, report: Report) -> dict[str, str]:
    """Name -> key. Of two scenes with one name the first is the one that links find, as the tools do it."""
    by_name: dict[str, str] = {}
    taken: set[str] = set()
    for scene in story.scenes:
        scene.key = unique_key(scene.name, taken)
        if scene.name in by_name:
            report.warn(scene.source.get("line", 0), "scene.same_name", name=scene.name)
        by_name.setdefault(scene.name, scene.key)
    return by_name


def unique_key(name: str, taken: set[str]) -> str:
    """A slug of the name that is not taken yet, and now is."""
    stem = slugify(name[:MAX_KEY].replace(".", "-"))[: MAX_KEY - 8] or "scene"
    key, number = stem, 1
    while key in taken:
        number += 1 if number < 50 else len(taken)
        key = f"{stem}-{number}"
    taken.add(key)
    return key


def _head(scene: FileScene) -> None:
    """A slugline in the first line is the scene's heading, and no words of it; else its name stands there."""
    first = next((number for number, beat in enumerate(scene.beats) if beat.kind != "note"), None)
    if first is not None and scene.beats[first].kind == "action" and is_slugline(scene.beats[first].text):
        scene.heading, scene.source["slugline"] = scene.beats.pop(first).text, True


def slugline(scene: FileScene) -> str:
    """The heading as the first line of the scene's words, "" where it is none and would not be known again."""
    return scene.heading if is_slugline(scene.heading) and scene.heading != scene.name else ""


def _join(scene: FileScene, by_name: dict[str, str], report: Report) -> None:
    line = scene.source.get("line", 0)
    for choice in scene.choices:
        key = by_name.get(choice.target)
        if key is not None:
            choice.to, choice.target = key, ""
        whole = choice.label or choice.target
        label = one_line(whole)
        if len(label) > MAX_LABEL:
            report.warn(line, "choice.long", number=len(label), name=scene.name, words=label[:60] + "…")
        choice.label, choice.target = _fitted(whole), choice.target[:MAX_TARGET]
        if choice.label != whole.strip():
            choice.source["label"] = whole.strip()
    heading = one_line(scene.heading or scene.name)[:MAX_HEADING]
    scene.heading, scene.name = heading or "…", scene.name[:MAX_NAME]
    scene.chapter = one_line(scene.chapter)[:MAX_CHAPTER]
    for beat in scene.beats:
        beat.character = beat.character[:MAX_CHARACTER]


def whole_label(choice: FileChoice) -> str:
    """What the choice said in the file that it came from, spaces and all, unless somebody has written another label."""
    whole = str(choice.source.get("label", choice.label))
    return whole if _fitted(whole) == choice.label else choice.label


def _fitted(words: str) -> str:
    label = one_line(words) or "…"
    return label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1] + "…"


def _fit_story(story: FileStory) -> None:
    story.title = one_line(story.title)[:200] or "Untitled"
    story.ifid = story.ifid if IFID.fullmatch(story.ifid) else fresh_ifid()
    if not story.characters:
        story.characters = speakers(story.scenes)
    if not story.places:
        headings = [scene.heading for scene in story.scenes if is_slugline(scene.heading)]
        story.places = [FilePlace(name) for name in dict.fromkeys(place_of(heading) for heading in headings)]


def fresh_ifid() -> str:
    """A new identity for a story that has none: the Treaty of Babel asks for an upper-case UUID."""
    return str(uuid.uuid4()).upper()
