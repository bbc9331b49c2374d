"""A guest's page while the web process is killed and comes back: it says how things are and loses no pick."""

import os
import signal
from typing import Any

import pytest
from playwright.sync_api import expect

from audience.models import Ballot
from storyengine.plot.models import Choice
from storyengine.showrun import cycle
from tests.browser.conftest import join
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
