"""Having a branch written: the brief, the ring, and whether anything may still come of what was asked for."""

from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from storyengine.celery import ring
from storyengine.editorial.models import Revision
from storyengine.generation.brief import make_brief
from storyengine.generation.models import Brief, Draft
from storyengine.generation.tasks import write_draft
from storyengine.plot.models import Choice, PathStep


def have_written(step: PathStep, choice: Choice, reason: Brief.Reason, *, source: str = "", **told: Any) -> None:
    """Freeze a brief (`told` goes to make_brief) and ring the writer once it is committed.

    Asked for again it is the same brief, unless its draft came to nothing: then another one takes its place.
    """
    brief = make_brief(step, choice, reason=reason, source=source or _source(step, choice, reason), **told)
    transaction.on_commit(lambda: ring(write_draft, brief.draft.pk))


def may_come(step: PathStep, choice: Choice) -> bool:
    """Whether a branch may still come of what was asked for; a draft that failed can be tried again by hand."""
    drafts = Draft.objects.filter(brief__step=step, brief__choice=choice)
    if drafts.unfinished().exists() or Revision.objects.unfinished().filter(choice=choice, step=step).exists():
        return True
    last = drafts.last()
    return last is not None and not _spent(step, choice).filter(pk=last.pk).exists()


def take_back(step: PathStep, *, choices: int) -> int:
    """Take back drafts that were to lead on to this many choices: what waits, is written, or failed.

    A text that is on the desk already is the desk's to withdraw.
    """
    told = Draft.objects.filter(brief__step=step, brief__context__choices=choices, revision=None)
    return told.exclude(state=Draft.State.CANCELLED).update(state=Draft.State.CANCELLED, fence=F("fence") + 1)


def _spent(step: PathStep, choice: Choice) -> QuerySet[Draft]:
    """Taken back, or its text taken off the desk."""
    gone = Q(state=Draft.State.CANCELLED) | Q(revision__state=Revision.State.WITHDRAWN)
    return Draft.objects.filter(gone, brief__step=step, brief__choice=choice)


def _source(step: PathStep, choice: Choice, reason: Brief.Reason) -> str:
    """Empty for the first brief; then named for the last one that came to nothing, so that two who ask get one."""
    last = _spent(step, choice).filter(brief__reason=reason).order_by("-brief_id").first()
    return f"instead-of-{last.brief_id}" if last else ""
