"""A release is one transaction: the text joins the plot whole, with the name of who answers for it, or not at all."""

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

from storyengine.editorial import review
from storyengine.editorial.models import Release, Revision
from storyengine.editorial.release import release, withdraw_unreleased
from storyengine.errors import Refused
from storyengine.plot.branch import branch_to_json
from storyengine.plot.models import Beat, Choice, Scene
from storyengine.plot.path import freeze
from tests.editorial.conftest import TEXT, on_the_desk, text_of
from tests.factories import SceneFactory, make_user

pytestmark = pytest.mark.django_db


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Scene, Beat, Choice, Release))


def test_release_grafts_the_approved_text_and_names_who_approved_it(editor) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk()
    review.approve(revision.pk, version=1, by=editor)
    review.save_revision(revision.pk, text_of("Rain."), version=1, by=editor)
    second = make_user("editor", "second", password=None)
    review.approve(revision.pk, version=2, by=second)
    released = release(revision.pk)
    assert freeze(released.scene) == text_of("Rain.").scenes[0]
    assert (released.approved_by, released.choice) == (second, revision.choice)
    revision.refresh_from_db()
    assert revision.state == Revision.State.RELEASED
    assert revision.choice.to_scene == released.scene


@pytest.mark.parametrize("state", ["in_review", "changes", "released", "rejected", "withdrawn"])
def test_release_of_what_is_not_approved_is_refused(state: str) -> None:
    revision, before = on_the_desk(state=state), counts()
    with pytest.raises(Refused) as refused:
        release(revision.pk)
    assert refused.value.code == "revision.state"
    assert counts() == before


def test_release_onto_a_taken_choice_is_refused_and_adds_nothing(editor) -> None:  # type: ignore[no-untyped-def]
    revision = review.approve(on_the_desk().pk, version=1, by=editor)
    Choice.objects.filter(pk=revision.choice_id).update(to_scene=SceneFactory(story=revision.performance.story))
    before = counts()
    with pytest.raises(Refused) as refused:
        release(revision.pk)
    assert refused.value.code == "choice.taken"
    assert (counts(), Revision.objects.get().state) == (before, "approved")


def test_release_that_fails_at_its_last_row_leaves_no_scene(editor) -> None:  # type: ignore[no-untyped-def]
    first = review.approve(on_the_desk().pk, version=1, by=editor)
    second = review.approve(on_the_desk(first.performance).pk, version=1, by=editor)
    Scene.objects.filter(pk=release(first.pk).scene_id).update(key="elsewhere")
    Choice.objects.filter(pk=first.choice_id).update(
        to_scene=None
    )  # so that nothing but the release's own key stops it
    before = counts()
    with pytest.raises(IntegrityError):
        release(second.pk)
    second.refresh_from_db()
    assert (counts(), second.state, second.choice.to_scene) == (before, "approved", None)


def test_released_text_can_be_neither_edited_nor_deleted(editor) -> None:  # type: ignore[no-untyped-def]
    revision = review.approve(on_the_desk().pk, version=1, by=editor)
    released = release(revision.pk)
    with pytest.raises(Refused) as refused:
        review.save_revision(revision.pk, text_of("Rain."), version=1, by=editor)
    assert refused.value.code == "revision.state"
    assert Revision.objects.get().branch == branch_to_json(TEXT)
    for row in (revision, released.scene, revision.choice):
        with pytest.raises(ProtectedError):
            row.delete()


def test_withdraw_unreleased_clears_one_choice_or_the_step(editor) -> None:  # type: ignore[no-untyped-def]
    first = on_the_desk()
    other = on_the_desk(first.performance, state="approved")
    ferry = first.step.scene.choices.get(label="Burn the ferry")
    Revision.objects.filter(pk=other.pk).update(choice=ferry)
    rejected = on_the_desk(first.performance, state="rejected")
    assert withdraw_unreleased(first.step, choice_id=ferry.pk) == 1
    assert withdraw_unreleased(first.step) == 1
    assert dict(Revision.objects.values_list("pk", "state")) == {
        first.pk: "withdrawn", other.pk: "withdrawn", rejected.pk: "rejected",
    }  # fmt: skip
