"""A branch joins the plot: scenes and choices in order, once, even when two editors come at the same moment."""

import threading

import pytest
from django.db import connection, transaction

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
def test_graft_waits_for_another_and_finds_the_choice_taken() -> None:
    choice = open_choice()
    outcomes: list[str] = []

    def second() -> None:
        try:
            outcomes.append(graft(Branch((ENDING,)), choice).heading)
        except Refused as refused:
            outcomes.append(refused.code)
        connection.close()

    with transaction.atomic():
        first = graft(Branch((SECOND,)), choice)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.4)
        assert thread.is_alive()
    thread.join(10)
    assert outcomes == ["choice.taken"]
    choice.refresh_from_db()
    assert (choice.to_scene, Scene.objects.filter(origin="written").count()) == (first, 1)
