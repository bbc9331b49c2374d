"""A story comes in from files, and goes out as one: what the commands and the pages call."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from storyengine.errors import Refused
from storyengine.plot.branch import spelled_out
from storyengine.plot.conditions import not_a_value
from storyengine.plot.formats import FORMATS, Format, find_format, read_files, write_story
from storyengine.plot.formats.edits import load_edits
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.load import load, load_performances
from storyengine.plot.formats.reasons import because
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileStory
from storyengine.plot.formats.store import store
from storyengine.plot.graph import without_collector
from storyengine.plot.models import Story

MAX_SLUG = 80


def bring_in(
    sheets: Sequence[Sheet], report: Report, *, name: str = "", slug: str = "", close_ends: bool = False
) -> list[Story]:
    """Store every story that the files hold, all of them or none.

    `name` is a format's, empty to go by the look of the text; `slug` is for a file with one story. `close_ends` marks
    scenes without a way on as endings, which most tools take them for. Raises Refused: story.invalid,
    story.format_unknown, story.too_large, story.exists.
    """
    with without_collector(), transaction.atomic():
        stories, rows = read_files(sheets, report, name=name), []
        if slug and len(stories) > 1:
            raise Refused("story.invalid", reason=because("file.stories", number=len(stories)))
        for story in stories:
            story.slug = slug or story.slug or free_slug(story.title)
            if close_ends:
                _close_ends(story)
            _check_variables(story)
            _count(story, report)
            rows.append(store(story))
    return rows


def take_out(story: Story, name: str, report: Report, records: dict[int, dict[str, Any]] | None = None) -> str:
    """The story in a format. `records`: performance id -> its polls and releases, gathered by who may see them."""
    find_format(name)
    shape = load(story)
    if name == "json":
        shape.performances = load_performances(story, records or {})
        shape.edits = load_edits(story)
    else:  # no other format knows what is only shown in capitals
        for beat in (beat for scene in shape.scenes for beat in scene.beats):
            text, styles = spelled_out(beat.text, beat.styles)
            beat.text, beat.styles = text, list(styles)
    return write_story(shape, name, report)


def written_formats() -> list[Format]:
    """The formats in which a story can be taken out."""
    return [form for form in FORMATS.values() if form.write]


def free_slug(title: str) -> str:
    """A slug of the title that no story has yet."""
    stem = slugify(title)[: MAX_SLUG - 6] or "story"
    taken = set(Story.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number = 2
    slug = stem
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug


def _close_ends(story: FileStory) -> None:
    """What another scene shows, and what leads back, ends nothing."""
    shown = {name for scene in story.scenes for name in scene.source.get("embeds", [])}
    for scene in story.scenes:
        leads_back = scene.name in shown or scene.source.get("returns")
        scene.is_ending = scene.is_ending or not (scene.choices or leads_back)


def _check_variables(story: FileStory) -> None:
    wrong = not_a_value(story.variables)
    if wrong is not None:
        raise Refused("story.invalid", reason=because("file.variable", value=repr(wrong)))


def _count(story: FileStory, report: Report) -> None:
    choices = [choice for scene in story.scenes for choice in scene.choices]
    report.counts.update(
        stories=1,
        scenes=len(story.scenes),
        beats=sum(len(scene.beats) for scene in story.scenes),
        choices=len(choices),
        conditions=sum(bool(choice.condition) for choice in choices),
        dead_links=sum(choice.to is None and bool(choice.target) for choice in choices),
        performances=len(story.performances),
    )
