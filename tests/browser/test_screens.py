"""The overlay and the widget in a real browser: they show the vote, and the widget casts every kind of ballot."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from audience.models import Ballot
from storyengine.plot.models import Choice, Performance
from storyengine.showrun import cycle
from tests.browser.conftest import PHONE, join
from tests.browser.test_ballots import LABELS, started, status, stored, tap
from tests.factories import make_performance, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def close(performance: Performance) -> None:
    cycle.close_now(performance.pk, by=get_user_model().objects.get(username="showrunner"))


def test_overlay_shows_the_poll_its_counts_and_the_winner(open_page: Any) -> None:
    performance = started()
    overlay = open_page(f"/overlay/{performance.code}/", viewport={"width": 1280, "height": 720})
    expect(overlay.locator("#question")).to_have_text("Who crosses?")
    expect(overlay.locator(".choice-label")).to_have_text(LABELS)
    guest = join(open_page, performance)
    tap(guest, LABELS[1])
    expect(overlay.locator(".choice-figure")).to_have_text(["0 · 0%", "1 · 100%", "0 · 0%"])
    close(performance)
    expect(overlay.locator(".choice.is-winner")).to_contain_text(LABELS[1])


def test_overlay_holds_nine_long_choices(open_page: Any) -> None:
    performance = make_performance(poll_seconds=300, write_ahead=False)
    for place in range(4, 10):
        label = f"{place} Call the harbour master and tell him everything you swore you would never tell anybody"
        Choice.objects.create(scene=performance.story.start, position=place, label=label)
    cycle.start(performance.pk, by=make_user("showrunner"))
    overlay = open_page(f"/overlay/{performance.code}/", viewport={"width": 1280, "height": 720})
    expect(overlay.locator(".choice-label")).to_have_count(9)
    expect(overlay.locator("#question")).to_be_in_viewport(ratio=1)
    expect(overlay.locator(".choice").last).to_be_in_viewport(ratio=1)


def test_big_screen_on_a_phone_keeps_the_winner_readable(open_page: Any) -> None:
    performance = started()
    screen = open_page(f"/screen/{performance.code}/", viewport=PHONE)
    close(performance)
    winner = screen.locator(".choice.is-winner")
    expect(winner.locator("[data-note='winner']")).to_be_visible()
    label = winner.locator(".choice-label").bounding_box()
    assert label["width"] > winner.bounding_box()["width"] / 2, "the label has room beside or above what stands with it"
    assert screen.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_widget_looks_on_then_takes_part_and_keeps_the_vote(open_page: Any) -> None:
    performance = started()
    widget = open_page(f"/embed/{performance.code}/", viewport={"width": 320, "height": 700})
    expect(widget.locator(".choice-label")).to_have_text(LABELS)
    expect(widget.locator("#connection")).to_have_attribute("data-state", "live")
    expect(widget.locator("#choices")).to_have_js_property("disabled", True)
    widget.get_by_role("button", name="Take part").click()
    tap(widget, LABELS[2])
    status(widget, "counted")
    assert stored() == [LABELS[2]]
    widget.reload()
    status(widget, "counted")
    expect(widget.get_by_role("radio", name=LABELS[2])).to_be_checked()
    assert widget.evaluate("document.documentElement.scrollWidth <= innerWidth")
    close(performance)
    status(widget, "Your choice won.")


def test_widget_ranks(open_page: Any) -> None:
    performance = started(poll_kind="ranked", results="voted")
    widget = open_page(f"/embed/{performance.code}/", viewport=PHONE)
    expect(widget.locator("#poll-rule")).to_have_text("Tap in your order, the best first.")
    widget.get_by_role("button", name="Take part").click()
    for label in LABELS[:2]:
        tap(widget, label)
    status(widget, "counted")
    widget.get_by_role("button", name=f"Move up: {LABELS[1]}").click()
    status(widget, "counted")
    expect(widget.locator("#poll-count")).to_have_text("Votes: 1")
    assert stored() == [LABELS[1], LABELS[0]]
    assert Ballot.objects.count() == 1
