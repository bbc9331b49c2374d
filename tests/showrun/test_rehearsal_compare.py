"""The arm without comments: what it leaves out, how it is written, counted and drawn."""

import threading
import time
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audience.models import Comment
from storyengine.editorial.models import Revision
from storyengine.generation.draft import store_answer
from storyengine.generation.models import Brief, Draft
from storyengine.generation.prompt import Wish
from storyengine.generation.writer import Answer
from storyengine.plot.models import Performance
from storyengine.plot.path import enter
from storyengine.showrun.rehearsal_compare import compare, picture, without_comments
from storyengine.showrun.rehearsal_report import compared, uptake
from tests.factories import GuestFactory, answer_json, make_performance, make_user, take_over
from tests.generation.test_prompt import SMALL
from tests.showrun.test_rehearsal import released


def test_without_comments_all_that_they_brought_is_gone_and_nothing_else() -> None:
    lore = ("bell: rings before a death", "monster: has one eye")
    told = replace(SMALL, lore=lore, unwanted=(Wish("ghost", 2, 2.0),), hated=(("ODA", 2),), directive="Ring the bell.")
    bare = without_comments(told)
    assert (bare.wishes, bare.unwanted, bare.loved, bare.hated, bare.lore) == ((), (), (), (), lore[:1])
    heard = {"wishes": told.wishes, "unwanted": told.unwanted, "loved": told.loved, "hated": told.hated, "lore": lore}
    assert replace(bare, **heard) == told


@pytest.fixture
def played() -> Performance:
    """A show that is over: two branches were written to a wish and played, of which one takes it up."""
    performance, editor = make_performance(state="ended"), make_user("editor")
    first = enter(performance, performance.story.start, choice=None)
    for number in range(2):
        guest = GuestFactory(performance=performance)
        Comment.objects.create(performance=performance, step=first, guest=guest, ref=str(number), text="a storm!")
    second = released(first, "Burn the ferry", "The storm takes the oar.", editor)
    released(second, "Ask the river", "ODA ties the rope.", editor)
    return performance


def write_as_they_come(texts: list[str]) -> None:
    """Stand where the writer's process stands."""
    try:
        until = time.monotonic() + 60
        while texts and time.monotonic() < until:
            waiting = Draft.objects.waiting().filter(brief__reason="without").first()
            if waiting is None:
                time.sleep(0.05)
                continue
            store_answer(take_over(waiting), Answer(texts.pop(0), "hand", 1, 1, 1, 0.1))
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_the_arm_without_comments_is_written_and_counted(played: Performance) -> None:
    texts = [answer_json(text="Here comes the storm."), answer_json(text="ODA yawns.")]
    writer = threading.Thread(target=write_as_they_come, args=(texts,))
    writer.start()
    found = compare(played, "a storm", patience_s=30, say=print)
    writer.join()
    shown = [(text.pop("text").split("\n")[1], text) for text in found.pop("texts")]
    assert found == {"branches": 2, "written": 2, "taken_up": 1, "uptake": 0.5}
    assert shown == [
        ("Here comes the storm.", {"choice": "Burn the ferry", "taken_up": True}),
        ("ODA yawns.", {"choice": "Ask the river", "taken_up": False}),
    ]
    for brief in Brief.objects.filter(reason="without"):
        told = Brief.objects.get(choice=brief.choice, reason="final")
        assert [wish["text"] for wish in told.context["wishes"]] == ["storm"]
        assert brief.context == told.context | {"wishes": []}
        assert (told.evidence["voices"] != [], brief.evidence) == (True, told.evidence | {"voices": []})
    # Nobody's desk has them, and what the show itself was written from is counted as it was.
    assert Revision.objects.count() == 2
    assert uptake(played, "a storm")["uptake"] == 0.5


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_read_or_is_not_written_in_time_is_not_counted(played: Performance) -> None:
    writer = threading.Thread(target=write_as_they_come, args=(["no answer"],))
    writer.start()
    found = compare(played, "a storm", patience_s=2, say=print)
    writer.join()
    assert found == {"branches": 2, "written": 0, "taken_up": 0, "uptake": None, "texts": []}
    assert not Draft.objects.unfinished().exists()


@pytest.mark.parametrize(
    ("taken", "of", "without", "written", "difference", "lines"),
    [
        (2, 3, 1, 2, 0.167, ["█████████████░░░░░░░ 2 of 3", "██████████░░░░░░░░░░ 1 of 2", "+17 of 100 branches"]),
        (0, 1, 1, 1, -1.0, ["░░░░░░░░░░░░░░░░░░░░ 0 of 1", "████████████████████ 1 of 1", "-100 of 100 branches"]),
        (1, 1, 0, 0, None, ["████████████████████ 1 of 1", "░░░░░░░░░░░░░░░░░░░░ 0 of 0", "nothing to compare"]),
    ],
)
def test_both_arms_are_drawn(taken, of, without, written, difference, lines) -> None:  # type: ignore[no-untyped-def]
    report = {"explained": [{}] * of, "taken_up": taken, "uptake": round(taken / of, 3)}
    other = {"taken_up": without, "written": written, "uptake": round(without / written, 3) if written else None}
    report |= compared(report, other)
    assert report["difference"] == difference
    assert all(line in drawn for line, drawn in zip(lines, picture(report), strict=True))


def test_to_compare_a_wish_is_needed() -> None:
    with pytest.raises(CommandError, match="--compare needs a --wish"):
        call_command("rehearse", "--compare")
