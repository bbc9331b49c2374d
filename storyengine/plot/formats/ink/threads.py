"""Ink's threads: what another knot says and offers joins what is said and offered here.

Words and choices are copied to where the thread stands, as far as they are come to without a choice; the knot itself
stays for those who go there. Under a condition only the choices are, each with that condition.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from storyengine.plot.formats.dialects import both
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene


@dataclass(slots=True)
class Thread:
    """`beat` and `choice`: how many of them the scene has before it."""

    scene: FileScene
    target: str
    condition: str
    beat: int
    choice: int


@dataclass(slots=True)
class Joined:
    beats: list[FileBeat] = field(default_factory=list)
    choices: list[FileChoice] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)


def join(threads: Sequence[Thread], scenes: Sequence[FileScene], waiting: set[str]) -> None:
    """Copy; `waiting` names the scenes that end with DONE, and do so no more where a thread offers something."""
    known = {scene.name: scene for scene in reversed(scenes)}
    by_scene: dict[str, list[Thread]] = {}
    for thread in threads:
        by_scene.setdefault(thread.scene.name, []).append(thread)
    found = [(thread, _joined(thread.target, known, by_scene, (thread.scene.name,))) for thread in threads]
    for thread, joined in reversed(found):
        scene = thread.scene
        copies = [_copy(choice, thread.condition) for choice in joined.choices]
        scene.choices[thread.choice : thread.choice] = copies
        if not thread.condition:
            scene.beats[thread.beat : thread.beat] = [replace(beat, styles=list(beat.styles)) for beat in joined.beats]
            scene.effects = "\n".join(filter(None, [scene.effects, *joined.effects]))
        scene.is_ending = scene.is_ending and not (copies and scene.name in waiting)


def _joined(
    name: str, known: Mapping[str, FileScene], threads: Mapping[str, list[Thread]], path: tuple[str, ...]
) -> Joined:
    """What is said and offered from a scene on, until somebody has to choose."""
    joined, scene = Joined(), known.get(name)
    if scene is None or name in path:
        return joined
    path = (*path, name)
    inner = {id(t): _joined(t.target, known, threads, path) for t in threads.get(name, [])}
    for number, beat in enumerate([*scene.beats, None]):
        for thread in threads.get(name, []):
            if thread.beat == number and not thread.condition:
                joined.beats += inner[id(thread)].beats
        joined.beats += [beat] if beat else []
    for number, choice in enumerate([*scene.choices, None]):
        for thread in threads.get(name, []):
            if thread.choice == number:
                joined.choices += [_copy(each, thread.condition) for each in inner[id(thread)].choices]
        joined.choices += [choice] if choice and _is_offered(choice) else []
    joined.effects += [scene.effects] if scene.effects else []
    for later in (_joined(target, known, threads, path) for target in _goes_on(scene)):
        joined.beats += later.beats
        joined.choices += later.choices
        joined.effects += later.effects
    return joined


def _is_offered(choice: FileChoice) -> bool:
    return not (choice.source.get("auto") or choice.source.get("fallback"))


def _goes_on(scene: FileScene) -> Iterator[str]:
    """Where the scene goes without asking."""
    if len(scene.choices) == 1 and scene.choices[0].source.get("auto") and not scene.choices[0].condition:
        yield scene.choices[0].target


def _copy(choice: FileChoice, condition: str) -> FileChoice:
    """The same choice, once more: taken in one place it is gone in all (see `once`)."""
    choice.source.setdefault("same", id(choice))
    return replace(choice, condition=both([condition, choice.condition]), source=dict(choice.source))
