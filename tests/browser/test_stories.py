"""The map and the authors' pages in a real browser, on the real stack."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from storyengine.plot.models import Beat, Choice, Edit, Performance, Scene
from storyengine.plot.path import enter
from storyengine.showrun.bench.map import large_story
from tests.browser.conftest import DESK, PHONE, scrolled_sideways
from tests.conftest import Stack
from tests.factories import SceneFactory, make_performance, make_user
from tests.plot.conftest import make_plot

pytestmark = pytest.mark.django_db(transaction=True)

MAP = "document.querySelector('[data-map]').mapPage"
SCALE, CENTRE = f"{MAP}.camera.scale", f"[{MAP}.camera.x, {MAP}.camera.y]"
POINT = f"""(title) => {{
  const {{ model, camera }} = {MAP};
  const node = model.nodes.find((other) => other.title === title);
  return camera.toScreen(node.x, node.y);
}}"""


NAMES = f"""(scale) => {{
  const page = {MAP};
  const {{ camera, model, painter }} = page;
  const found = {{ named: 0, covered: 0 }};
  for (const {{ x, y }} of model.landmarks) {{
    Object.assign(camera, {{ scale, x, y: y + 150 / scale }});
    painter.paint(page.scene);
    for (const [left, top, right, bottom] of painter.named) {{
      found.named += 1;
      found.covered += model.within([...camera.toDrawing(left, top), ...camera.toDrawing(right, bottom)]).length;
    }}
  }}
  return found;
}}"""


@pytest.fixture
def refusals(stack: Stack, browser: Browser) -> Iterator[list[str]]:
    """What the Content-Security-Policy refused on the pages of a test."""
    found: list[str] = []
    yield found
    assert found == []


def open_map(open_page: Any, path: str, **options: Any) -> Page:
    page = open_page(path, **options)
    expect(page.locator("[data-map][data-ready]")).to_be_attached()
    return page


def until(page: Page, condition: str) -> None:
    """Wait for a condition in the page; Playwright's own wait needs an eval, which the policy refuses."""
    give_up = time.monotonic() + 15
    while not page.evaluate(condition):
        assert time.monotonic() < give_up, condition
        page.wait_for_timeout(50)


def still(page: Page) -> None:
    """After a move has come to rest."""
    until(page, f"!{MAP}.camera.flight")


def test_map_is_moved_searched_folded_and_read(open_page: Any, refusals: list[str]) -> None:
    make_user("editor")
    story = large_story(180)
    page = open_map(open_page, f"/stories/{story.slug}/map/", role="editor", viewport=DESK)
    page.on("console", lambda message: refusals.append(message.text) if "Security" in message.text else None)
    canvas = page.locator("[data-canvas]")

    scale, centre = page.evaluate(SCALE), page.evaluate(CENTRE)
    canvas.hover(position={"x": 500, "y": 300})
    page.mouse.wheel(0, -300)
    assert page.evaluate(SCALE) > scale
    page.mouse.down()
    page.mouse.move(700, 420, steps=4)
    page.mouse.up()
    assert page.evaluate(CENTRE) != centre

    wanted = Scene.objects.get(story=story, key="scene-150")
    page.get_by_label("Find a scene").fill(f"{wanted.name} chapter 3")
    page.keyboard.press("Enter")
    expect(page.locator("[data-side] h2")).to_have_text(wanted.name)
    still(page)
    page.locator("[data-side-close]").click()
    expect(page.locator("[data-side]")).to_be_hidden()

    page.get_by_text("Chapters", exact=True).click()
    page.get_by_role("button", name="Fold all", exact=True).click()
    until(page, f"{MAP}.model.nodes.length === 3")
    page.get_by_label("Chapter 2").uncheck()
    until(page, f"{MAP}.model.nodes.length > 60")

    outline = open_page(f"/stories/{story.slug}/outline/", role="editor", viewport=DESK, java_script_enabled=False)
    expect(outline.locator("ol.outline > li")).to_have_count(180)


def test_a_chapters_name_covers_no_card_that_has_words(open_page: Any) -> None:
    make_user("editor")
    story = large_story(180)
    page = open_map(open_page, f"/stories/{story.slug}/map/", role="editor", viewport=DESK)
    still(page)
    for scale in (0.34, 0.45, 0.6):
        found = page.evaluate(NAMES, scale)
        assert found["named"] > 0
        assert found["covered"] == 0
    assert page.evaluate(NAMES, 0.1)["named"] > 0


def test_map_is_walked_by_keyboard_and_a_path_is_drawn(open_page: Any) -> None:
    make_user("editor")
    story = make_plot()
    page = open_map(open_page, f"/stories/{story.slug}/map/", role="editor", viewport=DESK)
    page.get_by_text("More", exact=True).click()
    with page.expect_navigation():
        page.get_by_role("button", name="Play 10,000 walks at random").click()
    expect(page.locator("[data-map][data-ready]")).to_be_attached()
    page.locator("[data-canvas]").focus()
    page.keyboard.press("Home")
    expect(page.locator("[data-say]")).to_contain_text("Scene 0, authored, start, 100 % of random walks come by")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-say]")).to_contain_text("Scene 1")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Draw a path").click()
    page.get_by_role("button", name="The whole story").click()
    still(page)
    for title in ("Scene 0", "Scene 4"):
        x, y = page.evaluate(
            POINT,
            title,
        )
        page.locator("[data-canvas]").click(position={"x": x, "y": y})
    expect(page.locator("[data-path-text]")).to_have_text(re.compile("scenes: 4, now at: Scene 4"))


