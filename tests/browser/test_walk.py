"""Every page for whoever listens to it, tabs through it or holds it in one hand: names, order, contrast, width."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from playwright.sync_api import Page

from audience.door import print_admissions
from audience.models import Comment
from storyengine.generation.models import Brief
from storyengine.showrun import cycle
from tests.browser.conftest import PHONE
from tests.editorial.conftest import on_the_desk
from tests.factories import GuestFactory, make_performance, make_user
from tests.test_leaks import PUBLIC, STAFF

pytestmark = pytest.mark.django_db(transaction=True)
WALK = Path(__file__).with_name("walk.js").read_text()
WIDTHS = (390, 1280)
PAGES = [
    "home", "join", "show", "screen", "overlay", "embed", "login", "wire", "one_time_passwords",
    "desk", "revision", "audit", "profile", "brief", "console", "performance", "moderation", "house", "admissions",
    "sheet", "comments", "strikes", "adapters", "breakdown", "performance_map", "performance_outline",
    "stories", "story", "scene", "scene_history", "import_story", "check_story", "story_map", "outline", "path_script",
]  # fmt: skip
# Parts of a page, answers to a form, data, files; and two that need more to be there than a show has at its start.
OTHERS = [
    "admit", "asyncapi", "reading", "keep", "discard", "difference", "hold", "overrule", "recall", "rewrite", "judge",
    "adopt", "correct", "write_by_hand", "audit_file", "script", "command", "logout", "writing", "stop_draft",
    "take_candidate", "behind", "keep_fact", "print_sheet", "withdraw_sheet", "comment_news", "judge_comments",
    "comments_log", "strike", "undo_strike", "export_story", "story_schema", "script_length", "breakdown_csv",
    "story_script", "path_length", "path_breakdown", "path_csv", "add_scene", "find_scene", "new_version",
    "remove_scene", "remove_story", "undo_scene", "redo_scene", "undo_story", "redo_story", "restore_scene",
    "scene_panel", "story_graph", "story_picture", "tidy_map", "play_story", "performance_graph",
    "performance_map_state", "performance_panel", "performance_picture", "switch_adapter", "put_rehearsals_away",
]  # fmt: skip


BROKEN = """<!doctype html><title> </title><h1>One</h1><h3>Three</h3>
<p style="color:#999;background:#fff">Pale</p><button></button><a href="/" tabindex="3">Out of order</a>
<label for="gone">Nobody's</label><table><thead><tr><th>Head</th></tr></thead></table>
<div style="overflow-x:auto;width:200px"><p style="width:900px">Wide</p></div><p id="a" style="width:2000px">Wider</p>
<i id="a"></i><button style="width:12px;height:12px;padding:0" aria-label="Small"></button>"""


def test_the_walk_finds_what_is_wrong(open_page: Any) -> None:
    page = open_page("/", viewport=PHONE).context.new_page()  # where no policy takes the styles away
    page.set_content(BROKEN)
    assert [fault.split(":")[0].split(" (")[0] for fault in page.evaluate(WALK)] == [
        "no name", "out of order", "twice", "for leads nowhere", "no title", "no language", "not one main part",
        "a heading leaves out a level after h1", "a head without a scope", "contrast 2.85 of 4.5",
        "wider than its window", "scrolls sideways and does not show it", "scrolls and no key reaches it",
        "beyond the edge", "small to touch", "small to touch",
    ]  # fmt: skip


def test_every_address_is_walked_or_no_page() -> None:
    assert sorted(PAGES + OTHERS) == sorted(PUBLIC + STAFF)


@pytest.fixture
def addresses() -> dict[str, str]:
    """A show in the middle of a poll, with a text to read, comments, admissions and people who may see all of it."""
    performance = make_performance(poll_seconds=300)
    cycle.start(performance.pk, by=make_user("showrunner"))
    get_user_model().objects.create_superuser("root")
    step = performance.steps.get()
    revision = on_the_desk(performance, state="in_review") if not performance.revisions.exists() else None
    revision = revision or performance.revisions.first()
    guest = GuestFactory(performance=performance, nickname="Ida")
    Comment.objects.create(performance=performance, step=step, guest=guest, ref="1", text="More fog", sentiment=0.5)
    sheet = print_admissions(performance, 3)
    story, scene = performance.story, performance.story.start
    own = {
        "revision": [revision.pk], "brief": [Brief.objects.filter(performance=performance).first().pk],
        "profile": [story.slug], "sheet": [performance.code, sheet[0].batch],
        "scene": [story.slug, scene.key], "scene_history": [story.slug, scene.key],
    }  # fmt: skip
    of_story = {"story", "check_story", "story_map", "outline", "path_script"}
    bare = {"home", "login", "wire", "one_time_passwords", "desk", "audit", "console", "moderation", "adapters",
            "stories", "import_story"}  # fmt: skip
    found = {
        name: reverse(
            name, args=own.get(name, [] if name in bare else [story.slug if name in of_story else performance.code])
        )
        for name in PAGES
    }
    return found | {"path_script": f"{found['path_script']}?path={scene.pk}"}


def faults(page: Page, name: str) -> list[str]:
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        found += [f"{name} at {width}: {fault}" for fault in page.evaluate(WALK)]
    return found


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "dark"), ("zh-CN", "light")])
def test_every_page_can_be_heard_reached_and_read(open_page: Any, addresses: Any, locale: str, scheme: str) -> None:
    page = open_page(addresses["join"], role="root", locale=locale, color_scheme=scheme, viewport=PHONE)
    found = faults(page, "join")
    page.locator("main form button").first.click()
    page.wait_for_url("**/show/**")
    for name, address in addresses.items():
        if name not in ("join", "login"):
            page.goto(address)
            found += faults(page, name)
    for name, address in {"login": addresses["login"], "ended": "/join/NOPE22/", "nowhere": "/nowhere/"}.items():
        found += faults(open_page(address, locale=locale, color_scheme=scheme), name)
    assert not found, "\n".join(found)
