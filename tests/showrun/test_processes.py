"""One writer a GPU: those that the operator named, each in a process that sees it alone."""

import pytest

from storyengine.errors import Refused
from storyengine.showrun.processes import commands


def seen(monkeypatch: pytest.MonkeyPatch, settings, named: str | None, number: int = 2) -> dict[str, str]:  # type: ignore[no-untyped-def]
    """Writer -> what it is told to see; empty where it is told nothing."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if named is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    settings.WRITERS = number
    started = commands(bind="127.0.0.1", port=8000)
    writers = {name: words for name, words in started.items() if name.startswith("writer")}
    return {name: words[1].partition("=")[2] if words[0] == "env" else "" for name, words in writers.items()}


@pytest.mark.parametrize(
    ("named", "gpus"),
    [
        (None, ["0", "1"]),
        ("2,3", ["2", "3"]),
        ("5, 2 ,7", ["5", "2"]),
        ("GPU-8f2a,GPU-11c0", ["GPU-8f2a", "GPU-11c0"]),
        ("", ["", ""]),
        ("-1", ["", ""]),
    ],
)
def test_writers_take_the_gpus_that_the_operator_named(monkeypatch, settings, named: str | None, gpus: list) -> None:  # type: ignore[no-untyped-def]
    assert seen(monkeypatch, settings, named) == dict(zip(["writer-0", "writer-1"], gpus, strict=True))


def test_one_writer_sees_what_the_operator_lets_it_see(monkeypatch, settings) -> None:  # type: ignore[no-untyped-def]
    assert seen(monkeypatch, settings, "3", number=1) == {"writer": ""}


def test_fewer_gpus_than_writers_is_said_before_anything_starts(monkeypatch, settings) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused) as refused:
        seen(monkeypatch, settings, "2,3", number=3)
    assert (refused.value.code, refused.value.detail["reason"]) == (
        "setup.failed", "STORYENGINE_WRITERS=3, but CUDA_VISIBLE_DEVICES=2,3",
    )  # fmt: skip
