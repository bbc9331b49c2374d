"""Write down what happened: the console shows it, an audit reads it."""

from django.contrib.auth.models import User

from storyengine.plot.models import PathStep, Performance
from storyengine.showrun.models import LogEntry


def log(performance: Performance, event: str, by: User | None = None, **detail: object) -> None:
    """Add one entry, in the caller's transaction; `by` is empty where the show itself took the step."""
    LogEntry.objects.create(performance=performance, event=event, by=by, detail=detail)


def log_once(performance: Performance, step: PathStep, event: str) -> None:
    """Add an entry for this step, unless one of the kind is there: for what is looked at again every second."""
    entries = LogEntry.objects.filter(performance=performance, event=event, detail__step=step.position)
    if not entries.exists():
        log(performance, event, step=step.position)
