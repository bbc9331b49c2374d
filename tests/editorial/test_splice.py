"""A request for some beats changes those and nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from storyengine.editorial.splice import splice
from storyengine.plot.branch import Branch, BranchBeat, BranchScene

BEATS = st.lists(
    st.text("abc ", min_size=1, max_size=6).map(lambda text: BranchBeat("action", text)), min_size=1, max_size=9
)


def of(*texts: str, choices: tuple[str, ...] = ("Row",)) -> Branch:
    return Branch((BranchScene("EXT. RIVER", tuple(BranchBeat("action", text) for text in texts), choices, "s"),))


def texts(branch: Branch) -> list[str]:
    return [beat.text for beat in branch.scenes[0].beats]


def test_splice_puts_the_answer_in_the_place_of_the_selection() -> None:
    result = splice(of("a", "b", "c"), (1, 2), of("x", "y", choices=("Swim",)))
    assert texts(result) == ["a", "x", "y", "c"]
    assert result.scenes[0].choices == ("Row",)


def test_splice_drops_what_the_answer_repeats_of_the_surroundings() -> None:
    assert texts(splice(of("a", "b", "c", "d"), (1, 2), of("a", "x", "c", "d"))) == ["a", "x", "c", "d"]


def test_splice_never_leaves_the_place_empty() -> None:
    assert texts(splice(of("a", "b", "c"), (1, 2), of("a", "c"))) == ["a", "a", "c", "c"]


@settings(deadline=None)
@given(BEATS, BEATS, st.data())
def test_splice_keeps_every_other_beat(kept: list[BranchBeat], written: list[BranchBeat], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(kept) - 1))
    last = data.draw(st.integers(first + 1, len(kept)))
    old = Branch((BranchScene("H", tuple(kept), ("x",), "s"),))
    new = splice(old, (first, last), Branch((BranchScene("I", tuple(written)),))).scenes[0]
    tail = len(kept) - last
    assert new.beats[:first] == tuple(kept[:first])
    assert new.beats[len(new.beats) - tail :] == tuple(kept[last:])
    assert len(new.beats) > first + tail
    assert (new.heading, new.choices, new.summary) == ("H", ("x",), "s")
