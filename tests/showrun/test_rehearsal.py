"""A dress rehearsal as a showrunner runs it, against the product's own processes; and how its report is counted."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session

from audience.models import Ballot
from storyengine.editorial.models import Release
from storyengine.plot.models import Performance, Scene
from storyengine.showrun.audience_players import Cast, House
from storyengine.showrun.rehearsal_report import acknowledged, faults, misplaced, percentiles, waits
from storyengine.showrun.stack import Stack, forget_running, note_running, run_file, running_stack
from tests.conftest import Stack as RunningStack
from tests.conftest import test_database_url
from tests.factories import PerformanceFactory, make_story

ROUNDS, AUDIENCE = 1, 6


def rehearse(folder: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    report = folder / "report.json"
    done = subprocess.run(
        [sys.executable, "manage.py", "rehearse", "--json", str(report), *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": test_database_url()},
        capture_output=True,
        text=True,
        timeout=240,
    )
    return done, json.loads(report.read_text()) if report.exists() else {}


@pytest.mark.django_db(transaction=True)
def test_rehearsal_plays_a_copy_and_counts_every_ballot(stack: RunningStack, tmp_path: Path) -> None:
    story = make_story()
    like = PerformanceFactory(story=story, poll_kind="ranked", results="voted")
    done, report = rehearse(
        tmp_path, "--audience", str(AUDIENCE), "--rounds", str(ROUNDS), "--poll-seconds", "5",
        "--performance", like.code, "--url", stack.url, "--wish", "a storm",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (report["guests"], report["rounds"], report["scenes"]) == (AUDIENCE, ROUNDS, 2)
    assert report["ballots_accepted"] == report["ballots_counted"] >= AUDIENCE
    assert report["ballots_sent"] >= report["ballots_accepted"] + report["changes_accepted"]
    assert Ballot.objects.filter(poll__performance__code=report["performance"], choices__len__gt=1).exists()
    assert (report["ballots_misplaced"], report["leaks"], report["trouble"]) == (0, 0, [])
    assert report["changes_accepted"] >= 2  # guests 2 and 5
    assert report["comments_accepted"] >= 4  # all but guests 3 and 6
    assert report["drafts"] >= 1
    assert report["released_words"] > 0
    (branch,) = report["explained"]
    assert set(branch["taken"]) <= set(branch["asked"])
    assert branch["why"] == f"/desk/briefs/{Release.objects.get().revision.draft.brief_id}/"
    assert (report["wish"], report["asked"]) == ("a storm", int(any("storm" in wish for wish in branch["asked"])))
    assert report["taken_up"] >= ("storm" in branch["taken"])
    assert report["uptake"] == report["taken_up"] / len(report["explained"])
    assert len(report["close_to_release_s"]) == ROUNDS
    assert 0 < report["ballot_ack_ms"]["p50"] <= report["ballot_ack_ms"]["p95"] <= report["ballot_ack_ms"]["p99"]
    assert "Nobody crosses for free." in Path(report["script"]).read_text()

    # The author's own story is as it was, and nobody is left who could sign in.
    assert set(story.scenes.values_list("key", flat=True)) == {"start", "far-bank"}
    twin = Performance.objects.select_related("story").get(code=report["performance"])
    assert (twin.state, twin.story.slug) == ("ended", f"{story.slug}-rehearsal-{twin.code.lower()}")
    assert Scene.objects.filter(story=twin.story, origin="written").count() == 1
    left = get_user_model().objects.filter(username__startswith="rehearsal-")
    assert sorted((user.is_active, user.has_usable_password()) for user in left) == [(False, False)] * 2
    assert Session.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_rehearsal_says_what_stops_it(stack: RunningStack, tmp_path: Path) -> None:
    done, _ = rehearse(tmp_path, "--story", "no-such-story", "--url", stack.url)
    assert done.returncode == 1
    assert "no story has the slug no-such-story [story.unknown]" in done.stderr
    done, _ = rehearse(tmp_path, "--url", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "nothing answers at http://127.0.0.1:9" in done.stderr


def test_the_running_show_is_found_while_it_runs(
    stack: RunningStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORYENGINE_VAR", str(tmp_path))
    assert running_stack() is None
    note_running(stack.url)
    assert running_stack() == Stack(stack.url)
    run_file().write_text(json.dumps({"url": stack.url, "pid": 2**22 + 1}))  # above Linux's largest pid
    assert running_stack() is None
    forget_running()  # not ours to take back
    assert run_file().exists()
    note_running("http://127.0.0.1:9")
    assert running_stack() is None
    forget_running()
    assert not run_file().exists()


def test_ballots_count_once_a_guest_and_the_last_acknowledged_stands() -> None:
    casts = [
        Cast(1, "player 1", (10,), "ballot.accepted"),
        Cast(1, "player 2", (10,), "ballot.accepted"),
        Cast(1, "player 1", (11,), "ballot.accepted"),
        Cast(1, "player 2", (11,), "poll.closed"),
        Cast(1, "player 3", (11,), ""),
        Cast(2, "player 1", (20,), "ballot.accepted"),
    ]
    last = acknowledged(casts)
    assert last == {(1, "player 1"): (11,), (1, "player 2"): (10,), (2, "player 1"): (20,)}
    assert misplaced(last, dict(last)) == 0
    assert misplaced(last, last | {(1, "player 1"): (10,)}) == 1  # an older choice was counted
    assert misplaced(last, {key: last[key] for key in list(last)[1:]}) == 1  # one was lost
    assert misplaced(last, last | {(1, "player 3"): (11,)}) == 1  # one was counted that nobody acknowledged


def test_waits_are_those_of_the_last_guest() -> None:
    house = House(url="", code="", offset_s=0, lead=None)  # type: ignore[arg-type]
    house.closes[1] = {"a": 10.0, "b": 10.5}
    house.scenes[2] = {"a": 12.0, "b": 14.0}
    house.closes[2] = {"a": 20.0}
    assert waits(house) == [3.5]


def test_percentiles_are_nearest_rank() -> None:
    assert percentiles(range(1, 101)) == {"p50": 50, "p95": 95, "p99": 99}
    assert percentiles([7.0]) == {"p50": 7.0, "p95": 7.0, "p99": 7.0}
    assert percentiles([]) == {"p50": None, "p95": None, "p99": None}


def test_faults_name_everything_that_must_not_be() -> None:
    fine = {
        "trouble": [], "rounds": 3, "ballots_accepted": 9, "ballots_counted": 9, "ballots_misplaced": 0, "leaks": 0
    }  # fmt: skip
    assert faults(fine, 3) == []
    bad = fine | {"rounds": 2, "ballots_counted": 8, "ballots_misplaced": 1, "leaks": 4, "trouble": ["it rained"]}
    assert faults(bad, 3) == [
        "it rained",
        "2 of 3 rounds were completed",
        "9 ballots were accepted and 8 counted",
        "1 guests' counted choice is not the last one acknowledged",
        "4 times text reached a guest before its release",
    ]
