"""An author's page when things go wrong: the answer is lost, the session ends, somebody else was first."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from storyengine.plot.models import Beat, Choice, Edit, Scene
from tests.browser.test_loop import DESK
from tests.factories import make_user
from tests.plot.conftest import make_plot

pytestmark = pytest.mark.django_db(transaction=True)

SAVES = re.compile(r"/scenes/s1/$")
PASTE = """(area, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text", text);
  area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""


def open_scene(open_page: Any, role: str = "editor") -> Page:
    page: Page = open_page(f"/stories/{make_plot().slug}/scenes/s1/", role=role, viewport=DESK)
    return page


def says(page: Page, words: str) -> None:
    expect(page.locator("[data-save-text]")).to_contain_text(words, timeout=20_000)


def test_a_save_that_was_stored_and_never_answered_is_no_conflict(open_page: Any) -> None:
    make_user("editor")
    page = open_scene(open_page)
    lost: list[int] = []

    def lose_the_answer(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route(SAVES, lose_the_answer)
    page.get_by_role("button", name="Add a choice").click()
    page.keyboard.type("Swim")
    says(page, "no connection")
    page.locator("[name=heading]").fill("EXT. TYPED MEANWHILE")
    says(page, "Saved at")
    expect(page.locator("[data-conflict]")).to_be_hidden()
    page.wait_for_function("!document.querySelector('[data-save-state]').dataset.state.match(/typing|saving/)")
    assert (lost, Choice.objects.filter(label="Swim").count()) == ([200], 1)
    assert Scene.objects.get(key="s1").heading == "EXT. TYPED MEANWHILE"


def test_leaving_is_questioned_while_a_save_is_under_way(open_page: Any) -> None:
    make_user("editor")
    page = open_scene(open_page)
    page.route(SAVES, lambda route: None if route.request.method == "POST" else route.continue_())
    page.locator("[name=text]").first.click()
    page.keyboard.type("Not to be lost. ")
    says(page, "Saving")
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.accept()


def test_whoever_was_signed_out_signs_in_beside_and_loses_nothing(open_page: Any) -> None:
    make_user("editor")
    page = open_scene(open_page)
    kept = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    page.locator("[name=heading]").fill("EXT. SIGNED OUT")
    says(page, "you are signed out")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    page.context.add_cookies([one | {"value": "n" * 32} if one["name"] == "csrftoken" else one for one in kept])
    says(page, "Saved at")
    assert Scene.objects.get(key="s1").heading == "EXT. SIGNED OUT"


def test_the_other_text_is_taken_and_ones_own_stays_in_the_history(open_page: Any) -> None:
    make_user("editor"), make_user("editor", "second")
    first = open_scene(open_page)
    second: Page = open_page(first.url.partition("//")[2].partition("/")[2], role="second", viewport=DESK)
    first.locator("[name=text]").first.fill("The first author's line.")
    says(first, "Saved at")
    second.locator("[name=text]").first.fill("The second author's line.")
    with second.expect_navigation():
        second.get_by_role("button", name="Take the other text").click()
    expect(second.locator("[name=text]").first).to_have_value("The first author's line.")
    assert Beat.objects.get(scene__key="s1").text == "The first author's line."
    assert "The second author's line." in str(Edit.objects.filter(by__username="second").earliest("pk").after)
    with second.expect_navigation():
        second.get_by_role("button", name="Redo").click()
    expect(second.locator("[name=text]").first).to_have_value("The second author's line.")


def test_a_new_choice_can_be_written_on_at_once(open_page: Any) -> None:
    make_user("editor")
    page = open_scene(open_page)
    page.get_by_role("button", name="Add a choice").click()
    page.keyboard.type("Swim")
    says(page, "Saved at")
    row = page.locator(".choice-row").last
    row.locator("[name=to]").fill("s5")
    expect(row.get_by_role("link", name="Go there")).to_have_attribute("href", re.compile("/scenes/s5/$"))
    row.locator("[name=to]").fill("")
    with page.expect_navigation(url=re.compile("/scenes/swim/$")):
        row.get_by_role("button", name="Write it").click()
    assert Choice.objects.get(label="Swim").to_scene.key == "swim"


def test_a_paste_that_does_not_fit_is_told(open_page: Any) -> None:
    make_user("editor")
    page = open_scene(open_page)
    area = page.locator("[name=text]").first
    area.fill("")
    area.evaluate(PASTE, "x" * 20_007)
    page.wait_for_timeout(50)
    assert area.evaluate("(area) => area.validationMessage").startswith(
        "Characters that did not fit in here and were left out: 7;"
    )
    page.keyboard.type("x")
    assert area.evaluate("(area) => area.validationMessage") == ""
