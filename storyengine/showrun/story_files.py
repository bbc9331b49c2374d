"""Stories in and out by the page: an upload with a report of what was read, downloads, and the check."""

from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from storyengine.errors import Refused
from storyengine.plot.check import check
from storyengine.plot.coverage import play
from storyengine.plot.exchange import take_out
from storyengine.plot.formats import FORMATS
from storyengine.plot.formats.intake import MAX_BYTES
from storyengine.plot.formats.native import SCHEMA
from storyengine.plot.formats.reasons import because
from storyengine.plot.formats.report import Note, Report
from storyengine.plot.graph import read_graph
from storyengine.plot.models import Scene, Story
from storyengine.showrun.history import records_of
from storyengine.showrun.uploads import SCRIPTS, bring_files

MOST_FILES = 200
MOST_RARE = 12

authors_only = permission_required("plot.change_story", raise_exception=True)


@login_required
@authors_only
def import_story(request: HttpRequest) -> HttpResponse:
    """A form; after an upload, what was read and what could not be carried over."""
    formats = [(form.name, form.title) for form in FORMATS.values()] + list(SCRIPTS.items())
    context = {"formats": formats, "chosen": request.POST.get("format", "")}
    if request.method != "POST":
        return render(request, "showrun/import_story.html", context)
    report = Report()
    try:
        close_ends = bool(request.POST.get("endings"))
        stories = bring_files(_uploaded(request), report, name=request.POST.get("format", ""), close_ends=close_ends)
    except Refused as refused:
        return render(request, "showrun/import_story.html", context | {"refused": refused}, status=refused.status)
    return render(request, "showrun/import_story.html", context | _told(stories, report), status=201)


@require_safe
@login_required
@authors_only
def export_story(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """The story as a file, by the name of a format; first the report, where the format cannot say everything."""
    story = get_object_or_404(Story, slug=slug)
    if name not in FORMATS:
        raise Refused("request.not_found")
    form = FORMATS[name]
    records = records_of(story) if name == "json" else {}
    report = Report()
    text = take_out(story, name, report, records)
    if report.notes and "as_it_is" not in request.GET:
        return render(request, "showrun/export_story.html", _told([story], report) | {"story": story, "form": form})
    response = HttpResponse(text, content_type=form.media_type)
    response["Content-Disposition"] = f'attachment; filename="{story.slug}.{form.extension}"'
    return response


@require_safe
@login_required
@authors_only
def check_story(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that the checks find, and what random play comes by."""
    story = get_object_or_404(Story, slug=slug)
    graph = read_graph(story)
    coverage = play(story, graph)
    names = dict(zip(graph.ids, graph.titles, strict=True))
    walked = [(names[pk], number, coverage.share(number)) for pk, number in coverage.rarest()]
    context = {
        "story": story,
        "scenes": len(graph.ids),
        "choices": len(graph.ways),
        "findings": check(graph),
        "coverage": coverage,
        "ends": coverage.ends.most_common(),
        "least": walked[:MOST_RARE],
        "rest": walked[MOST_RARE:],
    }
    return render(request, "showrun/check_story.html", context)


@require_safe
def schema(request: HttpRequest) -> FileResponse:
    """The JSON Schema of story files, for whoever writes them with other tools."""
    return FileResponse(SCHEMA.open("rb"), content_type="application/schema+json", filename=SCHEMA.name)


def _told(stories: list[Story], report: Report) -> dict[str, Any]:
    """What came in, and each note with the scene that it speaks of, where the file tells it."""
    named = {note.scene for note in report.notes if note.scene}
    scenes = {
        scene.name: scene
        for scene in Scene.objects.filter(story__in=stories, name__in=named).select_related("story").order_by("-id")
    }
    rows: list[tuple[Note, Scene | None]] = [(note, scenes.get(note.scene)) for note in report.notes]
    return {"stories": stories, "report": report, "rows": rows}


def _uploaded(request: HttpRequest) -> list[tuple[str, bytes]]:
    files = request.FILES.getlist("file")
    if not files:
        raise Refused("request.invalid", reason="file")
    if len(files) > MOST_FILES or sum(file.size or 0 for file in files) > MAX_BYTES:
        raise Refused("story.too_large", reason=because("file.size", size=MAX_BYTES >> 20))
    return [(file.name or "story", file.read()) for file in files]
