"""THE LOOP. One performance, from the first scene to the last, readable from top to bottom.

    audience vote -> tally -> brief -> draft -> review -> release -> next poll

`advance` looks at where a performance stands and takes every step that is due. It can be called at any time,
by anybody, twice, and after any crash: it holds the performance's row, so no two callers take one step, and
it reads all it knows from the tables, so a lost signal costs a moment and nothing else.
"""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from audience import live, messages, polls
from audience.models import Poll, PollChoice, Tally
from storyengine.celery import ring
from storyengine.editorial.models import Review, Revision
from storyengine.editorial.release import release, withdraw_unreleased
from storyengine.editorial.review import open_review
from storyengine.errors import Refused
from storyengine.generation.brief import context_of, make_brief, wishes_of
from storyengine.generation.draft import cancel_drafts
from storyengine.generation.models import Brief, Draft
from storyengine.generation.prompt import scene_text
from storyengine.generation.tasks import write_draft
from storyengine.generation.wishes import shifted
from storyengine.plot.branch import branch_from_json
from storyengine.plot.models import Choice, PathStep, Performance, Scene
from storyengine.plot.path import current_step, enter
from storyengine.showrun.log import log
from storyengine.showrun.opening import open_offered


def start(performance_id: int, *, by: User) -> None:
    """The curtain rises: the first scene is shown and its poll opens."""
    with transaction.atomic():
        performance = Performance.objects.claim(performance_id)
        if performance.state != Performance.State.DRAFT:
            raise Refused("performance.started")
        if performance.story.start is None:
            raise Refused("story.invalid", reason="start")
        performance.state, performance.started_at = Performance.State.LIVE, Now()
        performance.save(update_fields=["state", "started_at"])
        log(performance, "performance.started", by)
        live.publish(performance, messages.performance_started())
        _show_scene(performance, performance.story.start, choice=None)
    advance(performance_id)


def advance(performance_id: int) -> None:
    """Take every step that is due for this performance, in order, in one transaction."""
    with transaction.atomic():
        performance = Performance.objects.claim(performance_id)
        while performance.state == Performance.State.LIVE and _take_one_step(performance):
            pass


def _take_one_step(performance: Performance) -> bool:
    """The loop's one decision; True if something was done and the next step may be due."""
    step = current_step(performance)
    assert step is not None, "a live performance has entered its first scene"
    poll = Poll.objects.filter(step=step).select_related("performance", "step").first()
    if poll is None:
        return _open_poll(performance, step)
    if poll.state == Poll.State.OPEN:
        return _close_poll_if_due(poll)
    return _follow_winner(performance, step, Tally.objects.select_related("winner").get(poll=poll))


# ------------------------------------------------------------------ vote


def _open_poll(performance: Performance, step: PathStep) -> bool:
    """Open the scene's poll, and have every open choice written while people vote."""
    poll = open_offered(performance, step)
    if poll is not None:  # else an ending: the showrunner brings the curtain down
        write_ahead(performance, step, poll)
    return False


def write_ahead(performance: Performance, step: PathStep, poll: Poll) -> None:
    for choice in step.scene.choices.open().filter(offers__poll=poll) if performance.write_ahead else ():
        _have_written(step, choice, Brief.Reason.AHEAD)


def _close_poll_if_due(poll: Poll) -> bool:
    """Close on time by the database's clock, and freeze the tally."""
    if not Poll.objects.due().filter(pk=poll.pk).exists():
        return False
    tally = polls.close_poll(poll)
    log(poll.performance, "poll.closed", poll=poll.pk, winner=tally.winner.label, decided_by=tally.decided_by)
    live.publish(poll.performance, messages.poll_closed(tally))
    _drop_losers(poll, tally)
    if poll.performance.shift_rule == Performance.ShiftRule.REWRITE:
        _rewrite_if_shifted(poll, tally)
    return True


def _drop_losers(poll: Poll, tally: Tally) -> None:
    """The writer stops on branches that lost. What is approved already stays, should the winner fail."""
    lost = Draft.objects.unfinished().filter(brief__step=poll.step).exclude(brief__choice=tally.winner)
    cancel_drafts(lost.values_list("pk", flat=True))
    waiting = Revision.objects.in_review().filter(step=poll.step).exclude(choice=tally.winner)
    waiting.update(state=Revision.State.WITHDRAWN)


