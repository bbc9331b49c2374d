"""Names: who is named, and who is only spoken to by a title."""

import pytest

from storyengine.generation.names import names_character


@pytest.mark.parametrize(
    ("text", "name", "is_named"),
    [
        ("Bram is awful", "CAPTAIN BRAM", True),
        ("captain bram!", "CAPTAIN BRAM", True),
        ("Bram's hat", "CAPTAIN BRAM", True),
        ("the captain rules", "CAPTAIN BRAM", False),
        ("bramble", "CAPTAIN BRAM", False),
        ("I love my mother", "MOTHER SUPERIOR", False),
        ("Mother Superior scares me", "MOTHER SUPERIOR", True),
        ("young love is great", "YOUNG NELL", False),
        ("nell is great", "YOUNG NELL", True),
        ("the old man is great", "OLD TOM", False),
        ("poor mrs. danvers", "MRS. DANVERS", True),
        ("the mrs came", "MRS. DANVERS", False),
        ("Kai, run!", "DR. KAI", True),
        ("man, what a night", "THE MAN IN GREY", False),
        ("the captain sleeps", "THE CAPTAIN", True),
        ("the ferry leaves", "THE CAPTAIN", False),
        ("no will of his own", "WILL HART", False),
        ("Hart lies", "WILL HART", True),
        ("jean is late", "JEAN-LUC", True),
        ("the thief, Bram, is here", "BRAM, THE WARDEN", True),
        ("我喜欢老陈", "老陈", True),
        ("我喜欢陈", "老陈", False),
    ],
)
def test_names_character(text: str, name: str, is_named: bool) -> None:
    assert names_character(text, name) is is_named