def test_map_follows_a_performance_without_a_reload(open_page: Any) -> None:
    make_user("showrunner")
    performance = make_performance(state="live")
    start = performance.story.start
    enter(performance, start, choice=None)
    page = open_map(open_page, f"/console/{performance.code}/map/", role="showrunner", viewport=PHONE)
    now = f"{MAP}.scene.now?.title"
    assert page.evaluate(now) == start.heading
    new = SceneFactory(story=performance.story, key="raft", name="On the raft")
    choice = Choice.objects.get(label="Carry the thief")
    Choice.objects.filter(pk=choice.pk).update(to_scene=new)
    enter(Performance.objects.get(pk=performance.pk), new, choice=choice)
    expect(page.locator("[data-say]")).to_contain_text("On the raft", timeout=15_000)
    until(page, f"{now} === 'On the raft'")
    assert scrolled_sideways(page, 390) == []


def test_a_scene_is_a_sheet_and_the_list_of_stories_fits_a_phone(open_page: Any) -> None:
    story, _ = make_plot(), make_user("showrunner")
    scene = story.scenes.earliest("pk")
    Beat.objects.create(scene=scene, position=9, kind="dialogue", character="ODA", text="Get in. " * 20)
    sheet = open_page(f"/stories/{story.slug}/scenes/{scene.key}/", role="showrunner", viewport=DESK)
    row = sheet.locator(".beat-row").last
    parts = [row.locator(part).bounding_box() for part in ("[name=kind]", "[name=character]", "[name=text]", "button")]
    kind, cue, words, remove = (part for part in parts if part)
    assert (kind["y"], remove["y"]) == pytest.approx((cue["y"], cue["y"]), abs=4)
    assert kind["x"] + kind["width"] <= words["x"] < cue["x"]
    assert words["y"] >= cue["y"] + cue["height"]
    assert words["x"] + words["width"] <= remove["x"]
    phone = open_page("/stories/", role="showrunner", viewport=PHONE)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(phone.get_by_role("button", name="Sign out")).to_be_in_viewport(ratio=1)


def test_two_authors_lose_nothing_and_undo_survives_a_reload(open_page: Any) -> None:
    make_user("editor"), make_user("editor", "second")
    story = make_plot()
    where = f"/stories/{story.slug}/scenes/s1/"
    first, second = (open_page(where, role=name, viewport=DESK) for name in ("editor", "second"))
    first.locator("[name=text]").first.fill("The first author's line.")
    expect(first.locator("[data-save-text]")).to_contain_text("Saved at")
    second.locator("[name=text]").first.fill("The second author's line.")
    expect(second.locator("[data-conflict]")).to_contain_text("editor changed this meanwhile")
    assert second.locator("[name=text]").first.input_value() == "The second author's line."
    assert Beat.objects.get(scene__key="s1").text == "The first author's line."
    second.get_by_role("button", name="Save mine over it").click()
    expect(second.locator("[data-save-text]")).to_contain_text("Saved at")

    second.reload()
    second.get_by_role("button", name="Undo").click()
    expect(second.locator("[name=text]").first).to_have_value("The first author's line.")
    second.get_by_role("button", name="Redo").click()
    expect(second.locator("[name=text]").first).to_have_value("The second author's line.")

    second.get_by_role("button", name="Add a beat").click()
    second.keyboard.type("A bell.")
    second.get_by_role("button", name="Add a choice").click()
    second.keyboard.type("Ring it")
    expect(second.locator("[data-save-text]")).to_contain_text("Saved at")
    expect(second.locator("[name=choice_id]").last).not_to_have_value("")
    assert [beat.text for beat in Beat.objects.filter(scene__key="s1").order_by("position")][1:] == ["A bell."]
    assert Choice.objects.get(label="Ring it").scene.key == "s1"


def test_author_is_told_while_the_network_is_away(open_page: Any) -> None:
    make_user("editor")
    story = make_plot()
    page = open_page(f"/stories/{story.slug}/scenes/s1/", role="editor", viewport=PHONE)
    page.context.set_offline(True)
    page.locator("[name=heading]").fill("EXT. OFFLINE")
    expect(page.locator("[data-save-text]")).to_contain_text("no connection")
    page.context.set_offline(False)
    expect(page.locator("[data-save-text]")).to_contain_text("Saved at", timeout=15_000)
    assert Scene.objects.get(story=story, key="s1").heading == "EXT. OFFLINE"


def test_page_that_is_saved_untouched_keeps_every_line(open_page: Any) -> None:
    make_user("editor")
    story = make_plot()
    lines = "courage = 1\nluck = 2 if courage > 0\n\nlamp = true"
    Scene.objects.filter(story=story, key="s1").update(effects=lines)
    Choice.objects.filter(scene__key="s1").update(effects=f"\n{lines}", condition="courage > 0\nand lamp")
    page = open_page(f"/stories/{story.slug}/scenes/s1/", role="editor", viewport=DESK)
    page.get_by_label("Chapter").fill("Three")
    expect(page.locator("[data-save-text]")).to_contain_text("Saved at")
    scene, choice = Scene.objects.get(story=story, key="s1"), Choice.objects.get(scene__key="s1")
    assert (scene.chapter, scene.effects) == ("Three", lines)
    assert (choice.effects, choice.condition) == (f"\n{lines}", "courage > 0\nand lamp")
    entry = Edit.objects.get()
    assert entry.before == (entry.after or {}) | {"chapter": "One"}
    area = page.get_by_label("Effects on entering")
    assert area.evaluate("(area) => area.scrollHeight <= area.clientHeight")
