"""A prompt's segments are tokenised apart, and its tokens are those of the whole: proved, not supposed."""

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as site
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from storyengine.generation.prompt import Context, Wish, messages, segments
from storyengine.generation.writer.local.encode import Encoder
from tests.generation.test_prompt import SMALL

LINES = ["Fog lies.\n\n# TRUE NOW\n- ODA: waits.\n\n\n\n# STILL OPEN\n- Who pays?\n\n# CHOICE\nGo\n\n"] * 9
GPT_2 = pre_tokenizers.ByteLevel(add_prefix_space=False)
# What splits Llama 3's text, and Qwen's but for numbers: line ends stay together, and with a sign before them.
LLAMA_3 = pre_tokenizers.Sequence(
    [
        pre_tokenizers.Split(
            Regex(
                r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
                r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
            ),
            "isolated",
        ),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]
)
# Llama 2's and Mistral's first ones: a space is put before every text.
LLAMA_2 = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
ALL = {"gpt-2": GPT_2, "llama-3": LLAMA_3, "llama-2": LLAMA_2}
SEGMENTS_CUT = {"gpt-2": True, "llama-3": True, "llama-2": False}
TRIMMING = (
    "{{ bos_token }}{% for message in messages %}<s>{{ message['role'] }}\n\n{{ message['content'] | trim }}</s>"
    "{% endfor %}{% if add_generation_prompt %}<s>assistant\n\n{% endif %}"
)


def trained(split: Any, *, special: str = "") -> PreTrainedTokenizerFast:
    """Pairs trained on headings and line ends, so that what may be one token over a seam becomes one."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = split
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        LINES, trainers.BpeTrainer(vocab_size=600, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet)
    )
    if special:
        tokenizer.post_processor = processors.TemplateProcessing(special, special_tokens=[("<s>", 0), ("</s>", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>")


def whole(tokenizer: Any, chat: list[dict[str, str]]) -> list[int]:
    """The prompt as one string."""
    text, special = Encoder(tokenizer).text(chat), not tokenizer.chat_template
    ids: list[int] = tokenizer(text, add_special_tokens=special).input_ids
    return ids


BOX = AutoTokenizer.from_pretrained(site.BOX_MODEL)
BOX_ENCODER = Encoder(BOX)
TOKENIZERS = {name: trained(split) for name, split in ALL.items()}
ENCODERS = {name: Encoder(tokenizer) for name, tokenizer in TOKENIZERS.items()}
# Words, and all that could join hands over a seam: white space, headings, the tokens of the template and of the answer.
HARD = st.lists(
    st.sampled_from(
        [" ", "\n", "\n\n", "\r\n", "\t", "\u3000", "# ", "\n\n# ", "<|end|>", '"}', '","', "a", "ODA", "灯", "🙂"]
    ),
    max_size=8,
).map("".join)  # fmt: skip
TEXT = st.one_of(st.text(max_size=20), HARD)
CONTEXTS = st.builds(
    Context,
    title=TEXT, language=st.just("en"), tone=TEXT, logline=TEXT,
    rules=st.tuples(TEXT), characters=st.tuples(st.tuples(TEXT, TEXT)), places=st.tuples(st.tuples(TEXT, TEXT)),
    so_far=st.lists(TEXT, max_size=3).map(tuple), last_scene=TEXT, choice=TEXT,
    facts=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple), threads=st.lists(TEXT, max_size=2).map(tuple),
    wishes=st.lists(st.builds(Wish, TEXT, st.just(3), st.just(2.5)), max_size=2).map(tuple),
    directive=TEXT, outline=st.lists(TEXT, max_size=2).map(tuple), lore=st.lists(TEXT, max_size=2).map(tuple),
    plan=st.booleans(),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(CONTEXTS)
def test_tokens_of_the_box_are_those_of_the_whole_prompt(context: Context) -> None:
    assert BOX_ENCODER.encode(messages(context)) == whole(BOX, messages(context))


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=40, deadline=None)
@given(context=CONTEXTS)
def test_tokens_of_other_tokenizers_are_those_of_the_whole_prompt(name: str, context: Context) -> None:
    assert ENCODERS[name].encode(messages(context)) == whole(TOKENIZERS[name], messages(context))


def test_each_segment_is_a_part_by_itself_and_the_template_stays_around_them() -> None:
    full = replace(SMALL, outline=("The bridge.",), lore=("The bell rings.",))
    rules, bible, *rest = (segment.text for segment in segments(full))
    head, *parts, last = BOX_ENCODER.parts(BOX_ENCODER.text(messages(full)))
    assert head == f"<|system|>\n{rules}<|end|>\n<|user|>\n{bible}"
    assert [*parts, last] == [*rest[:-1], f"{rest[-1]}<|end|>\n<|assistant|>\n"]


@pytest.mark.parametrize("name", ALL)
def test_segments_are_cut_where_the_tokenizer_does_not_look_across(name: str) -> None:
    encoder = ENCODERS[name]
    text = encoder.text(messages(SMALL))
    parts = encoder.parts(text)
    assert "".join(parts) == text
    headings = [part.strip().split("\n")[0] for part in parts]
    expected = [segment.text.split("\n")[0] for segment in segments(SMALL)] if SEGMENTS_CUT[name] else headings[:1]
    assert headings == expected


@pytest.mark.parametrize(
    ("special", "cut"), [("<s> $A", True), ("<s> $A </s>", False)], ids=["opens", "opens and closes"]
)
def test_what_a_tokenizer_puts_around_a_text_is_put_once(special: str, cut: bool) -> None:
    tokenizer = trained(LLAMA_3, special=special)
    found = Encoder(tokenizer).encode(messages(SMALL))
    assert found == whole(tokenizer, messages(SMALL))
    assert (found.count(0), found.count(1)) == (1, not cut)
    assert (len(Encoder(tokenizer).parts("a\n\n# B")) > 1) is cut


def test_a_template_that_trims_keeps_its_pieces() -> None:
    tokenizer = trained(LLAMA_3, special="<s> $A")
    tokenizer.chat_template = TRIMMING
    found = Encoder(tokenizer).encode(messages(SMALL))
    assert found == whole(tokenizer, messages(SMALL))
    assert [found.count(0), found.count(1)] == [4, 2]  # of the template alone: the tokenizer adds no more


def test_a_tokenizer_that_joins_over_any_seam_is_given_the_whole() -> None:
    """Its normalizer lays the line ends before a heading together, which it cannot in a part."""
    tokenizer = trained(GPT_2)
    tokenizer.backend_tokenizer.normalizer = normalizers.Replace(Regex(r"\n+(?=#)"), "\n")
    assert Encoder(tokenizer).encode(messages(SMALL)) == whole(tokenizer, messages(SMALL))
    assert len(Encoder(tokenizer).parts("a\n\n# B")) == 1


def test_what_was_read_before_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = trained(LLAMA_3)
    encoder, read = Encoder(tokenizer), list[str]()
    tokenise = type(tokenizer).__call__

    def noted(self: Any, text: str, **options: Any) -> Any:
        read.append(text)
        return tokenise(self, text, **options)

    encoder.encode(messages(SMALL))
    monkeypatch.setattr(type(tokenizer), "__call__", noted)
    encoder.encode(messages(replace(SMALL, choice="Leave the thief")))
    assert read == ["# CHOICE\nLeave the thief\n\n"]
