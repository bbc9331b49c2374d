"""Words of concern: found where they are, spared where they only look like it, graded, and marked where denied."""

import pytest

from storyengine.editorial.checks.finding import LEVELS
from storyengine.editorial.checks.ground import Ground, Profile
from tests.editorial.checks.texts import branch, found, quotes

ZH = Ground(language="zh-hans")


@pytest.mark.parametrize(
    ("rule", "text", "words"),
    [
        ("violence", "She stabs him and he bleeds.", ["stabs", "bleeds"]),
        ("sex", "They are naked, making love.", ["naked", "making love"]),
        ("language", "ODA: Fucking hell, damn it.", ["Fucking", "damn"]),
        ("drugs", "He sells heroin to drunk sailors.", ["heroin", "drunk"]),
        ("slurs", "ODA: You retard.", ["retard"]),
        ("self_harm", "ODA: I want to die.", ["want to die"]),
        ("brands", "She drinks Jack Daniel’s from a Starbucks cup.", ["Jack Daniel’s", "Starbucks"]),
        ("public_figures", "ODA: Elon Musk built it.", ["Elon Musk"]),
        ("stereotypes", "ODA: You throw like a girl. Women can't drive.", ["throw like a girl", "Women can't"]),
    ],
)
def test_word_of_concern_is_quoted(rule: str, text: str, words: list[str]) -> None:
    assert quotes(rule, text) == words


@pytest.mark.parametrize(
    "text",
    [
        "The bus to Scunthorpe passes the Essex assembly and a cockerel.",
        "They kill time with a fruit punch under the shooting stars.",
        "An executive with high hopes kicks off the class.",
        "A shuttlecock, a grape, a therapist, Dickens and a cummerbund.",
        "He cannot find the chink in the armour.",
    ],
)
def test_word_that_only_looks_like_one_is_spared(text: str) -> None:
    for rule in ("violence", "sex", "language", "drugs", "slurs", "self_harm"):
        assert quotes(rule, text) == []


def test_what_is_denied_is_noted_and_no_more() -> None:
    (denied,) = found("violence", branch("Nobody was killed."))
    assert (denied.quote, denied.level, denied.strength) == ("killed", "note", 1)
    (told,) = found("violence", branch("Nobody moved. Somebody was killed."))
    assert (told.level, told.strength) == ("warn", 2)


def test_mild_word_is_a_note_and_a_strong_one_what_the_profile_says() -> None:
    strict = Ground(profile=Profile(levels={"language": "block", "drugs": "off"}))
    levels = {one.quote: one.level for one in found("language", branch("ODA: Damn. Fuck."), strict)}
    assert levels == {"Damn": "note", "Fuck": "block"}
    assert found("drugs", branch("Heroin."), strict) == []


def test_production_adds_words_and_lets_words_pass() -> None:
    own = Ground(profile=Profile(extra={"own_words": ("the Scottish play",)}, allowed=("blood",)))
    assert quotes("own_words", "ODA: We are doing the Scottish Play.", ground=own) == ["the Scottish Play"]
    assert quotes("violence", "Blood on the knife; a gun.", ground=own) == ["gun"]


@pytest.mark.parametrize(
    ("rule", "text", "words"),
    [
        ("violence", "他捅了他一刀，血流了一地。", ["捅", "血"]),
        ("language", "老王：他妈的。", ["他妈的"]),
        ("drugs", "他身上有海洛因，烂醉着。", ["海洛因", "烂醉"]),
        ("self_harm", "她说她不想活了。", ["不想活"]),
        ("stereotypes", "女人就是麻烦。", ["女人就是麻烦"]),
    ],
)
def test_chinese_is_read_too(rule: str, text: str, words: list[str]) -> None:
    assert quotes(rule, text, ground=ZH) == words


def test_chinese_words_inside_others_are_spared() -> None:
    assert quotes("violence", "电影杀青了，他把杀毒软件装上，说是心血来潮。", ground=ZH) == []


def test_gravest_comes_first() -> None:
    levels = [one.level for one in found_all("ODA: Damn, a gun, you retard.")]
    assert levels == sorted(levels, key=LEVELS.index)
    assert levels[0] == "block"


def found_all(text: str):  # type: ignore[no-untyped-def]
    from storyengine.editorial.checks import run_checks

    return run_checks(branch(text), Ground())
