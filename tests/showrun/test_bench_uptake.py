"""`bench uptake`: its wishes are no gift to the model in the box."""

from pathlib import Path

import pytest

from storyengine import plot
from storyengine.generation import training
from storyengine.generation.training import everyday, wishes, words
from storyengine.generation.words import akin, all_words, terms
from storyengine.showrun.bench.uptake import WISHES

LINES = Path(training.__file__).parent / "lines"
STORY = Path(plot.__file__).parent / "stories" / "salt-lamp.json"


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Every word of the lists that the training draws its wishes from, of its lines, and of the sample story."""
    lists = [value for module in (everyday, wishes, words) for value in vars(module).values()]
    drawn = {
        word for value in lists if isinstance(value, (tuple, list)) for text in value for word in all_words(str(text))
    }
    written = [*LINES.glob("*.txt"), STORY]
    return drawn | {word for file in written for word in all_words(file.read_text())}


def test_no_wish_stands_in_the_training_or_in_the_story(known: set[str]) -> None:
    assert {"storm", "ghost", "treasure", "pirate", "lamp"} <= known
    assert [word for wish in WISHES for word in terms(wish) if any(akin(word, other) for other in known)] == []


def test_every_wish_is_another_and_has_a_word_to_look_for() -> None:
    assert len({word for wish in WISHES for word in terms(wish)}) == len(WISHES) == 12
