"""The loop as three people see it, in a real browser, on the real stack."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from audience.models import Ballot
from storyengine.editorial.models import Revision
from storyengine.plot.models import Choice, Performance
from tests.conftest import Stack
from tests.factories import make_performance, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "amber-anchor-apple-arrow"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
WRITER_MS = 90_000
TOLD_TO_WAIT = """() => {
  window.toldToWait = 0;
  const waiting = document.getElementById("waiting");
  new MutationObserver(() => (window.toldToWait += !waiting.hidden)).observe(waiting, {attributes: true});
}"""


@pytest.fixture
def open_page(stack: Stack, browser: Browser) -> Iterator[Any]:
    """Opens pages in contexts of their own; a script error on any of them fails the test."""
    contexts, faults = [], []

    def opener(path: str, *, role: str = "", **options: Any) -> Page:
        context = browser.new_context(base_url=stack.url, locale=options.pop("locale", "en-GB"), **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        if role:
            page.goto("/sign-in/")
            page.get_by_label(re.compile("user", re.IGNORECASE)).fill(role)
            page.get_by_label(re.compile("pass", re.IGNORECASE)).fill(PASSWORD)
            page.locator("main form button").first.click()
            page.wait_for_url(lambda url: "sign-in" not in url)
        page.goto(path)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert faults == []


def join(open_page: Any, performance: Performance, **options: Any) -> Page:
    page = open_page(f"/join/{performance.code}/", viewport=PHONE, **options)
    page.locator("main form button").first.click()
    page.wait_for_url("**/show/**")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    return page


def test_guest_editor_and_showrunner_walk_the_loop(open_page: Any) -> None:
    make_user("editor"), make_user("showrunner")
    performance = make_performance(poll_seconds=300)
    guest = join(open_page, performance)
    expect(guest.locator("#lobby")).to_be_visible()
    screen = open_page(f"/screen/{performance.code}/", viewport={"width": 1280, "height": 720})

    console = open_page(f"/console/{performance.code}/", role="showrunner", viewport=DESK)
    console.get_by_role("button", name="Start the show").click()
    expect(guest.locator("#scene")).to_contain_text("Fog lies on the river.")
    expect(guest.locator("#question")).to_have_text("Who crosses?")

    guest.get_by_text("Carry the widow").click()
    expect(guest.locator("#pick-status")).to_contain_text("counted")
    guest.get_by_text("Carry the thief").click()
    expect(guest.locator("#pick-status")).to_contain_text("counted")
    expect(screen.get_by_text("Carry the thief").first).to_be_attached()
    assert [ballot.choices for ballot in Ballot.objects.all()] == [[Choice.objects.get(label="Carry the thief").pk]]
    guest.locator("#comment-text").fill("Give the thief a lantern!")
    guest.locator("#comment").get_by_role("button").click()
    expect(guest.locator("#comment-status")).to_contain_text("Sent")

    desk = open_page("/desk/", role="editor", viewport=DESK)
    desk.get_by_role("link", name="Carry the thief").click(timeout=WRITER_MS)
    desk.locator("[name=text]").first.fill("The thief steps aboard, dry as a bone.")
    desk.get_by_role("button", name="Approve").click()
    desk.wait_for_url("**/desk/")
    assert "dry as a bone" not in guest.content()

    console.reload()
    for page in (guest, screen):
        page.evaluate(TOLD_TO_WAIT)
    console.get_by_role("button", name="Close the poll now").click()
    expect(guest.locator("#scene")).to_contain_text("The thief steps aboard, dry as a bone.")
    expect(screen.get_by_text("The thief steps aboard").first).to_be_attached()
    assert [page.evaluate("window.toldToWait") for page in (guest, screen)] == [0, 0]  # it was approved already
    expect(guest.locator("#choice-list li")).to_have_count(3)

    console.reload()
    console.on("dialog", lambda dialog: dialog.accept())
    console.get_by_role("button", name="End the show").click()
    expect(guest.locator("#ended")).to_be_visible()
    with console.expect_download() as download:
        console.get_by_role("button", name="Fountain").click()
    script = download.value.path().read_text()
    assert "The thief steps aboard, dry as a bone." in script


def test_two_editors_on_one_revision_lose_nothing(open_page: Any) -> None:
    make_user("editor"), make_user("editor", "second"), make_user("showrunner")
    performance = make_performance(poll_seconds=300)
    console = open_page(f"/console/{performance.code}/", role="showrunner", viewport=DESK)
    console.get_by_role("button", name="Start the show").click()
    first = open_page("/desk/", role="editor", viewport=DESK)
    first.locator("tbody a").first.click(timeout=WRITER_MS)
    second = open_page(first.url.replace(first.url.split("/desk/")[0], ""), role="second", viewport=DESK)
    first.locator("[name=text]").first.fill("The first editor's line.")
    first.get_by_role("button", name="Save", exact=True).click()
    first.wait_for_load_state()
    second.locator("[name=text]").first.fill("The second editor's line.")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_role("alert")).to_contain_text("Somebody else saved this revision")
    assert second.locator("[name=text]").first.input_value() == "The second editor's line."
    saved = Revision.objects.get(version=2)
    assert saved.branch["scenes"][0]["beats"][0]["text"] == "The first editor's line."


def test_guest_who_loses_the_network_is_current_again(open_page: Any) -> None:
    make_user("showrunner")
    performance = make_performance(poll_seconds=300)
    guest = join(open_page, performance)
    console = open_page(f"/console/{performance.code}/", role="showrunner", viewport=DESK)
    guest.context.set_offline(True)
    console.get_by_role("button", name="Start the show").click()
    console.wait_for_load_state()
    time.sleep(1)
    guest.context.set_offline(False)
    expect(guest.locator("#scene")).to_contain_text("Fog lies on the river.", timeout=30_000)


def test_pages_speak_chinese(open_page: Any) -> None:
    make_user("showrunner")
    performance = make_performance()
    for path in ("/", f"/join/{performance.code}/", "/sign-in/"):
        page = open_page(path, locale="zh-CN", viewport=PHONE)
        assert page.locator("html").get_attribute("lang") == "zh-hans"
        assert re.search("[\u4e00-\u9fff]{4}", page.locator("main").inner_text())


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_pages_never_scroll_sideways(open_page: Any, width: int) -> None:
    make_user("showrunner")
    performance = make_performance(poll_seconds=300)
    size = {"width": width, "height": 800}
    console = open_page(f"/console/{performance.code}/", role="showrunner", viewport=size)
    console.get_by_role("button", name="Start the show").click()
    console.wait_for_load_state()
    guest = open_page(f"/join/{performance.code}/", viewport=size)
    guest.locator("main form button").first.click()
    guest.wait_for_url("**/show/**")
    pages = [console, guest, open_page("/", viewport=size), open_page("/console/", role="showrunner", viewport=size)]
    pages.append(open_page("/desk/", role="showrunner", viewport=size))
    for page in pages:
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, page.url


def test_every_page_obeys_the_content_security_policy(open_page: Any, stack: Stack, browser: Browser) -> None:
    performance = make_performance()
    context = browser.new_context(base_url=stack.url)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Security" in message.text else None)
    for path in ("/", f"/join/{performance.code}/", f"/screen/{performance.code}/", "/sign-in/", "/nowhere/"):
        page.goto(path)
    context.close()
    assert refused == []
