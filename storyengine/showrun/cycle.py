"""THE LOOP. One performance, from the first scene to the last, readable from top to bottom.

    audience vote -> tally -> brief -> draft -> review -> release -> next poll

`advance` looks at where a performance stands and takes every step that is due. It can be called at any time,
by anybody, twice, and after any crash: it holds the performance's row, so no two callers take one step, and
it reads all it knows from the tables, so a lost signal costs a moment and nothing else.
"""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from audience import live, messages, polls
from audience.models import Poll, PollChoice, Tally
from storyengine.editorial.models import Review, Revision
from storyengine.editorial.release import release, withdraw_losers, withdraw_unreleased
from storyengine.editorial.review import open_review
from storyengine.editorial.rules import RUN_SHOW, require
from storyengine.errors import Refused
from storyengine.generation.draft import cancel_drafts
from storyengine.generation.models import Brief, Draft
from storyengine.plot.models import Choice, PathStep, Performance, Scene
from storyengine.plot.path import current_step, enter
from storyengine.showrun import deadline
from storyengine.showrun.log import log
from storyengine.showrun.opening import open_offered
from storyengine.showrun.shift import rewrite_if_shifted
from storyengine.showrun.writing import have_written, may_come


def start(performance_id: int, *, by: User) -> None:
    """The curtain rises: the first scene is shown and its poll opens."""
    with transaction.atomic():
        performance = claim_for(performance_id, by)
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
    tally = Tally.objects.select_related("winner").get(poll=poll)
    if tally.winner is None:
        return False  # a tie that waits for the showrunner: decisions.py
    return _follow_winner(performance, step, tally, tally.winner)


# ------------------------------------------------------------------ vote


def _open_poll(performance: Performance, step: PathStep) -> bool:
    """Open the scene's poll, and have every open choice written while people vote."""
    poll = open_offered(performance, step)
    if poll is not None:  # else an ending: the showrunner brings the curtain down
        write_ahead(performance, step, poll)
    return False


def write_ahead(performance: Performance, step: PathStep, poll: Poll) -> None:
    for choice in step.scene.choices.open().filter(offers__poll=poll) if performance.write_ahead else ():
        have_written(step, choice, Brief.Reason.AHEAD)


def _close_poll_if_due(poll: Poll) -> bool:
    """Close on time by the database's clock, and freeze the tally."""
    if not Poll.objects.due().filter(pk=poll.pk).exists() or _extend_if_unready(poll):
        return False
    tally = polls.close_poll(poll)
    live.publish(poll.performance, messages.poll_closed(tally))
    keep_to_winner(poll, tally, "poll.closed")
    return True


def _extend_if_unready(poll: Poll) -> bool:
    """Where the showrunner chose so: vote on while the leading branch is not approved, as long as they allowed."""
    if seconds := deadline.extension(poll):
        extended = polls.move_deadline(poll, seconds=seconds)
        log(poll.performance, "poll.extended", poll=poll.pk, seconds=seconds, until="the branch is approved")
        live.publish(poll.performance, messages.poll_extended(extended))
    return bool(seconds)


def keep_to_winner(poll: Poll, tally: Tally, event: str, by: User | None = None) -> None:
    """The writer stops on branches that lost. What is approved already stays, should the winner fail.

    What the showrunner named to fall back on goes on, too: it may yet be needed.
    """
    label, named = tally.winner.label if tally.winner else None, deadline.named_fallback(poll)
    log(poll.performance, event, by, poll=poll.pk, winner=label, decided_by=tally.decided_by)
    standing = [*tally.standing, *([named] if named else [])]
    lost = Draft.objects.unfinished().filter(brief__step=poll.step).exclude(brief__choice__in=standing)
    cancel_drafts(lost.values_list("pk", flat=True))
    withdraw_losers(poll.step, standing=standing)
    if tally.winner and poll.performance.shift_rule == Performance.ShiftRule.REWRITE:
        rewrite_if_shifted(poll, tally, tally.winner)


