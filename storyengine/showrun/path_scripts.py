"""Scripts of a path that somebody drew through a story: for its authors, as for whoever runs its shows."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from storyengine.edge import signed_in
from storyengine.editorial.rules import RUN_SHOW, may
from storyengine.errors import Refused
from storyengine.plot.edit import PERMISSION as WRITE
from storyengine.plot.models import Story
from storyengine.plot.path import read_path
from storyengine.script.compose import screenplay_of_path
from storyengine.script.formats import FORMATS
from storyengine.script.screenplay import Options, Screenplay
from storyengine.showrun.exports import (
    TABLES,
    breakdown_context,
    script_file,
    script_options,
    table_file,
    tables_of,
)
from storyengine.showrun.forms import PathScriptForm


@require_safe
@login_required
def story_script(request: HttpRequest, slug: str, extension: str) -> HttpResponse:
    """A path (`?path=12,c34,57`) as a file."""
    story = find_story(request, slug)
    written, options = _written(request, story)
    return script_file(written, extension, options, story.slug)


@require_safe
@login_required
def path_script(request: HttpRequest, slug: str) -> HttpResponse:
    """Every format and option for a path, on a page."""
    story = find_story(request, slug)
    written, _options = _written(request, story)
    context = {
        "story": story,
        "drawn": request.GET.get("path", ""),
        "headings": [scene.heading for scene in written.scenes],
        "script_links": [(form.label, reverse("story_script", args=[slug, name])) for name, form in FORMATS.items()],
        "script_form": PathScriptForm(label_suffix=""),
        "length_url": reverse("path_length", args=[slug]),
        "breakdown_url": reverse("path_breakdown", args=[slug]),
    }
    return render(request, "showrun/path_script.html", context)


@require_safe
@login_required
def path_length(request: HttpRequest, slug: str) -> HttpResponse:
    """How long the script is with the options chosen, as a fragment for the panel."""
    written, options = _written(request, find_story(request, slug))
    return render(request, "showrun/_script_length.html", {"tables": tables_of(written, options)})


@require_safe
@login_required
def path_breakdown(request: HttpRequest, slug: str) -> HttpResponse:
    """Scenes, cast, places and length of a path; one voice's lines where `actor` names it."""
    story = find_story(request, slug)
    written, options = _written(request, story)
    context: dict[str, Any] = breakdown_context(request, written, options) | {"story": story, "here": "stories"}
    context |= {
        "back_url": reverse("path_script", args=[slug]) + f"?{context['query']}",
        "back_name": _("Script of a path"),
        "csv_urls": {table: reverse("path_csv", args=[slug, table]) for table in (*TABLES, "sides")},
    }
    return render(request, "showrun/breakdown.html", context)


@require_safe
@login_required
def path_csv(request: HttpRequest, slug: str, table: str) -> HttpResponse:
    """One of the tables of a path for a spreadsheet."""
    story = find_story(request, slug)
    written, options = _written(request, story)
    return table_file(request, table, written, options, story.slug)


def find_story(request: HttpRequest, slug: str) -> Story:
    """The story, for whoever may write it or run its shows; 404, or Refused("request.forbidden")."""
    story = get_object_or_404(Story, slug=slug)
    if not any(may(signed_in(request), permission, story) for permission in (WRITE, RUN_SHOW)):
        raise Refused("request.forbidden")
    return story


def _written(request: HttpRequest, story: Story) -> tuple[Screenplay, Options]:
    options = script_options(request, PathScriptForm)
    return screenplay_of_path(story, read_path(request.GET.get("path", "")), options), options
