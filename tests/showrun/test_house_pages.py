"""The console's pages for the house: rules, comments, admissions, strikes; who may open them, what they ask for."""

import csv
import io
import re

import pytest
from django.test import Client
from django.utils import timezone

from audience import door
from audience.models import Admission, Comment, Guest, HouseRules, Strike
from audience.rules import rules_of
from storyengine.showrun.models import LogEntry
from tests.audience.seats import Hall
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PAGES = ["", "house/", "admissions/", "strikes/", "comments/", "comments/news/", "comments.csv"]


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
def console(client: Client, hall: Hall) -> Client:
    client.force_login(hall.by)
    return client


def at(hall: Hall, page: str) -> str:
    return f"/console/{hall.performance.code}/{page}"


@pytest.mark.parametrize("page", PAGES)
def test_pages_open_for_a_showrunner_and_lead_strangers_to_the_door(console: Client, hall: Hall, page: str) -> None:
    assert console.get(at(hall, page)).status_code == 200
    assert Client().get(at(hall, page)).status_code == 302


@pytest.mark.parametrize("page", ["", "house/", "admissions/", "strikes/", "comments/"])
def test_the_story_title_says_its_own_language_on_a_chinese_page(console: Client, hall: Hall, page: str) -> None:
    console.cookies["django_language"] = "zh-hans"
    shown = console.get(at(hall, page)).content.decode().partition("<body")[2]
    story = hall.performance.story
    named = re.findall(rf"<(?:a|h1|span)[^>]*>{re.escape(story.title)}<", shown)
    assert named
    assert all(f'lang="{story.language}"' in tag for tag in named)


@pytest.mark.parametrize(("page", "status"), list(zip(PAGES, [403, 403, 403, 403, 200, 200, 200], strict=True)))
def test_a_moderator_sees_the_comments_alone(client: Client, hall: Hall, page: str, status: int) -> None:
    client.force_login(make_user("moderator", password=None))
    assert client.get(at(hall, page)).status_code == status


def test_an_editor_judges_no_comment(client: Client, hall: Hall) -> None:
    client.force_login(make_user("editor", password=None))
    comment = hall.say("Fog")
    posted = client.post(at(hall, "comments/judge/"), {"verdict": "hide", "comment": comment.pk})
    assert (posted.status_code, Comment.objects.get().hidden_at) == (403, None)


def test_moderation_leads_to_the_show_that_is_on(client: Client, hall: Hall) -> None:
    client.force_login(make_user("moderator", password=None))
    assert client.get("/console/comments/")["Location"] == at(hall, "comments/")


def test_a_box_to_tick_stands_before_its_words_and_no_label_ends_with_a_colon(console: Client, hall: Hall) -> None:
    page = console.get(at(hall, "house/")).content.decode()
    labels = re.findall(r"<label[^>]*>(.*?)</label>", page, re.DOTALL)
    assert len(labels) == 10
    assert not [label for label in labels if label.strip().endswith((":", "："))]
    boxes = [label for label in labels if "<input" in label]
    assert [re.sub(r"<[^>]*>", "", box).strip() for box in boxes] == [
        "Entry with a printed admission only",
        "The audience may comment",
        "The audience sees comments",
        "The audience may react",
    ]


def test_stories_of_one_title_are_told_apart(console: Client, hall: Hall) -> None:
    story = hall.performance.story
    page = console.get("/console/").content.decode()
    assert f'<option value="{story.pk}">{story.title} · {story.slug}</option>' in page
    assert f">{story.slug}</code>" in page
    assert f">{story.slug}</code>" in console.get("/stories/").content.decode()


def test_house_rules_are_kept_and_logged(console: Client, hall: Hall) -> None:
    sent = {
        "moderation": "pre", "comments_open": "on", "comments_visible": "on", "comment_length": "140",
        "comment_seconds": "5", "links": "hold", "blocked": "refuse", "blocked_words": " fog \r\n\r\nfog\r\nbad  idea",
    }  # fmt: skip
    assert console.post(at(hall, "house/"), sent).status_code == 302
    rules = rules_of(hall.performance)
    assert (rules.words, rules.moderation, rules.comment_seconds) == (["fog", "bad idea"], "pre", 5)
    assert (rules.comments_visible, rules.reactions_open) == (True, False)
    entry = LogEntry.objects.get()
    assert (entry.event, "blocked_words" in entry.detail["changed"]) == ("house.changed", True)
    assert console.post(at(hall, "house/"), {**sent, "comment_length": "281"}).status_code == 422
    assert HouseRules.objects.get().comment_length == 140


