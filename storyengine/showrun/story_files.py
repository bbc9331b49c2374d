"""Stories in and out by the page: an upload with a report of what was read, downloads, and the check."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from storyengine.errors import Refused
from storyengine.plot.check import check
from storyengine.plot.coverage import play
from storyengine.plot.exchange import bring_in, take_out
from storyengine.plot.formats import FORMATS
from storyengine.plot.formats.intake import MAX_BYTES, Sheet, take
from storyengine.plot.formats.native import SCHEMA
from storyengine.plot.formats.report import Report
from storyengine.plot.graph import read_graph
from storyengine.plot.models import Story
from storyengine.showrun.history import records_of

MOST_FILES = 200
MOST_RARE = 12

authors_only = permission_required("plot.change_story", raise_exception=True)


@login_required
@authors_only
def import_story(request: HttpRequest) -> HttpResponse:
    """A form; after an upload, what was read and what could not be carried over."""
    context = {"formats": FORMATS.values(), "chosen": request.POST.get("format", "")}
    if request.method != "POST":
        return render(request, "showrun/import_story.html", context)
    report = Report()
    try:
        sheets = _uploaded(request, report)
        stories = bring_in(
            sheets, report, name=request.POST.get("format", ""), close_ends=bool(request.POST.get("endings"))
        )
    except Refused as refused:
        return render(request, "showrun/import_story.html", context | {"refused": refused}, status=refused.status)
    return render(request, "showrun/import_story.html", context | {"stories": stories, "report": report}, status=201)


@require_safe
@login_required
@authors_only
def export_story(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """The story as a file, by the name of a format."""
    story = get_object_or_404(Story, slug=slug)
    if name not in FORMATS:
        raise Refused("request.not_found")
    form = FORMATS[name]
    records = records_of(story) if name == "json" else {}
    response = HttpResponse(take_out(story, name, Report(), records), content_type=form.media_type)
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
    names = dict(zip(graph.ids, graph.names, strict=True))
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


def _uploaded(request: HttpRequest, report: Report) -> list[Sheet]:
    files = request.FILES.getlist("file")
    if not files:
        raise Refused("request.invalid", reason="file")
    if len(files) > MOST_FILES or sum(file.size or 0 for file in files) > MAX_BYTES:
        raise Refused("story.too_large", reason=f"{MAX_BYTES >> 20} MiB at most")
    sheets: list[Sheet] = []
    for file in files:
        report.file = file.name or "" if len(files) > 1 else ""
        sheets += take(file.name or "story", file.read(), report)
    report.file = ""
    return sheets
