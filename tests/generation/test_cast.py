"""Who a writer is told of where a story lists nobody: those who speak, who are named, who are there by a role."""

import pytest

from storyengine.generation.brief import context_of, make_brief
from storyengine.generation.cast import heard, places_of
from storyengine.generation.models import Brief
from storyengine.plot.branch import BranchBeat, BranchScene
from storyengine.plot.models import Beat, Performance
from storyengine.plot.path import enter
from tests.factories import ChoiceFactory, PerformanceFactory, SceneFactory, StoryFactory


def told(*texts: str, language: str = "en") -> list[str]:
    beats = tuple(BranchBeat("action", text) for text in texts)
    return list(heard([BranchScene("The Shop", beats, ())], language=language))


def test_who_speaks_stands_before_who_is_named() -> None:
    beats = (
        BranchBeat("action", "Bram gives the lamp to Hale, and Hale gives it to Bram."),
        BranchBeat("dialogue", "No.", "ODA (V.O.)"),
    )
    assert list(heard([BranchScene("The Shop", beats, ())], language="en")) == ["ODA", "Bram", "Hale"]


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["Rain. Then Oda looks up, and then Oda looks at Mr. Hale.", "Mr. Hale laughs."], ["Oda", "Mr. Hale"]),
        (['"Not here," said Anna Reed.', "Anna's coat is wet. Bo, said Anna, come on."], ["Anna Reed", "Bo"]),
        (["Captain Bram steers, and Captain Bram sings to Oda, to Oda alone. The captain is old."], None),
    ],
)
def test_names_in_prose_are_heard_once_each(texts: list[str], names: list[str] | None) -> None:
    assert told(*texts) == (names or ["Captain Bram", "Oda"])


@pytest.mark.parametrize(
    "text",
    [
        "She went to the Tower, then through London, then back to the Tower in London.",
        "Use the lamp. Use it well.\nReturn to the gate. Return at once.",
        "It was Monday. On Monday nobody came, on Sunday somebody did.",
    ],
)
def test_places_days_and_first_words_are_nobody(text: str) -> None:
    assert told(text) == ["Traveller", "Stranger"]


def test_who_acts_or_is_explained_is_heard_the_first_time() -> None:
    ferry = [
        "Marta looks at the water. Rain falls on the deck, and the rain is cold.",
        "Old Henrik, the ferryman, waits.",
    ]
    assert told(*ferry) == ["Old Henrik", "Marta"]


def test_a_role_is_somebody_and_so_is_the_one_who_is_told_the_story() -> None:
    shop = "You push the door, and you hear a bell. The old woman looks up. The woman smiles."
    assert told(shop) == ["Traveller", "Old Woman"]
    assert told("The fog lies on the water.") == ["Traveller", "Stranger"]
    assert told('"You and you," it said.') == ["Traveller", "Stranger"]


def test_who_tells_the_story_is_somebody() -> None:
    assert told("I wake. My hand is cold. Anna sits by me, and Anna sings.") == ["Narrator", "Anna"]


def test_in_chinese_who_speaks_in_prose_is_heard() -> None:
    assert told("你推开门，你听见铃声。\n老人说：“你来了。”", language="zh-hans") == ["旅人", "老人"]
    assert told("雾在水上。", language="zh-hans") == ["旅人", "陌生人"]


def test_german_nouns_are_nobody() -> None:
    assert told("Der Pfad führt zum Haus, und im Haus ist ein Pfad.", language="de") == [
        "Traveller",
        "Stranger",
    ]


def test_at_most_six_are_told() -> None:
    beats = tuple(BranchBeat("dialogue", "Here.", name) for name in "ABCDEFGH")
    assert list(heard([BranchScene("The Shop", beats, ())], language="en")) == list("ABCDEF")


@pytest.fixture
def performance(db: None) -> Performance:
    """One of a story that was brought in: prose, no characters, no places."""
    story = StoryFactory()
    story.start = SceneFactory(story=story, heading="The Shop")
    story.save()
    Beat.objects.create(scene=story.start, position=1, kind="action", text="You wake. You see Oda. “You!” says Oda.")
    ChoiceFactory(scene=story.start, label="Go out")
    return PerformanceFactory(story=story)


def test_a_brief_of_a_story_that_lists_nobody_tells_who_and_where_its_path_names(performance: Performance) -> None:
    step = enter(performance, performance.story.start, choice=None)
    context = context_of(make_brief(step, step.scene.choices.get(), reason=Brief.Reason.FINAL))
    assert context.characters == (("Traveller", "you, to whom the story is told"), ("Oda", ""))
    assert context.places == (("The Shop", ""),)


def test_a_brief_of_a_story_that_lists_one_tells_no_other(performance: Performance) -> None:
    performance.story.characters.create(name="BRAM", description="The miller.", voice="Loud.")
    performance.story.places.create(name="THE MILL", description="Flour.")
    step = enter(performance, performance.story.start, choice=None)
    context = context_of(make_brief(step, step.scene.choices.get(), reason=Brief.Reason.FINAL))
    assert context.characters == (("BRAM", "The miller. Loud."),)
    assert context.places == (("THE MILL", "Flour."),)


def test_a_place_that_no_heading_names_is_taken_from_prose(performance: Performance) -> None:
    start = performance.story.start
    start.heading = "Start"
    start.save()
    Beat.objects.create(scene=start, position=2, kind="action", text="In the end she waits at the rail, on the deck.")
    Beat.objects.create(scene=start, position=3, kind="action", text="Nobody stands at the rail.")
    assert places_of(enter(performance, start, choice=None), []) == (("Rail", ""), ("Deck", ""))
