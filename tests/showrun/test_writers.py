"""The console's writer panel, and the canaries behind it: what works, what hangs, what is gone, what went wrong."""

import time
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils.translation import override

from storyengine.errors import Refused
from storyengine.generation.draft import fail_draft
from storyengine.generation.models import Draft, WriterStatus
from storyengine.generation.pulse import pulse
from storyengine.generation.tasks import report, sing
from storyengine.sentences import refusal_in_words
from storyengine.showrun import cycle, stage_manager
from tests.conftest import Stack
from tests.factories import make_performance, make_user, take_over

pytestmark = pytest.mark.django_db(transaction=True)


def writer(name: str = "writer@here", *, seen_s: float = 0, worked_s: float = 0, **fields: object) -> WriterStatus:
    ago = {"seen_at": Now() - timedelta(seconds=seen_s), "worked_at": Now() - timedelta(seconds=worked_s)}
    defaults = {"state": "ready", "model": "box", **ago, **fields}
    return WriterStatus.objects.update_or_create(name=name, defaults=defaults)[0]


@pytest.mark.parametrize(
    ("seen_s", "worked_s", "state", "shown"),
    [
        (1, 1, "ready", "ready"),
        (1, 60, "ready", "hangs"),
        (60, 60, "ready", "silent"),
        (1, 60, "loading", "loading the model"),
    ],
)
def test_console_tells_a_writer_that_hangs_from_one_that_is_gone(
    client: Client, seen_s: float, worked_s: float, state: str, shown: str
) -> None:
    client.force_login(make_user("showrunner"))
    performance = make_performance()
    writer(seen_s=seen_s, worked_s=worked_s, state=state)
    for path in ("/console/", f"/console/{performance.code}/"):
        assert f">{shown}</span>" in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("busy_with", "worked_s", "shown"),
    [
        ("compiling", 200, "compiles for the GPU"),
        ("compiling", 400, "hangs"),
        ("waiting", 100, "waits for its server"),
        ("waiting", 130, "hangs"),
        ("loading", 200, "loads the model of a check"),
        ("judging", 100, "checks a text"),
    ],
)
def test_console_says_what_a_silent_writer_is_at_for_as_long_as_that_may_take(
    client: Client, busy_with: str, worked_s: float, shown: str
) -> None:
    client.force_login(make_user("showrunner"))
    writer(worked_s=worked_s, busy_with=busy_with, context_budget=6892)
    html = client.get("/console/").content.decode()
    assert f">{shown}</span>" in html
    assert "prompts of up to 6892 tokens" in html


def test_heartbeat_tells_what_the_writer_is_at() -> None:
    pulse.begin("draft 7", list)
    try:
        pulse.beat("compiling")
        report(WriterStatus.State.READY)
        pulse.beat()
        assert WriterStatus.objects.get().get_busy_with_display() == "compiles for the GPU"
        report(WriterStatus.State.READY)
        assert WriterStatus.objects.get().busy_with == ""
    finally:
        pulse.end()


def refusal(code: str, reason: str) -> str:
    with override("zh-hans"):
        return refusal_in_words(code, reason)


def test_console_shows_what_went_wrong_and_how_often_it_was_tried(client: Client) -> None:
    showrunner = make_user("showrunner")
    client.force_login(showrunner)
    performance = make_performance()
    cycle.start(performance.pk, by=showrunner)
    first, second = Draft.objects.order_by("pk")
    fail_draft(take_over(first), Refused("writer.unreachable", reason="APIConnectionError"))
    Draft.objects.filter(pk=second.pk).update(remark="out of memory: 2 at once instead of 8")
    html = client.get(f"/console/{performance.code}/").content.decode()
    assert "<code>writer.unreachable</code> The writer&#x27;s server cannot be reached. (APIConnectionError)" in html
    assert "attempt 1 of 3" in html
    assert "out of memory: 2 at once instead of 8" in html
    html = client.get(f"/console/{performance.code}/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "内存不够：同时写 2 个，而不是 8 个" in html
    assert f"<code>writer.unreachable</code> {refusal('writer.unreachable', 'APIConnectionError')}" in html


def test_canary_sings_for_its_writer_alone() -> None:
    mine, other = writer(worked_s=60), writer("writer@there", worked_s=60)
    assert sing(mine.name)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.worked_at > other.worked_at
    assert not sing("writer@nowhere")


def test_canaries_go_to_writers_that_live(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    monkeypatch.setattr(stage_manager, "ring", lambda task, name, **options: sent.append((name, options["queue"])))
    writer("writer@alive")
    writer("writer@gone", seen_s=600)
    writer("writer@left", state="stopped")
    stage_manager.send_canaries()
    assert sent == [("writer@alive", "writer@alive")]


def test_running_writer_answers_its_canaries(stack: Stack) -> None:
    give_up = time.monotonic() + 90
    while True:
        found = WriterStatus.objects.filter(state="ready").first()
        if found:
            break
        assert time.monotonic() < give_up, "the writer did not come up"
        time.sleep(0.2)
    WriterStatus.objects.filter(pk=found.pk).update(worked_at=Now() - timedelta(hours=1))
    give_up = time.monotonic() + 30
    while WriterStatus.objects.filter(pk=found.pk, worked_at__lt=Now() - timedelta(seconds=30)).exists():
        assert time.monotonic() < give_up, "no canary sang"
        time.sleep(0.2)
