"""The admin keeps what an audience has seen, and writes the history as the authors' pages do."""

import pytest
from django.test import Client

from storyengine.plot.models import Edit, Scene
from storyengine.plot.path import enter
from tests.factories import make_performance
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


def test_change_in_the_admin_goes_into_the_history(office: Client) -> None:
    scene = Scene.objects.get(story=make_plot(), key="s1")
    page = office.get(f"/admin/plot/scene/{scene.pk}/change/")
    post = {"story": scene.story_id, "key": "s1", "heading": "EXT. ADMIN", "origin": "authored", "tags": "[]"}
    for formset in page.context["inline_admin_formsets"]:
        management = formset.formset.management_form
        post |= {f"{management.prefix}-{name}": management[name].value() for name in management.fields}
        for form in formset.formset.initial_forms:
            post |= {f"{form.prefix}-{name}": form[name].value() or "" for name in form.fields if name != "is_dual"}
            post |= {f"{form.prefix}-styles": "[]"} if "styles" in form.fields else {}
    response = office.post(f"/admin/plot/scene/{scene.pk}/change/", post)
    assert response.status_code == 302, response.context["errors"]
    entry = Edit.objects.get()
    assert ((entry.before or {})["heading"], (entry.after or {})["heading"]) == (
        "EXT. THE LANDING - DAWN",
        "EXT. ADMIN",
    )
