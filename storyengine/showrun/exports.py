"""Scripts and breakdowns to take home: of a performance, or of any path through a story."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from storyengine.edge import signed_in
from storyengine.editorial.rules import RUN_SHOW, require
from storyengine.errors import Refused
from storyengine.plot.models import Performance, Story
from storyengine.plot.path import read_path
from storyengine.script.compose import screenplay_of, screenplay_of_path
from storyengine.script.formats import FORMATS
from storyengine.script.notes import annotated
from storyengine.script.reports import (
    Breakdown,
    break_down,
    cast_csv,
    page_length,
    places_csv,
    scenes_csv,
    sides,
    sides_csv,
)
from storyengine.script.screenplay import Options, Played, Screenplay
from storyengine.showrun.doors import find_performance, showrunner_only
from storyengine.showrun.forms import ScriptForm
from storyengine.showrun.played import gather_played
from storyengine.showrun.told import played_as_told

TABLES = {"scenes": scenes_csv, "cast": cast_csv, "places": places_csv}


@require_safe
@showrunner_only
def script(request: HttpRequest, code: str, extension: str) -> HttpResponse:
    """The chosen path as a file."""
    found = find_performance(request, code)
    options = script_options(request)
    return _file(_chosen(found, options), extension, options, f"{found.story.slug}-{found.code}")


@require_safe
@showrunner_only
def story_script(request: HttpRequest, slug: str, extension: str) -> HttpResponse:
    """A path drawn through a story (`?path=12,c34,57`) as a file."""
    story = get_object_or_404(Story, slug=slug)
    require(signed_in(request), RUN_SHOW, story)
    options = script_options(request)
    written = screenplay_of_path(story, read_path(request.GET.get("path", "")), options)
    return _file(written, extension, options, story.slug)


@require_safe
@showrunner_only
def breakdown(request: HttpRequest, code: str) -> HttpResponse:
    """Scenes, cast, places and length of the chosen path; one voice's lines where `actor` names it."""
    found = find_performance(request, code)
    options = script_options(request)
    written = _chosen(found, options)
    tables = break_down(_on_pages(written, options), options)
    actor = request.GET.get("actor", "")
    context = {
        "performance": found,
        "tables": tables,
        "scenes": [(row, page_length(row.eighths)) for row in tables.scenes],
        "places": [(row, page_length(row.eighths)) for row in tables.places],
        "actor": actor,
        "sides": sides(written, actor) if actor else [],
        "query": request.GET.urlencode(),
    }
    return render(request, "showrun/breakdown.html", context)


@require_safe
@showrunner_only
def breakdown_csv(request: HttpRequest, code: str, table: str) -> HttpResponse:
    """One of the tables for a spreadsheet."""
    found = find_performance(request, code)
    options = script_options(request)
    written = _chosen(found, options)
    if table == "sides":
        text = sides_csv(sides(written, request.GET.get("actor", "")))
    elif table in TABLES:
        text = TABLES[table](break_down(_on_pages(written, options), options))
    else:
        raise Refused("request.not_found")
    return _download(text.encode(), "text/csv; charset=utf-8", f"{found.story.slug}-{found.code}-{table}.csv")


@require_safe
@showrunner_only
def script_length(request: HttpRequest, code: str) -> HttpResponse:
    """How long the script is with the options chosen, as a fragment for the panel."""
    found = find_performance(request, code)
    options = script_options(request)
    return render(request, "showrun/_script_length.html", {"tables": _tables(found, options)})


def script_options(request: HttpRequest) -> Options:
    """What the panel's fields say; raises Refused("script.option") for what it does not offer."""
    form = ScriptForm(request.GET)
    if not form.is_valid():
        raise Refused("script.option", reason=", ".join(form.errors))
    return form.options()


def _tables(found: Performance, options: Options) -> Breakdown:
    return break_down(_on_pages(_chosen(found, options), options), options)


def _chosen(found: Performance, options: Options) -> Screenplay:
    asks = options.choices or options.approvals or options.appendix
    return screenplay_of(found, options, _played(found) if asks else None)


def _played(found: Performance) -> dict[int, Played]:
    """What happened in the rooms here, or what the file tells that the performance came in with."""
    return gather_played(found) if found.record is None else played_as_told(found)


def _on_pages(written: Screenplay, options: Options) -> Screenplay:
    return annotated(written, options, is_page=True)


def _file(written: Screenplay, extension: str, options: Options, name: str) -> HttpResponse:
    if extension not in FORMATS:
        raise Refused("request.not_found")
    form = FORMATS[extension]
    return _download(form.write(written, options), form.media_type, f"{name}.{form.extension}")


def _download(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def panel() -> dict[str, Any]:
    """What the console's page needs to show the panel."""
    return {"formats": FORMATS, "script_form": ScriptForm(label_suffix="")}
