"""What a performance adds to its story's map: the path, where it stands, how far every branch has come."""

from typing import Any

from django.db.models import Count, Max, Q

from audience.models import Poll
from audience.polls import count_poll
from storyengine.editorial.models import Release, Revision
from storyengine.generation.models import Draft
from storyengine.plot.models import Choice, Edit, PathStep, Performance, Scene, Story

LOOKS = (
    "authored", "released", "approved", "in_review", "changes", "writing", "failed", "open", "missing", "folded",
)  # fmt: skip
DRAFTS = {
    Draft.State.QUEUED: "writing",
    Draft.State.RUNNING: "writing",
    Draft.State.WRITTEN: "writing",
    Draft.State.FAILED: "failed",
}
REVISIONS = {
    Revision.State.IN_REVIEW: "in_review",
    Revision.State.CHANGES_REQUESTED: "changes",
    Revision.State.APPROVED: "approved",
}


def map_state(performance: Performance) -> dict[str, Any]:
    """The performance's part of the map, small enough to be asked for every two seconds.

    `mark` changes when the graph does: the page reads the graph again. `ends` are the choices that no scene follows
    yet and that somebody works on; `votes` those of the poll that is on.
    """
    steps = list(PathStep.objects.filter(performance=performance).order_by("position"))
    last = steps[-1] if steps else None
    poll = Poll.objects.filter(step=last).select_related("performance", "step").first() if last else None
    return {
        "state": performance.state,
        "mark": graph_mark(performance.story),
        "path": [step.scene_id for step in steps],
        "at": last.scene_id if last and performance.state == Performance.State.LIVE else None,
        "ends": branch_states(performance),
        "votes": _votes(poll) if poll else {},
        "poll": poll.state if poll else None,
    }


def graph_mark(story: Story) -> str:
    """A few numbers that change with the graph: cheap where the whole graph is not. Edits on the pages count too."""
    scenes = Scene.objects.filter(story=story).aggregate(number=Count("pk"), last=Max("pk"))
    choices = Choice.objects.filter(scene__story=story).aggregate(
        number=Count("pk"), last=Max("pk"), led=Count("pk", filter=Q(to_scene__isnull=False))
    )
    edit = Edit.objects.filter(story=story).aggregate(last=Max("pk"))
    return "-".join(str(value or 0) for value in (*scenes.values(), *choices.values(), *edit.values()))


def branch_states(performance: Performance) -> dict[str, dict[str, Any]]:
    """By choice: how far its branch has come, and the revision to read. A new draft outdates a request for changes."""
    states: dict[str, dict[str, Any]] = {}
    open_ends = Revision.objects.filter(performance=performance, choice__to_scene=None)
    revisions = open_ends.filter(state__in=REVISIONS).order_by("pk").values_list("pk", "choice_id", "state")
    drafts = Draft.objects.filter(brief__performance=performance, brief__choice__to_scene=None, revision=None)
    for pk, choice, state in revisions:
        states[str(choice)] = {"state": REVISIONS[Revision.State(state)], "revision": pk}
    for choice, state in drafts.filter(state__in=DRAFTS).order_by("pk").values_list("brief__choice_id", "state"):
        if states.get(str(choice), {}).get("state") not in ("in_review", "approved"):
            states[str(choice)] = {"state": DRAFTS[Draft.State(state)]}
    return states


def _votes(poll: Poll) -> dict[str, int]:
    return {str(choice): votes for choice, votes in count_poll(poll).counts.items()}


def looks_of(state: dict[str, Any]) -> dict[str, str]:
    """The same for the SVG and the outline: node -> look. The page's own script follows the same rules."""
    looks = {f"e{choice}": entry["state"] for choice, entry in state["ends"].items()}
    return looks | {f"s{scene}": "released" for scene in state["path"]}


def approver_of(scene: Scene) -> str:
    """Who answered for a scene that was written live; "" for an authored one."""
    released = Release.objects.filter(scene=scene).select_related("approved_by").first()
    return released.approved_by.get_username() if released else ""
