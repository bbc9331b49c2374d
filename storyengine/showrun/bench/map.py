"""`map`: opening the map of a large story in a real Chromium, from the address to the first picture.

The browser is Playwright's, an extra that only the measuring machine needs: `pip install playwright`, and a Chromium
at CHROMIUM or /usr/bin/chromium.
"""

import os
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from storyengine.plot.copy import delete_story
from storyengine.plot.map import picture_of, tidy
from storyengine.plot.models import Beat, Choice, Scene, Story
from storyengine.showrun.bench import Bench, Goal, benchmark
from storyengine.showrun.people import ensure_groups, sign_in_words
from storyengine.showrun.stand_ins import Backstage

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCENES = 2500
CHAPTER = 60  # scenes to a chapter
OPENINGS = 3
FRAMES = 60
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
# Moves the view a little in every frame, and gives back what each frame took.
MOVE = """async ([frames, kind]) => {
  const canvas = document.querySelector("[data-canvas]");
  const {left, top, width, height} = canvas.getBoundingClientRect();
  const times = [];
  let last = await new Promise(requestAnimationFrame);
  for (let n = 0; n < frames; n += 1) {
    const dy = n % 20 < 10 ? 40 : -40;
    canvas.dispatchEvent(new WheelEvent("wheel", {deltaY: kind === "zoom" ? dy : 0, deltaX: kind === "pan" ? 60 : 0,
      clientX: left + width / 2, clientY: top + height / 2, cancelable: true}));
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  return times;
}"""


@benchmark("map", goals={"map_first_picture_s": Goal("<", 2.0)})
def measure_map(bench: Bench) -> dict[str, Any]:
    """Seconds to the map's first picture at 2,500 scenes, cold (layout and all) and again; frame times in motion."""
    with bench.stack() as stack:
        return measure_first_picture(stack.url, say=bench.say)


def measure_first_picture(url: str, *, say: Any, scenes: int = SCENES) -> dict[str, Any]:
    """Open a generated story's map at the show that runs at `url`.

    map_first_picture_s is the median of openings with the drawing in the table, as every one but the first is;
    map_first_picture_cold_s is that first, which lays the graph out. Raises Backstage where there is no browser.
    """
    story = large_story(scenes)
    name = f"bench-map-{os.getpid()}"
    try:
        ensure_groups()
        words = sign_in_words("showrunner", name)
        say(f"a story of {scenes} scenes, {Choice.objects.filter(scene__story=story).count()} choices")
        tidy(story)
        with _browser() as page:
            _sign_in(page, url, name, words)
            address = f"{url}/stories/{story.slug}/map/"
            cold = _open(page, address)
            opened = [_open(page, address) for _ in range(OPENINGS)]
            frames = {kind: page.evaluate(MOVE, [FRAMES, kind]) for kind in ("pan", "zoom")}
            page.locator("[data-do=whole]").click()
            page.wait_for_timeout(600)
            frames |= {f"whole_{kind}": page.evaluate(MOVE, [FRAMES, kind]) for kind in ("pan", "zoom")}
    finally:
        delete_story(story)
        get_user_model().objects.filter(username=name).delete()
    return {
        "map_first_picture_s": statistics.median(opened),
        "map_first_picture_cold_s": cold,
        "scenes": scenes,
        **{f"{kind}_frame_ms_p95": sorted(times)[int(len(times) * 0.95)] for kind, times in frames.items()},
    }


def layout_seconds(scenes: int = SCENES) -> float:
    """Seconds that the layout alone takes: the graph read, laid out and stored."""
    story = large_story(scenes)
    try:
        began = time.perf_counter()
        picture_of(story)
        return time.perf_counter() - began
    finally:
        delete_story(story)


def large_story(scenes: int, *, seed: int = 1) -> Story:
    """A story with merges, loops, chapters, endings and open choices; the same for the same seed."""
    dice = random.Random(seed)
    story = Story.objects.create(slug=f"bench-map-{scenes}-{os.getpid()}-{time.time_ns()}", title=f"{scenes} scenes")
    places = ("TAP ROOM", "CELLAR", "SLIPWAY", "LAMP LOFT", "WADEWAY", "CUSTOMS HOUSE")
    deeds = ("waits", "opens the letter", "counts the money", "leaves by the window", "tells the truth", "lies again")
    who = ("Rhoda", "Clive", "Tolly", "The widow", "The thief", "Fenwick")
    rows = Scene.objects.bulk_create(
        Scene(
            story=story,
            key=f"scene-{n + 1}",
            name=f"{dice.choice(who)} {dice.choice(deeds)}",
            heading=f"INT. {dice.choice(places)} - {dice.choice(('DAY', 'NIGHT'))}",
            chapter=f"Chapter {n // CHAPTER + 1}" if scenes > CHAPTER else "",
            is_ending=n == scenes - 1,
        )
        for n in range(scenes)
    )
    Beat.objects.bulk_create(Beat(scene=scene, position=1, kind="action", text="Fog on the river.") for scene in rows)
    Choice.objects.bulk_create(
        Choice(scene=rows[n], position=position, label=f"{dice.choice(who)} {dice.choice(deeds)}", to_scene=target)
        for n in range(scenes - 1)
        for position, target in enumerate(_targets(n, rows, dice), 1)
    )
    story.start = rows[0]
    story.save(update_fields=["start"])
    return story


def _targets(n: int, rows: list[Scene], dice: random.Random) -> Iterator[Scene | None]:
    """Mostly a tree that comes together again; now and then a jump ahead, a loop back, an open end."""
    for way in range(dice.choice((1, 2, 2, 3))):
        fate = dice.random()
        if way and fate < 0.06:
            yield None
        elif way and fate < 0.1:
            yield rows[max(0, n - dice.randint(1, 20))]
        elif way and fate < 0.14:
            yield rows[min(len(rows) - 1, n + dice.randint(30, 90))]
        else:
            yield rows[min(len(rows) - 1, n + (2 * (n % 12) + way + 1 if n % 12 < 6 else dice.randint(1, 7)))]


@contextmanager
def _browser() -> Iterator["Page"]:
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise Backstage("the map is measured in a browser: pip install playwright") from error
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread; nothing here awaits
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        except Error as error:
            raise Backstage(f"no Chromium starts from {CHROMIUM}: set CHROMIUM to one") from error
        yield browser.new_page(viewport={"width": 1280, "height": 800})
        browser.close()


def _sign_in(page: "Page", url: str, name: str, words: str) -> None:
    page.goto(f"{url}/sign-in/")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(words)
    page.locator("main form button").first.click()
    page.wait_for_url(lambda address: "sign-in" not in address)


def _open(page: "Page", address: str) -> float:
    """Seconds from the navigation's beginning to the frame in which the graph is on the canvas."""
    from playwright.sync_api import Error

    try:
        page.goto("about:blank")
        page.goto(address)
        page.wait_for_selector("[data-map][data-ready]", timeout=60_000)
    except Error as error:
        raise Backstage(f"{address} showed no map: {error.message.splitlines()[0]}") from error
    return float(page.evaluate("performance.getEntriesByName('map-first-picture')[0].startTime / 1000"))
