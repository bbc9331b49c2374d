"""Votes typed into a chat: what is one, whom it belongs to, and the lines of the protocol."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.chat import chat_key, guest_of, vote_in
from audience.irc import MOST_BYTES, Line, _cut, parse
from audience.models import Guest
from storyengine.errors import Refused
from tests.factories import make_performance


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1", (1,)), ("!1", (1,)), ("!vote 1", (1,)), ("!VOTE 2", (2,)), ("!vote2", (2,)), (" 3 ", (3,)), ("１", (1,)),
        ("1\U000e0000", (1,)), ("!vote 2 1 3", (2, 1, 3)), ("2, 1", (2, 1)), ("12", (12,)),
        ("0", None), ("1!", None), ("vote 1", None), ("I say 1", None), ("!", None), ("!vote", None), ("", None),
        ("1st", None), ("100", None), ("-1", None), ("!votes 1", None),
    ],
)  # fmt: skip
def test_vote_in(text: str, numbers: tuple[int, ...] | None) -> None:
    assert vote_in(text) == numbers


@given(st.text(max_size=60))
def test_vote_in_anything_is_small_numbers_or_nothing(text: str) -> None:
    assert all(0 < number < 100 for number in vote_in(text) or ())


@pytest.mark.django_db
def test_a_chatter_is_one_guest_without_a_name() -> None:
    performance = make_performance()
    first, again = guest_of(performance, "Ida_Plays"), guest_of(performance, "ida_plays")
    assert first == again
    assert guest_of(performance, "bo") != first
    assert "ida" not in str(list(Guest.objects.values())).lower()
    assert chat_key(performance, "ida") != chat_key(make_performance(), "ida")


@pytest.mark.django_db
def test_a_chatter_comes_too_late_after_the_end() -> None:
    with pytest.raises(Refused, match="over"):
        guest_of(make_performance(state="ended"), "ida")


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (":ida!ida@host PRIVMSG #show :!vote 1\r\n", Line("ida", "PRIVMSG", ("#show", "!vote 1"))),
        ("@badge=x;id=1 :ida!i@h PRIVMSG #show :1\r\n", Line("ida", "PRIVMSG", ("#show", "1"))),
        ("PING :tmi.twitch.tv", Line("", "PING", ("tmi.twitch.tv",))),
        (":server 001 bot :Welcome", Line("server", "001", ("bot", "Welcome"))),
        (":ida!i@h JOIN #show", Line("ida", "JOIN", ("#show",))),
        (":ida PRIVMSG #show ::-)", Line("ida", "PRIVMSG", ("#show", ":-)"))),
        ("", Line("", "", ())),
        (":", Line("", "", ())),
    ],
)
def test_parse(raw: str, line: Line) -> None:
    assert parse(raw) == line


@given(st.text(max_size=80))
def test_parse_takes_anything(raw: str) -> None:
    assert isinstance(parse(raw).command, str)


@given(st.text(max_size=900))
def test_cut_is_one_line_that_fits(text: str) -> None:
    cut = _cut(text)
    assert len(cut.encode()) <= MOST_BYTES
    assert not {"\r", "\n"} & set(cut)
