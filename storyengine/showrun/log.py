"""Write down what happened: the console shows it, an audit reads it."""

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from storyengine.errors import CATALOGUE
from storyengine.plot.models import PathStep, Performance
from storyengine.showrun.models import LogEntry

EVENTS = {
    "performance.started": _("the show began"), "performance.ended": _("the show ended"),
    "poll.opened": _("a poll opened"), "poll.closed": _("the poll closed"),
    "poll.closed_by_hand": _("closed the poll"), "poll.extended": _("the poll goes on longer"),
    "tie.decided": _("the tie was decided"), "tally.revealed": _("showed the counts"),
    "scene.released": _("a scene was shown"), "scene.corrected": _("corrected a scene"),
    "branch.released": _("the branch joined the story"), "branch.shifted": _("the wishes shifted"),
    "branch.approved_unread": _("let a branch out unread"),
    "fallback.named": _("set what to fall back on"), "fallback.taken": _("the show went on with another choice"),
    "condition.unclear": _("a condition could not be read"), "conditions.set_aside": _("offered all choices"),
    "directive.set": _("directed the writer"), "desk.rules_set": _("set the rules of the desk"),
    "house.changed": _("changed the house rules"),
    "admissions.printed": _("made a sheet of admissions"), "admissions.withdrawn": _("withdrew a sheet of admissions"),
    "cohort.struck": _("struck out guests"), "strike.undone": _("took a strike back"),
    "audience.erased": _("erased the audience"),
    "comments.approve": _("approved comments"), "comments.hold": _("held comments back"),
    "comments.hide": _("hid comments"), "comments.restore": _("showed comments again"),
    "comments.ban": _("banned guests"), "comments.unban": _("let banned guests back in"),
}  # fmt: skip


def event_name(event: str) -> str:
    """What happened, in the reader's language; a refusal in its own words, what another house logged as its code."""
    if event in EVENTS:
        return str(EVENTS[event])
    return str(CATALOGUE[event].message) if event in CATALOGUE else event


def log(performance: Performance, event: str, by: User | None = None, **detail: object) -> None:
    """Add one entry, in the caller's transaction; `by` is empty where the show itself took the step."""
    LogEntry.objects.create(performance=performance, event=event, by=by, detail=detail)


def log_once(performance: Performance, step: PathStep, event: str) -> None:
    """Add an entry for this step, unless one of the kind is there: for what is looked at again every second."""
    entries = LogEntry.objects.filter(performance=performance, event=event, detail__step=step.position)
    if not entries.exists():
        log(performance, event, step=step.position)
