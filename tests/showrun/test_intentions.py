"""What simulated guests mean to do: seeded, and the leading choice always wins."""

import random
from collections import Counter

import pytest

from storyengine.showrun.intentions import Intention, Offer, intentions

CHOICES = [11, 12, 13]
KINDS = {"single": (1, 1), "multiple": (1, 2), "approval": (1, 3), "ranked": (1, 3)}


def plans(number: int, *, seed: int = 1, kind: str = "single", **options: object) -> list[Intention]:
    offer = Offer(CHOICES, kind, *KINDS[kind])
    return intentions(number, offer, 12, rng=random.Random(f"{seed}:{number}"), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("audience", [1, 2, 3, 5, 50, 400])
def test_the_leading_choice_wins_for_any_audience(audience: int, kind: str) -> None:
    last = [[plan.choices for plan in plans(n, kind=kind) if plan.choices][-1] for n in range(1, audience + 1)]
    named = [choices[:1] if kind == "ranked" else choices for choices in last]
    (first, votes), *others = Counter(choice for choices in named for choice in choices).most_common()
    assert first == 12
    assert all(votes > number for _, number in others)


def test_every_guest_votes_and_every_third_changes_its_vote() -> None:
    ballots = [sum(bool(plan.choices) for plan in plans(number)) for number in range(1, 10)]
    assert ballots == [1, 2, 1, 1, 2, 1, 1, 2, 1]


def test_plans_are_in_time_and_the_same_for_the_same_seed() -> None:
    for number in range(1, 30):
        shares = [plan.share for plan in plans(number)]
        assert shares == sorted(shares)
        assert 0 < shares[0] <= shares[-1] < 1
        assert plans(number) == plans(number)
    assert plans(1, seed=1) != plans(1, seed=2)


def test_most_comments_ask_for_the_wish() -> None:
    said = [plan.text for number in range(1, 201) for plan in plans(number, wish="a storm") if not plan.choices]
    assert len(said) == 134
    assert 0.6 < sum("a storm" in text for text in said) / len(said) < 0.9


def test_guests_who_may_not_talk_do_not() -> None:
    assert all(plan.choices for number in range(1, 30) for plan in plans(number, talk=False))


def test_a_poll_that_asks_for_two_gets_two() -> None:
    offer = Offer(CHOICES, "multiple", 2, 2)
    for number in range(1, 30):
        for plan in intentions(number, offer, 12, rng=random.Random(number), talk=False):
            assert len(set(plan.choices)) == 2
