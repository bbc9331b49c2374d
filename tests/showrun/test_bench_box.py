"""`bench box`: each figure on scenes where one can see it, and the whole on one bible with the model that ships."""

from dataclasses import replace
from itertools import islice

import pytest

pytest.importorskip("torch")

from storyengine.generation.training import wishes, words, worlds
from storyengine.generation.training.corpus import examples
from storyengine.generation.training.everyday import NOUNS
from storyengine.generation.words import takes_up
from storyengine.plot.branch import BranchBeat, BranchScene
from storyengine.showrun.bench import Bench, box
from storyengine.showrun.bench.box import BIBLES, Scene, unseen

CONTEXT = next(iter(unseen(BIBLES))).context  # The Night Ferry: "Tear up the wet ticket"
GOOD = BranchScene(
    "INT. THE BRIDGE - NIGHT",
    (
        BranchBeat("action", "TAMSIN tears up the wet ticket. A STOKER looks in."),
        BranchBeat("dialogue", "That was the only one, captain.", "LIDIA"),
        BranchBeat("dialogue", "Steam is up.", "A STOKER"),
    ),
    ("Wake OLD TAM", "Search the CAR DECK", "Count the passengers again"),
)


def scene(**changes: object) -> Scene:
    return Scene(CONTEXT, replace(GOOD, **changes), 1.0)  # type: ignore[arg-type]


def test_twenty_bibles_with_three_choices_each() -> None:
    cases = list(unseen(BIBLES))
    assert len(cases) == 60
    assert len({case.context.title for case in cases}) == 20
    assert all([wish.text for wish in case.asked.wishes] == [case.wish, case.lighter] for case in cases)
    assert all(case.asked.wishes[0].weight > case.asked.wishes[1].weight for case in cases)
    assert not any(takes_up(case.lighter, case.wish) or takes_up(case.wish, case.lighter) for case in cases)
    assert not any(case.context.wishes for case in cases)


def test_bibles_share_no_name_place_or_wish_with_the_grammar_and_no_sentence() -> None:
    people = {word.casefold() for word in (*words.FIRST_NAMES, *words.SURNAMES)}
    places = {place.casefold() for world in worlds.WORLDS.values() for place in world["places"]}
    single = {*wishes.WEATHER, *wishes.CREATURES, *wishes.FEELINGS, *words.THINGS, *NOUNS}
    pairs = [(wishes.VERBS, wishes.RELATIVES), (wishes.VERBS, words.THINGS), (wishes.MODS, wishes.ENDS)]
    for case in unseen(BIBLES):
        assert not {word for name, _ in case.context.characters for word in name.casefold().split()} & people
        assert not {name.casefold().removeprefix("the ") for name, _ in case.context.places} & places
        first, _, second = case.wish.partition(" ")
        assert case.wish not in single
        assert not any(first in before and second in after for before, after in pairs)
    last_scenes = {line for case in unseen(BIBLES) for line in case.context.last_scene.split("\n")[1:]}
    told = {text for one in islice(examples(1), 300) for text in box.said_in(one.scene)}
    assert not last_scenes & told


def test_whoever_speaks_in_the_last_scene_of_a_bible_is_in_its_cast() -> None:
    for case in unseen(BIBLES):
        spoken = {line.partition(": ")[0] for line in case.context.last_scene.split("\n") if ": " in line}
        assert spoken <= {name for name, _ in case.context.characters}, case.context.title


def test_a_good_scene_has_every_figure_right() -> None:
    found = box.figures([scene()])
    assert box.names([scene()]) == 1
    assert found == {"follows": 1, "choices_differ": 1, "choices_lead_on": 1, "repeats": 0}


def test_a_speaker_whom_nobody_introduced_is_counted() -> None:
    beats = (GOOD.beats[0], BranchBeat("dialogue", "Good evening.", "THE BISHOP"), GOOD.beats[1])
    assert box.names([scene(beats=beats)]) == 0.5


def test_a_scene_about_something_else_does_not_follow() -> None:
    beats = (BranchBeat("action", "TAMSIN pours tea."), *GOOD.beats[1:])
    assert box.figures([scene(beats=beats)])["follows"] == 0


def test_choices_that_are_alike_or_lead_nowhere_are_counted() -> None:
    alike = ("Wake OLD TAM", "Wake OLD TAM now", "Search the CAR DECK")
    assert box.figures([scene(choices=alike)])["choices_differ"] == 0
    nowhere = ("Buy a hat", "Sell a goat", "Wake OLD TAM")
    assert box.figures([scene(choices=nowhere)])["choices_lead_on"] == 0


def test_a_sentence_that_stands_twice_is_counted_and_an_aside_is_none() -> None:
    twice = (*GOOD.beats, BranchBeat("action", "Steam is up."))
    assert box.figures([scene(beats=twice)])["repeats"] == 1
    aside = BranchBeat("parenthetical", "quietly", "LIDIA")
    assert box.figures([scene(beats=(aside, GOOD.beats[1], aside, GOOD.beats[2]))])["repeats"] == 0


def test_distinct_pairs_and_sentences_of_the_corpus() -> None:
    assert box.distinct_pairs([GOOD]) == 1
    assert box.distinct_pairs([GOOD, GOOD]) == 0.5
    known = set(box.said_in(GOOD))
    assert box.share_in(known, [GOOD]) == 1
    assert box.share_in(known - {"Steam is up."}, [GOOD]) == pytest.approx(3 / 4)
    assert next(iter(box.said_in(next(examples(3)).scene))) not in known


def test_the_whole_is_measured_on_the_model_that_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    first = [*unseen(BIBLES)][:1]
    others = BIBLES.with_name("others.json")
    monkeypatch.setattr(box, "unseen", {others: first}.__getitem__)
    for name, value in {"FREE_ROWS": 2, "BRANCHES_OF_ONE": 2, "CORPUS": 50}.items():
        monkeypatch.setattr(box, name, value)
    found = box.measure_box(Bench(print, bibles=others))
    shares = ("parse", "names", "follows", "wish", "wish_unasked", "repeats", "distinct_2", "verbatim")
    assert all(0 <= found[name] <= 1 for name in shares)
    assert found["scenes"] == 2
    assert found["words_per_scene"] > 30
    assert found["seconds_per_scene"] > 0
