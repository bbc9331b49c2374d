"""A branch joins the plot: scenes and choices in order, once, even when two editors come at the same moment."""

import threading

import pytest
from django.db import connection

from storyengine.errors import Refused
from storyengine.plot.branch import Branch, BranchBeat, BranchScene
from storyengine.plot.graft import graft
from storyengine.plot.models import Choice, Scene
from storyengine.plot.path import freeze
from tests.factories import make_story

FIRST = BranchScene(
    "EXT. RIVER - DAY", (BranchBeat("action", "Fog."), BranchBeat("dialogue", "Row.", "ODA")), (), "They row."
)
SECOND = BranchScene("EXT. BANK - DAY", (BranchBeat("action", "Mud."),), ("Dig", "Run", "Sing"), "They land.")
ENDING = BranchScene("EXT. BANK - NIGHT", (BranchBeat("transition", "FADE OUT."),))


def open_choice() -> Choice:
    return make_story().start.choices.get(label="Carry the thief")


@pytest.mark.django_db
def test_graft_adds_scenes_and_choices_in_order() -> None:
    choice = open_choice()
    scene = graft(Branch((FIRST, SECOND)), choice)
    choice.refresh_from_db()
    assert choice.to_scene == scene
    assert freeze(scene) == BranchScene(FIRST.heading, FIRST.beats, ("Go on",), FIRST.summary)
    following = scene.choices.get().to_scene
    assert freeze(following) == SECOND
    assert [(one.position, one.label, one.to_scene) for one in following.choices.all()] == [
        (1, "Dig", None), (2, "Run", None), (3, "Sing", None),
    ]  # fmt: skip
    assert [one.key for one in (scene, following)] == [f"w{choice.pk}-1", f"w{choice.pk}-2"]
    assert {one.origin for one in (scene, following)} == {"written"}


@pytest.mark.django_db
def test_graft_marks_only_a_last_scene_without_choices_as_an_ending() -> None:
    scene = graft(Branch((FIRST, ENDING)), open_choice())
    assert (scene.is_ending, scene.choices.get().to_scene.is_ending) == (False, True)


@pytest.mark.django_db
def test_graft_onto_a_taken_choice_is_refused_and_adds_nothing() -> None:
    choice = make_story().start.choices.get(label="Carry the widow")
    before = Scene.objects.count()
    with pytest.raises(Refused) as refused:
        graft(Branch((ENDING,)), choice)
    assert refused.value.code == "choice.taken"
    assert Scene.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_graft_by_two_at_once_lets_one_win() -> None:
    choice = open_choice()
    barrier, outcomes = threading.Barrier(2), []

    def race(branch: BranchScene) -> None:
        barrier.wait()
        try:
            outcomes.append(graft(Branch((branch,)), choice).heading)
        except Refused as refused:
            outcomes.append(refused.code)
        connection.close()

    threads = [threading.Thread(target=race, args=[branch]) for branch in (SECOND, ENDING)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(outcomes) == 2
    assert outcomes.count("choice.taken") == 1
    choice.refresh_from_db()
    assert choice.to_scene.heading in outcomes
    assert Scene.objects.filter(origin="written").count() == 1
