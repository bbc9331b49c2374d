"""The life of a draft: claimed under a lease, written, stored under the fence that claimed it, or failed."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.dispatch import Signal

from storyengine.errors import Refused
from storyengine.generation import signals
from storyengine.generation.brief import context_of
from storyengine.generation.models import Draft
from storyengine.generation.parse import check_readable, parse_answer
from storyengine.generation.writer import Answer, load_writer
from storyengine.plot.branch import Branch

logger = logging.getLogger(__name__)

# Trying again cannot mend these; the console shows them and offers to try again by hand.
FINAL = {"writer.model_missing", "writer.model_broken", "writer.context_too_long"}


def write_draft(draft_id: int) -> bool:
    """Claim the draft, have it written, store the answer; False if there was nothing to claim.

    Safe to run twice and to be killed anywhere: an unfinished claim runs out with its lease.
    """
    draft = claim_draft(draft_id)
    if draft is None:
        return False
    context = context_of(draft.brief)
    try:
        seed = draft.pk * Draft.MAX_ATTEMPTS + draft.attempt
        answer = load_writer().write(context, seed=seed, stop=lambda: not _mine(draft).exists())
        check_readable(parse_answer(answer.text, context))
    except Refused as refused:
        fail_draft(draft, refused)
    except Exception as error:
        logger.exception("draft %s failed", draft.pk)
        fail_draft(draft, Refused("writer.failed", reason=type(error).__name__))
    else:
        store_answer(draft, answer)
    return True


def claim_draft(draft_id: int) -> Draft | None:
    """Take the draft if it waits: one conditional update, so of two writers one gets it."""
    with transaction.atomic():
        draft = Draft.objects.waiting().select_for_update(skip_locked=True, of=("self",)).filter(pk=draft_id).first()
        if draft is None:
            return None
        if draft.attempt >= Draft.MAX_ATTEMPTS:
            fail_draft(draft, Refused("writer.attempts_spent"), final=True)
            return None
        Draft.objects.filter(pk=draft.pk).update(
            state=Draft.State.RUNNING,
            attempt=F("attempt") + 1,
            fence=F("fence") + 1,
            lease_until=Now() + timedelta(seconds=settings.WRITER_LEASE_S),
        )
    return Draft.objects.select_related("brief").get(pk=draft.pk)


def store_answer(draft: Draft, answer: Answer) -> bool:
    """Keep the answer, unless somebody else has claimed the draft since."""
    with transaction.atomic():
        kept = _mine(draft).update(
            state=Draft.State.WRITTEN,
            text=answer.text,
            model=answer.model,
            seed=answer.seed,
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
            seconds=answer.seconds,
            written_at=Now(),
            error_code="",
            error_reason="",
        )
        if kept:
            _tell(signals.draft_written, draft)
    return bool(kept)


def fail_draft(draft: Draft, refused: Refused, *, final: bool = False) -> None:
    """Queue the draft again, or give it up: at once where trying again is useless, else after the last attempt."""
    given_up = final or refused.code in FINAL or draft.attempt >= Draft.MAX_ATTEMPTS
    with transaction.atomic():
        kept = _mine(draft).update(
            state=Draft.State.FAILED if given_up else Draft.State.QUEUED,
            error_code=refused.code,
            error_reason=str(refused.detail.get("reason", ""))[:300],
        )
        if kept and given_up:
            _tell(signals.draft_failed, draft)


def retry_draft(draft_id: int) -> bool:
    """Queue a failed draft once more, with its attempts given back."""
    failed = Draft.objects.filter(pk=draft_id, state=Draft.State.FAILED)
    return bool(failed.update(state=Draft.State.QUEUED, attempt=0, error_code="", error_reason=""))


def cancel_drafts(drafts: Iterable[int]) -> int:
    """Take back drafts that are no longer needed; the fence keeps a running one from storing its answer."""
    unfinished = Draft.objects.unfinished().filter(pk__in=list(drafts))
    return unfinished.update(state=Draft.State.CANCELLED, fence=F("fence") + 1)


def branch_of(draft: Draft) -> Branch:
    """The written draft as a branch."""
    return parse_answer(draft.text, context_of(draft.brief))


def _mine(draft: Draft) -> QuerySet[Draft]:
    return Draft.objects.unfinished().filter(pk=draft.pk, fence=draft.fence)


def _tell(signal: Signal, draft: Draft) -> None:
    arguments = {"draft_id": draft.pk, "performance_id": draft.brief.performance_id}
    transaction.on_commit(lambda: signal.send(Draft, **arguments))
