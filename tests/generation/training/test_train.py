"""The training run on a tiny model: it resumes, and what it exports loads by the plain classes."""

from itertools import islice
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from transformers import AutoModelForCausalLM, AutoTokenizer

from storyengine.generation.training.corpus import examples
from storyengine.generation.training.tokenizer import corpus_texts, train_tokenizer
from storyengine.generation.training.train import WINDOW, Settings, encode, train


def tiny(folder: Path, steps: int) -> Settings:
    return Settings(
        out=folder / "out", work=folder / "work", steps=steps, hidden=32, layers=1, heads=2, inner=64,
        vocabulary=1500, tokens=1024, vocabulary_examples=60, threads=1,
    )  # fmt: skip


def test_a_run_resumes_and_exports_a_model_that_loads(tmp_path: Path) -> None:
    train(tiny(tmp_path, 1), report=str)
    out = train(tiny(tmp_path, 2), resume=True, report=str)
    lines = (tmp_path / "work/loss.csv").read_text().splitlines()
    assert lines[0] == "step,seconds,loss"
    tokenizer, model = AutoTokenizer.from_pretrained(out), AutoModelForCausalLM.from_pretrained(out)
    assert model.config.vocab_size == len(tokenizer)
    ids = tokenizer("Nobody moves.", return_tensors="pt").input_ids
    assert model.generate(ids, max_new_tokens=3, do_sample=False).shape[1] <= ids.shape[1] + 3


def test_prompts_and_answers_fit_and_survive_the_tokenizer() -> None:
    tokenizer = train_tokenizer(corpus_texts(islice(examples(5), 300)), 4000)
    for example in islice(examples(6, size=1, spread=0), 20):
        ids, weights = encode(example, tokenizer)
        assert len(ids) == len(weights) <= WINDOW
        assert ids[-1] == tokenizer.eos_token_id
        assert tokenizer.decode(tokenizer(example.answer).input_ids) == example.answer
    assert tokenizer.decode(tokenizer("三缺一 “哦”").input_ids) == "三缺一 “哦”"


def test_a_beats_scaffolding_is_one_token() -> None:
    tokenizer = train_tokenizer(corpus_texts(islice(examples(5), 50)), 1500)
    assert len(tokenizer('"},{"kind":"dialogue","character":"').input_ids) == 1
    assert len(tokenizer('{"plan":{"wants":[{"who":"').input_ids) == 1
