"""Write down what happened: the console shows it, an audit reads it."""

from django.contrib.auth.models import User

from storyengine.plot.models import Performance
from storyengine.showrun.models import LogEntry


def log(performance: Performance, event: str, by: User | None = None, **detail: object) -> None:
    """Add one entry, in the caller's transaction; `by` is empty where the show itself took the step."""
    LogEntry.objects.create(performance=performance, event=event, by=by, detail=detail)
