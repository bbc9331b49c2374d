"""Lines to learn from become tokens: the prompt as the writer reads it, the answer as the writer's grammar holds it.

Both are tokenised apart and put together, as when the writer writes: joined text has other tokens at the seam.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from storyengine.errors import Refused
from storyengine.generation.writer.local.encode import Encoder

Method = Literal["sft", "dpo", "kto"]
METHODS: tuple[Method, ...] = ("sft", "dpo", "kto")
ANSWERS: dict[str, tuple[str, ...]] = {"sft": ("completion",), "dpo": ("chosen", "rejected"), "kto": ("completion",)}
Lesson = dict[str, Any]  # a row of a trainer's data set, in tokens


def check_lines(method: Method, lines: Iterable[Any], source: str) -> list[dict[str, Any]]:
    """The lines, each with what the method needs; raises Refused("finetune.file_broken") naming the first without."""
    checked = []
    for number, line in enumerate(lines, start=1):
        if not _is_whole(method, line):
            raise Refused("finetune.file_broken", reason=f"{source}, line {number}: no example for {method}")
        checked.append(line)
    return checked


def _is_whole(method: Method, line: Any) -> bool:
    if not isinstance(line, Mapping) or (method == "kto" and not isinstance(line.get("label"), bool)):
        return False
    chats = [line.get("prompt"), *(line.get(name) for name in ANSWERS[method])]
    return all(isinstance(chat, list) and chat and all(map(_is_message, chat)) for chat in chats)


def _is_message(message: Any) -> bool:
    return (
        isinstance(message, Mapping)
        and isinstance(message.get("content"), str)
        and isinstance(message.get("role"), str)
    )


def lessons(
    method: Method, lines: Sequence[Mapping[str, Any]], tokenizer: Any, window: int
) -> tuple[list[Lesson], int]:
    """The lines in tokens, and how many were left out because one of their answers does not fit into the window."""
    encoder = Encoder(tokenizer)
    made = [_lesson(method, line, tokenizer, encoder) for line in lines]
    fitting = [lesson for lesson in made if _length(lesson) <= window]
    return fitting, len(made) - len(fitting)


def _lesson(method: Method, line: Mapping[str, Any], tokenizer: Any, encoder: Encoder) -> Lesson:
    prompt = encoder.encode(line["prompt"])
    answers = [_answer(line[name], tokenizer) for name in ANSWERS[method]]
    match method:
        case "sft":
            return {"input_ids": prompt + answers[0], "labels": [-100] * len(prompt) + answers[0]}
        case "dpo":
            return {"prompt_ids": prompt, "chosen_ids": answers[0], "rejected_ids": answers[1]}
        case "kto":
            return {"prompt_ids": prompt, "completion_ids": answers[0], "label": line["label"]}


def _answer(chat: Sequence[Mapping[str, str]], tokenizer: Any) -> list[int]:
    ids: list[int] = tokenizer(chat[-1]["content"], add_special_tokens=False).input_ids
    return [*ids, tokenizer.eos_token_id] if tokenizer.eos_token_id is not None else ids


def _length(lesson: Lesson) -> int:
    prompt = len(lesson.get("prompt_ids", ()))
    return prompt + max(len(ids) for name, ids in lesson.items() if name not in ("prompt_ids", "label"))
