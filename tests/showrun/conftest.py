"""The people who run a show."""

import pytest

from tests.factories import make_user


@pytest.fixture
def showrunner():  # type: ignore[no-untyped-def]
    return make_user("showrunner")


@pytest.fixture
def editor():  # type: ignore[no-untyped-def]
    return make_user("editor")
