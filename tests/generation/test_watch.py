"""One attempt under watch: it renews its lease, stops when it is no longer wanted or too slow, and is seen to grow."""

import json
import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
import redis
from django.conf import settings as django_settings
from django.db.models.functions import Now
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from storyengine.errors import Refused
from storyengine.generation import draft as drafts
from storyengine.generation import watch as watching
from storyengine.generation.checks import CHECKS, PATH_CHECKS
from storyengine.generation.draft import cancel_drafts, claim_draft, retry_draft, stop_draft, write_draft
from storyengine.generation.models import AdapterSwitch, Draft
from storyengine.generation.progress import CHANNEL, key_of
from storyengine.generation.pulse import Pulse, Work, pulse
from storyengine.generation.watch import Watch
from storyengine.generation.writer import Answer, Heard
from tests.conftest import test_database_url
from tests.factories import answer_json
from tests.generation.test_draft import queued

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "ASK_EVERY_S", 0.0)


class Hand:
    """A writer of few words: says what it is told, and lets a test look in while it does."""

    name, revision, device, candidates, context_budget = "hand", "r1", "paper", 3, 0
    adapter, adapter_error = "", None

    def use(self, adapter):  # type: ignore[no-untyped-def]
        self.adapter = adapter

    def __init__(self, *texts: str, during=lambda: None) -> None:  # type: ignore[no-untyped-def]
        self.texts, self.during = texts or (answer_json(),), during

    def write(self, context, *, seed, candidates=1, ear=None):  # type: ignore[no-untyped-def]
        self.asked = candidates
        for end in (10, 40):
            ear.hear(Heard(tuple(text[:end] for text in self.texts), end, 100, end * len(self.texts)))
            self.during()
            if ear.stop():
                raise Refused("writer.cancelled")
        return Answer(self.texts[0], self.name, seed, 10, 20, 0.5, others=self.texts[1:], revision=self.revision,
                      adapter=self.adapter, adapter_revision=self.adapter and "a1")  # fmt: skip


def by(writer: Hand, monkeypatch: pytest.MonkeyPatch) -> Draft:
    monkeypatch.setattr(drafts, "load_writer", lambda: writer)
    draft = queued()
    write_draft(draft.pk)
    draft.refresh_from_db()
    return draft


def outcome(draft: Draft) -> tuple[str, str]:
    draft.refresh_from_db()
    return draft.state, draft.error_code


def test_best_candidate_becomes_the_text_and_all_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    good = answer_json(text="The thief carries a lantern aboard.")
    draft = by(Hand(answer_json(), "{", good), monkeypatch)
    assert (draft.state, draft.text, draft.revision_of_model) == ("written", good, "r1")
    kept = list(draft.candidates.values_list("place", "number", "text"))
    assert kept == [(1, 2, good), (2, 0, answer_json()), (3, 1, "{")]
    assert [len(one.checks) for one in draft.candidates.all()] == [len(CHECKS) + len(PATH_CHECKS)] * 2 + [0]
    assert draft.candidates.last().fault == "answer.no_json"


def test_next_draft_is_written_with_the_adapter_that_was_switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    hand, written = Hand(), []
    for name in ("ours", ""):
        AdapterSwitch.objects.create(adapter=name)
        draft = by(hand, monkeypatch)
        written.append((draft.adapter, draft.revision_of_adapter, draft.revision_of_model))
    assert written == [("ours", "a1", "r1"), ("", "", "r1")]


def test_number_of_candidates_is_the_setting_or_the_writers_own(monkeypatch: pytest.MonkeyPatch, settings) -> None:  # type: ignore[no-untyped-def]
    hand = Hand()
    by(hand, monkeypatch)
    assert hand.asked == 3
    settings.WRITER_CANDIDATES = 5
    by(hand, monkeypatch)
    assert hand.asked == 5


def test_answers_that_nobody_can_read_are_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outcome(by(Hand("I cannot help with that."), monkeypatch)) == ("queued", "writer.answer_invalid")
    assert outcome(by(Hand(""), monkeypatch)) == ("queued", "writer.answer_empty")


