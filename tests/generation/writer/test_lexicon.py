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


def may_be_said(tokenizer: Any, said: str, words: Iterable[str] = WORDS, prompt: str = "") -> bool:
    """Token by token as the tokenizer cuts it, and a quote behind it."""
    ids = tokenizer(said + '","', add_special_tokens=False).input_ids
    spelling = Lexicon(words, tokenizer, len(tokenizer), torch.device("cpu")).beside(prompt)
    everything = torch.ones(1, len(tokenizer), dtype=torch.bool)
    return all(spelling.among(everything, [ids[:place]])[0, token] for place, token in enumerate(ids))


def test_known_words_may_be_said_and_others_may_not(tokenizer: Any) -> None:
    for said in ("the frozen smack", "The frozen smack, a row.", "“A smack?”", "", "the 12 – é", "a\nrow"):
        assert may_be_said(tokenizer, said), said
    for said in ("the frozen smace", "the froz", "theice", "rowthe", "a fro-zen", "a wall"):
        assert not may_be_said(tokenizer, said), said


def test_a_word_is_said_in_the_pieces_that_the_tokenizer_cuts_it_in(tokenizer: Any) -> None:
    """In others it is one that the model never saw, and it goes on with anything."""
    spelling = Lexicon(WORDS, tokenizer, len(tokenizer), torch.device("cpu")).beside("")
    (frozen,), (fro,) = (tokenizer(text, add_special_tokens=False).input_ids for text in (" frozen", " fro"))
    everything = torch.ones(1, len(tokenizer), dtype=torch.bool)
    assert spelling.among(everything, [[]])[0, [frozen, fro]].tolist() == [True, True]
    (behind,) = spelling.among(everything, [[fro]])
    assert not behind[tokenizer.convert_tokens_to_ids("zen")]
    assert behind[tokenizer.convert_tokens_to_ids('","')]


def test_the_words_of_a_prompt_may_be_said_as_it_spells_them_and_in_their_forms(tokenizer: Any) -> None:
    for said, prompt in (("smacks", "smack"), ("MacRow", "MacRow"), ("THE WALL", "the wall"), ("carries", "carry")):
        assert may_be_said(tokenizer, said, prompt=prompt)
        assert not may_be_said(tokenizer, said)
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
    lexicon = set((Path(settings.BOX_MODEL) / FILE).read_text().lower().split())
    asked = replace(SMALL, plan=True)
    told = words_in(" ".join(message["content"] for message in messages(asked)))
    keys = words_in("plan wants who want beats change choices heading kind action dialogue character text summary")
    known = lexicon | keys | {"parenthetical"} | {form for word in told for form in forms_of(word)}
    for text in box.write(asked, seed=3, candidates=4).texts:
        assert words_in(text) <= known


def test_the_lexicon_holds_what_the_grammar_says_and_no_mere_names() -> None:
    words = words_of_its_own(islice(examples(3), 300))
    assert {"of", "nobody", "whole"} <= set(words)
    assert not {"Ursula", "Halloran", "Lindqvist"} & set(words)
    assert words == sorted(words)
    assert all(re.fullmatch("[A-Za-z]+", word) for word in words)
