"""Which pages may open a socket."""

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.audience.conftest import House, receive


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1.evil.example", "null", "http://["])
def test_page_of_another_site_is_denied(house: House, origin: str) -> None:
    performance = house.waiting()
    with pytest.raises(InvalidStatus) as refused:
        connect(house.address(performance.code, token=house.join(performance)[1]), origin=origin)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("path", ["/nowhere/", "/live/", "/live/ABC/more/"])
def test_a_socket_to_no_address_is_denied_without_a_fault(house: House, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(house.url.replace("http", "ws") + path, origin=house.url)
    assert refused.value.response.status_code == 403


def test_program_without_an_origin_may_sit_down(house: House) -> None:
    performance = house.waiting()
    with connect(house.address(performance.code, token=house.join(performance)[1])) as socket:
        assert receive(socket)["type"] == "performance.snapshot"
