"""The loop as three people see it, in a real browser, on the real stack."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from audience.models import Ballot
from storyengine.plot.models import Choice
from tests.browser.conftest import DESK, PHONE, join, scrolled_sideways, sign_in
from tests.conftest import Stack
from tests.factories import make_performance, make_user

pytestmark = pytest.mark.django_db(transaction=True)
WRITER_MS = 90_000
TOLD_TO_WAIT = """() => {
  window.toldToWait = 0;
  const waiting = document.getElementById("waiting");
  new MutationObserver(() => (window.toldToWait += !waiting.hidden)).observe(waiting, {attributes: true});
}"""


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

    desk = open_page("/desk/", viewport=DESK)
    sign_in(desk, "editor")
    desk.wait_for_url("**/desk/")
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


def test_guest_who_loses_the_network_is_current_again(open_page: Any) -> None:
    make_user("showrunner")
    performance = make_performance(poll_seconds=300, write_ahead=False)
    guest = join(open_page, performance)
    console = open_page(f"/console/{performance.code}/", role="showrunner", viewport=DESK)
    guest.context.set_offline(True)
    console.get_by_role("button", name="Start the show").click()
    console.wait_for_load_state()
    time.sleep(1)
    guest.context.set_offline(False)
    expect(guest.locator("#scene")).to_contain_text("Fog lies on the river.", timeout=30_000)


def test_pages_speak_chinese(open_page: Any) -> None:
    page = open_page("/", locale="zh-CN", viewport=PHONE)
    for path in ("/", f"/join/{make_performance().code}/", "/sign-in/"):
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == "zh-hans"
        assert re.search("[\u4e00-\u9fff]{4}", page.locator("main").inner_text())


def test_pages_never_scroll_sideways(open_page: Any) -> None:
    make_user("showrunner")
    performance = make_performance(poll_seconds=300, write_ahead=False)
    console = open_page(f"/console/{performance.code}/", role="showrunner", viewport=PHONE)
    console.get_by_role("button", name="Start the show").click()
    console.wait_for_load_state()
    pages = [console, join(open_page, performance), open_page("/", viewport=PHONE)]
    pages += [open_page(path, role="showrunner", viewport=PHONE) for path in ("/console/", "/desk/")]
    assert [(page.url, width) for page in pages for width in scrolled_sideways(page, 360, 390, 1280)] == []


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
