"""The editors' desk in a real browser: the queue by keyboard, what is typed and kept, two at once, the deadline."""

import re
import time
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from audience.models import Ballot, Guest, Poll
from storyengine.editorial.models import DeskRules, Review, Revision, Scratch
from storyengine.editorial.review import note
from storyengine.plot.branch import Branch, BranchBeat, BranchScene, branch_to_json
from storyengine.plot.models import Performance
from storyengine.plot.path import enter
from tests.browser.conftest import DESK, PHONE, join, scrolled_sideways
from tests.factories import make_performance, make_user

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = Branch(
    (
        BranchScene(
            "EXT. RIVER - DAY",
            (
                BranchBeat("action", "Fog lies on the water. The rope is slack."),
                BranchBeat("dialogue", "You owe me for the last time.", "ODA"),
                BranchBeat("action", "The thief counts coins that are not there."),
            ),
            ("Row on", "Wait for the wind"),
            "They wait.",
        ),
    )
)


def waiting(performance: Performance | None = None, **rules: object) -> Revision:
    """A branch that waits to be read, in a show that runs on the stack's own clock."""
    rules = {"poll_seconds": 300, "write_ahead": False, "state": "live"} | rules
    performance = performance or make_performance(**rules)
    step = enter(performance, performance.story.start, choice=None)
    choice = step.scene.choices.get(label="Carry the thief")
    return Revision.objects.create(performance=performance, step=step, choice=choice, branch=branch_to_json(TEXT))


