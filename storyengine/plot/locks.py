"""What of a story no author may change any more, because an audience has seen it.

A performance's script is read from the scenes that it entered and from the choices that it offered, so their words
are as fixed as a minute: text, heading, number and effects of a scene that was entered; label, condition and effects
of a choice that somebody voted on, drafted for or took; and neither can be removed. What lies around stays free: where
a choice leads from now on, the scene's place on the map, its chapter, name and tags, further choices. To say it
better next time an author makes a new version of the scene, which takes its place for later performances.

People who spoke in a scene that was entered, and places that its heading names, keep their names in the story's world:
the live writer is told of them by name, and what it wrote refers to them. What is said about them stays free.
"""

from dataclasses import dataclass

from django.db.models import PROTECT, ForeignObjectRel

from storyengine.errors import Refused
from storyengine.plot.branch import SPOKEN
from storyengine.plot.cues import name_of
from storyengine.plot.models import Beat, Choice, Scene, Story
from storyengine.plot.snapshot import Snapshot

SCENE_LOCKED = ("key", "number", "heading", "question", "effects", "beats")
CHOICE_LOCKED = ("label", "condition", "effects")


def is_shown(scene: Scene) -> bool:
    """Whether a performance has entered the scene, or any room holds it fast (a release, say)."""
    return bool(_held(Scene, pk=scene.pk))


def used_choices(scene: Scene) -> frozenset[int]:
    """The scene's choices that a poll, a brief, a revision or a path refers to."""
    return frozenset(_held(Choice, scene=scene))


def check_change(scene: Scene, before: Snapshot, after: Snapshot) -> None:
    """Raises Refused("scene.shown") or Refused("choice.used") where the change touches what an audience has seen."""
    if is_shown(scene):
        touched = [name for name in SCENE_LOCKED if before[name] != after[name]]
        if touched:
            raise Refused("scene.shown", reason=", ".join(touched))
    used = used_choices(scene)
    kept = {choice["id"]: choice for choice in after["choices"]}
    for choice in before["choices"]:
        new = kept.get(choice["id"])
        if choice["id"] in used and (new is None or any(new[name] != choice[name] for name in CHOICE_LOCKED)):
            raise Refused("choice.used", reason=choice["label"])


@dataclass(frozen=True, slots=True)
class Heard:
    """Whom and what performances of a story have used: casefolded names of speakers, casefolded headings."""

    names: frozenset[str]
    headings: tuple[str, ...]

    def person(self, name: str) -> bool:
        return name_of(name).casefold() in self.names

    def place(self, name: str) -> bool:
        return any(name.casefold() in heading for heading in self.headings)


def heard(story: Story) -> Heard:
    """Read from the scenes that any performance has entered: two queries."""
    beats = Beat.objects.filter(scene__story=story, scene__steps__isnull=False, kind__in=SPOKEN).order_by()
    scenes = Scene.objects.filter(story=story, steps__isnull=False).order_by()
    return Heard(
        frozenset(name_of(cue).casefold() for cue in beats.values_list("character", flat=True).distinct()),
        tuple(heading.casefold() for heading in scenes.values_list("heading", flat=True).distinct()),
    )


def check_world(story: Story, before: Snapshot, after: Snapshot) -> None:
    """Raises Refused("character.used") or Refused("place.used") where a name would go that a performance has used."""
    gone = {kind: _names(before, kind) - _names(after, kind) for kind in ("characters", "places")}
    if not any(gone.values()):
        return
    used = heard(story)
    for entry in before["characters"]:
        if entry["name"].casefold() in gone["characters"] and used.person(entry["name"]):
            raise Refused("character.used", reason=entry["name"])
    for entry in before["places"]:
        if entry["name"].casefold() in gone["places"] and used.place(entry["name"]):
            raise Refused("place.used", reason=entry["name"])


def _names(world: Snapshot, kind: str) -> set[str]:
    return {entry["name"].casefold() for entry in world[kind]}


def check_removal(scene: Scene) -> None:
    """Raises Refused: "scene.start", "scene.shown", "choice.used"."""
    if scene.story.start_id == scene.pk:
        raise Refused("scene.start")
    if is_shown(scene):
        raise Refused("scene.shown")
    used = used_choices(scene)
    if used:
        raise Refused("choice.used", reason=Choice.objects.filter(pk__in=used).values_list("label", flat=True)[0])


def _held(model: type[Scene] | type[Choice], **which: object) -> set[int]:
    """The rows that another table protects. A choice that leads to a scene does not hold it: that can be mended."""
    held: set[int] = set()
    for relation in model._meta.related_objects:
        if _protects(relation) and relation.related_model is not Choice:
            name = relation.field.name
            rows = relation.related_model._base_manager.filter(
                **{f"{name}__{key}": value for key, value in which.items()}
            )
            held |= set(rows.values_list(name, flat=True).distinct())
    return held


def _protects(relation: ForeignObjectRel) -> bool:
    return getattr(relation, "on_delete", None) is PROTECT
