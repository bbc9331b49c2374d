"""Scripts and breakdowns to take home: of a performance; what a drawn path shares with it is here too."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from storyengine.errors import Refused
from storyengine.plot.models import Performance
from storyengine.script.compose import screenplay_of
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
    return script_file(_chosen(found, options), extension, options, f"{found.story.slug}-{found.code}")


@require_safe
@showrunner_only
def breakdown(request: HttpRequest, code: str) -> HttpResponse:
    """Scenes, cast, places and length of the chosen path; one voice's lines where `actor` names it."""
    found = find_performance(request, code)
    options = script_options(request)
    context = breakdown_context(request, _chosen(found, options), options) | {
        "story": found.story,
        "here": "console",
        "back_url": reverse("performance", args=[code]),
        "back_name": f"{found.story} ({code})",
        "csv_urls": {table: reverse("breakdown_csv", args=[code, table]) for table in (*TABLES, "sides")},
    }
    return render(request, "showrun/breakdown.html", context)


@require_safe
@showrunner_only
def breakdown_csv(request: HttpRequest, code: str, table: str) -> HttpResponse:
    """One of the tables for a spreadsheet."""
    found = find_performance(request, code)
    options = script_options(request)
    return table_file(request, table, _chosen(found, options), options, f"{found.story.slug}-{found.code}")


@require_safe
@showrunner_only
def script_length(request: HttpRequest, code: str) -> HttpResponse:
    """How long the script is with the options chosen, as a fragment for the panel."""
    found = find_performance(request, code)
    options = script_options(request)
    return render(request, "showrun/_script_length.html", {"tables": tables_of(_chosen(found, options), options)})


def script_options(request: HttpRequest, form: type[ScriptForm] = ScriptForm) -> Options:
    """What the panel's fields say; raises Refused("script.option") for what it does not offer."""
    filled = form(request.GET)
    if not filled.is_valid():
        raise Refused("script.option", reason=", ".join(filled.errors))
    return filled.options()


def tables_of(written: Screenplay, options: Options) -> Breakdown:
    return break_down(annotated(written, options, is_page=True), options)


def breakdown_context(request: HttpRequest, written: Screenplay, options: Options) -> dict[str, Any]:
    """What the page of tables shows of any script; `query` leads back to the same script."""
    tables = tables_of(written, options)
    actor = request.GET.get("actor", "")
    query = request.GET.copy()
    query.pop("actor", None)
    return {
        "tables": tables,
        "scenes": [(row, page_length(row.eighths)) for row in tables.scenes],
        "places": [(row, page_length(row.eighths)) for row in tables.places],
        "actor": actor,
        "sides": sides(written, actor) if actor else [],
        "query": query.urlencode(),
    }


def table_file(request: HttpRequest, table: str, written: Screenplay, options: Options, name: str) -> HttpResponse:
    """One table as CSV; raises Refused("request.not_found") for one that there is not."""
    if table == "sides":
        text = sides_csv(sides(written, request.GET.get("actor", "")))
    elif table in TABLES:
        text = TABLES[table](tables_of(written, options))
    else:
        raise Refused("request.not_found")
    return _download(text.encode(), "text/csv; charset=utf-8", f"{name}-{table}.csv")


def _chosen(found: Performance, options: Options) -> Screenplay:
    asks = options.choices or options.approvals or options.appendix
    return screenplay_of(found, options, _played(found) if asks else None)


def _played(found: Performance) -> dict[int, Played]:
    """What happened in the rooms here, or what the file tells that the performance came in with."""
    return gather_played(found) if found.record is None else played_as_told(found)


def script_file(written: Screenplay, extension: str, options: Options, name: str) -> HttpResponse:
    """The script in a format; raises Refused("request.not_found") for one that there is not."""
    if extension not in FORMATS:
        raise Refused("request.not_found")
    form = FORMATS[extension]
    return _download(form.write(written, options), form.media_type, f"{name}.{form.extension}")


def _download(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def panel(found: Performance) -> dict[str, Any]:
    """What the console's page needs to show the panel."""
    code = found.code
    return {
        "script_links": [(form.label, reverse("script", args=[code, name])) for name, form in FORMATS.items()],
        "script_form": ScriptForm(label_suffix=""),
        "length_url": reverse("script_length", args=[code]),
        "breakdown_url": reverse("breakdown", args=[code]),
    }
