"""A draft's life: one writer at a time, under a lease, with a fence against those who come too late."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from audience.models import Comment
from storyengine.errors import Refused
from storyengine.generation.brief import context_of, make_brief
from storyengine.generation.draft import (
    add_cost,
    branch_of,
    cancel_drafts,
    claim_draft,
    fail_draft,
    rank_texts,
    retry_draft,
    store_answer,
    write_draft,
)
from storyengine.generation.models import Brief, Draft
from storyengine.generation.writer import Answer, load_writer
from storyengine.plot.path import enter
from tests.factories import BeatFactory, ChoiceFactory, GuestFactory, SceneFactory, answer_json, make_performance

pytestmark = pytest.mark.django_db


def queued() -> Draft:
    performance = make_performance()
    step = enter(performance, performance.story.start, choice=None)
    return make_brief(step, step.scene.choices.get(label="Carry the thief"), reason=Brief.Reason.AHEAD).draft


def answer(text: str = "") -> Answer:
    return Answer(text or answer_json(), "hand", 5, 10, 20, 0.5)


def let_lease_run_out(draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(lease_until=Now() - timedelta(seconds=1))


def state(draft: Draft) -> tuple[str, int, int]:
    draft.refresh_from_db()
    return draft.state, draft.attempt, draft.fence


def test_make_brief_again_is_the_same_brief_with_one_draft() -> None:
    draft = queued()
    again = make_brief(draft.brief.step, draft.brief.choice, reason=Brief.Reason.AHEAD)
    assert again == draft.brief
    assert Draft.objects.get() == draft
    assert draft.brief.context["choice"] == "Carry the thief"
    assert draft.brief.context["last_scene"] == (
        "EXT. THE LANDING - DAWN\nFog lies on the river.\nODA: Nobody crosses for free."
    )


def test_brief_weighs_a_wish_by_where_its_voices_stand_on_the_choice() -> None:
    performance = make_performance()
    step = enter(performance, performance.story.start, choice=None)
    thief, ferry = (step.scene.choices.get(label=label) for label in ("Carry the thief", "Burn the ferry"))
    for number in range(2):
        guest = GuestFactory(performance=performance)
        Comment.objects.create(
            performance=performance, step=step, guest=guest, ref=str(number), text="a storm for the thief",
            sentiment=0.0, stances={str(thief.pk): 1.0, str(ferry.pk): -1.0},
        )  # fmt: skip
    (wanted,), (unwanted,) = (
        context_of(make_brief(step, choice, reason=Brief.Reason.FINAL)).wishes for choice in (thief, ferry)
    )
    assert (wanted.stance, unwanted.stance) == (1.0, -1.0)
    assert 2.9 < wanted.weight <= 3.0
    assert 0.9 < unwanted.weight <= 1.0
    assert wanted.leans == (("Carry the thief", 1.0), ("Burn the ferry", -1.0))


def test_claim_takes_a_waiting_draft_once() -> None:
    draft = queued()
    claimed = claim_draft(draft.pk)
    assert (claimed.state, claimed.attempt, claimed.fence) == ("running", 1, 1)
    assert claim_draft(draft.pk) is None
    assert claim_draft(10**12) is None


@pytest.mark.django_db(transaction=True)
def test_claim_by_two_at_once_gives_it_to_one() -> None:
    draft = queued()
    barrier, claims = threading.Barrier(2), []

    def race() -> None:
        barrier.wait()
        claims.append(claim_draft(draft.pk))
        connection.close()

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(claim is None for claim in claims) == [False, True]
    assert state(draft) == ("running", 1, 1)


def test_store_answer_keeps_what_the_model_wrote() -> None:
    claimed = claim_draft(queued().pk)
    assert store_answer(claimed, answer())
    claimed.refresh_from_db()
    assert (claimed.state, claimed.text, claimed.model, claimed.seed) == ("written", answer_json(), "hand", 5)
    assert (claimed.tokens_in, claimed.tokens_out, claimed.seconds) == (10, 20, 0.5)
    assert branch_of(claimed).scenes[0].choices == ("Ask the river", "Take the key", "Push off alone")
    assert claim_draft(claimed.pk) is None


def test_cost_of_every_attempt_is_added_up() -> None:
    draft = queued()
    late = claim_draft(draft.pk)
    add_cost(late, seconds=1.5, tokens_out=7)
    fail_draft(late, Refused("writer.failed"))
    quick = claim_draft(draft.pk)
    assert store_answer(quick, answer())
    assert not store_answer(late, answer())  # refused, but paid for
    quick.refresh_from_db()
    assert (quick.tokens_in, quick.tokens_out, quick.tokens_known, quick.seconds) == (20, 47, 0, 2.5)


def test_lease_that_ran_out_is_claimed_again_and_the_fence_stops_the_late_answer() -> None:
    slow = claim_draft(queued().pk)
    let_lease_run_out(slow)
    quick = claim_draft(slow.pk)
    assert (quick.attempt, quick.fence) == (2, 2)
    assert not store_answer(slow, answer(answer_json(text="Too late.")))
    fail_draft(slow, Refused("writer.failed"))
    assert state(quick) == ("running", 2, 2)
    assert store_answer(quick, answer(answer_json(text="In time.")))
    quick.refresh_from_db()
    assert "In time." in quick.text
    assert not store_answer(quick, answer())  # nor twice


def test_failed_attempts_are_tried_again_until_they_are_spent() -> None:
    draft = queued()
    for attempt, after in ((1, "queued"), (2, "queued"), (3, "failed")):
        claimed = claim_draft(draft.pk)
        fail_draft(claimed, Refused("writer.answer_invalid", reason="x" * 400))
        assert state(draft) == (after, attempt, attempt)
    assert (draft.error_code, draft.error_reason) == ("writer.answer_invalid", "x" * 300)
    assert claim_draft(draft.pk) is None


def test_attempts_lost_with_their_writers_are_spent_too() -> None:
    draft = queued()
    for _ in range(3):
        assert claim_draft(draft.pk) is not None
        let_lease_run_out(draft)
    assert claim_draft(draft.pk) is None
    draft.refresh_from_db()
    assert (draft.state, draft.error_code) == ("failed", "writer.attempts_spent")


@pytest.mark.parametrize("code", ["writer.model_missing", "writer.model_broken", "writer.context_too_long"])
def test_what_trying_again_cannot_mend_fails_at_once(code: str) -> None:
    claimed = claim_draft(queued().pk)
    fail_draft(claimed, Refused(code))
    assert state(claimed) == ("failed", 1, 1)


def test_retry_gives_a_failed_draft_its_attempts_back() -> None:
    draft = queued()
    assert not retry_draft(draft.pk)
    fail_draft(claim_draft(draft.pk), Refused("writer.model_missing", reason="nowhere"))
    assert retry_draft(draft.pk)
    assert state(draft) == ("queued", 0, 1)
    assert (draft.error_code, draft.error_reason) == ("", "")
    assert claim_draft(draft.pk).fence == 2


def test_cancel_keeps_a_running_writer_from_storing() -> None:
    claimed, waiting = claim_draft(queued().pk), queued()
    assert cancel_drafts([claimed.pk, waiting.pk]) == 2
    assert not store_answer(claimed, answer())
    assert state(claimed) == ("cancelled", 1, 2)
    assert claim_draft(waiting.pk) is None
    assert cancel_drafts([claimed.pk]) == 0


def test_write_draft_without_a_model_fails_it_and_names_the_folder(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.WRITER_MODEL = str(tmp_path / "nowhere")
    load_writer.cache_clear()
    draft = queued()
    assert write_draft(draft.pk)
    draft.refresh_from_db()
    assert (draft.state, draft.error_code) == ("failed", "writer.model_missing")
    assert draft.error_reason == str(tmp_path / "nowhere")
    assert not write_draft(draft.pk)


def test_candidates_are_ranked_against_the_whole_path() -> None:
    """A scene from two scenes back, copied word for word, comes after a new one."""
    performance = make_performance()
    words = "The ferry turns twice in the brown current and nobody says a word."
    BeatFactory(scene=performance.story.start, position=3, text=words)
    enter(performance, performance.story.start, choice=None)
    for _ in range(2):
        scene = SceneFactory(story=performance.story, summary="")
        BeatFactory(scene=scene, position=1, text="Rain.")
        step = enter(performance, scene, choice=None)
    draft = make_brief(step, ChoiceFactory(scene=step.scene, label="Row on"), reason=Brief.Reason.AHEAD).draft
    copied, fresh = answer_json(text=words), answer_json(text="A lantern swings where the old mooring used to be.")
    ranked = rank_texts(draft, (copied, fresh))
    assert [one.number for one in ranked] == [1, 0]
    (check,) = [check for check in ranked[1].checks if check.name == "earlier"]
    assert check.quote == "the ferry turns twice in the brown current and nobody says a word"
