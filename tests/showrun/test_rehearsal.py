"""A dress rehearsal as a showrunner runs it, against the product's own processes; and how its report is counted."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from audience.models import Ballot, Comment, Guest
from storyengine.editorial.models import Release, Revision
from storyengine.editorial.release import release
from storyengine.editorial.review import approve, open_review
from storyengine.generation.brief import make_brief
from storyengine.generation.draft import claim_draft, store_answer
from storyengine.generation.models import Brief, Draft
from storyengine.generation.writer import Answer
from storyengine.plot.models import PathStep, Performance, Scene
from storyengine.plot.path import enter
from storyengine.showrun.audience_players import Cast, House
from storyengine.showrun.rehearsal_report import acknowledged, faults, misplaced, percentiles, uptake, waits
from storyengine.showrun.stack import Stack, forget_running, note_running, run_file, running_stack
from tests.conftest import Stack as RunningStack
from tests.conftest import test_database_url
from tests.factories import (
    GuestFactory,
    PerformanceFactory,
    answer_json,
    make_performance,
    make_story,
    make_user,
)

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


def check_uptake(report: dict[str, Any], release: Release) -> None:
    """What the report says of wishes, held against the brief's row and the words of the scene that was played."""
    asked = [wish["text"] for wish in release.revision.draft.brief.context["wishes"]]
    text = " ".join(release.scene.beats.values_list("text", flat=True)).casefold()
    words = set(re.findall(r"[^\W\d_]+", text))
    (branch,) = report["explained"]
    assert branch["asked"] == asked
    for wish in branch["asked"]:
        if wish in branch["taken"]:  # its words are there, whatever their endings
            assert all(any(one.startswith(word[: max(3, len(word) - 2)]) for one in words) for word in wish.split())
        else:
            assert not set(wish.split()) <= words
    assert branch["why"] == f"/desk/briefs/{release.revision.draft.brief_id}/"
    assert (report["wish"], report["asked"]) == ("a storm", int(any("storm" in wish.split() for wish in asked)))
    assert report["taken_up"] == report["uptake"] == int(bool({"storm", "storms", "stormy"} & words))


def check_compared(report: dict[str, Any], said: str) -> None:
    """The arm without comments: written to the same brief but for them, and counted from its text."""
    with_them, without = Release.objects.get().revision.draft.brief, Brief.objects.get(reason="without")
    assert [without.step_id, without.choice_id] == [with_them.step_id, with_them.choice_id]
    heard = {"wishes": [], "unwanted": [], "loved": [], "hated": []}
    assert without.context == with_them.context | heard
    (text,) = report["without"]["texts"]
    taken = bool(re.search(r"\bstorm(s|y)?\b", text["text"].partition("\n")[2].casefold()))
    counted = {"branches": 1, "written": 1, "taken_up": int(taken), "uptake": float(taken), "texts": [text]}
    assert report["without"] == counted
    assert (text["choice"], text["taken_up"]) == (without.choice.label, taken)
    assert report["difference"] == report["uptake"] - taken
    assert f"without them      {'█░'[not taken] * 20} {int(taken)} of 1" in said
    assert not Revision.objects.filter(draft__brief=without).exists()


@pytest.mark.django_db(transaction=True)
def test_rehearsal_plays_a_copy_and_counts_every_ballot(stack: RunningStack, tmp_path: Path) -> None:
    story = make_story()
    like = PerformanceFactory(story=story, poll_kind="ranked", results="voted")
    done, report = rehearse(
        tmp_path, "--audience", str(AUDIENCE), "--rounds", str(ROUNDS), "--poll-seconds", "5",
        "--performance", like.code, "--url", stack.url, "--wish", "a storm", "--compare",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (report["guests"], report["rounds"], report["scenes"]) == (AUDIENCE, ROUNDS, 2)
    assert Guest.objects.filter(performance__code=report["performance"]).count() == AUDIENCE
    assert report["ballots_accepted"] == report["ballots_counted"] >= AUDIENCE
    assert report["ballots_sent"] >= report["ballots_accepted"] + report["changes_accepted"]
    assert Ballot.objects.filter(poll__performance__code=report["performance"], choices__len__gt=1).exists()
    assert (report["ballots_misplaced"], report["leaks"], report["trouble"]) == (0, 0, [])
    assert report["changes_accepted"] >= 2  # guests 2 and 5
    assert report["comments_accepted"] >= 4  # all but guests 3 and 6
    assert report["drafts"] >= 1
    assert report["released_words"] > 0
    check_uptake(report, Release.objects.get())
    check_compared(report, done.stderr)
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


def released(step: PathStep, label: str, text: str, editor: User) -> PathStep:
    """A branch written for this step's choice with this text, approved, released and entered."""
    choice = step.scene.choices.get(label=label)
    draft = claim_draft(make_brief(step, choice, reason=Brief.Reason.FINAL).draft.pk)
    assert draft is not None
    store_answer(draft, Answer(answer_json(text=text), "hand", 1, 1, 1, 0.1))
    revision = open_review(Draft.objects.get(pk=draft.pk))
    approve(revision.pk, version=1, by=editor)
    return enter(step.performance, release(revision.pk).scene, choice=choice)


@pytest.mark.django_db
def test_uptake_counts_the_branches_that_were_asked_and_those_that_took_it_up() -> None:
    performance, editor = make_performance(state="live"), make_user("editor")
    first = enter(performance, performance.story.start, choice=None)
    unasked = released(first, "Burn the ferry", "A storm nobody asked for.", editor)
    for number in range(2):
        guest = GuestFactory(performance=performance)
        Comment.objects.create(performance=performance, step=unasked, guest=guest, ref=str(number), text="a storm!")
    asked = released(unasked, "Ask the river", "The storm takes the oar.", editor)
    released(asked, "Ask the river", "ODA ties the rope.", editor)
    report = uptake(performance, "A storm")
    assert [(one["asked"], one["taken"]) for one in report["explained"]] == [
        ([], []), (["storm"], ["storm"]), (["storm"], []),
    ]  # fmt: skip
    assert (report["wish"], report["asked"], report["taken_up"], report["uptake"]) == ("A storm", 2, 2, 0.667)
    assert uptake(performance, "").keys() == {"explained"}
    assert uptake(performance, "a whale")["uptake"] == 0.0


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
