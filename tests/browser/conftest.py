"""A real browser: one Chromium for all of these tests, and pages of a person's own in it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from storyengine.plot.models import Performance
from tests.conftest import Stack

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "amber-anchor-apple-arrow"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed after the last of these tests: Playwright's loop in this thread would stop another's `asyncio.run`."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing: install Chromium or set CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(stack: Stack, browser: Browser) -> Iterator[Any]:
    """Opens pages in contexts of their own; a script error on any of them fails the test."""
    contexts, faults = [], []

    def opener(path: str, *, role: str = "", **options: Any) -> Page:
        context = browser.new_context(base_url=stack.url, locale=options.pop("locale", "en-GB"), **options)
        contexts.append(context)
        if role:
            context.add_cookies([{**cookie_of(role), "url": stack.url}])  # type: ignore[typeddict-item]
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.goto(path)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert faults == []


def cookie_of(name: str) -> dict[str, str]:
    """Of a session that has signed in; how a person does that is one test's own matter (`sign_in`)."""
    client = Client()
    client.force_login(get_user_model().objects.get(username=name))
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}


def sign_in(page: Page, name: str) -> None:
    """On the page that asks for it, until it has led on."""
    page.get_by_label(re.compile("user", re.IGNORECASE)).fill(name)
    page.get_by_label(re.compile("pass", re.IGNORECASE)).fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def join(open_page: Any, performance: Performance, **options: Any) -> Page:
    page: Page = open_page(f"/join/{performance.code}/", viewport=PHONE, **options)
    page.locator("main form button").first.click()
    page.wait_for_url("**/show/**")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    return page


def scrolled_sideways(page: Page, *widths: int) -> list[int]:
    """Those of the widths at which the page is wider than its window."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 844})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(width)
    return found
