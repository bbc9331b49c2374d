"""Themes: what several people say alike, one voice each, in any number of comments and in two languages."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience import filters, panel, themes
from audience.models import Comment, Guest, Theme, ThemeRun
from audience.themes import Said, gather, gather_waiting, themes_of
from storyengine.plot.models import PathStep
from storyengine.plot.path import enter
from tests.factories import GuestFactory, make_performance

NOW = datetime(2026, 5, 1, 20, tzinfo=UTC)
FEW = [
    "more lighthouse please", "the lighthouse should come back", "go to the lighthouse", "I want the fog to talk",
    "talking fog!!", "let the fog speak", "lol", "what about the dog", "feed the dog", "the dog needs food",
]  # fmt: skip
CHINESE = [
    "灯塔太美了",
    "想看灯塔",
    "再去一次灯塔",
    "船长快去死",
    "杀了船长",
    "不要相信船长",
    "小狗好可爱",
    "小狗在哪里",
]


def said(texts: list[str], **fields: list) -> list[Said]:  # type: ignore[type-arg]
    none = [None] * len(texts)
    people = fields.get("guests", range(len(texts)))
    rows = zip(texts, people, fields.get("sentiments", none), fields.get("stances", [{}] * len(texts)), strict=True)
    return [
        Said(n, guest, text, filters.key(text), feeling, sides, NOW + timedelta(seconds=n))
        for n, (text, guest, feeling, sides) in enumerate(rows)
    ]


def found(texts: list[str]) -> dict[str, int]:
    return {theme.label.split(" · ")[0]: theme.people for theme in themes_of(said(texts))}


@pytest.mark.parametrize("texts", [[], ["fog"], ["!!!", "???"], ["the", "a"], ["fog", "lamp", "sea", "dog"]])
def test_themes_of_too_little_are_none(texts: list[str]) -> None:
    assert themes_of(said(texts)) == []


def test_themes_of_english_are_named_by_their_words() -> None:
    assert found(FEW) == {"lighthouse": 3, "fog": 3, "dog": 3} or found(FEW) == {"lighthouse": 3, "fog": 2, "dog": 3}


def test_themes_of_chinese_are_named_by_their_signs() -> None:
    assert found(CHINESE) == {"灯塔": 3, "船长": 3, "小狗": 2}


def test_themes_of_two_languages_stand_side_by_side() -> None:
    assert {"lighthouse", "dog", "灯塔", "船长"} <= set(found(FEW + CHINESE))


def test_theme_counts_people_and_not_comments() -> None:
    (theme,) = themes_of(said(["more fog"] * 5, guests=[1, 1, 1, 1, 2]))
    assert (theme.people, theme.comment_ids) == (2, [0, 1, 2, 3, 4])
    assert themes_of(said(["more fog"] * 5, guests=[1] * 5)) == []


def test_theme_means_are_over_people_and_unknown_stays_unknown() -> None:
    loud = said(
        ["more fog"] * 4,
        guests=[1, 1, 1, 2],
        sentiments=[1.0, 1.0, 1.0, -1.0],
        stances=[{"7": 1.0}, {"7": 1.0}, {}, {"7": 0.0}],
    )
    (theme,) = themes_of(loud)
    assert theme.polarity == 0.0
    assert theme.stances == {"7": {"stance": 0.5, "people": 2}}
    assert theme.newest_at == NOW + timedelta(seconds=3)
    (unknown,) = themes_of(said(["灯塔"] * 2))
    assert (unknown.polarity, unknown.stances) == (None, {})


def test_themes_of_twenty_thousand_comments_stay_few() -> None:
    many = [f"{'please ' * (n % 3)}{verb} the {thing}" for n in range(2000) for verb in ("kill", "save")
            for thing in ("captain", "dog", "lamp", "thief", "fog")]  # fmt: skip
    made = themes_of(said(many))
    assert 0 < len(made) <= themes.MOST_THEMES
    assert sum(theme.people for theme in made) <= 20_000


@given(st.lists(st.text(max_size=30), max_size=12))
@settings(max_examples=40, deadline=None)
def test_themes_of_anything_have_two_people(texts: list[str]) -> None:
    assert all(theme.people >= 2 and len(theme.label) <= 120 for theme in themes_of(said(texts)))


# ------------------------------------------------------------------ the rows


def spoken(texts: list[str]) -> PathStep:
    performance = make_performance(state="live")
    step = enter(performance, performance.story.start, choice=None)
    for n, text in enumerate(texts):
        guest = GuestFactory(performance=performance)
        Comment.objects.create(
            performance=performance, step=step, guest=guest, ref=f"c{n}", text=text, key=filters.key(text),
            stances={str(step.scene.choices.all()[0].pk): 0.6},
        )  # fmt: skip
    return step


@pytest.mark.django_db
def test_gather_stores_themes_that_a_page_only_reads(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    step = spoken(FEW)
    assert gather(step)
    run = ThemeRun.objects.get(step=step)
    assert (run.comments, run.people) == (len(FEW), len(FEW))
    with django_assert_num_queries(3):
        heard = panel.themes_heard(step)
    assert {theme.label.split(" · ")[0] for theme in heard} == {"lighthouse", "fog", "dog"}
    assert [side.label for side in heard[0].sides] == ["Carry the widow"]


@pytest.mark.django_db
def test_gather_leaves_out_what_does_not_count() -> None:
    step = spoken(["more fog"] * 4)
    Comment.objects.filter(ref="c0").update(hidden_at=NOW)
    Comment.objects.filter(ref="c1").update(held=True)
    gather(step)
    assert Theme.objects.get().people == 2
    Guest.objects.filter(comments__ref="c2").update(banned_at=NOW)
    gather(step)
    assert not Theme.objects.exists()


@pytest.mark.django_db
def test_gather_waiting_gathers_once_until_something_is_new() -> None:
    step = spoken(["more fog"] * 3)
    assert [gather_waiting(), gather_waiting()] == [1, 0]
    ThemeRun.objects.update(made_at=NOW)
    assert gather_waiting() == 0  # long ago, but nothing new
    Comment.objects.filter(ref="c0").update(hidden_at=NOW)
    assert gather_waiting() == 1
    assert Theme.objects.get(run__step=step).people == 2


@pytest.mark.django_db
@pytest.mark.parametrize("houses", [1, 4])
def test_houses_ask_the_same_for_any_number(houses: int, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for _ in range(houses):
        gather(spoken(["more fog"] * 3))
    with django_assert_num_queries(4):
        assert [house["themes"][0].people for house in panel.houses()] == [3] * houses
