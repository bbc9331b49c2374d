"""Rules of the house for comments, and a moderator's verdicts on many of them at once."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from audience import bans, comments, live, moderation
from audience.models import Ban, Comment, Guest, HouseRules
from audience.moderation import Query, judge_comments, news_since, page_of
from storyengine.errors import Refused
from tests.audience.seats import Hall

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks):  # type: ignore[no-untyped-def]
    return django_capture_on_commit_callbacks


def refusal(hall: Hall, text: str, **more: object) -> str:
    with pytest.raises(Refused) as refused:
        hall.say(text, **more)  # type: ignore[arg-type]
    return refused.value.code


def told(hall: Hall, *kinds: str) -> list[dict]:  # type: ignore[type-arg]
    """What the performance's pages were told, out of its stream in Redis."""
    frames = live.client().lrange(live.keys(hall.performance.code)[2], 0, -1)
    events = [json.loads(frame) for frame in frames]  # type: ignore[union-attr]
    return [event for event in events if event["type"] in kinds]


# ------------------------------------------------------------------ what is taken


@pytest.mark.parametrize(
    ("rules", "text", "code"),
    [
        ({"comments_open": False}, "Fog!", "comment.closed"),
        ({"comment_length": 3}, "Fogs", "comment.too_long"),
        ({}, "see www.spam.example", "comment.link"),
        ({"blocked_words": "fog\nlamp"}, "No L-A-M-P!", "comment.blocked"),
        ({"links": "hold", "blocked_words": "fog"}, "fog at spam.com", "comment.blocked"),
    ],
)
def test_post_comment_is_refused_by_the_rules(rules: dict[str, object], text: str, code: str) -> None:
    assert refusal(Hall(**rules), text) == code
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("rules", "text", "held"),
    [
        ({}, "Fog!", False),
        ({"moderation": "pre"}, "Fog!", True),
        ({"links": "hold"}, "see spam.com", True),
        ({"links": "allow"}, "see spam.com", False),
        ({"blocked": "hold", "blocked_words": "fog"}, "fog", True),
        ({"blocked": "allow", "blocked_words": "fog"}, "fog", False),
    ],
)
def test_post_comment_is_kept_back_by_the_rules(rules: dict[str, object], text: str, held: bool) -> None:
    assert Hall(**rules).say(text).held == held
    assert Comment.objects.counted().count() == (not held)


def test_post_comment_says_each_thing_once(settings) -> None:  # type: ignore[no-untyped-def]
    settings.COMMENT_INTERVAL_S = 0
    hall = Hall()
    ticket = hall.seat()
    hall.say("More fog", ticket, "c1")
    assert refusal(hall, "MORE  fog!!", ticket=ticket, ref="c2") == "comment.duplicate"
    hall.say("More fog")  # somebody else may say the same


def test_post_comment_pauses_as_long_as_the_house_says(settings) -> None:  # type: ignore[no-untyped-def]
    settings.COMMENT_INTERVAL_S = 0
    hall = Hall(comment_seconds=30)
    ticket = hall.seat()
    hall.say("Fog", ticket, "c1")
    Comment.objects.update(created_at=timezone.now() - timedelta(seconds=20))
    assert refusal(hall, "Rain", ticket=ticket, ref="c2") == "comment.too_fast"
    Comment.objects.update(created_at=timezone.now() - timedelta(seconds=31))
    hall.say("Rain", ticket, "c2")


# ------------------------------------------------------------------ what all see


def test_show_waiting_shows_nothing_unless_the_house_wants_it() -> None:
    hall = Hall(comments_visible=False)
    hall.say("Fog")
    assert comments.show_waiting() == 0


def test_show_waiting_shows_the_newest_once_and_equal_texts_once(on_commit) -> None:  # type: ignore[no-untyped-def]
    hall = Hall(comments_visible=True)
    for text in ("old", "a", "b", "fog", "FOG!"):
        hall.say(text)
    with on_commit(execute=True):
        assert comments.show_waiting() == 3  # the newest four, of which two say the same
        assert comments.show_waiting() == 1
        hall.say("fog")
        assert comments.show_waiting() == 0
    assert [event["comment"]["text"] for event in told(hall, "comment.shown")] == ["a", "b", "FOG!", "old"]


def test_show_waiting_passes_over_what_waited_too_long_and_what_is_kept_back(on_commit) -> None:  # type: ignore[no-untyped-def]
    hall = Hall(comments_visible=True, moderation="pre")
    first, second = hall.say("Fog"), hall.say("Rain")
    assert comments.show_waiting() == 0
    Comment.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    judge_comments(hall.performance, [first.pk], "approve", by=hall.by)
    with on_commit(execute=True):
        assert comments.show_waiting() == 1
    assert [event["comment"]["id"] for event in told(hall, "comment.shown")] == [first.pk]
    Comment.objects.filter(pk=second.pk).update(held=False)
    assert comments.show_waiting() == 0


