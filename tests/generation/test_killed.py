"""A writer that is killed, at any moment: the draft is taken up again, and exactly one set of answers is kept."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models.functions import Now

from storyengine.generation.brief import context_of, make_brief
from storyengine.generation.models import Brief, Candidate, Draft
from storyengine.generation.parse import parse_answer
from storyengine.plot.path import enter
from tests.conftest import test_database_url
from tests.factories import make_performance

pytestmark = pytest.mark.django_db(transaction=True)
CANDIDATES = 2
MOMENTS_S = (0.0, 0.3)  # after the claim


class Writing:
    """Forks that write, one draft each."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def begin(self, draft: Draft) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{draft.pk}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@pytest.fixture(scope="module")
def writing(django_db_setup: None) -> Iterator[Writing]:
    script = Path(__file__).with_name("writing_process.py")
    environment = {**os.environ, "DATABASE_URL": test_database_url(), "PYTHONPATH": str(settings.BASE_DIR)}
    environment["STORYENGINE_WRITER_CANDIDATES"] = str(CANDIDATES)
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Writing(process)
        os.killpg(process.pid, signal.SIGKILL)  # its forks too


def queued() -> Draft:
    performance = make_performance(state="live")
    step = enter(performance, performance.story.start, choice=None)
    return make_brief(step, step.scene.choices.get(label="Carry the thief"), reason=Brief.Reason.AHEAD).draft


def wait_for(draft: Draft, state: str, *, timeout: float = 60) -> None:
    give_up = time.monotonic() + timeout
    while draft.state != state:
        assert time.monotonic() < give_up, f"the draft stayed {draft.state} {draft.error_code} {draft.error_reason}"
        time.sleep(0.02)
        draft.refresh_from_db()


def end_lease(draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_killed_writer_leaves_nothing_and_the_next_one_leaves_one_set(writing: Writing) -> None:
    for moment in MOMENTS_S:
        draft = queued()
        child = writing.begin(draft)
        wait_for(draft, "running")
        time.sleep(moment)
        os.kill(child, signal.SIGKILL)
        draft.refresh_from_db()
        assert (draft.state, draft.text, draft.candidates.count()) == ("running", "", 0)  # nobody sees half a draft
        end_lease(draft)
        writing.begin(draft)
        wait_for(draft, "written")
        places = list(draft.candidates.values_list("place", flat=True))
        assert places == list(range(1, len(places) + 1))
        assert len(places) == CANDIDATES
        assert draft.candidates.first().text == draft.text
        parse_answer(draft.text, context_of(draft.brief))
        assert (draft.attempt, draft.fence) == (2, 2)


def test_poisonous_draft_that_kills_each_writer_is_given_up(writing: Writing) -> None:
    draft = queued()
    for attempt in (1, 2, 3):
        child = writing.begin(draft)
        while draft.fence < attempt:
            time.sleep(0.02)
            draft.refresh_from_db()
        os.kill(child, signal.SIGKILL)
        end_lease(draft)
    writing.begin(draft)
    wait_for(draft, "failed")
    assert (draft.error_code, draft.attempt) == ("writer.attempts_spent", 3)
    assert Candidate.objects.count() == 0


def test_two_writers_at_one_draft_leave_one_set(writing: Writing) -> None:
    draft = queued()
    writing.begin(draft)
    wait_for(draft, "running")
    end_lease(draft)  # the first is slow, not dead: the second takes over, and the first one's answer is refused
    writing.begin(draft)
    wait_for(draft, "written")
    assert (draft.fence, draft.candidates.count()) == (2, CANDIDATES)
    time.sleep(1)
    draft.refresh_from_db()
    assert (draft.fence, draft.candidates.count()) == (2, CANDIDATES)