def _rewrite_if_shifted(poll: Poll, tally: Tally) -> None:
    """If the audience asks for something else by now, what was written ahead for the winner is put aside."""
    ahead = Brief.objects.filter(step=poll.step, choice=tally.winner, reason=Brief.Reason.AHEAD).first()
    if ahead and shifted(context_of(ahead).wishes, wishes_of(poll.step)):
        withdraw_unreleased(poll.step, choice_id=tally.winner_id)
        cancel_drafts(Draft.objects.filter(brief__choice=tally.winner).values_list("pk", flat=True))
        log(poll.performance, "branch.shifted", choice=tally.winner.label)
        _have_written(poll.step, tally.winner, Brief.Reason.FINAL, tally=tally)


# ------------------------------------------------------------------ brief, draft, review


def _follow_winner(performance: Performance, step: PathStep, tally: Tally) -> bool:
    """Go where the vote went: an authored scene, an approved branch, or one that is still to be made."""
    if _go(performance, step, tally.winner):
        return True
    in_the_works = Revision.objects.filter(
        choice=tally.winner, step=step, state__in=[Revision.State.IN_REVIEW, Revision.State.CHANGES_REQUESTED]
    ).exists()
    if not in_the_works and not Brief.objects.filter(step=step, choice=tally.winner).exists():
        _have_written(step, tally.winner, Brief.Reason.FINAL, tally=tally)
    return _fall_back_if_late(performance, step, tally)


def _have_written(step: PathStep, choice: Choice, reason: Brief.Reason, **told: Any) -> None:
    """Freeze a brief (`told` goes to make_brief) and ring the writer once it is committed."""
    brief = make_brief(step, choice, reason=reason, **told)
    transaction.on_commit(lambda: ring(write_draft, brief.draft.pk))


def put_on_desk(draft_id: int) -> None:
    """A draft is written: an editor may read it now, unless the story went elsewhere meanwhile."""
    draft = Draft.objects.select_related("brief__step", "brief__choice").get(pk=draft_id)
    with transaction.atomic():
        performance = Performance.objects.claim(draft.brief.performance_id)
        step = current_step(performance)
        wanted = performance.state == Performance.State.LIVE and step == draft.brief.step
        if wanted and draft.brief.choice.to_scene_id is None:
            open_review(draft)
        else:
            Draft.objects.filter(pk=draft.pk, revision=None).update(state=Draft.State.CANCELLED)


def write_again(revision_id: int) -> None:
    """An editor asked for changes or threw the text away: a new brief carries the note to the writer."""
    revision = Revision.objects.select_related("step__performance__story", "step__scene", "choice").get(pk=revision_id)
    review = revision.reviews.latest("id")
    changes = review.verdict == Review.Verdict.CHANGES
    with transaction.atomic():
        performance = Performance.objects.claim(revision.performance_id)
        if performance.state != Performance.State.LIVE or current_step(performance) != revision.step:
            return
        scene = branch_from_json(review.branch).scenes[0]
        _have_written(
            revision.step,
            revision.choice,
            Brief.Reason.CHANGES,
            tally=Tally.objects.filter(poll__step=revision.step).first(),
            source=f"review-{review.pk}",
            earlier_draft=scene_text(scene) if changes else "",
            note=review.note,
        )


# ------------------------------------------------------------------ release, next scene


def _go(performance: Performance, step: PathStep, choice: Choice) -> bool:
    """Enter the scene behind a choice if there is one, releasing its approved branch at need."""
    choice.refresh_from_db()
    scene = choice.to_scene
    if scene is None:
        approved = Revision.objects.approved().filter(choice=choice, step=step).order_by("-id").first()
        if approved is None:
            return False
        released = release(approved.pk)
        scene = released.scene
        log(performance, "branch.released", released.approved_by, revision=approved.pk, scene=scene.key)
    withdraw_unreleased(step)
    cancel_drafts(Draft.objects.filter(brief__step=step).values_list("pk", flat=True))
    _show_scene(performance, scene, choice=choice)
    return True


def _show_scene(performance: Performance, scene: Scene, *, choice: Choice | None) -> None:
    step = enter(performance, scene, choice=choice)
    log(performance, "scene.released", scene=scene.key, position=step.position)
    live.publish(performance, messages.scene_released(step))


