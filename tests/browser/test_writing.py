"""The desk while a draft is written: text that grows, a reload in the middle, candidates, and the button that stops."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from storyengine.generation.brief import make_brief
from storyengine.generation.models import Brief, Draft
from storyengine.generation.progress import Progress
from storyengine.generation.writer import Heard
from storyengine.plot.path import enter
from tests.browser.conftest import PHONE
from tests.factories import answer_json, make_performance, make_user, take_over

pytestmark = pytest.mark.django_db(transaction=True)
SCENE = json.loads(answer_json(text='She says "no", twice.'))
PLANNED = json.dumps(SCENE, separators=(",", ":"))
WHOLE = json.dumps({key: SCENE[key] for key in ("heading", "beats", "choices", "summary")}, separators=(",", ":"))


@pytest.fixture
def desk(open_page: Any) -> Page:
    make_user("editor")
    page: Page = open_page("/desk/", role="editor", viewport=PHONE)
    return page


def begin() -> Progress:
    """A draft that is being written, with nothing of it there yet."""
    performance = make_performance(state="live", write_ahead=False, poll_seconds=300)
    step = enter(performance, performance.story.start, choice=None)
    brief = make_brief(step, step.scene.choices.get(label="Carry the thief"), reason=Brief.Reason.AHEAD)
    progress = Progress(take_over(brief.draft))
    progress.begin()
    return progress


def test_plan_that_comes_first_is_shown_as_a_plan_and_never_as_the_scene(desk: Page) -> None:
    progress = begin()
    card = desk.locator(".writing-card")
    expect(card.locator("h3")).to_have_text("Carry the thief")
    assert PLANNED.startswith('{"plan":{"wants"')
    shown = card.locator("[data-text] > *")
    heard = 0
    for end, lines in (
        (PLANNED.index("ODA must choose") + 3, ["The plan", "ODA: to be paid", "BRAM offers what he has", "ODA"]),
        (
            PLANNED.index('"heading"') - 1,
            ["The plan", "ODA: to be paid", "BRAM offers what he has", "ODA must choose", "→ BRAM owes ODA",
             "→ Ask the river", "→ Take the key", "→ Push off alone"],
        ),
        (
            PLANNED.index(', twice') + 3,
            ["EXT. THE LANDING - DAY", 'She says "no", t', "→ Ask the river", "→ Take the key", "→ Push off alone"],
        ),
    ):  # fmt: skip
        heard += 50
        progress.hear(Heard((PLANNED[:end],), heard, 400))
        expect(shown).to_have_text(lines)
    progress.end("")
    expect(card).to_have_count(0)


def test_text_grows_survives_a_reload_and_can_be_stopped(desk: Page) -> None:
    progress = begin()
    card = desk.locator(".writing-card")
    expect(card.locator("h3")).to_have_text("Carry the thief")
    for end in (20, 60, 95, 130):  # in the middle of a key, a word and an escape
        progress.hear(Heard((WHOLE[:end], '{"heading":"EXT. ELSE'), end, 400))
    expect(card.locator(".scene-heading")).to_have_text("EXT. THE LANDING - DAY")
    expect(card.locator(".action").first).to_contain_text('She says "no", twice.')
    desk.reload()
    expect(card.locator(".action").first).to_contain_text('She says "no", twice.')
    expect(card.locator("[data-tokens]")).to_have_text("130 / 400 tokens")
    assert card.locator("progress").evaluate("bar => bar.value / bar.max") == 0.325
    progress.hear(Heard((WHOLE, '{"heading":"EXT. ELSEWHERE'), 150, 400))
    expect(card.locator(".cue").first).to_have_text("ODA")
    card.get_by_role("button", name="Candidate 2").click()
    expect(card.locator(".scene-heading")).to_have_text("EXT. ELSEWHERE")
    card.get_by_role("button", name="Stop writing").click()
    desk.wait_for_load_state()
    stopped = Draft.objects.get(pk=progress.draft.pk)
    assert (stopped.state, stopped.error_code) == ("failed", "writer.stopped")
    progress.end("writer.stopped")
    expect(card).to_have_count(0)
