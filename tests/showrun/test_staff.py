from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.http import HttpRequest
from django.test import RequestFactory


def at_the_door() -> HttpRequest:
    """Guessing is counted by address, so signing in needs a request."""
    return RequestFactory().post("/sign-in/")


def staff(role: str, name: str) -> str:
    """Run the command; the sign-in words that it prints."""
    out = StringIO()
    call_command("staff", role, name, stdout=out)
    return out.getvalue().split()[-1]


@pytest.mark.django_db
def test_staff_makes_a_person_who_can_sign_in() -> None:
    user = authenticate(at_the_door(), username="anna", password=staff("showrunner", "anna"))
    assert user is not None
    assert user.has_perm("plot.change_performance")
    assert list(user.groups.values_list("name", flat=True)) == ["showrunner"]


@pytest.mark.django_db
def test_staff_gives_new_words_and_ends_the_old() -> None:
    old, new = staff("editor", "bo"), staff("editor", "bo")
    assert authenticate(at_the_door(), username="bo", password=old) is None
    assert authenticate(at_the_door(), username="bo", password=new) is not None
    assert get_user_model().objects.filter(username="bo").count() == 1


@pytest.mark.django_db
def test_staff_leaves_one_role() -> None:
    staff("showrunner", "cleo")
    user = authenticate(at_the_door(), username="cleo", password=staff("editor", "cleo"))
    assert user is not None
    assert user.has_perm("editorial.change_revision")
    assert not user.has_perm("plot.change_performance")


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "name"), [("editor", "no spaces please"), ("editor", ""), ("king", "dora")])
def test_staff_refuses_what_cannot_be_a_person(role: str, name: str) -> None:
    with pytest.raises(CommandError):
        call_command("staff", role, name)
    assert not get_user_model().objects.exists()
