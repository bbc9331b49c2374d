"""A screenplay that somebody wrote elsewhere becomes a story: each slugline a scene, each leading into the next.

What the plot has no column for (a heading's styles, one that is too long, what stands above it, the title page) is
kept in `source`, so that the script comes out again as it went in.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from itertools import pairwise

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext, override

from storyengine.errors import Refused
from storyengine.plot.branch import MAX_CHARACTER, MAX_HEADING, MAX_SUMMARY, SPOKEN, BranchBeat
from storyengine.plot.exchange import free_slug
from storyengine.plot.formats.report import Report
from storyengine.plot.headings import place_of
from storyengine.plot.models import Beat, Character, Choice, Place, Scene, Story
from storyengine.script.formats import read_script
from storyengine.script.formats.refusals import unreadable
from storyengine.script.screenplay import Screenplay, ScriptScene, name_of, section_of, spelled_once

MAX_SCENES = 20_000
MAX_CHAPTER, MAX_NUMBER, MAX_TITLE, MAX_SLUG = 120, 16, 200, 80
HAN = re.compile("[\u4e00-\u9fff]")


def take_in_script(
    source: bytes,
    extension: str,
    report: Report | None = None,
    *,
    slug: str = "",
    title: str = "",
    language: str = "",
    name: str = "",
) -> Story:
    """Store the screenplay in the file as a story of authored scenes.

    `title` stands in the place of the script's own, `name` (the file's) where it has none. Without a slug one is made
    of the title that no story has yet. What of the file is not kept is told in the report.

    Raises Refused("script.invalid") with the line, or Refused("story.exists"). All in one transaction: a refused
    file leaves nothing behind.
    """
    script = read_script(source, extension.lower().lstrip("."), report)
    script = replace(
        script, title=title or script.title.strip() or name, language=language or script.language or _language(script)
    )
    return store_script(script, slug=slug)


@transaction.atomic
def store_script(script: Screenplay, *, slug: str = "") -> Story:
    """The story, with its scenes, beats, choices, characters and places."""
    if len(script.scenes) > MAX_SCENES:
        raise unreadable("script.scenes", number=len(script.scenes), most=MAX_SCENES)
    title = script.title.strip()
    slug = slugify(slug)[:MAX_SLUG].strip("-") or free_slug(title)
    if Story.objects.filter(slug=slug).exists():
        raise Refused("story.exists", reason=slug)
    kept = {"title_page": [list(pair) for pair in script.title_page]} if script.title_page else {}
    story = Story.objects.create(
        slug=slug,
        title=(title or slug)[:MAX_TITLE],
        language=script.language.strip()[:16] or "en",
        source={"script": kept},
    )
    scenes = Scene.objects.bulk_create(_scenes(story, script.scenes))
    Beat.objects.bulk_create(_beats(scenes, script.scenes), batch_size=5000)
    with override(story.language):
        label = gettext("Go on")
    Choice.objects.bulk_create(
        Choice(scene=scene, position=1, label=label, to_scene=following) for scene, following in pairwise(scenes)
    )
    _store_world(story, script.scenes)
    story.start = scenes[0]
    story.save(update_fields=["start"])
    return story


def _language(script: Screenplay) -> str:
    text = "".join(beat.text for scene in script.scenes for beat in scene.beats)
    return "zh-hans" if len(HAN.findall(text)) * 5 > len(text) else "en"


def _scenes(story: Story, found: Sequence[ScriptScene]) -> Iterator[Scene]:
    chapter = ""
    for position, scene in enumerate(found, 1):
        lead, body = scene.beats[: scene.before], scene.beats[scene.before :]
        chapter = _chapter(lead) or chapter
        shown = _short(scene.heading if scene.heading.strip() else story.title, MAX_HEADING)
        yield Scene(
            story=story,
            key=f"s{position}",
            number=scene.number[:MAX_NUMBER],
            heading=shown,
            chapter=chapter,
            summary=_summary(body),
            is_ending=position == len(found),
            source={"script": _kept(scene, shown)},
        )
        chapter = _chapter(body) or chapter


def _chapter(beats: Sequence[BranchBeat]) -> str:
    titles = [section_of(beat.text)[1] for beat in beats if beat.kind == "section"]
    return _short(titles[-1], MAX_CHAPTER) if titles else ""


def _summary(beats: Sequence[BranchBeat]) -> str:
    found = next((beat.text for beat in beats if beat.kind == "synopsis"), "")
    return _short(" ".join(found.split()), MAX_SUMMARY)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _kept(scene: ScriptScene, shown: str) -> dict[str, object]:
    """What the columns do not hold of it."""
    kept: dict[str, object] = {"before": scene.before} if scene.before else {}
    if len(scene.heading) > MAX_HEADING or not scene.heading.strip():
        kept["heading"] = scene.heading
    if len(scene.number) > MAX_NUMBER:
        kept["number"] = scene.number
    if scene.heading_styles:
        kept["heading_styles"] = [list(run) for run in scene.heading_styles]
    cues = {
        str(number): {"shown": _short(beat.character, MAX_CHARACTER), "cue": beat.character}
        | ({"styles": [list(run) for run in beat.cue_styles]} if beat.cue_styles else {})
        for number, beat in enumerate(scene.beats)
        if len(beat.character) > MAX_CHARACTER or beat.cue_styles
    }
    if "heading" in kept or "heading_styles" in kept:
        kept["shown"] = shown
    return kept | ({"cues": cues} if cues else {})


def _beats(scenes: Sequence[Scene], found: Sequence[ScriptScene]) -> Iterator[Beat]:
    for row, scene in zip(scenes, found, strict=True):
        for position, beat in enumerate(scene.beats, 1):
            fields = asdict(beat) | {"styles": [list(run) for run in beat.styles]}
            fields["character"] = _short(fields.pop("character"), MAX_CHARACTER)
            del fields["cue_styles"]  # kept beside the scene
            yield Beat(scene=row, position=position, **fields)


def _store_world(story: Story, found: Sequence[ScriptScene]) -> None:
    """Who speaks and where it happens, each once, in the order in which they come."""
    names = spelled_once(
        _short(name_of(beat.character), MAX_CHARACTER) for scene in found for beat in scene.beats if beat.kind in SPOKEN
    )
    places = spelled_once(_short(place_of(scene.heading), MAX_HEADING) for scene in found if scene.heading)
    Character.objects.bulk_create(
        Character(story=story, position=position, name=name) for position, name in enumerate(names.values(), 1)
    )
    Place.objects.bulk_create(
        Place(story=story, position=position, name=name) for position, name in enumerate(places.values(), 1)
    )
