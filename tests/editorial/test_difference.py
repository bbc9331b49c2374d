"""Two texts word by word, and two editors' texts in one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from storyengine.editorial.difference import difference, merge, merge_lists, words_between
from tests.editorial.test_splice import of, texts

LISTS = st.lists(st.sampled_from("abcdef"), max_size=8)


def test_difference_marks_words() -> None:
    assert words_between("The door is open.", "The door is shut.") == (
        ("same", "The door is "), ("removed", "open"), ("added", "shut"), ("same", "."),
    )  # fmt: skip
    assert words_between("门开着", "门锁着") == (("same", "门"), ("removed", "开"), ("added", "锁"), ("same", "着"))


def test_difference_lists_what_came_and_went_in_place() -> None:
    lines = difference(of("a", "b", "c"), of("a", "c", "d"))
    assert [(line.op, line.words[0][1]) for line in lines if line.name == "action"] == [
        ("same", "a"), ("removed", "b"), ("same", "c"), ("added", "d"),
    ]  # fmt: skip


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_words_between_give_both_texts_back(old: str, new: str) -> None:
    runs = words_between(old, new)
    assert "".join(words for op, words in runs if op != "added") == old
    assert "".join(words for op, words in runs if op != "removed") == new


def test_merge_joins_what_touches_different_places() -> None:
    merged = merge(of("a", "b", "c"), of("A", "b", "c"), of("a", "b", "C", "d"))
    assert (texts(merged.branch), merged.clashes) == (["A", "b", "C", "d"], ())


def test_merge_keeps_mine_and_quotes_theirs_where_both_changed_one_place() -> None:
    merged = merge(of("a", "b"), of("theirs", "b"), of("mine", "b"))
    assert (texts(merged.branch), merged.clashes) == (["mine", "b"], ("theirs",))


@settings(deadline=None)
@given(LISTS, LISTS)
def test_merge_takes_the_one_that_changed(base: list[str], changed: list[str]) -> None:
    assert merge_lists(base, changed, base) == (changed, [])
    assert merge_lists(base, base, changed) == (changed, [])
    assert merge_lists(base, changed, changed) == (changed, [])
