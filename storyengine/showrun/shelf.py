"""The console's list: what is over is put away and comes back, what never began is removed, a show is set up again.

Nothing that was played is deleted: the database keeps verdicts and released text (editorial migration 0003), and
whoever exported a record must find it again.
"""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from audience.models import Admission, Guest, HouseRules
from storyengine.editorial.record import record
from storyengine.errors import Refused
from storyengine.plot.copy import delete_story
from storyengine.plot.models import PathStep, Performance
from storyengine.showrun.cycle import claim_for
from storyengine.showrun.models import Shelved
from storyengine.showrun.twin import RULES, TWIN


def with_empty(performances: QuerySet[Performance]) -> QuerySet[Performance]:
    """Each with `is_empty`: not begun, nobody came, no admission is printed."""
    has_none = (~Exists(rows.objects.filter(performance=OuterRef("pk"))) for rows in (Guest, Admission, PathStep))
    empty = Q(state=Performance.State.DRAFT)
    for condition in has_none:
        empty &= Q(condition)
    return performances.annotate(is_empty=ExpressionWrapper(empty, output_field=BooleanField()))


def put_away(performance_id: int, *, by: User) -> None:
    """Out of the list, with all that it is. Raises Refused("performance.on") for a show that runs."""
    with transaction.atomic():
        performance = claim_for(performance_id, by)
        if performance.state == Performance.State.LIVE:
            raise Refused("performance.on")
        Shelved.objects.get_or_create(performance=performance, defaults={"by": by})


def put_rehearsals_away(rehearsals: Iterable[Performance], *, by: User) -> None:
    """All that do not run, each as by its own button."""
    for performance in rehearsals:
        if performance.state != Performance.State.LIVE:
            put_away(performance.pk, by=by)


def bring_back(performance_id: int, *, by: User) -> None:
    with transaction.atomic():
        claim_for(performance_id, by)
        Shelved.objects.filter(performance=performance_id).delete()


def remove(performance_id: int, *, by: User) -> None:
    """Delete one that is empty, with a rehearsal's copy of the story; else raises Refused("performance.kept")."""
    with transaction.atomic():
        performance = claim_for(performance_id, by)
        if not with_empty(Performance.objects.filter(pk=performance_id)).get().is_empty:  # type: ignore[attr-defined]
            raise Refused("performance.kept")
        story, told = performance.story, {"code": performance.code}
        record("performance_removed", by=by, story=story.pk, performance=performance.pk, detail=told)
        performance.delete()
        if TWIN in story.slug and not story.performances.exists():
            delete_story(story)


def play_again(performance_id: int, *, by: User) -> Performance:
    """A new performance of the same story with the same rules, the house's too; who may let text out unread is asked
    anew. Raises Refused("performance.rehearsal") for a rehearsal, whose copy of a story is nobody's to perform.
    """
    with transaction.atomic():
        earlier = claim_for(performance_id, by)
        if TWIN in earlier.story.slug:
            raise Refused("performance.rehearsal")
        again = Performance.objects.create(story=earlier.story, **{name: getattr(earlier, name) for name in RULES})
        house = HouseRules.objects.filter(performance=earlier).first()
        if house is not None:
            house.pk, house.performance = None, again
            house.save(force_insert=True)
    return again