# ------------------------------------------------------------------ brief, draft, review


def _follow_winner(performance: Performance, step: PathStep, tally: Tally, winner: Choice) -> bool:
    """Go where the vote went: an authored scene, an approved branch, or one that is still to be made."""
    if _go(performance, step, winner):
        return True
    if deadline.approve_unread(performance, step, tally):
        return _go(performance, step, winner)
    if not may_come(step, winner):
        have_written(step, winner, Brief.Reason.FINAL, tally=tally)
    return _fall_back_if_late(performance, step, tally, winner)


def put_on_desk(draft_id: int) -> None:
    """A draft is written: an editor may read it now, unless the story went elsewhere meanwhile."""
    draft = Draft.objects.select_related("brief__step", "brief__choice").get(pk=draft_id)
    with transaction.atomic():
        performance = Performance.objects.claim(draft.brief.performance_id)
        step = current_step(performance)
        draft.refresh_from_db(fields=["state"])  # it may have been taken back before this had the row
        written, live = draft.state == Draft.State.WRITTEN, performance.state == Performance.State.LIVE
        if written and live and step == draft.brief.step and draft.brief.choice.to_scene_id is None:
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
        have_written(
            revision.step,
            revision.choice,
            Brief.Reason.CHANGES,
            tally=Tally.objects.filter(poll__step=revision.step).first(),
            source=f"review-{review.pk}",
            **(deadline.request_of(review) if changes else {"note": review.note}),
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


def _fall_back_if_late(performance: Performance, step: PathStep, tally: Tally, winner: Choice) -> bool:
    """After the wait that the showrunner allowed, take what they named, else the strongest choice that is ready."""
    if performance.late_rule != Performance.LateRule.FALLBACK or not deadline.is_late(performance, step, tally):
        return False
    offers = {offer.choice_id: offer for offer in step.poll.offers.select_related("choice")}
    for choice in deadline.fallbacks(step.poll, tally):
        if _go(performance, step, offers[choice].choice):
            log(performance, "fallback.taken", choice=offers[choice].label, instead_of=winner.label)
            return True
    return False


# ------------------------------------------------------------------ the showrunner's hand


def close_now(performance_id: int, *, by: User) -> None:
    """End the voting at once; what follows is what follows any close."""
    with transaction.atomic():
        performance = claim_for(performance_id, by)
        poll = _open_poll_of(performance)
        Poll.objects.filter(pk=poll.pk).update(closes_at=Now())
        log(performance, "poll.closed_by_hand", by, poll=poll.pk)
    advance(performance_id)


def extend(performance_id: int, *, seconds: int, by: User) -> None:
    """Give the audience more time."""
    with transaction.atomic():
        performance = claim_for(performance_id, by)
        poll = polls.extend_poll(_open_poll_of(performance), seconds=seconds)
        log(performance, "poll.extended", by, poll=poll.pk, seconds=seconds)
        live.publish(performance, messages.poll_extended(poll))


def take_fallback(performance_id: int, choice_id: int, *, by: User) -> None:
    """While the audience waits for a branch: go on with another choice of the closed poll that has one."""
    with transaction.atomic():
        performance = claim_for(performance_id, by)
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


def end(performance_id: int, *, by: User) -> None:
    """The curtain falls: an open poll is closed and counted, nobody wins, and nothing more is written or shown."""
    with transaction.atomic():
        performance = claim_for(performance_id, by)
        if performance.state != Performance.State.LIVE:
            raise Refused("performance.ended" if performance.ended_at else "performance.not_started")
        step = current_step(performance)
        polls.leave_undecided(performance)
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


def claim_for(performance_id: int, by: User) -> Performance:
    """The performance's row for one who may run it; raises Refused("request.forbidden")."""
    performance = Performance.objects.claim(performance_id)
    require(by, RUN_SHOW, performance.story_id)
    return performance