def _fall_back_if_late(performance: Performance, step: PathStep, tally: Tally) -> bool:
    """After the wait that the showrunner allowed, take the strongest choice whose branch is ready."""
    if performance.late_rule != Performance.LateRule.FALLBACK or not _is_late(performance, step, tally):
        return False
    offers = sorted(
        step.poll.offers.select_related("choice"),
        key=lambda offer: (-tally.counts[str(offer.choice_id)], offer.position),
    )
    for offer in offers:
        if _go(performance, step, offer.choice):
            log(performance, "fallback.taken", choice=offer.label, instead_of=tally.winner.label)
            return True
    return False


def _is_late(performance: Performance, step: PathStep, tally: Tally) -> bool:
    """The wait is over, or the writer gave up and nobody is writing by hand."""
    wait = timedelta(seconds=performance.late_seconds)
    if Tally.objects.filter(pk=tally.pk, frozen_at__lte=Now() - wait).exists():
        return True
    drafts = Draft.objects.filter(brief__step=step, brief__choice=tally.winner)
    desk = Revision.objects.in_review().filter(step=step, choice=tally.winner)
    return drafts.filter(state=Draft.State.FAILED).exists() and not drafts.unfinished().exists() and not desk.exists()


# ------------------------------------------------------------------ the showrunner's hand


def close_now(performance_id: int, *, by: User) -> None:
    """End the voting at once; what follows is what follows any close."""
    with transaction.atomic():
        performance = Performance.objects.claim(performance_id)
        poll = _open_poll_of(performance)
        Poll.objects.filter(pk=poll.pk).update(closes_at=Now())
        log(performance, "poll.closed_by_hand", by, poll=poll.pk)
    advance(performance_id)


def extend(performance_id: int, *, seconds: int, by: User) -> None:
    """Give the audience more time."""
    with transaction.atomic():
        performance = Performance.objects.claim(performance_id)
        poll = polls.extend_poll(_open_poll_of(performance), seconds=seconds)
        log(performance, "poll.extended", by, poll=poll.pk, seconds=seconds)
        live.publish(performance, messages.poll_extended(poll))


def take_fallback(performance_id: int, choice_id: int, *, by: User) -> None:
    """While the audience waits for a branch: go on with another choice of the closed poll that has one."""
    with transaction.atomic():
        performance = Performance.objects.claim(performance_id)
        step = current_step(performance)
        offer = PollChoice.objects.filter(poll__step=step, choice_id=choice_id).select_related("choice").first()
        if step is None or offer is None:
            raise Refused("choice.unknown")
        if Poll.objects.open().filter(step=step).exists():
            raise Refused("poll.open")
        if not _go(performance, step, offer.choice):
            raise Refused("choice.unknown")
        log(performance, "fallback.taken", by, choice=offer.label)
    advance(performance_id)


def direct(performance_id: int, *, directive: str, by: User) -> None:
    """Tell the writer something for every brief from now on; empty takes it back."""
    with transaction.atomic():
        performance = Performance.objects.claim(performance_id)
        performance.directive = " ".join(directive.replace("\x00", "").split())[:300]
        performance.save(update_fields=["directive"])
        log(performance, "directive.set", by, directive=performance.directive)


def end(performance_id: int, *, by: User) -> None:
    """The curtain falls: an open poll is closed and counted, and nothing more is written or released."""
    with transaction.atomic():
        performance = Performance.objects.claim(performance_id)
        if performance.state != Performance.State.LIVE:
            raise Refused("performance.ended" if performance.ended_at else "performance.not_started")
        step = current_step(performance)
        poll = Poll.objects.open().filter(performance=performance).select_related("performance", "step").first()
        if poll:
            polls.close_poll(poll)  # counted for the record; the audience is told of the end, not of a winner
        if step:
            withdraw_unreleased(step)
            cancel_drafts(Draft.objects.filter(brief__step=step).values_list("pk", flat=True))
        performance.state, performance.ended_at = Performance.State.ENDED, Now()
        performance.save(update_fields=["state", "ended_at"])
        log(performance, "performance.ended", by)
        live.publish(performance, messages.performance_ended())


def _open_poll_of(performance: Performance) -> Poll:
    poll = Poll.objects.open().filter(performance=performance).first()
    if poll is None:
        raise Refused("poll.closed")
    return poll
