"""The map under a writer's hands: searching from hit to hit, folded chapters, a path that is drawn, a lost network."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from storyengine.showrun.bench.map import large_story
from tests.browser.test_loop import DESK
from tests.browser.test_stories import MAP, POINT, open_map, still, until
from tests.factories import make_user
from tests.plot.conftest import make_plot

pytestmark = pytest.mark.django_db(transaction=True)


def find(page: Page, words: str) -> None:
    page.get_by_label("Find a scene").fill(words)


def test_search_says_none_goes_from_hit_to_hit_and_into_folded_chapters(open_page: Any) -> None:
    make_user("editor")
    page = open_map(open_page, f"/stories/{large_story(180).slug}/map/", role="editor", viewport=DESK)
    said = page.locator("[data-say]")
    find(page, "nobody is called so")
    expect(page.locator("[data-results]")).to_have_text("No scene has these words.")
    find(page, "chapter 2")
    hits = page.evaluate(f"{MAP}.search.hits.length")
    assert hits > 60
    expect(page.locator("[data-results] .hint")).to_contain_text(f"Hits: {hits}; the first 12 are listed.")
    for key, n in (("Enter", 1), ("Enter", 2), ("Shift+Enter", 1), ("Shift+Enter", hits)):
        page.keyboard.press(key)
        expect(said).to_contain_text(f"{n} of {hits}: ")
    page.locator("[data-side-close]").click()
    page.get_by_text("Chapters", exact=True).click()
    page.get_by_role("button", name="Fold all", exact=True).click()
    until(page, f"{MAP}.model.nodes.length === 3")
    page.locator("[data-canvas]").click(position={"x": 600, "y": 40})
    expect(page.get_by_role("button", name="Fold all", exact=True)).to_be_hidden()
    find(page, "scene-150")
    expect(page.locator("[data-results] [role=option]")).to_contain_text("Chapter 3")
    page.keyboard.press("Enter")
    until(page, f"{MAP}.scene.selected?.key === 'scene-150'")


def test_the_last_of_two_folds_stands_and_one_that_fails_is_taken_back(open_page: Any) -> None:
    make_user("editor")
    page = open_map(open_page, f"/stories/{large_story(180).slug}/map/", role="editor", viewport=DESK)
    slow: list[Any] = []
    page.route(re.compile(r"map\.json\?fold=Chapter%201$"), lambda route: slow.append(route))
    page.get_by_text("Chapters", exact=True).click()
    page.get_by_label("Chapter 1").check()
    expect(page.locator("[data-busy]")).to_be_visible()
    page.get_by_label("Chapter 2").check()
    until(page, f"{MAP}.model.folded.size === 2")
    slow[0].continue_()
    page.wait_for_timeout(500)
    assert page.evaluate(f"{MAP}.model.folded.size") == 2
    page.context.set_offline(True)
    page.get_by_label("Chapter 3").click()
    expect(page.locator("[data-stale]")).to_be_visible()
    expect(page.get_by_label("Chapter 3")).not_to_be_checked()


def test_a_drawn_path_stays_when_one_comes_back_and_is_in_the_picture(open_page: Any) -> None:
    make_user("editor")
    story = make_plot()
    page = open_map(open_page, f"/stories/{story.slug}/map/", role="editor", viewport=DESK)
    page.get_by_role("button", name="Draw a path").click()
    still(page)
    for title in ("Scene 0", "Scene 4"):
        x, y = page.evaluate(POINT, title)
        page.locator("[data-canvas]").click(position={"x": x, "y": y})
    expect(page.locator("[data-path-text]")).to_contain_text("scenes: 4")
    picture = page.locator("[data-picture]").get_attribute("href") or ""
    svg = page.request.get(page.url.partition("/stories/")[0] + picture).text()
    assert svg.count('stroke-dasharray="12 5"') == 1
    with page.expect_navigation():
        page.get_by_role("link", name="All formats and options").click()
    page.go_back()
    expect(page.locator("[data-path-text]")).to_contain_text("scenes: 4, now at: Scene 4")


def test_the_address_follows_once_one_rests(open_page: Any) -> None:
    make_user("editor")
    page = open_map(open_page, f"/stories/{make_plot().slug}/map/", role="editor", viewport=DESK)
    assert page.evaluate(f"({MAP}.select({MAP}.model.start), location.hash)") == ""
    until(page, "location.hash === '#s0'")
