"""How a choice stands on the desk, and what a verdict is said to have done."""

import re

import pytest
from django.test import Client

from audience.models import Ballot, Poll, Tally
from storyengine.editorial.models import DeskRules, Revision
from tests.editorial.conftest import on_the_desk
from tests.editorial.test_views import TYPED
from tests.factories import GuestFactory, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make_user("lead editor", "lead"))
    return client


def polled(revision: Revision, *, votes: int, against: int, winner: str = "", decided_by: str = "votes") -> Revision:
    """The revision's poll with so many ballots; closed where there is a winner or a reason for none."""
    other = revision.step.scene.choices.get(label="Burn the ferry")
    closed = bool(winner) or decided_by != "votes"
    poll = Poll.objects.create(
        performance=revision.performance, step=revision.step, question="?", opened_at=revision.created_at,
        closes_at=revision.created_at.replace(year=2099), state="closed" if closed else "open",
        closed_at=revision.created_at if closed else None,
    )  # fmt: skip
    for choice, number in ((revision.choice, votes), (other, against)):
        for _ in range(number):
            guest = GuestFactory(performance=revision.performance)
            Ballot.objects.create(poll=poll, guest=guest, choices=[choice.pk], cast_at=poll.opened_at)
    if closed:
        won = {"this": revision.choice, "other": other}.get(winner)
        counts = {str(revision.choice_id): votes, str(other.pk): against}
        Tally.objects.create(
            poll=poll, counts=counts, voters=votes + against, winner=won, decided_by=decided_by,
            decided_at=poll.opened_at if won else None,
        )  # fmt: skip
    return revision


@pytest.mark.parametrize(
    ("course", "said"),
    [
        ({"votes": 0, "against": 0}, None),
        ({"votes": 2, "against": 1}, "leading 67 % (2 of 3 votes)"),
        ({"votes": 1, "against": 2}, "33 % (1 of 3 votes)"),
        ({"votes": 2, "against": 1, "winner": "this"}, "won 67 % (2 of 3 votes)"),
        ({"votes": 1, "against": 2, "winner": "other"}, "lost the vote 33 % (1 of 3 votes)"),
        ({"votes": 2, "against": 1, "decided_by": "ended"}, "67 % (2 of 3 votes)"),
    ],
)
def test_a_choice_leads_until_it_is_decided_and_no_vote_is_not_counted(desk: Client, course: dict, said: str) -> None:
    revision = polled(on_the_desk(state="released"), **course)
    for path in ("/desk/?show=done", f"/desk/revisions/{revision.pk}/"):
        shown = re.findall(r'<span class="votes[^>]*>(.*?)</span>', desk.get(path).content.decode())
        assert [words.strip() for words in shown] == ([said] if said else []), path
    assert b"votes" not in desk.get(f"/desk/revisions/{revision.pk}/reading/").content


@pytest.mark.parametrize(
    ("course", "said"),
    [
        ({}, "is approved. It goes out when the poll ends, if it wins."),
        ({"winner": "other"}, "is approved. Its choice lost the vote: it is kept in case the winner fails."),
    ],
)
def test_an_approval_is_confirmed_with_what_comes_next(desk: Client, course: dict, said: str) -> None:
    revision = polled(on_the_desk(), votes=1, against=2, **course)
    page = desk.post(f"/desk/revisions/{revision.pk}/approved/", {"version": "1"}, follow=True).content.decode()
    assert f"“Carry the thief” {said}" in page
    assert "Carry the thief" in desk.get("/desk/?show=approved").content.decode()
    assert said not in desk.get("/desk/?show=approved").content.decode()


@pytest.mark.parametrize("path", ["approved/", ""])
def test_a_first_approval_of_two_says_that_one_more_is_needed(desk: Client, path: str) -> None:
    revision = on_the_desk()
    DeskRules.objects.create(performance=revision.performance, four_eyes=True)
    sent = TYPED | {"approve": "1", "text": ["Fog."]}
    page = desk.post(f"/desk/revisions/{revision.pk}/{path}", sent, follow=True).content.decode()
    assert "One more person must approve it." in page


@pytest.mark.parametrize(
    ("verdict", "said"), [("changes", "is sent back. The writer writes it again"), ("rejected", "is rejected.")]
)
def test_what_became_of_a_text_is_said(desk: Client, verdict: str, said: str) -> None:
    path = f"/desk/revisions/{on_the_desk().pk}/{verdict}/"
    assert f"“Carry the thief” {said}" in desk.post(path, {"version": "1", "note": "No"}, follow=True).content.decode()
