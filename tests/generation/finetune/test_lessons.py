"""What is learnt from is, to the token, what the writer reads and may write."""

import pytest

from storyengine.errors import Refused
from storyengine.generation.finetune.lessons import check_lines, lessons
from storyengine.generation.prompt import messages
from storyengine.generation.writer.local import LocalWriter
from tests.factories import answer_json
from tests.generation.test_prompt import SMALL

PROMPT = messages(SMALL)


def said(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]


def test_lesson_is_the_writers_prompt_and_the_answer_with_its_end(writer: LocalWriter) -> None:
    tokenizer = writer._tokenizer
    (lesson,), left_out = lessons("sft", [{"prompt": PROMPT, "completion": said("{}")}], tokenizer, 1024)
    prompt, answer = writer.encode(SMALL), [*tokenizer("{}", add_special_tokens=False).input_ids, 1]
    assert (lesson["input_ids"], left_out) == (prompt + answer, 0)
    assert lesson["labels"] == [-100] * len(prompt) + answer


def test_lesson_beyond_the_window_is_left_out_and_counted(writer: LocalWriter) -> None:
    short = {"prompt": PROMPT, "chosen": said("{}"), "rejected": said("{ }")}
    long = short | {"rejected": said(answer_json() * 3)}
    found, left_out = lessons("dpo", [long, short], writer._tokenizer, 1024)
    assert ([sorted(one) for one in found], left_out) == ([["chosen_ids", "prompt_ids", "rejected_ids"]], 1)


@pytest.mark.parametrize(
    ("method", "line"),
    [
        ("sft", {"prompt": PROMPT}),
        ("sft", {"prompt": "words", "completion": said("{}")}),
        ("sft", {"prompt": PROMPT, "completion": [{"role": "assistant"}]}),
        ("dpo", {"prompt": PROMPT, "chosen": said("{}")}),
        ("kto", {"prompt": PROMPT, "completion": said("{}"), "label": "yes"}),
        ("kto", {"prompt": [], "completion": said("{}"), "label": True}),
        ("kto", ["no", "line"]),
    ],
)
def test_line_of_another_shape_is_named(method, line) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused) as refused:
        check_lines(method, [line], "p.jsonl")
    assert refused.value.code == "finetune.file_broken"
    assert refused.value.detail["reason"] == f"p.jsonl, line 1: no example for {method}"
