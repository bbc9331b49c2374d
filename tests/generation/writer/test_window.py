"""What servers say of their windows, as they say it."""

from types import SimpleNamespace

import pytest

from storyengine.generation.prompt import messages
from storyengine.generation.writer.window import budget, estimated_tokens, window_in, window_of
from tests.generation.test_prompt import SMALL


@pytest.mark.parametrize(
    ("refusal", "window"),
    [
        ("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens", 4096),
        ("the request exceeds the available context size (2048 tokens), try increasing it", 2048),
        ("prompt is too long: n_ctx = 8192", 8192),
        ("too many tokens", 0),
    ],
)
def test_window_is_read_from_a_refusal(refusal: str, window: int) -> None:
    assert window_in(refusal) == window


def test_window_is_what_the_list_of_models_states() -> None:
    assert window_of(SimpleNamespace(model_extra={"max_model_len": 32768})) == 32768
    assert window_of(SimpleNamespace(model_extra={"owned_by": "me"})) == 0


def test_budget_leaves_room_for_an_answer_and_never_more_than_half() -> None:
    assert (budget(8192, 1300), budget(2048, 1300), budget(0, 1300)) == (6892, 1024, 0)


def test_estimate_counts_three_bytes_a_token_in_every_language() -> None:
    from dataclasses import replace

    bytes_of = sum(len(message["content"].encode()) for message in messages(SMALL))
    assert estimated_tokens(SMALL) == bytes_of // 3
    assert estimated_tokens(replace(SMALL, choice=SMALL.choice + "灯塔亮了" * 30)) == (bytes_of + 360) // 3
