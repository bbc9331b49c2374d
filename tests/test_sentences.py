"""Sentences about a draft: stored as codes, said in the language of whoever reads, old rows too."""

import ast
import re
from pathlib import Path

import pytest
from django.utils.translation import override

from storyengine.errors import CATALOGUE, Refused
from storyengine.sentences import MOST, PARTS, SENTENCES, Said, in_words, read, reason_of, refusal_in_words, say, stored

ROOT = Path(__file__).resolve().parent.parent
PLACE = re.compile(r"%\((\w+)\)s")
VALUES = {"field": "beats", "parts": "facts, so_far", "refusal": "adapter.mismatch first: box"}


NUMBERS = ("number", "most", "rows", "wanted", "rounds", "tokens", "window", "percent", "kind", "kinds", "position")


def every() -> list[Said]:
    values: dict[str, int | str] = {"name": "PILOT", **dict.fromkeys(NUMBERS, 7), **VALUES}
    return [Said(code, {key: values[key] for key in PLACE.findall(str(text))}) for code, text in SENTENCES.items()]


@pytest.mark.parametrize("said", every(), ids=lambda said: said.code)
def test_sentence_is_stored_as_a_code_and_read_as_the_same(said: Said) -> None:
    text = stored(said)
    assert text.startswith(said.code)
    assert len(text) <= MOST
    assert read(text) == [said]
    assert in_words(text) == str(said)


@pytest.mark.parametrize("said", every(), ids=lambda said: said.code)
def test_sentence_is_said_in_the_language_of_whoever_reads(said: Said) -> None:
    with override("en"):
        english, old = in_words(stored(said)), str(SENTENCES[said.code]) % said.values
    with override("zh-hans"):
        chinese = in_words(stored(said))
        assert in_words(old) == chinese  # what was stored in English before there were codes
    assert english.isascii()
    assert any("\u4e00" <= ch <= "\u9fff" for ch in chinese)


def test_several_sentences_stand_in_one_column() -> None:
    cut, memory = say("remark.cut", parts="facts, so_far"), say("remark.memory", rows=4, wanted=8)
    text = stored(cut, "", memory, "all else; as it is")
    assert text == ('remark.cut {"parts":"facts, so_far"}; remark.memory {"rows":4,"wanted":8}; all else; as it is')
    assert read(text) == [cut, memory, "all else", "as it is"]
    with override("zh-hans"):
        assert (
            in_words(text)
            == "为放得下而删去：事实、此前发生的事；内存不够：同时写 4 个，而不是 8 个；all else；as it is"
        )


def test_what_a_writer_says_in_english_is_stored_as_codes() -> None:
    adapter = "written without the adapter: adapter.mismatch first: box"
    said = f"{adapter}; cut to fit: so_far; out of memory: 4 at once instead of 8"
    assert [one.code for one in read(said) if isinstance(one, Said)] == [
        "remark.adapter",
        "remark.cut",
        "remark.memory",
    ]
    with override("zh-hans"):
        assert str(CATALOGUE["adapter.mismatch"].message) in in_words(said)


@pytest.mark.parametrize(
    "text",
    ["", "x" * MOST, "no.such_code", 'remark.cut {"parts', 'remark.cut {"other":1}', "remark.cut", "HTTP 500: {}"],
)
def test_text_that_is_no_sentence_of_ours_is_shown_as_it_is(text: str) -> None:
    assert in_words(stored(text)) == text


def test_column_takes_as_many_sentences_as_fit_and_cuts_none() -> None:
    long = say("branch.kind", kind="'" * 500, kinds="action, " * 100)
    text = stored(*[long] * 9)
    assert len(text) <= MOST
    assert read(text) == [long]


def test_refusal_is_said_with_its_reason() -> None:
    assert refusal_in_words("writer.unreachable", "HTTP 502") == "The writer's server cannot be reached. (HTTP 502)"
    assert refusal_in_words("writer.unreachable") == "The writer's server cannot be reached."
    assert refusal_in_words("gone.code", "answer.stuck") == "one word over and over"
    assert in_words("release.superseded") == "This text has been corrected since."
    with override("zh-hans"):
        assert refusal_in_words("writer.out_of_memory", "limit.one_row") == "写手的内存不够了。（一次只写一个也放不下）"


def test_reason_of_a_refusal_is_a_code_or_its_text() -> None:
    refused = Refused("branch.invalid", reason=say("branch.empty", field="heading"))
    assert reason_of(refused.detail) == 'branch.empty {"field":"heading"}'
    assert str(refused) == "This is not a valid branch. (heading: is empty)"
    assert (reason_of({"reason": 7}), reason_of({})) == ("7", "")


def test_unknown_code_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        say("answer.unheard_of")


def test_every_part_that_is_named_has_a_name() -> None:
    """`field=` of the branch's reader, and whatever `fit.fit` cuts."""
    tree = ast.parse((ROOT / "storyengine/plot/branch.py").read_text())
    words = [node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "field"]
    assert {word.value.value for word in words if isinstance(word.value, ast.Constant)} <= PARTS.keys()
    cut = {"threads", "facts", "so_far", "places", "wishes", "characters", "earlier_draft", "last_scene"}
    assert cut <= PARTS.keys()
