"""A screenplay from the plot: the path that a performance took, or one that somebody drew through a story."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext, override

from storyengine.plot.branch import BranchScene
from storyengine.plot.models import Choice, Performance, Scene, Story
from storyengine.plot.path import Mark, freeze, path_scenes, walk
from storyengine.script.markup import mark
from storyengine.script.screenplay import (
    PLAIN,
    Offer,
    Options,
    Played,
    Screenplay,
    kept_of,
    number_scenes,
    script_scene,
)

Pairs = tuple[tuple[str, str], ...]
DATE_KEYS = ("date", "draft date")


def screenplay_of(
    performance: Performance, options: Options = PLAIN, played: Mapping[int, Played] | None = None
) -> Screenplay:
    """The chosen path, released scenes only: the path holds nothing else. Three queries, however long it is.

    `played` tells by a step's position what the house did there; whoever knows polls and reviews gathers it.
    """
    steps = path_scenes(performance)
    known = played or {}
    started = timezone.localtime(performance.started_at or performance.created_at).date()
    scenes = [(step.scene, scene) for step, scene in steps]
    happened = tuple(known.get(step.position, Played(entered_at=step.entered_at)) for step, _ in steps)
    return _compose(performance.story, scenes, options, happened, started, performance.code)


def screenplay_of_path(story: Story, steps: Sequence[Mark], options: Options = PLAIN) -> Screenplay:
    """A path drawn through the story; raises Refused("path.invalid") where it leads nowhere. Four queries."""
    way = walk(story, steps)
    taken = [choice for _, choice in way[1:]] + [None]
    played = tuple(_offers(scene, choice) for (scene, _), choice in zip(way, taken, strict=True))
    scenes = [(scene, freeze(scene)) for scene, _ in way]
    return _compose(story, scenes, options, played, timezone.localdate(), "")


def _offers(scene: Scene, taken: Choice | None) -> Played:
    """The choices of a scene as the story has them, with the one that the path took."""
    return Played(offers=tuple(Offer(way.label, None, way == taken) for way in scene.choices.all()))


def _compose(
    story: Story,
    scenes: Sequence[tuple[Scene, BranchScene]],
    options: Options,
    played: tuple[Played, ...],
    on: date,
    code: str,
) -> Screenplay:
    own = [str(kept_of(scene.source).get("number", scene.number)) for scene, _ in scenes]
    # A script that came in without numbers goes out without; a story's path is counted.
    is_script = "script" in story.source and not any(own)
    printed = number_scenes(own, "none" if is_script and options.numbers == "own" else options.numbers)
    return Screenplay(
        story.title,
        story.language,
        _title_page(story, options, on, code),
        tuple(
            script_scene(content, number, scene.source)
            for (scene, content), number in zip(scenes, printed, strict=True)
        ),
        played,
    )


def _title_page(story: Story, options: Options, on: date, code: str) -> Pairs:
    """What the script brought with it, or what we know; what the options say stands in its place."""
    kept = kept_of(story.source).get("title_page", ())
    pairs: list[tuple[str, str]] = [(str(key), str(value)) for key, value in kept]
    with override(story.language):
        if not any(key.lower() == "title" for key, _ in pairs):
            pairs.insert(0, ("Title", mark(story.title, ())))
        if not kept and code:
            pairs.append(("Credit", gettext("steered live by its audience")))
    _put(pairs, "Author", options.authors, replaces=("author", "authors"))
    today = "" if any(key.lower() in DATE_KEYS for key, _ in pairs) else on.isoformat()
    _put(pairs, "Draft date", options.date or today, replaces=DATE_KEYS)
    _put(pairs, "Revision", options.draft, replaces=("revision", "draft"))
    _put(pairs, "Contact", options.contact, replaces=("contact", "contact info"))
    if code:
        with override(story.language):
            notes = gettext("Performance %(code)s.") % {"code": code} + (f" {story.logline}" if story.logline else "")
        pairs.append(("Notes", "\n".join(mark(line, ()) for line in notes.split("\n"))))
    return tuple(pairs)


def _put(pairs: list[tuple[str, str]], key: str, value: str, *, replaces: Sequence[str]) -> None:
    if not value.strip():
        return
    lines = "\n".join(mark(" ".join(line.split()), ()) for line in value.strip().splitlines())
    at = next((number for number, (name, _) in enumerate(pairs) if name.lower() in replaces), None)
    if at is None:
        pairs.append((key, lines))
    else:
        pairs[at] = (pairs[at][0], lines)