def test_hiding_and_banning_take_shown_comments_off_the_pages(on_commit) -> None:  # type: ignore[no-untyped-def]
    hall = Hall(comments_visible=True)
    one, two, unseen = hall.say("Fog"), hall.say("Rain"), hall.say("Sun")
    Comment.objects.filter(pk__in=[one.pk, two.pk]).update(shown_at=timezone.now())
    with on_commit(execute=True):
        judge_comments(hall.performance, [one.pk, unseen.pk], "hide", by=hall.by)
        judge_comments(hall.performance, [two.pk], "ban", by=hall.by)
    assert [event["comments"] for event in told(hall, "comment.hidden")] == [[one.pk], [two.pk]]


# ------------------------------------------------------------------ verdicts


def test_judge_comments_changes_many_and_says_which() -> None:
    hall, other = Hall(moderation="pre"), Hall()
    mine = [hall.say(f"Fog {n}").pk for n in range(3)]
    foreign = other.say("Fog").pk
    assert judge_comments(hall.performance, [*mine, foreign], "approve", by=hall.by) == mine
    assert judge_comments(hall.performance, mine, "approve", by=hall.by) == []
    assert judge_comments(hall.performance, mine[:2], "hide", by=hall.by) == mine[:2]
    assert judge_comments(hall.performance, mine, "restore", by=hall.by) == mine[:2]
    assert judge_comments(hall.performance, mine, "hold", by=hall.by) == mine
    assert set(Comment.objects.filter(pk__in=mine).values_list("held", "hidden_at", "judged_by")) == {
        (True, None, hall.by.pk)
    }
    assert Comment.objects.get(pk=foreign).judged_by is None


def test_judge_comments_bans_the_guest_once_and_unban_gives_all_back() -> None:
    hall = Hall()
    ticket = hall.seat()
    first = hall.say("Fog", ticket, "c1")
    Comment.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    second = hall.say("Rain", ticket, "c2")
    assert judge_comments(hall.performance, [first.pk, second.pk], "ban", by=hall.by) == [ticket.guest]
    assert judge_comments(hall.performance, [first.pk], "ban", by=hall.by) == []
    assert Comment.objects.counted().count() == 0
    assert refusal(hall, "Sun", ticket=ticket, ref="c3") == "guest.banned"
    assert bans.unban_guests(hall.performance, [ticket.guest]) == [ticket.guest]
    assert (Guest.objects.get().banned_at, Comment.objects.counted().count()) == (None, 2)
    assert Ban.objects.get().lifted_at is not None


@pytest.mark.parametrize(("verdict", "ids"), [("burn", [1]), ("", []), ("hide", range(501))])
def test_judge_comments_refuses(verdict: str, ids: list[int]) -> None:
    hall = Hall()
    with pytest.raises(Refused, match=r"."):
        judge_comments(hall.performance, ids, verdict, by=hall.by)


# ------------------------------------------------------------------ the list


@pytest.fixture
def talk(settings) -> Hall:  # type: ignore[no-untyped-def]
    settings.COMMENT_INTERVAL_S = 0
    hall = Hall()
    ticket = hall.seat()
    for n in range(moderation.PAGE + 5):
        hall.say(f"Fog number {n}", ticket, f"c{n}")
    hall.say("Fog number 3")
    return hall


def test_page_of_goes_on_by_keys(talk: Hall) -> None:
    first, more = page_of(talk.performance, Query())
    assert (len(first), more, first[0].alike) == (moderation.PAGE, True, 2)  # type: ignore[attr-defined]
    rest, more = page_of(talk.performance, Query(before=first[-1].pk))
    assert (len(rest), more) == (6, False)
    assert [comment.pk for comment in first + rest] == sorted((c.pk for c in Comment.objects.all()), reverse=True)


@pytest.mark.parametrize("older", [False, True])
def test_page_of_asks_twice_wherever_it_stands(talk: Hall, older: bool, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    before = Comment.objects.order_by("-id")[30].pk if older else 0
    with django_assert_num_queries(2):
        rows, _ = page_of(talk.performance, Query(before=before))
        assert all(row.guest and row.step and row.alike for row in rows)  # type: ignore[attr-defined]


def test_page_of_finds_by_state_text_and_guest(talk: Hall) -> None:
    first = Comment.objects.earliest("pk")
    judge_comments(talk.performance, [first.pk], "hide", by=talk.by)
    assert [c.pk for c in page_of(talk.performance, Query("hidden"))[0]] == [first.pk]
    assert len(page_of(talk.performance, Query(text="NUMBER 3"))[0]) == 12  # 3, 30 to 39, and the other guest's 3
    assert len(page_of(talk.performance, Query(guest=Guest.objects.latest("pk").pk))[0]) == 1
    assert page_of(talk.performance, Query("waiting"))[0] == page_of(talk.performance, Query("shown"))[0] == []


def test_news_since_counts_what_came_and_what_waits(talk: Hall, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    newest = Comment.objects.latest("pk").pk
    assert news_since(talk.performance, Query(), newest)["fresh"] == 0
    HouseRules.objects.create(performance=talk.performance, moderation="pre")
    talk.say("Rain")
    with django_assert_num_queries(2):
        assert news_since(talk.performance, Query(), newest) == {"fresh": 1, "waiting": 1, "most": 1000}
    assert news_since(talk.performance, Query("counted"), newest)["fresh"] == 0
