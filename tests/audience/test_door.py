"""The door: rates that let a theatre in and slow a script, and admissions that are good once."""

import random
import threading
import time

import pytest
import redis
from django.db import connection
from django.test import Client, RequestFactory

from audience import door, guests, live
from audience.models import Admission, Guest, HouseRules
from storyengine.errors import Refused
from storyengine.plot.models import Performance
from tests.factories import PerformanceFactory, make_performance

pytestmark = pytest.mark.django_db


def knocks(performance: Performance, moments: list[float], address: str = "203.0.113.7") -> list[float]:
    """When each of these who knock gets in, if each waits as the door says, as the page does; by a clock of our own."""
    dice, inside = random.Random(1), []
    waiting = sorted((at, at) for at in moments)
    while waiting:
        at, first = waiting.pop(0)
        try:
            door.knock(performance, address, now=at)
            inside.append(at)
        except Refused as refused:
            waiting.append((at + refused.detail["retry_after"] * (1 + dice.random()), first))
            waiting.sort()
    return inside


def accepted(performance: Performance, moments: list[float], address: str = "203.0.113.7") -> int:
    count = 0
    for at in moments:
        try:
            door.knock(performance, address, now=at)
            count += 1
        except Refused:
            pass
    return count


def test_knock_lets_a_theatre_in_through_one_address_in_two_minutes() -> None:
    performance = PerformanceFactory()
    assert accepted(performance, [n * 0.06 for n in range(2000)]) == 2000


def test_knock_lets_a_theatre_in_that_scans_at_once_within_two_minutes() -> None:
    inside = knocks(PerformanceFactory(), [n * 0.002 for n in range(2000)])
    assert len(inside) == 2000
    assert max(inside) < 120


def test_knock_slows_a_script_to_a_quarter() -> None:
    let_in = accepted(PerformanceFactory(), [n * 0.01 for n in range(6000)])  # a hundred a second for a minute
    assert 1700 <= let_in <= 1850


def test_knock_slows_one_network_and_not_the_next() -> None:
    performance = PerformanceFactory()
    accepted(performance, [0.0] * 400, "203.0.113.7")
    assert accepted(performance, [0.0], "203.0.113.99") == 0  # the same /24
    assert accepted(performance, [0.0], "198.51.100.1") == 1
    assert accepted(PerformanceFactory(), [0.0], "203.0.113.7") == 1  # another performance


