"""The branch as JSON: what goes in comes out, and everything else is refused by name."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyengine.errors import Refused
from storyengine.plot.branch import (
    Branch,
    BranchBeat,
    BranchScene,
    branch_from_json,
    branch_to_json,
    count_words,
    one_line,
    scene_from_json,
)


def line(most: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=most).map(one_line).filter(bool)


BEATS = st.one_of(
    st.builds(BranchBeat, st.sampled_from(["action", "transition"]), line(60)),
    st.builds(BranchBeat, st.sampled_from(["dialogue", "parenthetical"]), line(60), line(20)),
)
SCENES = st.builds(
    BranchScene,
    line(60),
    st.lists(BEATS, min_size=1, max_size=6).map(tuple),
    st.lists(line(40), max_size=4, unique_by=str.casefold).map(tuple),
    st.one_of(st.just(""), line(80)),
)
BRANCHES = st.builds(Branch, st.lists(SCENES, min_size=1, max_size=3).map(tuple))


@given(BRANCHES)
@settings(max_examples=150, deadline=None)
def test_branch_survives_json(branch: Branch) -> None:
    assert branch_from_json(json.loads(json.dumps(branch_to_json(branch)))) == branch


def scene(**changes: object) -> dict[str, object]:
    whole = {"heading": "EXT. RIVER - DAY", "beats": [{"kind": "action", "text": "Fog."}], "choices": ["Row", "Wait"]}
    return whole | changes


def beat(**changes: object) -> dict[str, object]:
    return scene(beats=[{"kind": "dialogue", "character": "ODA", "text": "No."} | changes])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "branch: an object is needed"),
        ([], "branch: an object is needed"),
        ({"scenes": {}}, "scenes: a list is needed"),
        ({}, "scenes: at least one is needed"),
        ({"scenes": [scene()] * 21}, "scenes: 21 are too many, 20 at most"),
        ({"scenes": ["x"]}, "scene: an object is needed"),
        ({"scenes": [scene(beats=[])]}, "beats: at least one is needed"),
        ({"scenes": [scene(beats="x")]}, "beats: a list is needed"),
        ({"scenes": [scene(beats=[{"kind": "action", "text": "x"}] * 81)]}, "beats: 81 are too many, 80 at most"),
        ({"scenes": [scene(beats=["x"])]}, "beat: an object is needed"),
        ({"scenes": [beat(kind="song")]}, "kind: 'song' is none of action, dialogue, parenthetical, transition"),
        (
            {"scenes": [beat(kind=["action"])]},
            "kind: ['action'] is none of action, dialogue, parenthetical, transition",
        ),
        ({"scenes": [beat(character="")]}, "character: is empty"),
        ({"scenes": [beat(character=None)]}, "character: text is needed"),
        ({"scenes": [beat(character="x" * 61)]}, "character: 61 characters are too many, 60 at most"),
        ({"scenes": [beat(text=" \n\x00 ")]}, "text: is empty"),
        ({"scenes": [beat(text=7)]}, "text: text is needed"),
        ({"scenes": [beat(text="x" * 2001)]}, "text: 2001 characters are too many, 2000 at most"),
        ({"scenes": [scene(heading=None)]}, "heading: text is needed"),
        ({"scenes": [scene(heading="x" * 121)]}, "heading: 121 characters are too many, 120 at most"),
        ({"scenes": [scene(choices=["a"] * 9)]}, "choices: 9 are too many, 8 at most"),
        ({"scenes": [scene(choices=["Row", "ROW"])]}, "choices: two say the same"),
        ({"scenes": [scene(choices=[None])]}, "choice: text is needed"),
        ({"scenes": [scene(choices=["x" * 121])]}, "choice: 121 characters are too many, 120 at most"),
        ({"scenes": [scene(summary="x" * 601)]}, "summary: 601 characters are too many, 600 at most"),
    ],
)
def test_branch_from_json_refuses(data: object, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        branch_from_json(data)
    assert (refused.value.code, str(refused.value.detail["reason"])) == ("branch.invalid", reason)


def test_scene_from_json_makes_each_text_one_line_that_can_be_stored() -> None:
    read = scene_from_json(scene(heading=" EXT.\tRIVER \n", beats=[{"kind": "action", "text": "a\x00b\ud800\r\n c"}]))
    assert (read.heading, read.beats[0].text) == ("EXT. RIVER", "ab c")


def test_scene_from_json_takes_no_character_from_an_action() -> None:
    read = scene_from_json(scene(beats=[{"kind": "action", "text": "Fog.", "character": "ODA"}]))
    assert read.beats == (BranchBeat("action", "Fog."),)


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("Fog lies – on it.", 4), ("灯灭了。", 3), ("Peg说 hello", 3), ("…", 0), ("don't", 1)],
)
def test_count_words_reads_spaces_and_ideographs(text: str, words: int) -> None:
    assert count_words(text) == words
