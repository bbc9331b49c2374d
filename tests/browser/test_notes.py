"""What is typed for a verdict, on the desk and on a text's page: it outlives a sign-in and a save."""

from typing import Any

import pytest
from playwright.sync_api import expect

from storyengine.editorial.models import Review
from tests.browser.conftest import DESK, sign_in
from tests.browser.test_desk import waiting
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_half_typed_note_outlives_a_sign_in_and_is_sent_with_the_token_of_the_new_one(open_page: Any) -> None:
    make_user("editor"), make_user("editor", "second")
    revision = waiting()
    desk = open_page("/desk/", role="editor", viewport=DESK)
    note = desk.locator("#reading-note")
    desk.locator("#reading [data-key=c] summary").click()
    desk.get_by_label("More tension").check()
    note.fill("A calmer carr")
    desk.context.clear_cookies(name="sessionid")
    desk.wait_for_url("**/sign-in/**")
    sign_in(desk, "editor")
    expect(note).to_have_value("A calmer carr")
    expect(desk.get_by_label("More tension")).to_be_checked()
    expect(note).to_be_visible()
    # Asleep, as a laptop is, while somebody signs in beside it: its list does not ask meanwhile.
    desk.route(
        lambda _: True, lambda route: route.abort() if "hx-request" in route.request.headers else route.continue_()
    )
    other = desk.context.new_page()
    desk.context.clear_cookies(name="sessionid")
    other.goto("/sign-in/")
    sign_in(other, "second")
    other.goto("/desk/")
    expect(other.locator("#reading [data-shown]")).to_be_visible()
    expect(other.locator("#reading-note")).to_have_value("")
    note.fill("A calmer carriage.")
    desk.locator("#reading [data-key=c]").get_by_role("button", name="Send it back").click()
    expect(desk.get_by_text("Nothing to read")).to_be_visible()
    verdict = Review.objects.get()
    assert (verdict.revision, verdict.by.username, verdict.note) == (
        revision, "second", "More tension: somebody wants something and is refused it. A calmer carriage.",
    )  # fmt: skip


def test_a_note_on_the_page_of_a_text_is_there_again_after_a_save(open_page: Any) -> None:
    make_user("editor")
    page = open_page(f"/desk/revisions/{waiting().pk}/", role="editor", viewport=DESK)
    page.locator("details[data-key=c] summary").click()
    page.locator("#note").fill("Colder, and")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_load_state()
    expect(page.locator("#note")).to_have_value("Colder, and")
    expect(page.locator("#note")).to_be_visible()
