"""The training run on a tiny model: it resumes, and what it exports loads by the plain classes."""

from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from safetensors import safe_open
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer

from storyengine.errors import Refused
from storyengine.generation.training import train as trainer
from storyengine.generation.training.batches import encode, share
from storyengine.generation.training.corpus import examples, make_family
from storyengine.generation.training.losses import family_losses
from storyengine.generation.training.tokenizer import WINDOW, corpus_texts, load_tokenizer, train_tokenizer
from storyengine.generation.training.train import Settings, build_model, train
from storyengine.generation.writer.local.lexicon import FILE

BOX = Path(trainer.__file__).parents[1] / "writer/box"


def tiny(folder: Path, steps: int) -> Settings:
    return Settings(
        out=folder / "out", work=folder / "work", steps=steps, hidden=32, layers=1, heads=2, inner=64,
        vocabulary=1500, tokens=1024, vocabulary_examples=60, lexicon_examples=60, threads=1,
    )  # fmt: skip


def test_a_run_resumes_and_exports_a_model_that_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "REPORT_EVERY", 1)
    told: list[tuple[float, str]] = []
    train(tiny(tmp_path, 1), report=lambda *news: told.append(news))
    out = train(tiny(tmp_path, 2), resume=True, report=lambda *news: told.append(news))
    news = [(progress, line.split("  ")[0]) for progress, line in told]
    assert news == [(0.0, "listing words"), (1.0, "step 1"), (0.0, "listing words"), (1.0, "step 2")]
    assert (out / FILE).read_text().split() == sorted(set((out / FILE).read_text().split()))
    lines = (tmp_path / "work/loss.csv").read_text().splitlines()
    assert lines[0] == "step,seconds,loss"
    tokenizer, model = AutoTokenizer.from_pretrained(out), AutoModelForCausalLM.from_pretrained(out)
    assert model.config.vocab_size == len(tokenizer)
    ids = tokenizer("Nobody moves.", return_tensors="pt").input_ids
    assert model.generate(ids, max_new_tokens=3, do_sample=False).shape[1] <= ids.shape[1] + 3


def test_the_same_seed_gives_the_same_weights_and_a_run_that_broke_off_goes_on_to_them(tmp_path: Path) -> None:
    def weights(*runs: tuple[Settings, bool]) -> torch.Tensor:
        for run, resume in runs:
            out = train(run, resume=resume, report=lambda *_: None)
        return torch.cat([one.flatten() for one in AutoModelForCausalLM.from_pretrained(out).parameters()])

    whole = weights((tiny(tmp_path / "a", 3), False))
    assert torch.equal(whole, weights((tiny(tmp_path / "b", 3), False)))
    assert not torch.equal(whole, weights((replace(tiny(tmp_path / "c", 3), seed=8), False)))
    rest = replace(tiny(tmp_path / "b", 3), minutes=1.0)
    assert torch.equal(whole, weights((tiny(tmp_path / "b", 3), False), (rest, True)))


def test_only_the_same_run_is_resumed_and_a_new_one_learns_its_own_words(tmp_path: Path) -> None:
    def refusal(run: Settings) -> str:
        with pytest.raises(Refused) as refused:
            train(run, resume=True, report=lambda *_: None)
        return refused.value.code

    run = tiny(tmp_path, 1)
    assert refusal(run) == "finetune.resume"
    train(run, report=lambda *_: None)
    assert refusal(replace(run, seed=8)) == "finetune.resume"
    assert refusal(replace(run, hidden=64)) == "finetune.resume"
    before = (run.work / "tokenizer/tokenizer.json").read_text()
    train(replace(run, vocabulary=1400), report=lambda *_: None)
    assert len(AutoTokenizer.from_pretrained(run.out)) == 1400
    assert (run.work / "tokenizer/tokenizer.json").read_text() != before


def test_the_model_that_ships_is_small_and_in_half_precision() -> None:
    with safe_open(BOX / "model.safetensors", "pt") as file:
        tensors = [file.get_tensor(name) for name in file.keys()]  # noqa: SIM118  it is no mapping
    assert 5e6 <= sum(one.numel() for one in tensors) <= 30e6
    assert {one.dtype for one in tensors} <= {torch.bfloat16, torch.float16}
    assert sum(path.stat().st_size for path in BOX.iterdir()) <= 40e6
    assert (BOX / "README.md").exists()


def test_a_run_goes_on_from_a_finished_model_with_its_shape_and_tokenizer(tmp_path: Path) -> None:
    first = train(tiny(tmp_path, 1), report=lambda *_: None)
    again = Settings(
        out=tmp_path / "again", work=tmp_path / "more", steps=1, threads=1, start=first, tokens=800, lexicon_examples=60
    )
    out = train(again, report=lambda *_: None)
    before, after = (AutoModelForCausalLM.from_pretrained(folder) for folder in (first, out))
    assert after.config.hidden_size == before.config.hidden_size == 32
    moved = (after.model.embed_tokens.weight - before.model.embed_tokens.weight).abs().max()
    assert 0 < moved < 0.05
    assert AutoTokenizer.from_pretrained(out).get_vocab() == AutoTokenizer.from_pretrained(first).get_vocab()


def test_a_model_that_gets_layers_says_what_it_said_until_it_learns(tmp_path: Path) -> None:
    first = train(tiny(tmp_path, 1), report=lambda *_: None)
    run = Settings(
        out=tmp_path / "out2", work=tmp_path / "w2", steps=1, threads=1, start=first, tokens=800, more_layers=2,
        lexicon_examples=60,
    )  # fmt: skip
    before, tokenizer = AutoModelForCausalLM.from_pretrained(first, dtype=torch.float32), load_tokenizer(first)
    deeper = build_model(run, tokenizer)
    ids = tokenizer("Nobody moves.", return_tensors="pt").input_ids
    with torch.no_grad():
        assert torch.allclose(deeper(ids).logits, before(ids).logits, atol=1e-5)
    assert [layer.self_attn.layer_idx for layer in deeper.model.layers] == [0, 1, 2]
    assert AutoModelForCausalLM.from_pretrained(train(run, report=lambda *_: None)).config.num_hidden_layers == 3


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


def test_a_family_that_is_read_once_has_the_losses_of_its_rows_read_one_by_one(tmp_path: Path) -> None:
    torch.manual_seed(3)
    tokenizer = train_tokenizer(corpus_texts(islice(examples(5), 60)), 1500)
    model = build_model(tiny(tmp_path, 1), tokenizer)
    rows = [encode(example, tokenizer) for example in make_family(Random(8), size=0, count=3)]
    family = share(rows, tokenizer.pad_token_id)
    assert family.shared.shape[1] > 100
    with torch.no_grad():
        losses, weights = family_losses(model, family)
        expected = []
        for ids, counts in rows:
            logits = model(input_ids=torch.tensor([ids])).logits[0]
            learnt = [place for place, count in enumerate(counts) if count >= 1]
            expected.append(functional.cross_entropy(logits[[n - 1 for n in learnt]], torch.tensor(ids)[learnt],
                                                     reduction="none"))  # fmt: skip
    assert torch.allclose(losses[weights >= 1], torch.cat(expected), atol=1e-3)
