"""What a house does not take: equal texts, links, its own blocked words, in every disguise that we know."""

import pytest

from audience.filters import blocked_word, has_link, key, normalise

WORDS = ["ass", "troll*", "bad idea", "笨蛋", "grüße"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  Fog\u200b  LAMP ", "fog lamp"),
        ("ＦＯＧ", "fog"),
        ("f\u0336o\u0336g\u0336", "fog"),
        ("Straße", "strasse"),
        ("\u202efog\u202c", "fog"),
        ("灯　塔", "灯 塔"),
        ("café", "café"),
    ],
)
def test_normalise_leaves_what_is_read(text: str, plain: str) -> None:
    assert normalise(text) == plain


def test_key_is_the_same_for_what_reads_the_same() -> None:
    assert key("Kill him!") == key("  KILL\u200b HIM ...") == key("ｋｉｌｌ him")
    assert key("!!!") != key("???")
    assert key("Kill him") != key("Kill her")


@pytest.mark.parametrize(
    "text",
    [
        "see https://example.org/x", "HTTP : //x.y", "www.spam.example", "go to spam.xyz now", "ｓｐａｍ．ｃｏｍ",
        "bit.ly/3xY", "some.where/else", "спам.ru",
    ],
)  # fmt: skip
def test_has_link_finds_an_address(text: str) -> None:
    assert has_link(text)


@pytest.mark.parametrize(
    "text", ["The end.So what", "1.5 stars", "e.g. this", "no/yes", "a.b", "灯塔。船长", "wait...what", "v1.2 rocks"]
)
def test_has_link_leaves_plain_words(text: str) -> None:
    assert not has_link(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("you ass", "ass"), ("ASS!", "ass"), ("a\u200bs\u200bs", "ass"), ("a-s-s", "ass"), ("a s s", "ass"),
        ("a\u0336s\u0336s\u0336", "ass"), ("ａｓｓ", "ass"), ("trolling", "troll*"), ("what a bad   idea", "bad idea"),
        ("bad-idea", "bad idea"), ("你这个笨蛋", "笨蛋"), ("笨 蛋", "笨蛋"), ("笨*蛋", "笨蛋"), ("GRÜSSE", "grüße"),
    ],
)  # fmt: skip
def test_blocked_word_sees_through(text: str, word: str) -> None:
    assert blocked_word(text, WORDS) == word


@pytest.mark.parametrize("text", ["a class act", "stroll on", "bad but an idea", "蛋笨", "assess", "", "!!!"])
def test_blocked_word_leaves_whole_other_words(text: str) -> None:
    assert blocked_word(text, WORDS) is None


def test_blocked_word_of_an_empty_list_or_line_is_none() -> None:
    assert blocked_word("anything", []) is None
    assert blocked_word("anything", ["", " ", "*", "**", "—"]) is None
