"""What the audience says: stored once, bounded, scored where the language is known."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audience.comments import post_comment
from audience.models import Comment, Guest
from audience.scoring import score_waiting, sentiment
from audience.tickets import Ticket
from storyengine.errors import Refused
from storyengine.plot.models import Performance
from storyengine.plot.path import enter
from tests.factories import GuestFactory, make_performance

pytestmark = pytest.mark.django_db


def seated(**rules: object) -> Ticket:
    """The ticket of a guest in a performance that shows its first scene."""
    performance = make_performance(**{"state": "live", **rules})
    enter(performance, performance.story.start, choice=None)
    return Ticket(performance.pk, performance.code, GuestFactory(performance=performance).pk)


def refusal(ticket: Ticket, text: str = "Fog!", ref: str = "c1") -> str:
    with pytest.raises(Refused) as refused:
        post_comment(ticket, ref=ref, text=text)
    return refused.value.code


def let_time_pass() -> None:
    Comment.objects.update(created_at=timezone.now() - timedelta(seconds=3))


def test_post_comment_stores_one_line_on_the_scene_that_is_on() -> None:
    ticket = seated()
    comment = post_comment(ticket, ref="c1", text="  more\r\n fog\x00 ")
    assert (comment.text, comment.step.position, comment.guest_id) == ("more fog", 1, ticket.guest)
    assert (comment.sentiment, comment.scored_at) == (None, None)


def test_post_comment_with_a_known_ref_is_the_same_comment_and_no_haste() -> None:
    ticket = seated()
    first = post_comment(ticket, ref="c1", text="Fog!")
    assert post_comment(ticket, ref="c1", text="Other words") == first
    assert list(Comment.objects.values_list("text", flat=True)) == ["Fog!"]


def test_post_comment_too_soon_is_refused_until_the_interval_is_over(settings) -> None:  # type: ignore[no-untyped-def]
    settings.COMMENT_INTERVAL_S = 2
    ticket = seated()
    post_comment(ticket, ref="c1", text="Fog!")
    assert refusal(ticket, ref="c2") == "comment.too_fast"
    other = Ticket(ticket.performance, ticket.code, GuestFactory(performance_id=ticket.performance).pk)
    post_comment(other, ref="c2", text="Fog!")  # one guest's haste is nobody else's
    let_time_pass()
    post_comment(ticket, ref="c2", text="Rain!")
    assert Comment.objects.count() == 3


@pytest.mark.parametrize(
    ("text", "code"), [("", "comment.empty"), (" \x00\n", "comment.empty"), ("灯" * 281, "comment.too_long")]
)
def test_post_comment_refuses(text: str, code: str) -> None:
    assert refusal(seated(), text) == code
    assert Comment.objects.count() == 0


def test_post_comment_takes_280_characters() -> None:
    assert len(post_comment(seated(), ref="c1", text=" " + "灯" * 280).text) == 280


def test_post_comment_by_a_banned_guest_is_refused() -> None:
    ticket = seated()
    Guest.objects.update(banned_at=timezone.now())
    assert refusal(ticket) == "guest.banned"


def test_post_comment_with_another_performances_ticket_is_refused() -> None:
    ticket, other = seated(), seated()
    assert refusal(Ticket(other.performance, other.code, ticket.guest)) == "guest.token_invalid"
    assert refusal(Ticket(ticket.performance, ticket.code, 10**12)) == "guest.token_invalid"


def test_post_comment_before_and_after_the_show_is_refused() -> None:
    assert refusal(seated(state="ended")) == "performance.ended"
    performance = make_performance()
    guest = GuestFactory(performance=performance)
    assert refusal(Ticket(performance.pk, performance.code, guest.pk)) == "performance.not_started"


@pytest.mark.django_db(transaction=True)
def test_post_comment_twice_at_once_is_one_comment() -> None:
    ticket = seated()
    barrier, stored = threading.Barrier(2), []

    def post() -> None:
        barrier.wait()
        stored.append(post_comment(ticket, ref="c1", text="Fog!").pk)
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert stored == [Comment.objects.get().pk] * 2


@pytest.mark.parametrize(
    ("text", "least", "most"), [("I love this!", 0.5, 1), ("I hate it.", -1, -0.5), ("A rope.", 0, 0)]
)
def test_sentiment_of_english_lies_between(text: str, least: float, most: float) -> None:
    score = sentiment(text, language="en")
    assert score is not None
    assert least <= score <= most


def test_sentiment_of_chinese_is_unknown_and_not_neutral() -> None:
    assert sentiment("太好看了！", language="zh-hans") is None


@pytest.mark.parametrize(("language", "known"), [("en", True), ("zh-hans", False)])
def test_score_waiting_scores_each_comment_once(language: str, known: bool) -> None:
    ticket = seated()
    Performance.objects.get(pk=ticket.performance).story.__class__.objects.update(language=language)
    comment = post_comment(ticket, ref="c1", text="I love this! 太好看了！")
    assert score_waiting() == 1
    assert score_waiting() == 0
    comment.refresh_from_db()
    assert comment.scored_at is not None
    assert (comment.sentiment is not None) == known


def test_counted_leaves_out_hidden_comments_and_banned_guests() -> None:
    first, second = seated(), seated()
    hidden = post_comment(first, ref="c1", text="Fog!")
    Comment.objects.filter(pk=hidden.pk).update(hidden_at=timezone.now())
    kept = post_comment(second, ref="c1", text="Rain!")
    assert list(Comment.objects.counted()) == [kept]
    Guest.objects.filter(pk=second.guest).update(banned_at=timezone.now())
    assert list(Comment.objects.counted()) == []
