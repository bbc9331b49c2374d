"""`bench box`: each figure on scenes where one can see it, and the whole on one bible with the model that ships."""

from dataclasses import replace
from itertools import islice

import pytest

pytest.importorskip("torch")

from storyengine.generation.training.corpus import examples
from storyengine.plot.branch import BranchBeat, BranchScene
from storyengine.showrun.bench import Bench, box
from storyengine.showrun.bench.box import BIBLES, Scene, unseen

CONTEXT = next(iter(unseen(BIBLES))).context  # The Night Ferry: "Tear up the wet ticket"
GOOD = BranchScene(
    "INT. THE BRIDGE - NIGHT",
    (
        BranchBeat("action", "VESNA tears up the wet ticket. A STOKER looks in."),
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
    assert all(case.asked.wishes[0].text == case.wish for case in cases)
    assert not any(case.context.wishes for case in cases)


def test_bibles_share_no_name_with_the_grammar_and_no_sentence() -> None:
    last_scenes = {line for case in unseen(BIBLES) for line in case.context.last_scene.split("\n")[1:]}
    told = {text for one in islice(examples(1), 300) for text in box.sentences(one.scene)}
    assert not last_scenes & told


def test_a_good_scene_has_every_figure_right() -> None:
    found = box.figures([scene()])
    assert found == {"names": 1, "follows": 1, "choices_differ": 1, "choices_lead_on": 1, "repeats": 0}


def test_a_speaker_whom_nobody_introduced_is_counted() -> None:
    beats = (GOOD.beats[0], BranchBeat("dialogue", "Good evening.", "THE BISHOP"), GOOD.beats[1])
    assert box.figures([scene(beats=beats)])["names"] == 0.5


def test_a_scene_about_something_else_does_not_follow() -> None:
    beats = (BranchBeat("action", "VESNA pours tea."), *GOOD.beats[1:])
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
    known = set(box.sentences(GOOD))
    assert box.share_in(known, [GOOD]) == 1
    assert box.share_in(known - {"Steam is up."}, [GOOD]) == pytest.approx(3 / 4)
    assert next(iter(box.sentences(next(examples(3)).scene))) not in known


def test_the_whole_is_measured_on_the_model_that_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    first = [*unseen(BIBLES)][:1]
    monkeypatch.setattr(box, "unseen", lambda file: first)
    for name, value in {"FREE_ROWS": 2, "BRANCHES_OF_ONE": 2, "CORPUS": 50}.items():
        monkeypatch.setattr(box, name, value)
    found = box.measure_box(Bench(print))
    shares = ("parse", "names", "follows", "wish", "wish_unasked", "repeats", "distinct_2", "verbatim")
    assert all(0 <= found[name] <= 1 for name in shares)
    assert found["scenes"] == 2
    assert found["words_per_scene"] > 30
    assert found["seconds_per_scene"] > 0
