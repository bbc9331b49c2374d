"""Schemathesis against the HTTP API of the running stack: bounded, seeded, each answer as its document says.

That every ballot of the right form is accepted is no promise: the poll has rules of its own and may be closed.
"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from audience.api import api
from tests.audience.conftest import House, poll_of

DOCUMENT = schemathesis.openapi.from_dict(dict(api.get_openapi_schema(path_prefix="/api/")))
OPERATIONS = [(path, method) for path, methods in DOCUMENT.raw_schema["paths"].items() for method in methods]


@pytest.fixture(scope="module")
def seat(house: House) -> tuple[str, str, int]:
    performance = house.live(poll_kind="approval")
    return performance.code, house.join(performance)[1], poll_of(performance).pk


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_api_keeps_what_its_document_says(house: House, seat: tuple[str, str, int], path: str, method: str) -> None:
    """Half of the calls go to a performance that exists, with a guest's ticket and its open poll."""
    code, token, poll = seat
    answered: set[int] = set()

    @given(case=DOCUMENT[path][method].as_strategy())
    @settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def call(case: Any) -> None:
        if len(str(case.path_parameters["code"])) % 2:
            case.path_parameters["code"] = code
            if isinstance(case.body, dict) and type(case.body.get("poll")) is int:
                case.body["poll"] = poll
        headers = {"Authorization": f"Bearer {token}"}
        answer = case.call_and_validate(base_url=house.url, headers=headers, excluded_checks=[positive_data_acceptance])
        answered.add(answer.status_code)

    call()
    assert answered - {401, 404}  # the performance that there is has answered too
