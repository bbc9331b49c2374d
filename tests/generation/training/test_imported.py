"""Stories with hardly a bible: what the prompt leaves out, and what the last scene still says."""

from dataclasses import replace
from itertools import islice
from random import Random

from storyengine.generation.training.corpus import examples
from storyengine.generation.training.imported import bare_bible, in_prose

TOLD = replace(
    next(islice(examples(3), 1)).context,
    characters=(("Mira", "a baker"), ("Old Tam", "a thief"), ("Zeno", "a judge")),
    places=(("Quay", "wet"),),
    tone="dry",
    last_scene="EXT. Quay - DAWN\nMira waits.\nOld Tam: You are late.",
)


def test_most_of_the_bible_goes_and_the_last_scene_says_what_it_said() -> None:
    found = [bare_bible(Random(seed), TOLD) for seed in range(60)]
    assert {len(one.characters) for one in found} == {0, 1, 2}
    assert {bool(one.places) for one in found} == {bool(one.tone) for one in found} == {True, False}
    for one in found:
        assert one.last_scene.split("\n")[1] == "Mira waits."
        assert "Old Tam" in one.last_scene
        assert "You are late." in one.last_scene
    assert len({one.last_scene.split("\n")[0] for one in found}) > 20


def test_a_speech_becomes_prose_and_nothing_else_does() -> None:
    told = in_prose(Random(1), "Old Tam: You are late.", ["Mira", "Old Tam"])
    assert told.startswith('"You are late." ')
    assert "Old Tam" in told
    for line in ("Mira waits.", "Above the door: a lamp."):
        assert in_prose(Random(1), line, ["Mira", "Old Tam"]) == line
