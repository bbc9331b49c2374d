"""What happens when nobody approves in time, as the showrunner chose. Nothing here releases; cycle.py does."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from audience.models import Poll, Tally
from audience.polls import count_poll, database_now, order_of
from storyengine.editorial import review
from storyengine.editorial.claims import holder
from storyengine.editorial.models import DeskRules, Review, Revision
from storyengine.editorial.record import record
from storyengine.editorial.rules import RUN_SHOW, require, rules_of
from storyengine.generation.models import Draft
from storyengine.generation.prompt import scene_text
from storyengine.plot.branch import BranchScene, branch_from_json, count_words
from storyengine.plot.models import Choice, PathStep, Performance
from storyengine.showrun.log import log
from storyengine.showrun.models import Fallback

EXTENSION_S = 15
LEAST_WORDS = 20


def extension(poll: Poll) -> int:
    """Seconds by which a due poll is to stay open, 0 to close it.

    Only under the rule "extend", while the branch of the leading choice is neither there nor approved, and
    while the extensions together stay within the wait that the showrunner allowed.
    """
    performance = poll.performance
    if performance.late_rule != Performance.LateRule.EXTEND:
        return 0
    over = database_now() - poll.opened_at - timedelta(seconds=performance.poll_seconds)
    left = performance.late_seconds - int(over.total_seconds())
    winner = count_poll(poll).winner
    leading = Choice.objects.filter(pk=winner).first() if winner is not None else None
    if leading is None or leading.to_scene_id is not None or left <= 0:
        return 0
    if Revision.objects.approved().filter(step=poll.step, choice=leading).exists():
        return 0
    return min(EXTENSION_S, left)


def is_late(performance: Performance, step: PathStep, tally: Tally) -> bool:
    """The wait is over, or the writer gave up and nobody is writing by hand."""
    wait = timedelta(seconds=performance.late_seconds)
    if Tally.objects.filter(pk=tally.pk, decided_at__lte=Now() - wait).exists():
        return True
    drafts = Draft.objects.filter(brief__step=step, brief__choice=tally.winner)
    desk = Revision.objects.filter(step=step, choice=tally.winner, state__in=["drafted", "in_review"])
    return drafts.filter(state=Draft.State.FAILED).exists() and not drafts.unfinished().exists() and not desk.exists()


def named_fallback(poll: Poll) -> int | None:
    """The choice that the showrunner named for this poll, where their rule falls back at all."""
    if poll.performance.late_rule != Performance.LateRule.FALLBACK:
        return None
    return Fallback.objects.filter(poll=poll).values_list("offer__choice_id", flat=True).first()


def fallbacks(poll: Poll, tally: Tally) -> list[int]:
    """The choices to try in this order where the winner is late: the one named for that, then the strongest first."""
    named = named_fallback(poll)
    others = [choice for choice in order_of(tally) if choice != named]
    return others if named is None else [named, *others]


def approve_unread(performance: Performance, step: PathStep, tally: Tally) -> bool:
    """Where the showrunner switched it on: approve the winner's branch if every check passes. True if one was.

    What an editor holds is left to them until the wait is over; what an editor began by hand is never taken.
    """
    rules = rules_of(performance)
    if rules.unread_by is None:
        return False
    late = timezone.now() - (tally.decided_at or tally.frozen_at) > timedelta(seconds=performance.late_seconds)
    waiting = Revision.objects.in_review().filter(step=step, choice=tally.winner).exclude(draft=None).order_by("-id")
    for revision in waiting.select_related("claimed_by"):
        if (late or holder(revision) is None) and review.approve_unread(revision.pk, rules=rules):
            log(performance, "branch.approved_unread", rules.unread_by, revision=revision.pk)
            return True
    return False


def set_desk_rules(performance_id: int, *, four_eyes: bool, unread: bool, by: User) -> DeskRules:
    """Choose how many people must approve, and whether what passes every check may go out unread.

    Who switches the latter on answers for it by name.
    """
    with transaction.atomic():
        performance = Performance.objects.claim(performance_id)
        require(by, RUN_SHOW, performance.story_id)
        rules = rules_of(performance)
        was = {"four_eyes": rules.four_eyes, "unread": rules.unread_by is not None}
        rules.four_eyes = four_eyes
        if unread != was["unread"]:
            rules.unread_by, rules.unread_since = (by, timezone.now()) if unread else (None, None)
        rules.save()
        now = {"four_eyes": four_eyes, "unread": unread}
        if now != was:
            log(performance, "desk.rules_set", by, **now)
            record("desk_rules_set", by=by, story=performance.story_id, performance=performance_id, detail=now)
    return rules


def request_of(verdict: Review) -> dict[str, Any]:
    """What an editor's request tells the writer: the text, the note and, for some beats only, which and how long."""
    scene = branch_from_json(verdict.branch).scenes[0]
    if verdict.selection is None:
        return {"earlier_draft": scene_text(scene), "note": verdict.note}
    first, last = verdict.selection
    words = sum(count_words(beat.text) for beat in scene.beats[first:last])
    marked = [_text(scene, 0, first), ">>>", _text(scene, first, last), "<<<", _text(scene, last, len(scene.beats))]
    return {
        "earlier_draft": "\n".join([scene.heading, *(part for part in marked if part)]),
        "note": f"Write only what stands between >>> and <<< anew, and nothing around it. {verdict.note}",
        "words": (max(LEAST_WORDS, words // 2), max(2 * LEAST_WORDS, words * 3 // 2)),
    }


def _text(scene: BranchScene, first: int, last: int) -> str:
    """Some of the scene's beats as the prompt shows them, without the heading."""
    part = BranchScene(scene.heading, scene.beats[first:last])
    return scene_text(part).partition("\n")[2]
