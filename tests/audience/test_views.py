"""The audience's pages: the door, the house, the screen; what a wrong code gets; the policy they carry."""

import re

import pytest
from django.test import Client

from audience import tickets
from audience.models import Guest
from storyengine.plot.models import Performance
from storyengine.plot.path import enter
from tests.factories import make_performance

pytestmark = pytest.mark.django_db


def joined(client: Client, performance: Performance) -> str:
    """Join as a browser does; returns the token in the cookie."""
    client.post(f"/join/{performance.code}/", {"nickname": "Ida"})
    return client.cookies[f"guest_{performance.code}"].value


@pytest.mark.parametrize("typed", ["ABC234", "abc 234", " abc-234 ", "ＡＢＣ２３４"])
def test_landing_leads_to_the_show_however_the_code_is_typed(client: Client, typed: str) -> None:
    make_performance(code="ABC234")
    response = client.post("/", {"code": typed})
    assert (response.status_code, response.get("Location")) == (302, "/join/ABC234/")


@pytest.mark.parametrize("typed", ["NOPE22", "", "x" * 25, "\x00", "<script>", "' OR 1=1"])
def test_landing_with_a_wrong_code_says_so_and_stays(client: Client, typed: str) -> None:
    response = client.post("/", {"code": typed})
    assert response.status_code == 422
    assert b'aria-invalid="true"' in response.content
    assert b"<script>'" not in response.content


@pytest.mark.parametrize("page", ["join", "show", "screen"])
@pytest.mark.parametrize("code", ["NOPE22", "%00", "a" * 200, "灯"])
def test_page_of_an_unknown_code_is_not_found(client: Client, page: str, code: str) -> None:
    response = client.get(f"/{page}/{code}/")
    assert response.status_code == 404
    html = response.content.decode()
    assert "No performance has this code." in html
    assert "A letter may be missing." in html
    assert '<p class="muted" hidden><code>performance.unknown</code>' in html  # a guest reads sentences, not codes


def test_join_makes_one_guest_and_a_cookie_that_no_script_reads(client: Client) -> None:
    performance = make_performance()
    token = joined(client, performance)
    ticket = tickets.read(token, code=performance.code)
    assert (ticket.performance, ticket.guest) == (performance.pk, Guest.objects.get().pk)
    assert Guest.objects.get().nickname == "Ida"
    cookie = client.cookies[f"guest_{performance.code}"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


def test_join_page_makes_no_guest_by_being_looked_at(client: Client) -> None:
    assert client.get(f"/join/{make_performance().code}/").status_code == 200
    assert Guest.objects.count() == 0


def test_join_in_small_letters_is_led_to_the_code(client: Client) -> None:
    performance = make_performance(code="ABC234")
    response = client.get("/join/abc234/")
    assert (response.status_code, response["Location"]) == (302, f"/join/{performance.code}/")


def test_join_with_a_long_nickname_says_so(client: Client) -> None:
    assert client.post(f"/join/{make_performance().code}/", {"nickname": "x" * 41}).status_code == 422
    assert Guest.objects.count() == 0


def test_join_after_the_end_is_refused(client: Client) -> None:
    address = f"/join/{make_performance(state='ended').code}/"
    for response in (client.get(address), client.post(address)):  # no seat is offered that the next tap refuses
        assert response.status_code == 409
        assert b"performance.ended" in response.content


def test_show_without_a_good_ticket_leads_to_the_door(client: Client) -> None:
    performance, other = make_performance(), make_performance()
    cookie = f"guest_{performance.code}"
    for token in ("", "nonsense", tickets.issue(tickets.Ticket(other.pk, other.code, 1))):
        client.cookies[cookie] = token
        response = client.get(f"/show/{performance.code}/")
        assert (response.status_code, response["Location"]) == (302, f"/join/{performance.code}/")


def test_show_boots_with_the_guests_own_token_and_is_kept_by_no_cache(client: Client) -> None:
    performance = make_performance()
    token = joined(client, performance)
    response = client.get(f"/show/{performance.code}/")
    assert response.context["boot"] | {"snapshot": None, "server_time": None} == {
        "code": performance.code, "role": "guest", "token": token, "socket": f"/live/{performance.code}/",
        "api": f"/api/performances/{performance.code}", "snapshot": None, "server_time": None,
    }  # fmt: skip
    assert "no-store" in response["Cache-Control"]


def test_screen_gets_a_token_that_may_only_look(client: Client) -> None:
    performance = make_performance()
    response = client.get(f"/screen/{performance.code}/")
    assert tickets.read(response.context["boot"]["token"], code=performance.code).role == "screen"
    assert f"/join/{performance.code}/" in response.context["join_url"]
    assert Guest.objects.count() == 0


@pytest.mark.parametrize(
    "path", ["/", "/join/{}/", "/show/{}/", "/screen/{}/", "/overlay/{}/", "/embed/{}/", "/show/NOPE22/", "/sign-in/"]
)
def test_every_page_carries_a_strict_policy_and_keeps_it(client: Client, path: str) -> None:
    performance = make_performance()
    enter(performance, performance.story.start, choice=None)
    performance.story.title = "</script><script>alert(1)</script>"
    performance.story.save()
    joined(client, performance)
    response = client.get(path.format(performance.code))
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'self'", "img-src": "'self' data:", "object-src": "'none'", "base-uri": "'none'",
        "form-action": "'self'", "frame-ancestors": "'none'",
    }  # fmt: skip
    html = response.content.decode()
    for script in re.findall(r"<script([^>]*)>", html):
        assert "src=" in script or 'type="application/json"' in script
    assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", html)
    assert (response["X-Frame-Options"], response["X-Content-Type-Options"]) == ("DENY", "nosniff")
