"""What of a story no author may change any more, because an audience has seen it.

A performance's script is read from the scenes that it entered and from the choices that it offered, so their words
are as fixed as a minute: text, heading, number and effects of a scene that was entered; label, condition and effects
of a choice that somebody voted on, drafted for or took; and neither can be removed. What lies around stays free: where
a choice leads from now on, the scene's place on the map, its chapter, name and tags, further choices. To say it
better next time an author makes a new version of the scene, which takes its place for later performances.
"""

from django.db.models import PROTECT, ForeignObjectRel

from storyengine.errors import Refused
from storyengine.plot.models import Choice, Scene
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
