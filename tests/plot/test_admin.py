"""The admin keeps what an audience has seen, and writes the history as the authors' pages do."""

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

from storyengine.plot import history, undo
from storyengine.plot.graph import OPEN, read_graph
from storyengine.plot.models import Choice, Edit, Scene, Story
from storyengine.plot.path import enter
from storyengine.plot.snapshot import scene_snapshot, story_snapshot
from tests.factories import make_performance, make_story
from tests.plot.conftest import make_plot

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client, django_user_model) -> Client:  # type: ignore[no-untyped-def]
    client.force_login(django_user_model.objects.create_superuser("root"))
    return client


def test_shown_scene_is_read_only_in_the_admin(office: Client) -> None:
    performance = make_performance(state="live")
    enter(performance, performance.story.start, choice=None)
    page = office.get(f"/admin/plot/scene/{performance.story.start_id}/change/").content.decode()
    assert ('name="heading"' in page, 'name="beats-0-text"' in page, 'name="choices-0-label"' in page) == (False,) * 3
    assert 'name="chapter"' in page


def filled(page: HttpResponse, **fields: object) -> dict[str, object]:
    """What an admin form sends when only these fields were typed in."""
    forms = [page.context["adminform"].form]
    for formset in (inline.formset for inline in page.context["inline_admin_formsets"]):
        forms += [formset.management_form, *formset.initial_forms]
    post: dict[str, object] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if not isinstance(value, bool) and value is not None:
                post[bound.html_name] = value
    return post | fields


def sent(office: Client, row: Model, **fields: object) -> HttpResponse:
    where = f"/admin/plot/{row._meta.model_name}/{row.pk}/change/"
    return office.post(where, filled(office.get(where), **fields))


def test_change_in_the_admin_goes_into_the_history(office: Client) -> None:
    scene = Scene.objects.get(story=make_plot(), key="s1")
    response = sent(office, scene, heading="EXT. ADMIN")
    assert response.status_code == 302, response.context["errors"]
    entry = Edit.objects.get()
    assert ((entry.before or {})["heading"], (entry.after or {})["heading"]) == (
        "EXT. THE LANDING - DAWN",
        "EXT. ADMIN",
    )


def test_scene_made_in_the_admin_can_be_undone(office: Client) -> None:
    story, root = make_plot(), User.objects.get()
    fields = {"story": story.pk, "key": "new", "heading": "INT. NEW", "choices-TOTAL_FORMS": 1, "tags": "[]"}
    choice = {"choices-0-position": 1, "choices-0-label": "On", "choices-0-to_scene": story.start.pk}
    response = office.post("/admin/plot/scene/add/", filled(office.get("/admin/plot/scene/add/"), **fields, **choice))
    assert response.status_code == 302, response.context["errors"]
    made = Scene.objects.get(key="new")
    entry = Edit.objects.get()
    assert (entry.verb, entry.scope, entry.scene, made.choices.count()) == ("scene.added", "story", made.pk, 1)
    assert not history.stacks(story.pk, history.scope_of(made.pk), root).undo
    undo.undo(story, history.STORY, by=root)
    assert not Scene.objects.filter(key="new").exists()


def test_story_changed_in_the_admin_can_be_undone(office: Client) -> None:
    story = make_story()
    before = story_snapshot(story)
    response = sent(office, story, **{"title": "The Barge", "characters-1-DELETE": "on"})
    assert response.status_code == 302, response.context["errors"]
    assert Edit.objects.get().verb == "story.saved"
    assert [who["name"] for who in story_snapshot(Story.objects.get())["characters"]] == ["ODA"]
    undo.undo(story, history.STORY, by=User.objects.get())
    assert story_snapshot(Story.objects.get()) == before


def test_scene_deleted_in_the_admin_comes_back_and_the_start_is_kept(office: Client) -> None:
    story = make_plot()
    scene = Scene.objects.get(key="s2")
    before = scene_snapshot(scene)
    assert office.post(f"/admin/plot/scene/{story.start_id}/delete/", {"post": "yes"}).status_code == 403
    office.post("/admin/plot/scene/", {"action": "delete_selected", "_selected_action": [story.start_id], "post": "1"})
    assert Scene.objects.count() == 6
    assert office.get(f"/admin/plot/scene/{scene.pk}/delete/").status_code == 200
    assert office.post(f"/admin/plot/scene/{scene.pk}/delete/", {"post": "yes"}).status_code == 302
    assert (Scene.objects.count(), Edit.objects.get().verb) == (5, "scene.removed")
    undo.undo(story, history.STORY, by=User.objects.get())
    assert scene_snapshot(Scene.objects.get(key="s2")) == before


def test_story_is_deleted_whole_unless_it_was_performed(office: Client) -> None:
    performance, story = make_performance(), make_plot()
    assert office.post(f"/admin/plot/story/{performance.story_id}/delete/", {"post": "yes"}).status_code == 403
    assert office.post(f"/admin/plot/story/{story.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Story.objects.all()) == [performance.story]


def test_nothing_leads_into_another_story(office: Client) -> None:
    story, other = make_plot(), make_story()
    scene = Scene.objects.get(story=story, key="s1")
    response = sent(office, scene, **{"choices-0-to_scene": other.start_id})
    assert (response.status_code, scene.choices.get().to_scene.key) == (200, "s2")
    assert "There is no such scene in this story." in response.content.decode()
    assert sent(office, story, start=other.start_id).status_code == 200
    sent(office, scene, story=other.pk)
    scene.refresh_from_db()
    assert scene.story == story
    Choice.objects.filter(scene=scene).update(to_scene=other.start)  # as an older version let it be made
    assert read_graph(story).ways[2].to == OPEN


@pytest.mark.parametrize("variables", ['{"bag": [1]}', "[1]", '{"n": 1e400}'])
def test_variables_are_values_in_the_admin_too(office: Client, variables: str) -> None:
    assert sent(office, make_story(), variables=variables).status_code == 200
    assert Story.objects.get().variables == {}


def test_who_was_heard_is_not_deleted_in_the_admin(office: Client) -> None:
    performance = make_performance(state="live")
    enter(performance, performance.story.start, choice=None)
    response = sent(office, performance.story, **{"characters-0-DELETE": "on"})
    assert (response.status_code, performance.story.characters.count()) == (409, 2)
