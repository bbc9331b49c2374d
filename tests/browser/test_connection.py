"""A guest's page while the web process is killed and comes back: it says how things are and loses no pick."""

import os
import signal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from audience.models import Ballot
from storyengine.plot.models import Choice
from storyengine.showrun import cycle
from tests.browser.conftest import join
from tests.browser.test_ballots import LABELS, started, status, stored, tap
from tests.conftest import Stack
from tests.factories import make_performance, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_guest_votes_while_the_server_is_away(open_page: Any, stack: Stack) -> None:
    performance = make_performance(poll_seconds=300, write_ahead=False)
    guest = join(open_page, performance)
    cycle.start(performance.pk, by=make_user("showrunner"))
    expect(guest.locator("#question")).to_have_text("Who crosses?")
    guest.evaluate(
        """() => {
          window.states = [];
          const badge = document.getElementById("connection");
          new MutationObserver(() => window.states.push(badge.dataset.state)).observe(badge, {attributes: true});
        }"""
    )
    os.kill(stack.supervisor.pids()["web"], signal.SIGKILL)
    expect(guest.locator("#connection")).not_to_have_attribute("data-state", "live")
    guest.get_by_text("Carry the thief").click()
    expect(guest.locator("#pick-status")).not_to_contain_text("counted")
    expect(guest.locator("#connection")).to_have_attribute("data-state", "live", timeout=40_000)
    expect(guest.locator("#pick-status")).to_contain_text("counted")
    assert guest.evaluate("window.states[0]") == "reconnecting"
    (choices,) = Ballot.objects.values_list("choices", flat=True)
    assert Choice.objects.get(pk__in=choices).label == "Carry the thief"


def test_ballot_is_sent_until_it_is_counted_and_a_comment_gives_up(open_page: Any) -> None:
    guest = join(open_page, make_performance())
    kept = guest.evaluate(
        """async () => {
          const { Outbox } = await import("/static/audience/outbox.js");
          const outbox = new Outbox();
          const ballot = outbox.put({type: "ballot.cast", poll: 1, choices: [1]});
          const comment = outbox.put({type: "comment.post", text: "Fog"});
          const busy = (one) => outbox.settle({type: "error", code: "server.busy", ref: one.ref});
          const told = {ballot: 0, comment: 0};
          for (let i = 0; i < 100; i += 1) told.ballot += busy(ballot);
          for (let i = 0; i < 5; i += 1) told.comment += busy(comment);
          const left = outbox.due().map((one) => one.type);
          outbox.settle({type: "error", code: "poll.closed", ref: ballot.ref});
          return [told, left, outbox.size];
        }"""
    )
    assert kept == [{"ballot": 0, "comment": 1}, ["ballot.cast"], 0]


def test_a_second_choice_without_a_network_says_which_vote_counts(open_page: Any) -> None:
    guest = join(open_page, started())
    tap(guest, LABELS[0])
    status(guest, "Your vote is counted.")
    guest.context.set_offline(True)
    tap(guest, LABELS[1])
    status(guest, "Not sent yet: it goes out as soon as you are connected. Until then your last vote counts.")
    expect(guest.locator("#trouble")).to_have_attribute("role", "status")
    guest.context.set_offline(False)
    status(guest, "Your vote is counted.")
    assert stored() == [LABELS[1]]


def test_a_change_that_comes_too_late_says_that_the_vote_before_it_counts(open_page: Any) -> None:
    performance = started(tie_rule="decide")
    guest = join(open_page, performance)
    tap(guest, LABELS[0])
    status(guest, "Your vote is counted.")
    guest.context.set_offline(True)
    tap(guest, LABELS[1])
    cycle.close_now(performance.pk, by=get_user_model().objects.get(username="showrunner"))
    guest.context.set_offline(False)
    expect(guest.locator("#poll-error")).to_have_text(
        "Your change came too late: the vote before it counts.", timeout=30_000
    )
    status(guest, "Your choice won.")
    assert stored() == [LABELS[0]]


def test_a_vote_that_never_left_is_not_said_to_be_counted(open_page: Any) -> None:
    guest = join(open_page, started(poll_seconds=6))
    guest.context.set_offline(True)
    tap(guest, LABELS[1])
    unsent = "Time is up, and your vote has not left this device."
    expect(guest.locator("#pick-status")).to_have_text(unsent, timeout=15_000)


def test_a_phone_that_slept_does_not_trust_its_connection(open_page: Any) -> None:
    guest = join(open_page, started())
    states = guest.evaluate(
        """async () => {
          const [states, badge] = [[], document.getElementById("connection")];
          new MutationObserver(() => states.push(badge.dataset.state)).observe(badge, {attributes: true});
          const now = Date.now;
          Date.now = () => now() + 60_000;
          document.dispatchEvent(new Event("visibilitychange"));
          while (!states.includes("live")) await new Promise((later) => setTimeout(later, 50));
          return states;
        }"""
    )
    assert states == ["reconnecting", "live"]


def test_two_tabs_of_one_guest_show_one_vote(open_page: Any) -> None:
    guest = join(open_page, started())
    tab = guest.context.new_page()
    tab.goto(guest.url)
    tap(tab, LABELS[2])
    status(tab, "counted")
    status(guest, "Your vote is counted.")
    expect(guest.get_by_role("radio", name=LABELS[2])).to_be_checked()
    tap(guest, LABELS[0])
    expect(tab.get_by_role("radio", name=LABELS[0])).to_be_checked()
    assert stored() == [LABELS[0]]


def test_going_away_and_back_keeps_the_seat_and_the_vote(open_page: Any) -> None:
    performance = started()
    guest = join(open_page, performance)
    tap(guest, LABELS[1])
    status(guest, "counted")
    guest.goto("/")
    guest.go_back()
    expect(guest.get_by_role("radio", name=LABELS[1])).to_be_checked()
    status(guest, "Your vote is counted.")
    guest.goto(f"/join/{performance.code}/")  # the code on the wall, scanned again
    guest.wait_for_url("**/show/**")
    status(guest, "Your vote is counted.")


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en-GB", ["1 second", "10 seconds", "1 minute", "1 minute 1 second", "5 minutes"]),
     ("zh-CN", ["1秒钟", "10秒钟", "1分钟", "1分钟 1秒钟", "5分钟"])],
)  # fmt: skip
def test_times_are_spoken_as_people_say_them(open_page: Any, locale: str, said: list[str]) -> None:
    guest = join(open_page, make_performance(), locale=locale)
    module = 'import("/static/audience/words.js")'
    assert guest.evaluate(f"async () => [1, 10, 60, 61, 300].map((await {module}).spokenTime)") == said


def test_the_last_scene_asks_nothing_and_the_end_is_seen_at_once(open_page: Any) -> None:
    performance = started()
    guest = join(open_page, performance)
    guest.set_viewport_size({"width": 390, "height": 664})
    expect(guest.locator("#talk")).to_be_visible()
    by = get_user_model().objects.get(username="showrunner")
    tap(guest, LABELS[0])
    status(guest, "counted")
    cycle.close_now(performance.pk, by=by)
    expect(guest.locator("#scene")).to_contain_text("THE FAR BANK", timeout=20_000)
    expect(guest.locator("#talk")).to_be_hidden()
    cycle.end(performance.pk, by=by)
    expect(guest.locator("#ended h2")).to_be_in_viewport(ratio=1)
    expect(guest.locator("#ended h2")).to_be_focused()
    guest.reload()
    expect(guest.locator("#ended h2")).to_be_in_viewport(ratio=1)
