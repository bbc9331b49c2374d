"""The life of a draft: claimed under a lease, written, stored under the fence that claimed it, or failed."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, Now
from django.dispatch import Signal

from storyengine.errors import Refused
from storyengine.generation import signals
from storyengine.generation.adapters import in_use
from storyengine.generation.brief import context_of
from storyengine.generation.checks import check_to_json
from storyengine.generation.earlier import earlier_scenes
from storyengine.generation.models import Candidate, Draft
from storyengine.generation.parse import parse_answer
from storyengine.generation.prompt import Context, context_from_json, context_to_json
from storyengine.generation.rank import Ranked, rank_answers
from storyengine.generation.watch import Watch
from storyengine.generation.writer import Answer, load_writer
from storyengine.plot.branch import Branch
from storyengine.sentences import read, reason_of, stored

logger = logging.getLogger(__name__)

# Trying again cannot mend these; the console shows them and offers to try again by hand.
FINAL = {
    "writer.model_missing", "writer.model_broken", "writer.context_too_long", "writer.unauthorised", "writer.stopped",
}  # fmt: skip


def write_draft(draft_id: int) -> bool:
    """Claim the draft, have it written, store the answer; False if there was nothing to claim.

    Safe to run twice and to be killed anywhere: an unfinished claim runs out with its lease.
    """
    draft = claim_draft(draft_id)
    if draft is None:
        return False
    watch = Watch(draft)
    watch.begin(partial(_give_back, draft, watch))
    code = "writer.failed"
    try:
        _write(draft, watch)
        code = ""
    except Refused as refused:
        code = watch.reason(refused).code
        fail_draft(draft, watch.reason(refused))
    except Exception as error:
        logger.exception("draft %s failed", draft.pk)
        fail_draft(draft, Refused("writer.failed", reason=type(error).__name__))
    finally:
        watch.end(code)
    return True


def _write(draft: Draft, watch: Watch) -> None:
    writer, context = load_writer(), context_of(draft.brief)
    writer.use(in_use())  # switched from the console, without a restart
    seed = draft.pk * Draft.MAX_ATTEMPTS + draft.attempt
    wanted = settings.WRITER_CANDIDATES or writer.candidates
    try:
        answer = writer.write(context, seed=seed, candidates=wanted, ear=watch.ear)
    except Exception:
        add_cost(draft, seconds=watch.seconds, tokens_out=watch.tokens)
        raise
    try:
        ranked = rank_texts(draft, answer.texts)
    except Refused:
        _add_cost_of(draft, answer)
        raise
    store_answer(draft, answer, ranked)


def rank_texts(draft: Draft, texts: Sequence[str]) -> list[Ranked]:
    """The answers to this draft's brief, best first, judged against all that its path's last scenes say."""
    return rank_answers(texts, context_of(draft.brief), earlier_scenes(draft.brief.step))


def _give_back(draft: Draft, watch: Watch) -> None:
    add_cost(draft, seconds=watch.seconds, tokens_out=watch.tokens)
    fail_draft(draft, Refused("writer.hung"))


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
    return Draft.objects.select_related("brief__step").get(pk=draft.pk)


def store_answer(draft: Draft, answer: Answer, ranked: Sequence[Ranked] = ()) -> bool:
    """Keep the answer with all its candidates, unless somebody else has claimed the draft since.

    What it cost is added to what earlier attempts did, whether it is kept or not. The first of `ranked` becomes the
    draft's text; without a ranking the answer's own first does.
    """
    ranked = ranked or [Ranked(0, answer.text, 0.0)]
    with transaction.atomic():
        kept = _mine(draft).update(
            state=Draft.State.WRITTEN,
            text=ranked[0].text,
            model=answer.model,
            revision_of_model=answer.revision,
            adapter=answer.adapter,
            revision_of_adapter=answer.adapter_revision,
            prompt_hash=answer.prompt_hash,
            seed=answer.seed,
            watts=answer.watts,
            remark=stored(*read(answer.remark)),
            seen=context_to_json(answer.seen) if answer.seen else None,
            written_at=Now(),
            error_code="",
            error_reason="",
        )
        _add_cost_of(draft, answer)
        if kept:
            Candidate.objects.bulk_create(_candidate(draft, place, one) for place, one in enumerate(ranked, start=1))
            _tell(signals.draft_written, draft)
    return bool(kept)


def add_cost(draft: Draft, *, seconds: float, tokens_in: int = 0, tokens_out: int = 0, tokens_known: int = 0) -> None:
    """Put an attempt's cost on the draft's account: it is spent, whoever has claimed the draft since."""
    spent = {"seconds": seconds, "tokens_in": tokens_in, "tokens_out": tokens_out, "tokens_known": tokens_known}
    sums = {name: Coalesce(F(name), Value(0)) + value for name, value in spent.items()}
    Draft.objects.filter(pk=draft.pk).update(**sums)


def _add_cost_of(draft: Draft, answer: Answer) -> None:
    add_cost(
        draft, seconds=answer.seconds, tokens_in=answer.tokens_in, tokens_out=answer.tokens_out,
        tokens_known=answer.tokens_known,
    )  # fmt: skip


def _candidate(draft: Draft, place: int, one: Ranked) -> Candidate:
    checks = [check_to_json(check) for check in one.checks]
    return Candidate(
        draft=draft, place=place, number=one.number, text=one.text, score=one.score, checks=checks, fault=one.fault
    )


def fail_draft(draft: Draft, refused: Refused, *, final: bool = False) -> None:
    """Queue the draft again, or give it up: at once where trying again is useless, else after the last attempt."""
    given_up = final or refused.code in FINAL or draft.attempt >= Draft.MAX_ATTEMPTS
    with transaction.atomic():
        kept = _mine(draft).update(
            state=Draft.State.FAILED if given_up else Draft.State.QUEUED,
            error_code=refused.code,
            error_reason=reason_of(refused.detail),
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


def stop_draft(draft_id: int, *, by: str) -> None:
    """An editor stops the writer at this draft, for good; it can be queued again by hand.

    Raises Refused("draft.state") where it is not waiting or being written any more.
    """
    with transaction.atomic():
        draft = Draft.objects.unfinished().select_for_update(of=("self",)).filter(pk=draft_id).first()
        if draft is None:
            raise Refused("draft.state")
        fail_draft(draft, Refused("writer.stopped", reason=by))
        Draft.objects.filter(pk=draft_id).update(fence=F("fence") + 1)


def seen_by_writer(draft: Draft) -> Context:
    """What the writer of this draft was told: the brief, or what of it fitted."""
    return context_from_json(draft.seen) if draft.seen else context_of(draft.brief)


def branch_of(draft: Draft) -> Branch:
    """The written draft as a branch."""
    return parse_answer(draft.text, context_of(draft.brief))


def branch_of_candidate(candidate: Candidate) -> Branch:
    """A candidate as a branch; raises Refused("writer.answer_invalid") for one that cannot be read."""
    return parse_answer(candidate.text, context_of(candidate.draft.brief))


def candidate_behind(draft: Draft, text: Branch | None) -> Candidate | None:
    """Of several candidates the one that the text was made of: it has most of its beats, or else was ranked first."""
    beats = {(beat.character, beat.text) for scene in text.scenes for beat in scene.beats} if text else set()

    def shared(candidate: Candidate) -> int:
        own = branch_of_candidate(candidate).scenes if beats and not candidate.fault else ()
        return len(beats & {(beat.character, beat.text) for scene in own for beat in scene.beats})

    several = list(draft.candidates.select_related("draft__brief"))
    return max(several, key=shared) if len(several) > 1 else None


def _mine(draft: Draft) -> QuerySet[Draft]:
    return Draft.objects.unfinished().filter(pk=draft.pk, fence=draft.fence)


def _tell(signal: Signal, draft: Draft) -> None:
    arguments = {"draft_id": draft.pk, "performance_id": draft.brief.performance_id}
    transaction.on_commit(lambda: signal.send(Draft, **arguments))
