"""The catalogue of commands, whatever comes in."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.commands import BallotCast, CommentPost, Ping, parse_command
from audience.messages import encode, scene_shape
from storyengine.errors import Refused
from storyengine.plot.path import enter
from tests.factories import BeatFactory, make_performance

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)
ALMOST = st.fixed_dictionaries(
    {"type": st.sampled_from(["ping", "ballot.cast", "comment.post", "x"])},
    optional={"ref": JSON, "poll": JSON, "choices": JSON, "seq": JSON, "text": JSON},
)


@pytest.mark.django_db
def test_an_authors_notes_are_no_part_of_what_is_played() -> None:
    performance = make_performance()
    for kind in ("note", "section", "synopsis", "page_break"):
        BeatFactory(scene=performance.story.start, kind=kind, text="if gold > 3")
    step = enter(performance, performance.story.start, choice=None)
    assert [beat["kind"] for beat in scene_shape(step)["beats"]] == ["action", "dialogue"]


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60), st.one_of(JSON, ALMOST).map(json.dumps)))
@settings(max_examples=300, deadline=None)
def test_parse_command_answers_anything_with_a_command_or_a_code(frame: str | bytes) -> None:
    command, ref = parse_command(frame)
    if isinstance(command, Refused):
        assert command.code in {"message.malformed", "message.unknown_type"}
        encode(command.as_message(ref)).encode()  # can be sent, whatever the ref holds
    else:
        assert isinstance(command, Ping | BallotCast | CommentPost)


def test_parse_command_reads_each_command() -> None:
    assert parse_command('{"type":"ping"}') == (Ping(), None)
    assert parse_command(b'{"type":"ballot.cast","ref":"a1","poll":7,"choices":[3]}') == (
        BallotCast("a1", 7, (3,)),
        "a1",
    )
    numbered = '{"type":"ballot.cast","ref":"a1","poll":7,"choices":[3,1],"seq":9}'
    assert parse_command(numbered) == (BallotCast("a1", 7, (3, 1), 9), "a1")
    assert parse_command('{"type":"comment.post","ref":"灯","text":"x"}') == (CommentPost("灯", "x"), "灯")
