"""The overlay and the widget: who may frame what, and words in an address that nobody knows."""

import pytest
from django.test import Client

from audience import tickets
from audience.models import Guest, HouseRules
from tests.factories import make_performance

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "marks"),
    [
        ("", ["is-bottom-left", 'data-theme="dark"', 'data-shows="join poll comments reactions"']),
        (
            "?corner=top-right&theme=light&show=poll,join",
            ["is-top-right", 'data-theme="light"', 'data-shows="poll join"'],
        ),
        ("?theme=plain", ["is-plain"]),
        ("?corner=%22%3E&theme=x&show=,,x", ["is-bottom-left", "is-dark", 'data-shows="join poll comments reactions"']),
    ],
)
def test_overlay_takes_its_options_from_the_address(client: Client, query: str, marks: list[str]) -> None:
    response = client.get(f"/overlay/{make_performance().code}/{query}")
    page = response.content.decode()
    assert [mark for mark in marks if mark not in page] == []
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


def test_overlay_and_embed_may_look_and_not_vote(client: Client) -> None:
    performance = make_performance()
    for page in ("overlay", "embed"):
        boot = client.get(f"/{page}/{performance.code}/").context["boot"]
        assert tickets.read(boot["token"], code=performance.code).role == "screen"
    assert not Guest.objects.exists()


def policy(response) -> str:  # type: ignore[no-untyped-def]
    (found,) = (part.strip() for part in response["Content-Security-Policy"].split(";") if "frame-ancestors" in part)
    return str(found)


def test_embed_is_framed_by_those_on_the_list_and_no_other_page_is(client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    code = make_performance().code
    assert policy(client.get(f"/embed/{code}/")) == "frame-ancestors 'none'"
    settings.EMBED_ORIGINS = ["https://a.example", "https://b.example:8443"]
    widget = client.get(f"/embed/{code}/")
    assert policy(widget) == "frame-ancestors https://a.example https://b.example:8443"
    assert "X-Frame-Options" not in widget
    for page in (f"/join/{code}/", f"/screen/{code}/", f"/overlay/{code}/", "/"):
        other = client.get(page)
        assert (policy(other), other["X-Frame-Options"]) == ("frame-ancestors 'none'", "DENY")


def test_embed_with_admissions_leads_to_the_door(client: Client) -> None:
    performance = make_performance()
    assert b'id="enter-button"' in client.get(f"/embed/{performance.code}/").content
    HouseRules.objects.create(performance=performance, admissions_needed=True)
    page = client.get(f"/embed/{performance.code}/").content.decode()
    assert 'id="enter-button"' not in page
    assert f"/join/{performance.code}/" in page
