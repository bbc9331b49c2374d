"""People of each kind, and a revision on the desk."""

import pytest

from audience.models import Comment
from storyengine.editorial.models import Revision
from storyengine.generation.brief import make_brief
from storyengine.generation.draft import claim_draft, store_answer
from storyengine.generation.models import Brief
from storyengine.generation.writer import Answer
from storyengine.plot.branch import Branch, BranchBeat, BranchScene, branch_to_json
from storyengine.plot.models import Performance
from storyengine.plot.path import enter
from tests.factories import BeatFactory, GuestFactory, answer_json, make_performance, make_user

TEXT = Branch((BranchScene("EXT. RIVER - DAY", (BranchBeat("action", "Fog."),), ("Row", "Wait"), "They wait."),))


def text_of(words: str) -> Branch:
    """A branch that says something else."""
    return Branch((BranchScene("EXT. RIVER - DAY", (BranchBeat("action", words),), ("Row", "Wait"), "They wait."),))


def on_the_desk(performance: Performance | None = None, **fields: object) -> Revision:
    """A revision for "Carry the thief", as a draft would have left it."""
    performance = performance or make_performance(state="live")
    step = performance.steps.first() or enter(performance, performance.story.start, choice=None)
    choice = step.scene.choices.get(label="Carry the thief")
    return Revision.objects.create(
        performance=performance, step=step, choice=choice, branch=branch_to_json(TEXT), **fields
    )


@pytest.fixture
def editor():  # type: ignore[no-untyped-def]
    return make_user("editor")


@pytest.fixture
def guest_user(django_user_model):  # type: ignore[no-untyped-def]
    """Somebody with an account and no part in the show."""
    return django_user_model.objects.create_user("nobody")


@pytest.fixture
def brief() -> Brief:
    performance = make_performance(state="live", directive="Bring back the widow.")
    step = enter(performance, performance.story.start, choice=None)
    BeatFactory(scene=step.scene, position=9, text="BRAM hides the oar.")
    for number, text in enumerate(
        ["a sea monster, please!", "sea monster", "Sea monster!!", "I love Oda", "Oda is great"]
    ):
        Comment.objects.create(
            performance=performance, step=step, guest=GuestFactory(performance=performance), ref=str(number),
            text=text, sentiment=0.5,
        )  # fmt: skip
    return make_brief(step, step.scene.choices.get(label="Carry the thief"), reason=Brief.Reason.FINAL)


def written(brief: Brief, text: str) -> None:
    draft = claim_draft(brief.draft.pk)
    assert draft is not None
    store_answer(draft, Answer(answer_json(text=text), "box", 1, 10, 20, 1.5))