def test_knock_holds_a_performance_to_its_own_rate() -> None:
    performance = PerformanceFactory()
    let_in = sum(accepted(performance, [0.0] * 300, f"10.{n}.0.1") for n in range(10))
    assert let_in == door.PERFORMANCE_BURST


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:23ff::1", "2001:db8:1:2300::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("", "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_network_of(address: str, network: str) -> None:
    assert door.network_of(address) == network


def test_redis_holds_no_address_and_nothing_for_long() -> None:
    performance = PerformanceFactory()
    door.knock(performance, "203.0.113.7")
    keys = [key for key in live.client().scan_iter("door:*") if performance.code.encode() in key]
    assert len(keys) == 2
    assert not any(b"203" in key for key in keys)
    assert all(0 < live.client().ttl(key) <= 60 for key in keys)
    assert 0 < live.client().ttl(door.SALT_KEY) <= door.SALT_S


def test_knock_without_redis_lets_everybody_in(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    away = redis.Redis(port=1, socket_connect_timeout=0.2)
    monkeypatch.setattr(live, "client", lambda: away)
    assert accepted(PerformanceFactory(), [0.0] * 3) == 3


def test_address_of_believes_the_proxy_only_where_there_is_one(settings) -> None:  # type: ignore[no-untyped-def]
    request = RequestFactory().get(
        "/", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}, REMOTE_ADDR="10.0.0.2"
    )
    settings.BEHIND_PROXY = False
    assert door.address_of(request) == "10.0.0.2"
    settings.BEHIND_PROXY = True
    assert door.address_of(request) == "203.0.113.7"


def test_a_crowded_door_is_a_page_that_knocks_again(client: Client) -> None:
    performance = make_performance()
    accepted(performance, [time.time() + 30] * 400, "127.0.0.1")
    response = client.post(f"/join/{performance.code}/", {"nickname": "Ida"})
    assert (response.status_code, response["Retry-After"]) == (429, "1")
    assert b'data-knock="1"' in response.content
    assert b'value="Ida"' in response.content
    answer = client.post(f"/api/performances/{performance.code}/guests", content_type="application/json")
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    assert answer.json()["code"] == "join.too_fast"
    assert answer.json()["retry_after"] == 1
    assert not Guest.objects.exists()


# ------------------------------------------------------------------ admissions


@pytest.fixture
def gated() -> Performance:
    performance = make_performance()
    HouseRules.objects.create(performance=performance, admissions_needed=True)
    return performance


def refusal(performance: Performance, code: str) -> str:
    with pytest.raises(Refused) as refused:
        guests.join(performance, admission=code)
    return refused.value.code


def test_print_admissions_numbers_the_sheets(gated: Performance) -> None:
    assert [one.batch for one in door.print_admissions(gated, 2) + door.print_admissions(gated, 1)] == [1, 1, 2]
    codes = set(Admission.objects.values_list("code", flat=True))
    assert len(codes) == 3
    assert all(len(code) == 8 and set(code) <= set("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for code in codes)


@pytest.mark.parametrize("number", [0, -1, 2001])
def test_print_admissions_refuses(gated: Performance, number: int) -> None:
    with pytest.raises(Refused, match="1 to 2000"):
        door.print_admissions(gated, number)


def test_an_admission_lets_one_guest_in_once(gated: Performance) -> None:
    (one,) = door.print_admissions(gated, 1)
    assert refusal(gated, "") == "admission.needed"
    assert refusal(gated, "ZZZZZZZZ") == "admission.unknown"
    guest, _ = guests.join(gated, admission=f" {one.code[:4].lower()}-{one.code[4:]} ")
    one.refresh_from_db()
    assert (one.guest, one.used_at is not None) == (guest, True)
    assert refusal(gated, one.code) == "admission.used"
    assert Guest.objects.count() == 1


def test_an_admission_of_another_performance_is_unknown(gated: Performance) -> None:
    (other,) = door.print_admissions(make_performance(), 1)
    assert refusal(gated, other.code) == "admission.unknown"


def test_withdraw_admissions_takes_back_the_unused_ones(gated: Performance) -> None:
    used, unused = door.print_admissions(gated, 2)
    guests.join(gated, admission=used.code)
    assert door.withdraw_admissions(gated, 1) == 1
    assert (refusal(gated, unused.code), refusal(gated, used.code)) == ("admission.withdrawn", "admission.used")


@pytest.mark.django_db(transaction=True)
def test_an_admission_used_by_five_at_once_lets_one_in() -> None:
    performance = make_performance()
    HouseRules.objects.create(performance=performance, admissions_needed=True)
    (one,) = door.print_admissions(performance, 1)
    barrier, results = threading.Barrier(5), []

    def come() -> None:
        barrier.wait()
        try:
            guests.join(performance, admission=one.code)
            results.append("in")
        except Refused as refused:
            results.append(refused.code)
        connection.close()

    threads = [threading.Thread(target=come) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(results) == ["admission.used"] * 4 + ["in"]
    assert Guest.objects.count() == 1


def test_a_scanned_admission_stands_in_the_form_and_the_phone_keeps_its_seat(
    client: Client, gated: Performance
) -> None:
    one, two = door.print_admissions(gated, 2)
    page = client.get(f"/join/{gated.code}/{one.code}/")
    assert f'value="{one.code}"' in page.content.decode()
    assert client.post(f"/join/{gated.code}/{one.code}/", {"admission": one.code}).status_code == 302
    for path in (f"/join/{gated.code}/{one.code}/", f"/join/{gated.code}/{two.code}/", f"/join/{gated.code}/"):
        again = client.post(path, {"admission": two.code})
        assert (again.status_code, again["Location"]) == (302, f"/show/{gated.code}/")
    assert Admission.objects.filter(used_at=None).get() == two
    stranger = Client().post(f"/join/{gated.code}/", {"admission": one.code})
    assert stranger.status_code == 409
    assert "This admission code has been used already." in stranger.content.decode()