def test_attempt_that_comes_to_nothing_is_paid_for(monkeypatch: pytest.MonkeyPatch) -> None:
    unread = by(Hand("I cannot help with that."), monkeypatch)
    assert (unread.state, unread.tokens_in, unread.tokens_out, unread.seconds) == ("queued", 10, 20, 0.5)
    hand = Hand("{", "{", during=lambda: cancel_drafts(Draft.objects.values_list("pk", flat=True)))
    stopped = by(hand, monkeypatch)
    assert (stopped.state, stopped.tokens_in, stopped.tokens_out) == ("cancelled", 0, 20)
    assert stopped.seconds is not None


def test_draft_that_is_cancelled_stops_its_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    hand = Hand(during=lambda: cancel_drafts(Draft.objects.values_list("pk", flat=True)))
    assert outcome(by(hand, monkeypatch)) == ("cancelled", "")


def test_editor_stops_a_draft_for_good_until_it_is_queued_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    hand = Hand(during=lambda: stop_draft(Draft.objects.latest("pk").pk, by="mara"))
    draft = by(hand, monkeypatch)
    assert outcome(draft) == ("failed", "writer.stopped")
    assert (draft.error_reason, draft.candidates.count()) == ("mara", 0)
    with pytest.raises(Refused) as refused:
        stop_draft(draft.pk, by="mara")
    assert refused.value.code == "draft.state"
    assert retry_draft(draft.pk)


def test_waiting_draft_can_be_stopped_too() -> None:
    draft = queued()
    stop_draft(draft.pk, by="mara")
    assert outcome(draft) == ("failed", "writer.stopped")
    assert claim_draft(draft.pk) is None


def test_writer_that_is_too_slow_gives_up_and_tries_again(monkeypatch: pytest.MonkeyPatch, settings) -> None:  # type: ignore[no-untyped-def]
    settings.WRITER_DEADLINE_S = 0.0
    draft = by(Hand(), monkeypatch)
    assert outcome(draft) == ("queued", "writer.too_slow")


def test_lease_is_renewed_while_the_writer_gets_on(settings) -> None:  # type: ignore[no-untyped-def]
    draft = claim_draft(queued().pk)
    Draft.objects.filter(pk=draft.pk).update(lease_until=Now() + timedelta(seconds=1))
    watch = Watch(draft)
    watch._renewed_at -= settings.WRITER_LEASE_S
    assert not watch.ear.stop()
    draft.refresh_from_db()
    assert draft.lease_until is not None
    assert draft.lease_until > timezone.now() + timedelta(seconds=settings.WRITER_LEASE_S / 2)
    Draft.objects.filter(pk=draft.pk).update(fence=9)
    assert watch.ear.stop()


def test_pulse_hangs_only_at_work(settings) -> None:  # type: ignore[no-untyped-def]
    settings.WRITER_HANG_S = 5
    pulse = Pulse()
    pulse._beaten_at -= 10
    assert pulse.hangs() is None
    pulse.begin("draft 7", list)
    assert pulse.hangs() is None
    pulse._beaten_at -= 10
    assert pulse.hangs() == Work("draft 7", list)
    assert pulse.hangs(grace_s=10) is None
    pulse.beat()
    assert pulse.hangs() is None


@pytest.mark.parametrize(("busy_with", "limit"), [("", 5), ("waiting", 7), ("compiling", 9), ("loading", 9)])
def test_pulse_may_be_silent_for_as_long_as_its_work_may(settings, busy_with: str, limit: float) -> None:  # type: ignore[no-untyped-def]
    settings.WRITER_HANG_S, settings.WRITER_WAIT_S, settings.WRITER_PREPARE_S = 5, 7, 9
    pulse = Pulse()
    pulse.begin("draft 7", list)
    pulse.beat(busy_with)
    pulse._beaten_at -= limit - 1
    assert pulse.hangs() is None
    pulse._beaten_at -= 2
    assert pulse.hangs() is not None
    pulse.end()
    assert (pulse.busy_with, pulse.hangs()) == ("", None)


