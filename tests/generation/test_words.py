"""Words: which a text holds, and which are one but for an ending."""

import pytest

from storyengine.generation.words import akin, all_words, normalise, sentences, takes_up, terms


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ＦＯＧ Ⅳ ﬁre", "fog iv fire"),
        ("f\u200bo\u200dg\ufeff\u00ad", "fog"),
        ("\u202egof\u202c \u2066x\u2069", "gof x"),
        ("a\tb\nc\x00d\u2028e", "a b c d e"),
        ("\ue000x\ud800", "x"),
        ("Straße", "strasse"),
    ],
)
def test_normalise(text: str, plain: str) -> None:
    assert normalise(text) == plain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Please, let the sea MONSTER come!", ["sea", "monster"]),
        ("Oda's rope isn't wet 42 a1b2", ["oda", "rope", "wet"]),
        ("snake_case <b>bold</b> {\"role\": 1}", ["snake", "case", "bold", "role"]),
        ("我想看灯塔！", ["看灯", "灯塔"]),
        ("OMG灯塔", ["omg", "灯塔"]),
        ("灯塔light", ["灯塔", "light"]),
        ("海のかいじゅう", ["海の", "のか", "かい", "いじ", "じゅ", "ゅう"]),
        ("x" * 25, []),
        ("of the and", []),
        ("", []),
    ],
)  # fmt: skip
def test_terms(text: str, words: list[str]) -> None:
    assert terms(text) == words


@pytest.mark.parametrize(
    ("text", "wish", "is_taken_up"),
    [
        ("A storm breaks over the pub.", "storm", True),
        ("Storms have names here.", "storm", True),
        ("NELL forgives her brother.", "forgive brother", True),
        ("NELL forgives her sister.", "forgive brother", False),
        ("It is raining.", "storm", False),
        ("远处的灯塔亮了。", "灯塔", True),
        ("远处的灯亮了。", "灯塔", False),
        # a word is not what another word holds
        ("A donkey brays.", "key", False),
        ("Her heart stops.", "art", False),
        ("Bring the map.", "ring", False),
        ("Is the string a thing?", "ring", False),
        ("Stationary paper.", "station", False),
        # endings
        ("Two keys and a donkey.", "key", True),
        ("NELL RINGS.", "ring", True),
        ("They were ringing all night.", "ring", True),
        ("She rang, she is wringing her hands.", "ring", False),
        ("The keeper's arts.", "art", True),
        ("Oda’s brother's boat.", "oda brother", True),
        ("The pump stopped.", "stop pump", True),
        ("They stop.", "stopping", True),
        ("Stories of cities.", "story city", True),
        ("She carried it; he dies; dying is easy.", "carry die", True),
        ("They are dancing.", "dance", True),
        ("Nobody danced.", "dancing", True),
        ("Wolves with knives.", "wolf knife", True),
        ("Boxes, wishes and glasses.", "box wish glass", True),
        ("", "storm", False),
    ],
)
def test_takes_up(text: str, wish: str, is_taken_up: bool) -> None:
    assert takes_up(text, wish) is is_taken_up


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("hop", "hoping"), ("hope", "hopping"), ("star", "staring"), ("plan", "planing"), ("see", "seed"),
        ("new", "news"), ("princess", "princes"), ("moth", "mother"), ("bus", "bu"),
        ("br", "bring"), ("unit", "unity"), ("mast", "master"), ("dog", "puppy"), ("灯塔", "灯"),
    ],
)  # fmt: skip
def test_other_words_are_not_akin(word: str, other: str) -> None:
    assert not akin(word, other)
    assert not akin(other, word)


@pytest.mark.parametrize(
    "forms",
    [
        "hop hops hopped hopping", "hope hopes hoped hoping", "visit visits visited visiting", "tie ties tied tying",
        "free frees freeing", "play plays played playing", "fix fixes fixed fixing",
    ],
)  # fmt: skip
def test_forms_of_one_word_are_akin(forms: str) -> None:
    first, *others = forms.split()
    assert all(akin(first, other) and akin(other, first) for other in others)


def test_all_words_keeps_the_small_ones() -> None:
    assert all_words("Oda's not in O'Brien’s 3 灯塔里") == ["oda", "not", "in", "obrien", "灯塔里"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Mr. Trask sneezes. Dr. Fell goes!", ["Mr. Trask sneezes.", "Dr. Fell goes!"]),
        ("J. R. waits… And I. Then she", ["J. R. waits…", "And I.", "Then she"]),
        ("\u201cGo.\u201d He went.", ["\u201cGo.\u201d", "He went."]),
        ("雨停了。他走了！", ["雨停了。", "他走了！"]),
    ],
)
def test_a_sentence_ends_at_its_sign_and_not_after_a_title(text: str, told: list[str]) -> None:
    assert sentences(text) == told
