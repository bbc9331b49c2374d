"""What simulated guests mean to do: seeded, and the leading choice always wins."""

import random
from collections import Counter

import pytest

from storyengine.showrun.intentions import Intention, intentions

CHOICES = [11, 12, 13]


def plans(number: int, *, seed: int = 1, **options: object) -> list[Intention]:
    return intentions(number, CHOICES, 12, rng=random.Random(f"{seed}:{number}"), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("audience", [1, 2, 3, 5, 50, 400])
def test_the_leading_choice_wins_for_any_audience(audience: int) -> None:
    last = [[plan.choice for plan in plans(n) if plan.choice][-1] for n in range(1, audience + 1)]
    (first, votes), *others = Counter(last).most_common()
    assert first == 12
    assert all(votes > number for _, number in others)


def test_every_guest_votes_and_every_third_changes_its_vote() -> None:
    ballots = [sum(plan.choice is not None for plan in plans(number)) for number in range(1, 10)]
    assert ballots == [1, 2, 1, 1, 2, 1, 1, 2, 1]


def test_plans_are_in_time_and_the_same_for_the_same_seed() -> None:
    for number in range(1, 30):
        shares = [plan.share for plan in plans(number)]
        assert shares == sorted(shares)
        assert 0 < shares[0] <= shares[-1] < 1
        assert plans(number) == plans(number)
    assert plans(1, seed=1) != plans(1, seed=2)


def test_most_comments_ask_for_the_wish() -> None:
    said = [plan.text for number in range(1, 201) for plan in plans(number, wish="a storm") if plan.choice is None]
    assert len(said) == 134
    assert 0.6 < sum("a storm" in text for text in said) / len(said) < 0.9


def test_guests_who_may_not_talk_do_not() -> None:
    assert all(plan.choice for number in range(1, 30) for plan in plans(number, talk=False))
