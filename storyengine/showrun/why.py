"""Why the path went the way it did, scene by scene: for the console, which leads on to each branch's own page."""

from dataclasses import dataclass

from storyengine.editorial.models import Release
from storyengine.editorial.why import taken_up
from storyengine.generation.brief import context_of
from storyengine.generation.models import Brief
from storyengine.plot.branch import branch_from_json
from storyengine.plot.models import PathStep, Performance


@dataclass(frozen=True, slots=True)
class Explained:
    """One scene of the path. Without a release it is authored; a release without a brief was written by hand.

    `asked` are the wishes that the writer was told, `taken` those of them that the released text takes up.
    """

    step: PathStep
    release: Release | None = None
    brief: Brief | None = None
    asked: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()


def explain_path(performance: Performance) -> list[Explained]:
    """Every scene in the order of the show; two queries, however long the path."""
    steps = performance.steps.select_related("scene", "choice").order_by("position")
    first = Release.objects.filter(revision__performance=performance, supersedes=None)
    releases = {one.scene_id: one for one in first.select_related("revision__draft__brief", "approved_by")}
    return [_explained(step, releases.get(step.scene_id)) for step in steps]


def _explained(step: PathStep, release: Release | None) -> Explained:
    draft = release.revision.draft if release else None
    if release is None or draft is None:
        return Explained(step, release)
    wishes = context_of(draft.brief).wishes
    taken = taken_up(branch_from_json(release.revision.branch), wishes)
    return Explained(step, release, draft.brief, tuple(one.text for one in wishes), tuple(one.text for one in taken))
