"""The box model's own tokenizer: byte-level BPE in which a beat's JSON scaffolding is one token.

A capitalised word never carries the space before it: a name then has the same tokens in the bible, in a cue
and in the middle of a line, which is what a small model needs to copy it.
"""

from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from storyengine.generation.prompt import RULES_WITH_PLAN
from storyengine.generation.training import wishes
from storyengine.generation.training.choices import ODD_VERBS, third_person
from storyengine.generation.training.corpus import Example, chat
from storyengine.generation.training.deeds import OTHER_CHOICES, THING_CHOICES
from storyengine.generation.training.everyday import LINKS, MODIFIERS, NOUNS, PRONOUNS, VERBS
from storyengine.generation.training.words import ADJECTIVES, PLURAL_THINGS, THINGS, TRADES

VOCABULARY = 8000
WINDOW = 3072  # tokens: the longest prompt of the app with its answer
SPECIALS = ("<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
SCAFFOLD = (
    '{"plan":{"wants":[{"who":"', '","want":"', '"},{"who":"', '"}],"beats":["', '"],"change":"', '"},"choices":["',
    '"},"choices":[],"heading":"', '"],"heading":"', '","',
    '","beats":[{"kind":"action","text":"', '","beats":[{"kind":"dialogue","character":"',
    '"},{"kind":"action","text":"', '"},{"kind":"dialogue","character":"', '"},{"kind":"parenthetical","character":"',
    '"},{"kind":"transition","text":"', '","text":"', '"}],"summary":"', '"}',
)  # fmt: skip
WORDS = r"\p{Lu}\p{L}*|'(?:s|t|re|ve|m|ll|d)\b| ?[\p{Ll}\p{Lo}\p{Lm}]\p{L}*| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?=\s)|\s"
TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)


def train_tokenizer(texts: Iterable[str], vocabulary: int = VOCABULARY) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(SCAFFOLD),
        special_tokens=list(SPECIALS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=3,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens([AddedToken(text, normalized=False, special=False) for text in SCAFFOLD])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<|pad|>",  # noqa: S106
        eos_token="<|end|>",  # noqa: S106
        model_max_length=WINDOW,
        chat_template=TEMPLATE,
        clean_up_tokenization_spaces=False,
    )


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast.from_pretrained(folder)


def corpus_texts(examples: Iterable[Example]) -> Iterable[str]:
    """What the vocabulary is learnt from: prompts, answers without scaffolding, and every word of the lexicon."""
    for example in examples:
        yield example.context.last_scene
        yield chat(example)[1]["content"]
        answer = example.answer
        for piece in SCAFFOLD:
            answer = answer.replace(piece, "\n")
        yield answer
    verbs = {text.partition("|")[0] for group in (THING_CHOICES | OTHER_CHOICES).values() for text in group}
    lexicon = [*THINGS, *PLURAL_THINGS, *ADJECTIVES, *NOUNS, *VERBS, *MODIFIERS, *LINKS, *PRONOUNS, *TRADES]
    lexicon += [*verbs, *ODD_VERBS, *map(third_person, [*verbs, *ODD_VERBS]), *wishes.FEELINGS, *wishes.VERBS]
    capital = [word.capitalize() for word in (*verbs, *ODD_VERBS, *PRONOUNS, *LINKS)]
    yield from (f"a {word}\n" * 40 for word in lexicon)
    yield from (f"{word}\n" * 40 for word in capital)
    yield from [RULES_WITH_PLAN] * 400
