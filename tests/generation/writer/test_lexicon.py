"""A small model says whole words: those of its lexicon and of the prompt, and nothing between them."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from django.conf import settings
from transformers import AutoTokenizer

from storyengine.generation.prompt import messages
from storyengine.generation.training.corpus import examples
from storyengine.generation.training.lexicon import words_of_its_own
from storyengine.generation.writer.local import LocalWriter
from storyengine.generation.writer.local.lexicon import FILE, Lexicon, forms_of, words_in
from tests.generation.test_prompt import SMALL

WORDS = ["frozen", "fro", "smack", "the", "a", "row"]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(settings.BOX_MODEL)


def said_next(tokenizer: Any, said: str, words: Iterable[str], prompt: str = "") -> set[str]:
    """Every token that may stand behind what was said, as text."""
    size = len(tokenizer)
    spelling = Lexicon(words, tokenizer, size, torch.device("cpu")).beside(prompt)
    ids = tokenizer(said, add_special_tokens=False).input_ids
    (mask,) = spelling.among(torch.ones(1, size, dtype=torch.bool), [ids])
    return {tokenizer.decode([token]) for token in mask.nonzero().flatten().tolist()}


def test_a_word_goes_on_to_a_known_one_or_ends_as_one(tokenizer: Any) -> None:
    behind_a_word = said_next(tokenizer, "the fro", WORDS)
    assert {"z", "ze", "zen", ".", ",", " the", " smack"[:3]} <= behind_a_word
    assert not {"g", "m", "sty", "ck"} & behind_a_word
    assert said_next(tokenizer, "the froz", WORDS) == {"e", "E", "en", "En", "EN"}
    assert "g" in said_next(tokenizer, "the fro", WORDS, prompt="A frog.")


def test_what_begins_begins_a_word(tokenizer: Any) -> None:
    for said in ("", 'a","'):
        first = said_next(tokenizer, said, WORDS)
        assert {one for one in first if re.fullmatch("[a-z]+", one)} == {
            "a",
            "f",
            "r",
            "s",
            "t",
            "ro",
            "row",
            "th",
            "the",
        }
        assert {"1", "?", " fro", " frozen"} <= first
        assert " wa" not in first


def test_case_is_free_and_the_forms_of_a_prompts_words_are_known(tokenizer: Any) -> None:
    assert said_next(tokenizer, "R", WORDS) == {"o", "O", "ow", "Ow"}
    assert "s" not in said_next(tokenizer, "frozen", WORDS)
    assert "s" in said_next(tokenizer, "frozen", WORDS, prompt="frozen")
    forms = {word: forms_of(word) - {word} for word in ("carry", "lids", "pass", "play", "that")}
    assert forms == {"carry": {"carries"}, "lids": {"lid"}, "pass": {"passes"}, "play": {"plays"}, "that": {"thats"}}


def test_where_nothing_is_well_spelt_all_that_is_allowed_stays(tokenizer: Any) -> None:
    size = len(tokenizer)
    spelling = Lexicon(WORDS, tokenizer, size, torch.device("cpu")).beside("")
    rows = [tokenizer(text, add_special_tokens=False).input_ids for text in ("froz", "the")]
    only = torch.zeros(2, size, dtype=torch.bool)
    only[:, tokenizer.convert_tokens_to_ids("q")] = True
    assert torch.equal(spelling.among(only, rows), only)


def test_the_model_that_ships_says_no_word_that_is_none() -> None:
    box = LocalWriter(settings.BOX_MODEL, threads=1)
    lexicon = set((Path(settings.BOX_MODEL) / FILE).read_text().split())
    asked = replace(SMALL, plan=True)
    told = words_in(" ".join(message["content"] for message in messages(asked)))
    keys = words_in("plan wants who want beats change choices heading kind action dialogue character text summary")
    known = lexicon | keys | {"parenthetical"} | {form for word in told for form in forms_of(word)}
    for text in box.write(asked, seed=3, candidates=4).texts:
        assert words_in(text) <= known


def test_the_lexicon_holds_what_the_grammar_says_and_no_mere_names() -> None:
    words = words_of_its_own(islice(examples(3), 300))
    assert {"of", "nobody", "whole"} <= set(words)
    assert not {"ursula", "halloran", "lindqvist"} & set(words)
    assert words == sorted(words)
    assert all(re.fullmatch("[a-z]+", word) for word in words)
