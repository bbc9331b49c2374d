"""The stage door: guessing is stopped, one-time passwords are asked for where they were set up, the admin's too."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from storyengine.edge import client_address
from storyengine.errors import Refused
from storyengine.showrun import one_time
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "amber-anchor-apple-arrow"


def sign_in(client: Client, name: str = "editor", password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    return client.post("/sign-in/", {"username": name, "password": password, "next": "/desk/", **more})


def now(device: TOTPDevice, drift: int = 0) -> str:
    return f"{totp(device.bin_key, device.step, device.t0, device.digits, drift):06d}"


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:  # type: ignore[no-untyped-def]
    settings.PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("MD5", "PBKDF2")]


@pytest.mark.parametrize("page", ["/desk/?show=approved", "/console/"])
def test_a_refresh_by_somebody_signed_out_takes_the_whole_page_to_the_sign_in(client: Client, page: str) -> None:
    asks = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    answer = client.get(page, headers=asks)
    assert (answer.status_code, answer.content, "Location" in answer) == (401, b"", False)
    assert answer["HX-Redirect"] == f"/sign-in/?next={page.replace('?', '%3F').replace('=', '%3D')}"
    make_user("editor")
    assert client.post(answer["HX-Redirect"], {"username": "editor", "password": PASSWORD})["Location"] == page


def test_a_refresh_from_elsewhere_leads_back_to_no_page_of_theirs(client: Client) -> None:
    asks = {"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/desk/"}
    assert client.get("/desk/", headers=asks)["HX-Redirect"] == "/sign-in/?next=/"


@pytest.mark.parametrize(
    ("sent_from", "back"),
    [
        ("http://testserver/desk/?show=approved", "/desk/%3Fshow%3Dapproved"),
        ("https://elsewhere.example/x/", "/desk/revisions/1/approved/"),
    ],
)
def test_a_form_of_somebody_signed_out_leads_back_to_its_page_and_not_to_where_it_went(
    client: Client, sent_from: str, back: str
) -> None:
    answer = client.post("/desk/revisions/1/approved/", {"version": "1"}, headers={"Referer": sent_from})
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={back}")


def test_json_for_somebody_signed_out_is_a_coded_refusal(client: Client) -> None:
    answer = client.get("/stories/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()) == (401, Refused("door.signed_out").as_message())
    browser = client.get("/stories/", headers={"Accept": "text/html,*/*"})
    assert (browser.status_code, browser["Location"]) == (302, "/sign-in/?next=/stories/")


@pytest.fixture
def protected():  # type: ignore[no-untyped-def]
    """An editor with one-time passwords, their device and recovery codes."""
    user = make_user("editor")
    device = one_time.begin(user)
    codes = one_time.confirm(user, token=now(device))
    device.refresh_from_db()
    return user, device, codes


def test_guessing_is_stopped_for_that_name_from_that_address_alone(client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    settings.AXES_FAILURE_LIMIT = 3
    make_user("editor"), make_user("showrunner")
    answers = [sign_in(client, password="wrong").status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    stopped = sign_in(client)
    assert (stopped.status_code, b"door.too_many" in stopped.content) == (429, True)
    assert sign_in(Client(), "showrunner").status_code == 302
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert sign_in(elsewhere).status_code == 302


def test_address_is_the_proxys_last_word_and_only_behind_one(settings) -> None:  # type: ignore[no-untyped-def]
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "1.2.3.4, 198.51.100.7"}, REMOTE_ADDR="10.0.0.1")
    settings.BEHIND_PROXY = False
    assert client_address(request) == "10.0.0.1"
    settings.BEHIND_PROXY = True
    assert client_address(request) == "198.51.100.7"


def test_page_sets_one_time_passwords_up_and_shows_the_recovery_codes_once(client: Client) -> None:
    user = make_user("editor")
    client.force_login(user)
    page = client.get("/account/one-time-passwords/")
    device = TOTPDevice.objects.get(user=user)
    assert b"<svg" in page.content
    assert client.post("/account/one-time-passwords/", {"do": "confirm", "token": "000000"}).status_code == 422
    TOTPDevice.objects.update(throttling_failure_count=0)
    done = client.post("/account/one-time-passwords/", {"do": "confirm", "token": now(device)})
    assert done.content.count(b"<li><code>") == one_time.RECOVERY_CODES
    assert b"<li><code>" not in client.get("/account/one-time-passwords/").content
    assert one_time.confirmed(user)


def test_password_alone_is_not_enough_any_more(client: Client, protected) -> None:  # type: ignore[no-untyped-def]
    _user, device, _codes = protected
    refused = sign_in(client)
    assert (refused.status_code, b"A one-time password is needed" in refused.content) == (200, True)
    assert client.get("/desk/").status_code == 302
    assert sign_in(client, token=now(device, 1)).status_code == 302
    assert client.get("/desk/").status_code == 200


def test_recovery_code_works_once(client: Client, protected) -> None:  # type: ignore[no-untyped-def]
    _user, _device, codes = protected
    assert sign_in(client, token=codes[0]).status_code == 302
    assert sign_in(Client(), token=codes[0]).status_code == 200
    one_time.StaticDevice.objects.update(throttling_failure_count=0)
    assert sign_in(Client(), token=codes[1]).status_code == 302


def test_giving_up_needs_a_code(protected) -> None:  # type: ignore[no-untyped-def]
    user, _device, codes = protected
    with pytest.raises(Refused) as refused:
        one_time.give_up(user, token="123456")
    assert (refused.value.code, one_time.confirmed(user)) == ("door.code_wrong", True)
    one_time.StaticDevice.objects.update(throttling_failure_count=0)
    one_time.give_up(user, token=codes[2])
    assert not one_time.confirmed(user)


def test_admin_comes_in_by_the_same_door(client: Client) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/sign-in/?next=")
    user = get_user_model().objects.create_superuser("root", password=PASSWORD)
    device = one_time.begin(user)
    one_time.confirm(user, token=now(device))
    assert client.post("/admin/login/", {"username": "root", "password": PASSWORD}).status_code == 302
    assert client.get("/admin/").status_code == 302


def test_the_admin_shows_nobodys_secret_and_speaks_chinese(client: Client) -> None:
    client.force_login(get_user_model().objects.create_superuser("root"))
    page = client.get("/admin/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "观众" in page
    assert "otp" not in page.lower()
    assert client.get("/admin/otp_totp/totpdevice/").status_code == 404


@pytest.mark.parametrize(
    ("role", "page"),
    [("showrunner", "/console/"), ("editor", "/desk/"), ("moderator", "/console/comments/"), ("audience", "/")],
)
def test_who_signs_in_comes_to_where_their_work_is(client: Client, role: str, page: str) -> None:
    make_user(role)
    assert client.post("/sign-in/", {"username": role, "password": PASSWORD})["Location"] == page
    assert client.get("/sign-in/")["Location"] == page
