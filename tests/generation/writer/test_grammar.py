"""Past its soft limit an answer is closed as soon as the schema lets it be: on masks, before a device sees them."""

import pytest
import torch
from django.conf import settings
from transformers import AutoTokenizer

from storyengine.generation.writer.local.grammar import Grammar

SCHEMA = {
    "type": "object", "required": ["a"], "additionalProperties": False,
    "properties": {"a": {"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 9}}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "next_to_come"),
    [
        ('{"a":["b', {'"', '",', '"]', '"]}', '","'}),  # in a string a bracket is text: the quote alone ends it
        ('{"a":["b"', {"]", "]}"}),
        ('{"a":', set()),  # nothing can end here: all that the schema allows
    ],
)
def test_only_what_ends_something_is_allowed_of_a_row_that_is_closing(said: str, next_to_come: set[str]) -> None:
    tokenizer = AutoTokenizer.from_pretrained(settings.WRITER_MODEL)
    grammar = Grammar(tokenizer, len(tokenizer), torch.device("cpu"))
    rows = [grammar.matcher(SCHEMA) for _ in range(2)]
    for row in rows:
        assert row.consume_tokens(tokenizer(said, add_special_tokens=False).input_ids)
    words = grammar.words(2)
    free, closing = grammar.allowed(rows, words, [False, True])
    ends = {tokenizer.decode([token]) for token in closing.nonzero().flatten().tolist()}
    assert not (closing & ~free).any()
    assert ends <= next_to_come if next_to_come else bool((closing == free).all())
    assert ends