@pytest.mark.parametrize("number", [5, 50])
def test_comments_ask_the_same_for_5_and_50(
    console: Client, hall: Hall, number: int, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    for n in range(number):
        hall.say(f"Fog {n}")
    with django_assert_num_queries(11):
        page = console.get(at(hall, "comments/"))
    assert page.content.count(b'class="said') >= number
    with django_assert_num_queries(7):
        console.get(at(hall, "comments/news/"))


def test_comments_stand_still_and_count_what_comes(console: Client, hall: Hall) -> None:
    hall.say("Fog")
    page = console.get(at(hall, "comments/")).content.decode()
    after = re.search(r"after=(\d+)", page)
    assert after is not None
    news = at(hall, f"comments/news/?state=all&after={after[1]}")
    assert b"new comment" not in console.get(news).content
    hall.say("Rain")
    assert b"1 new comment<" in console.get(news).content


def test_judge_can_be_undone_by_the_button_that_it_leaves(console: Client, hall: Hall) -> None:
    ids = [hall.say(f"Fog {n}").pk for n in range(3)]
    console.post(at(hall, "comments/judge/"), {"verdict": "hide", "comment": ids})
    assert Comment.objects.filter(hidden_at__isnull=False).count() == 3
    page = console.get(at(hall, "comments/")).content.decode()
    assert "3 comments hidden." in page
    assert 'value="restore"' in page
    console.post(at(hall, "comments/judge/"), {"verdict": "restore", "comment": ids})
    assert Comment.objects.filter(hidden_at=None).count() == 3
    console.post(at(hall, "comments/judge/"), {"verdict": "ban", "comment": ids[:2]})
    banned = list(Guest.objects.filter(banned_at__isnull=False).values_list("pk", flat=True))
    assert len(banned) == 2
    console.post(at(hall, "comments/judge/"), {"verdict": "unban", "guest": banned})
    assert not Guest.objects.filter(banned_at__isnull=False).exists()
    assert set(LogEntry.objects.values_list("event", flat=True)) == {
        "comments.hide", "comments.restore", "comments.ban", "comments.unban",
    }  # fmt: skip


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_judge_leads_back_to_this_site_alone(console: Client, hall: Hall, back: str) -> None:
    posted = console.post(at(hall, "comments/judge/"), {"verdict": "hide", "comment": "1", "back": back})
    assert posted["Location"] == at(hall, "comments/")


def test_judge_refuses_what_is_no_verdict(console: Client, hall: Hall) -> None:
    assert console.post(at(hall, "comments/judge/"), {"verdict": "burn"}).status_code == 422


def test_comments_log_is_a_spreadsheet(console: Client, hall: Hall) -> None:
    hall.say("=1+1, fog")
    answer = console.get(at(hall, "comments.csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["guest"], row["scene"], row["text"], row["state"]) == ("1", "1", "'=1+1, fog", "counted")


@pytest.mark.parametrize("number", [3, 30])
def test_admissions_ask_the_same_for_any_number(
    console: Client, hall: Hall, number: int, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    door.print_admissions(hall.performance, number)
    with django_assert_num_queries(8):
        page = console.get(at(hall, "admissions/?sheet=1"))
    assert page.content.count(b"<li><code>") == number


def test_a_sheet_is_made_printed_and_withdrawn(console: Client, hall: Hall) -> None:
    console.post(at(hall, "admissions/print/"), {"number": "3"})
    used = Admission.objects.earliest("pk")
    Admission.objects.filter(pk=used.pk).update(used_at=timezone.now())
    page = console.get(at(hall, "admissions/1/?paper=letter")).content.decode()
    assert (page.count('class="slip"'), page.count("<svg"), "slips-letter.css" in page) == (2, 2, True)
    left = Admission.objects.exclude(pk=used.pk)
    assert all(f"{one.code[:4]} {one.code[4:]}" in page for one in left)
    assert used.code[:4] not in page
    assert "slips-a4.css" in console.get(at(hall, "admissions/1/?paper=napkin")).content.decode()
    console.post(at(hall, "admissions/1/withdraw/"))
    assert left.filter(void_at=None).count() == 0
    assert console.get(at(hall, "admissions/1/")).status_code == 404
    assert console.post(at(hall, "admissions/print/"), {"number": "2001"}).status_code == 422


def test_strikes_show_the_effect_strike_and_undo(console: Client, hall: Hall) -> None:
    poll = hall.poll()
    guests = [hall.vote(poll, 2).pk for _ in range(3)]
    preview = console.get(at(hall, f"strikes/?guests={guests[0]}+{guests[1]}")).content.decode()
    assert "2 guests would stop counting" in preview
    assert not Strike.objects.exists()
    console.post(at(hall, "strikes/strike/"), {"guests": f"{guests[0]} {guests[1]}", "reason": "a raid"})
    strike = Strike.objects.get()
    assert (strike.guests, strike.reason) == (2, "a raid")
    assert "a raid" in console.get(at(hall, "strikes/")).content.decode()
    console.post(at(hall, f"strikes/{strike.pk}/undo/"))
    assert not Guest.objects.filter(banned_at__isnull=False).exists()
    assert list(LogEntry.objects.order_by("pk").values_list("event", flat=True)) == ["cohort.struck", "strike.undone"]
    assert console.post(at(hall, f"strikes/{strike.pk}/undo/")).status_code == 409
    assert console.get(at(hall, "strikes/?guests=x")).status_code == 422