def tab_to(page: Page, name: str) -> None:
    """Go on with Tab until a button of this name has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.innerText ?? ''"):
            return
    raise AssertionError(f"Tab never came to {name}")


def test_whole_queue_is_cleared_by_keyboard(open_page: Any) -> None:
    make_user("editor")
    waiting(), waiting(), waiting()
    give_up = time.monotonic() + 15
    while Poll.objects.open().count() < 3:  # by the stack's clock; the queue's order is that of their ends
        assert time.monotonic() < give_up
        time.sleep(0.1)
    desk = open_page("/desk/", role="editor", viewport=DESK)
    pane = desk.locator("#reading")
    expect(desk.locator("tr.is-selected")).to_have_count(1)
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-row]")).to_have_count(3)
    order = [int(row.get_attribute("data-row") or 0) for row in desk.locator("[data-row]").all()]
    desk.keyboard.press("j")
    expect(desk.locator(f'tr.is-selected[data-row="{order[1]}"]')).to_have_count(1)
    desk.keyboard.press("k")
    expect(pane.locator(f'[data-shown="{order[0]}"]')).to_contain_text("Fog lies on the water.")
    desk.keyboard.press("a")
    expect(desk.locator("[data-row]")).to_have_count(2)
    assert Revision.objects.get(pk=order[0]).state == "approved"

    expect(pane.locator(f'[data-shown="{order[1]}"]')).to_be_visible()
    desk.keyboard.press("c")
    expect(desk.locator("#reading-note")).to_be_visible()
    desk.locator("#reading-note").focus()
    desk.keyboard.type("a calmer carriage, jerk")  # every letter here is a key of the queue
    tab_to(desk, "Send it back")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-row]")).to_have_count(1)
    assert (Revision.objects.get(pk=order[1]).state, Review.objects.latest("id").note) == (
        "changes", "a calmer carriage, jerk",
    )  # fmt: skip

    expect(pane.locator(f'[data-shown="{order[2]}"]')).to_be_visible()
    desk.keyboard.press("r")
    desk.keyboard.press("Space")
    tab_to(desk, "Reject")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Nothing to read")).to_be_visible()
    verdict = Review.objects.latest("id")
    assert (verdict.verdict, verdict.reasons) == ("rejected", ["dull"])


def test_what_is_typed_is_kept_split_undone_and_there_again(open_page: Any) -> None:
    make_user("editor")
    revision = waiting()
    page = open_page(f"/desk/revisions/{revision.pk}/", role="editor", viewport=DESK)
    beats = page.locator("[data-beats] [name=text]")
    beats.first.evaluate("field => { field.focus(); field.setSelectionRange(23, 23); }")
    page.keyboard.press("Enter")
    expect(beats).to_have_count(4)
    assert [beats.nth(n).input_value() for n in (0, 1)] == ["Fog lies on the water.", "The rope is slack."]
    page.keyboard.press("Backspace")
    expect(beats).to_have_count(3)
    page.keyboard.press("Control+z")
    expect(beats).to_have_count(4)
    page.keyboard.press("Control+y")
    expect(beats).to_have_count(3)
    beats.nth(2).fill("The thief stabs the sack.")
    expect(page.locator("#kept")).to_contain_text("Kept at")
    expect(page.locator("#checks")).to_contain_text("stabs")
    expect(page.locator(".marks mark")).to_have_text(["stabs"])
    page.locator("#checks [data-goto]", has_text="stabs").click()
    assert page.evaluate("document.activeElement.value.slice(document.activeElement.selectionStart, 15)") == "stabs"
    page.reload()
    expect(page.get_by_text("had not saved is back")).to_be_visible()
    assert beats.nth(2).input_value() == "The thief stabs the sack."
    page.get_by_role("heading", level=1).click()
    for key, panel in (("p", "previous"), ("x", "context"), ("h", "history"), ("f", "facts")):
        page.keyboard.press(key)
        expect(page.locator(f"#panel-{panel}")).to_be_visible()
    page.keyboard.press("d")
    page.locator("[data-difference]").nth(1).click()
    assert Revision.objects.get().version == 1


def test_the_tabs_count_what_the_list_shows(open_page: Any) -> None:
    make_user("editor")
    desk = open_page("/desk/", role="editor", viewport=DESK)
    to_read, approved = (desk.get_by_role("link", name=re.compile(name)) for name in ("^To read", "^Approved"))
    expect(to_read).to_have_text("To read 0")
    revision = waiting()
    expect(desk.locator("[data-row]")).to_have_count(1)
    expect(to_read).to_have_text("To read 1")
    Revision.objects.filter(pk=revision.pk).update(state="approved")
    expect(to_read).to_have_text("To read 0")
    expect(approved).to_have_text("Approved 1")
    Revision.objects.filter(pk=revision.pk).update(state="released")
    expect(approved).to_have_text("Approved 0")


def test_whoever_was_signed_out_keeps_what_is_typed_and_the_queue_goes_to_the_sign_in(open_page: Any) -> None:
    make_user("editor")
    revision = waiting()
    page = open_page(f"/desk/revisions/{revision.pk}/", role="editor", viewport=DESK)
    queue = page.context.new_page()
    queue.goto("/desk/?show=waiting")
    kept = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    page.locator("[data-beats] [name=text]").first.fill("Typed by nobody.")
    expect(page.locator("#kept")).to_contain_text("you are signed out")
    queue.wait_for_url("**/sign-in/?next=/desk/%3Fshow%3Dwaiting")
    expect(queue.locator("header.page-header")).to_have_count(1)
    page.context.add_cookies(kept)
    expect(page.locator("#kept")).to_contain_text("Kept at")
    assert "Typed by nobody." in str(Scratch.objects.get().fields)


def test_two_editors_at_once_are_joined_where_they_do_not_clash(open_page: Any) -> None:
    make_user("editor"), make_user("editor", "second")
    revision = waiting()
    note(revision, "opened", None, text=revision.branch)
    address = f"/desk/revisions/{revision.pk}/"
    first = open_page(address, role="editor", viewport=DESK)
    second = open_page(address, role="second", viewport=PHONE)
    first.locator("[name=text]").first.fill("Thick fog.")
    first.get_by_role("button", name="Save", exact=True).click()
    first.wait_for_load_state()
    second.locator("[name=text]").nth(2).fill("The thief sings.")
    expect(second.locator("#stale")).to_be_visible()
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_role("alert")).to_contain_text("Both texts are joined below; nothing clashes.")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_role("alert")).to_have_count(0)
    texts = [beat["text"] for beat in Revision.objects.get().branch["scenes"][0]["beats"]]
    assert texts == ["Thick fog.", "You owe me for the last time.", "The thief sings."]


def test_two_editors_who_clash_lose_nothing(open_page: Any) -> None:
    make_user("editor"), make_user("editor", "second")
    address = f"/desk/revisions/{waiting().pk}/"
    first, second = (open_page(address, role=name, viewport=DESK) for name in ("editor", "second"))
    first.locator("[name=text]").first.fill("The first editor's line.")
    first.get_by_role("button", name="Save", exact=True).click()
    first.wait_for_load_state()
    second.locator("[name=text]").first.fill("The second editor's line.")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_role("alert")).to_contain_text("Somebody else saved this revision")
    assert second.locator("[name=text]").first.input_value() == "The second editor's line."
    saved = Revision.objects.get(version=2)
    assert saved.branch["scenes"][0]["beats"][0]["text"] == "The first editor's line."


def test_blocked_text_is_overruled_with_a_reason_then_needs_two_people(open_page: Any) -> None:
    make_user("editor"), make_user("lead editor", "lead")
    revision = waiting()
    DeskRules.objects.create(performance=revision.performance, four_eyes=True)
    revision.branch["scenes"][0]["beats"][0]["text"] = "Write to oda@ferry.example.org."
    revision.save()
    address = f"/desk/revisions/{revision.pk}/"
    page = open_page(address, role="editor", viewport=DESK)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("alert")).to_contain_text("A check blocks this text.")
    expect(page.locator(".overrule")).to_have_count(0)
    lead = open_page(address, role="lead", viewport=DESK)
    lead.locator(".overrule summary").click()
    lead.get_by_label("Why? This goes into the audit log.").fill("An address of the play's own.")
    lead.get_by_role("button", name="Let it pass").click()
    expect(lead.locator(".finding[data-level=overruled]")).to_contain_text("An address of the play's own.")
    lead.get_by_role("button", name="Approve").click()
    lead.wait_for_url("**/desk/")
    page.goto(page.url)
    expect(page.get_by_text("approved by lead, one more needed")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url("**/desk/")
    assert Revision.objects.get().state == "approved"


def test_changes_are_asked_for_selected_beats_with_a_preset(open_page: Any) -> None:
    make_user("editor")
    revision = waiting()
    page = open_page(f"/desk/revisions/{revision.pk}/", role="editor", viewport=PHONE)
    page.locator("[data-select]").nth(1).check()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("c")
    page.get_by_label("Make … angrier").check()
    page.select_option("#who", "BRAM")
    page.locator("#note").fill("Keep it short.")
    page.get_by_label("dull, nothing changes").check()
    page.get_by_role("button", name="Send it back").click()
    page.wait_for_url("**/desk/")
    asked = Review.objects.get()
    assert (asked.verdict, asked.selection, asked.reasons) == ("changes", [1, 2], ["dull"])
    assert asked.note == "Make BRAM angrier. Keep it short."


def test_deadline_passes_the_house_waits_and_the_approved_branch_follows(open_page: Any) -> None:
    make_user("editor")
    revision = waiting(poll_seconds=20)  # a browser that has just started takes its time over two pages
    performance = revision.performance
    guest = join(open_page, performance)
    expect(guest.locator("#question")).to_have_text("Who crosses?")  # the stack's clock has opened the poll
    poll = Poll.objects.get(performance=performance)
    voter = Guest.objects.create(performance=performance)
    Ballot.objects.create(poll=poll, guest=voter, choices=[revision.choice_id], cast_at=timezone.now())
    desk = open_page("/desk/", role="editor", viewport=DESK)
    expect(desk.locator("[data-row] [data-until]")).to_have_text(re.compile(r"0:[01]\d"))
    expect(desk.locator("[data-row] .is-leading")).to_contain_text("100 %", timeout=15_000)
    expect(desk.locator("[data-row] .queue-time")).to_contain_text("now", timeout=30_000)
    expect(guest.locator("#waiting")).to_be_visible(timeout=15_000)
    assert "slack" not in guest.content()
    expect(desk.locator("#reading [data-shown]")).to_be_visible()
    desk.keyboard.press("a")
    expect(guest.locator("#scene")).to_contain_text("The rope is slack.", timeout=15_000)


def test_desk_never_scrolls_sideways(open_page: Any) -> None:
    make_user("lead editor", "editor")
    revision = waiting()
    page = open_page("/desk/", role="editor", viewport=PHONE)
    for path in ("", f"revisions/{revision.pk}/", "audit/", f"profiles/{revision.performance.story.slug}/"):
        page.goto(f"/desk/{path}")
        assert scrolled_sideways(page, 390, 1280) == [], path
