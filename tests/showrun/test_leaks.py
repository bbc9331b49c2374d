"""The leak finder finds what is planted, in every form in which text travels, and cries wolf at nothing."""

import html
import json

import pytest

from storyengine.showrun.leaks import Disclosure, Witness, find_leaks, fragments, plain

SECRET = 'Pike lifts the lid and says "nobody is in there". Then he laughs, for a long time.'


def witness_of(text: str, *, at: float = 5.0) -> Witness:
    witness = Witness()
    witness.saw(text, at=at, where="socket")
    return witness


def carriers() -> dict[str, str]:
    frame = json.dumps({"type": "scene.released", "scene": {"beats": [{"text": SECRET}]}}, ensure_ascii=False)
    return {
        "frame": frame,
        "ascii frame": json.dumps({"text": SECRET + " – ende"}),
        "page": f"<p>{html.escape(SECRET)}</p>",
        "json in a page": html.escape(frame),
        "json in json": json.dumps({"snapshot": frame}),
        "broken over lines": SECRET.replace(" ", "\n   "),
    }


@pytest.mark.parametrize("name", carriers())
def test_a_planted_leak_is_found_however_it_is_written(name: str) -> None:
    leaks = find_leaks(witness_of(carriers()[name]), [SECRET], [])
    assert {leak.fragment for leak in leaks} == fragments(plain(SECRET))
    assert {(leak.where, leak.at, leak.free_at) for leak in leaks} == {("socket", 5.0, None)}


def test_one_sentence_of_a_draft_is_a_leak() -> None:
    leaks = find_leaks(witness_of("<p>Then he laughs, for a long time.</p>"), [SECRET], [])
    assert [leak.fragment for leak in leaks] == ["Then he laughs, for a long time."]


def test_text_seen_before_its_release_is_a_leak_and_after_it_none() -> None:
    released = [Disclosure(10.0, SECRET)]
    early = find_leaks(witness_of(SECRET, at=9.9), [SECRET], released)
    assert {leak.free_at for leak in early} == {10.0}
    assert find_leaks(witness_of(SECRET, at=10.1), [SECRET], released) == []


def test_a_sentence_that_stands_in_released_text_is_known() -> None:
    """A model repeats what it was told; the repeated sentence was on stage before."""
    released = [Disclosure(1.0, "Then he laughs, for a long time.")]
    assert find_leaks(witness_of("Then he laughs, for a long time."), [SECRET], released) == []


def test_short_sentences_prove_nothing_and_ideographs_count_double() -> None:
    assert fragments("Come in. Yes. No.") == set()
    assert fragments("门外有人在等你，快去开门。") == {"门外有人在等你，快去开门。"}


def test_the_first_sighting_counts() -> None:
    witness = witness_of(SECRET, at=3.0)
    witness.saw(SECRET, at=12.0, where="GET /")
    assert witness.seen[SECRET].at == 3.0
