"""Ballots of every kind in a real browser: by touch and by keyboard, changed until the poll closes."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page, expect

from audience.models import Ballot, Poll
from storyengine.plot.models import Performance
from storyengine.showrun import cycle, decisions
from tests.browser.conftest import DESK, PHONE, join, scrolled_sideways
from tests.conftest import Stack
from tests.factories import make_performance, make_user

pytestmark = pytest.mark.django_db(transaction=True)
LABELS = ["Carry the widow", "Carry the thief", "Burn the ferry"]


def started(**rules: object) -> Performance:
    performance = make_performance(**{"poll_seconds": 300, "write_ahead": False} | rules)
    cycle.start(performance.pk, by=make_user("showrunner"))
    return performance


def status(page: Page, text: str) -> None:
    expect(page.locator("#pick-status")).to_contain_text(text)


def tap(page: Page, label: str) -> None:
    page.locator(".choice-label", has_text=label).click()


def stored() -> list[str]:
    """The labels on the one ballot there is, in its order."""
    poll, ballot = Poll.objects.get(), Ballot.objects.get()
    labels = dict(poll.offers.values_list("choice_id", "label"))
    return [labels[choice] for choice in ballot.choices]


def test_a_vote_that_comes_too_late_is_said_to_be_late_in_the_language_of_the_page(open_page: Any) -> None:
    performance = started(tie_rule="decide")
    guest = join(open_page, performance, locale="zh-CN")
    guest.context.set_offline(True)
    tap(guest, "Burn the ferry")
    status(guest, "还没有发出")
    cycle.close_now(performance.pk, by=get_user_model().objects.get(username="showrunner"))
    guest.context.set_offline(False)
    expect(guest.locator("#pick-status")).to_have_text("你的选票来晚了：投票已截止。", timeout=30_000)
    expect(guest.locator("#poll-error")).to_be_hidden()  # one sentence says it
    assert Ballot.objects.count() == 0
    assert scrolled_sideways(guest, 390) == []


def test_ranking_by_tapping_and_by_keyboard(open_page: Any) -> None:
    performance = started(poll_kind="ranked", tie_rule="decide")
    guest = join(open_page, performance)
    expect(guest.locator("#poll-rule")).to_have_text("Tap in your order, the best first.")
    for label in LABELS[::-1]:
        tap(guest, label)
    status(guest, "counted")
    assert stored() == LABELS[::-1]
    guest.get_by_role("button", name="Move up: Carry the widow").focus()
    guest.keyboard.press("Enter")
    expect(guest.locator(".choice-rank")).to_have_text(["2", "3", "1"])
    status(guest, "counted")
    assert stored() == ["Burn the ferry", "Carry the widow", "Carry the thief"]
    guest.get_by_role("checkbox", name="Burn the ferry").focus()
    guest.keyboard.press("Space")  # taken away: the others move up
    expect(guest.locator(".choice-rank")).to_have_text(["1", "2", ""])
    status(guest, "counted")
    guest.reload()
    expect(guest.locator(".choice-rank")).to_have_text(["1", "2", ""])
    cycle.close_now(performance.pk, by=get_user_model().objects.get(username="showrunner"))
    status(guest, "Your choice won.")


def test_several_choices_within_bounds_and_counts_after_voting(open_page: Any) -> None:
    performance = started(poll_kind="multiple", min_choices=2, max_choices=2, results="voted")
    guest = join(open_page, performance)
    expect(guest.locator("#poll-rule")).to_have_text("Choose 2.")
    expect(guest.locator("#poll-count")).to_have_text("The count is shown to those who have voted.")
    tap(guest, LABELS[0])
    status(guest, "Choices still to make: 1")
    assert not Ballot.objects.exists()
    tap(guest, LABELS[2])
    status(guest, "counted")
    expect(guest.locator("#poll-count")).to_have_text("Votes: 1")
    expect(guest.locator(".choice-figure")).to_have_text(["1 · 100%", "0 · 0%", "1 · 100%"])
    tap(guest, LABELS[1])
    expect(guest.locator("#poll-error")).to_have_text("This poll takes 2 at most. Take one away first.")
    expect(guest.get_by_role("checkbox", name=LABELS[1])).not_to_be_checked()
    tap(guest, LABELS[0])
    status(guest, "Until then your last vote counts.")
    assert stored() == [LABELS[0], LABELS[2]]


def test_counts_kept_back_and_a_tie_decided_from_the_console(open_page: Any) -> None:
    performance = started(results="by_hand", tie_rule="decide")
    guests = [join(open_page, performance) for _ in range(2)]
    for guest, label in zip(guests, LABELS[1:], strict=True):
        tap(guest, label)
        status(guest, "counted")
    screen = open_page(f"/screen/{performance.code}/", viewport={"width": 1280, "height": 720})
    console = open_page(f"/console/{performance.code}/", role="showrunner", viewport=DESK)
    console.get_by_role("button", name="Close the poll now").click()
    for page in (*guests, screen):
        expect(page.locator("#tie")).to_have_text("It is a tie. The showrunner decides.")
        expect(page.locator("#poll-count")).to_have_text("The count is shown later.")
    console.get_by_role("button", name=LABELS[1], exact=True).click()
    expect(screen.locator("#tie")).to_have_text("It was a tie. The showrunner decided.")
    status(guests[0], "Your choice won.")
    decisions.reveal(performance.pk, Poll.objects.get().pk, by=get_user_model().objects.get(username="showrunner"))
    expect(guests[0].locator("#poll-count")).to_have_text("Votes: 2")
    expect(screen.locator(".choice-figure")).to_have_text(["0 · 0%", "1 · 50%", "1 · 50%"])


def test_pages_of_the_api_work_without_any_other_host_and_under_the_policy(stack: Stack, browser: Browser) -> None:
    context = browser.new_context(base_url=stack.url, viewport=DESK)
    page = context.new_page()
    elsewhere: list[str] = []
    refused: list[str] = []
    page.on(
        "request",
        lambda request: elsewhere.append(request.url) if not request.url.startswith((stack.url, "data:")) else None,
    )
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.goto("/api/docs")
    expect(page.locator(".opblock-summary")).to_have_count(5)
    page.locator(".opblock-summary", has_text="/ballots").click()
    expect(page.locator(".opblock-body").first).to_contain_text("answered after it is committed")
    page.goto("/api/wire/")
    expect(page.get_by_role("heading", name="poll.closed")).to_be_visible()
    page.set_viewport_size(PHONE)
    assert scrolled_sideways(page, 390) == []
    context.close()
    assert [url for url in elsewhere if not url.startswith((stack.url, "data:"))] == []
    assert refused == []