def test_asking_whether_to_stop_is_no_sign_of_the_writer(settings) -> None:  # type: ignore[no-untyped-def]
    settings.WRITER_HANG_S, settings.WRITER_LEASE_S = 5, 5
    draft = claim_draft(queued().pk)
    watch = Watch(draft)
    watch.begin(lambda: None)
    pulse._beaten_at -= 3
    assert not watch.ear.stop()
    assert pulse.silent_s() > 2.9
    pulse._beaten_at -= 3
    Draft.objects.filter(pk=draft.pk).update(lease_until=Now())
    watch._renewed_at -= 5
    assert watch.ear.stop()
    assert watch.reason(Refused("writer.cancelled")).code == "writer.silent"
    assert claim_draft(draft.pk) is not None  # nor is its claim renewed any more
    watch.end("writer.silent")


def test_writer_that_compiles_keeps_its_claim_as_long_as_that_may_take(settings) -> None:  # type: ignore[no-untyped-def]
    draft = claim_draft(queued().pk)
    Watch(draft).ear.note("compiling")
    until = Now() + timedelta(seconds=settings.WRITER_PREPARE_S)
    assert Draft.objects.filter(pk=draft.pk, lease_until__gt=until).exists()


def test_desk_hears_a_state_then_what_is_added_then_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    client = redis.Redis.from_url(django_settings.REDIS_URL)
    with client.pubsub(ignore_subscribe_messages=True) as subscription:
        subscription.subscribe(CHANNEL)
        subscription.get_message(timeout=1)
        states: list[dict] = []
        hand = Hand(during=lambda: states.append(json.loads(client.get(key_of(Draft.objects.latest("pk").pk)))))
        draft = by(hand, monkeypatch)
        news = []
        while message := subscription.get_message(timeout=0.5):
            news.append(json.loads(message["data"]))
    assert [one["type"] for one in news] == ["draft.state", "draft.state", "draft.delta", "draft.ended"]
    assert [one["seq"] for one in news[:3]] == [0, 1, 2]
    assert news[2]["added"] == [[0, 10, answer_json()[10:40]]]
    assert (news[2]["tokens"], news[2]["budget"]) == (40, 100)
    assert [state["texts"] for state in states] == [[answer_json()[:10]], [answer_json()[:40]]]
    assert news[3] == {"type": "draft.ended", "draft": draft.pk, "fence": 1, "code": ""}
    assert client.get(key_of(draft.pk)) is None


def test_draft_is_written_though_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    away = redis.Redis(port=1, retry=Retry(NoBackoff(), 1))
    monkeypatch.setattr("storyengine.generation.progress.client", lambda: away)
    assert by(Hand(), monkeypatch).state == "written"


HANG = """
import django; django.setup()
import threading
from storyengine.generation import watchdog
from functools import partial
from storyengine.errors import Refused
from storyengine.generation.draft import claim_draft, fail_draft
from storyengine.generation.watch import Watch
draft = claim_draft({draft})
Watch(draft).begin(partial(fail_draft, draft, Refused("writer.hung")))
threading.Thread(target=watchdog.watch, args=(threading.Event(),), daemon=True).start()
threading.Event().wait(60)  # a kernel that never comes back
"""


@pytest.mark.django_db(transaction=True)
def test_writer_that_hangs_is_ended_and_its_draft_given_back() -> None:
    draft = queued()
    environment = {
        **os.environ, "DATABASE_URL": test_database_url(), "STORYENGINE_WRITER_HANG_S": "1",
        "DJANGO_SETTINGS_MODULE": "storyengine.settings", "PYTHONPATH": str(django_settings.BASE_DIR),
    }  # fmt: skip
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", HANG.format(draft=draft.pk)], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 75, done.stderr
    assert time.monotonic() - began < 50
    assert outcome(draft) == ("queued", "writer.hung")
    assert draft.attempt == 1
