"""The map's pages: the drawing, the outline that says the same in words, the picture to keep, one scene's panel."""

from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_POST, require_safe

from storyengine.plot import edit
from storyengine.plot.coverage import play, played
from storyengine.plot.findings import findings_of, flags_of
from storyengine.plot.graph import read_graph
from storyengine.plot.map import map_json, picture_of, tidy
from storyengine.plot.models import Scene, Story
from storyengine.plot.outline import outline_of
from storyengine.plot.reading import panel_of
from storyengine.plot.states import state_names
from storyengine.plot.svg import draw_svg

author_only = permission_required(edit.PERMISSION, raise_exception=True)


SCRIPTS = (("pdf", "PDF"), ("fdx", "Final Draft"), ("fountain", "Fountain"))
STORY_LOOKS = ("authored", "written", "played", "open", "missing", "folded")
# Asked for at once, not one after another as each is found to need the next.
MODULES = (
    "camera", "drawn", "folds", "gestures", "glyphs", "lettering", "lines", "live", "menus", "minimap", "model",
    "paint", "pathbar", "search", "side",
)  # fmt: skip


def find_story(slug: str) -> Story:
    return get_object_or_404(Story.objects.select_related("start"), slug=slug)


def find_scene(slug: str, key: str) -> Scene:
    return get_object_or_404(Scene.objects.select_related("story"), story__slug=slug, key=key)


@require_safe
@login_required
@author_only
def story_map(request: HttpRequest, slug: str) -> HttpResponse:
    """The page around the drawing; the graph itself comes by `graph`, while the page is still loading."""
    story = find_story(slug)
    context = map_context(story, STORY_LOOKS) | {
        "here": "stories",
        "graph_url": reverse("story_graph", args=[slug]),
        "panel_url": reverse("scene_panel", args=[slug, "KEY"]),
        "picture_url": reverse("story_picture", args=[slug]),
        "outline_url": reverse("outline", args=[slug]),
        "tidy_url": reverse("tidy_map", args=[slug]),
        "play_url": reverse("play_story", args=[slug]),
        "back_url": reverse("story", args=[slug]),
        "back_name": _("Story"),
    }
    return render(request, "plot/map.html", context)


def map_context(story: Story, looks: tuple[str, ...]) -> dict[str, Any]:
    """What every map's page needs, whoever looks at it."""
    names = state_names()
    modules = [static(f"storyengine/map/{name}.js") for name in MODULES]
    legend = [(look, names[look]) for look in looks]
    return {"story": story, "modules": modules, "legend": legend} | _script_urls(story)


def _script_urls(story: Story) -> dict[str, Any]:
    """Where a path that was drawn is taken out as a script: the page adds `?path=` with the scenes' numbers.

    By name: the room that writes scripts lies above this one, and a site without it offers none.
    """
    try:
        files = [(label, reverse("story_script", args=[story.slug, extension])) for extension, label in SCRIPTS]
        return {"script_urls": files, "script_page": reverse("path_script", args=[story.slug])}
    except NoReverseMatch:
        return {}


@require_safe
@gzip_page
@conditional_page
@login_required
@author_only
def graph(request: HttpRequest, slug: str) -> HttpResponse:
    """The map as JSON, with the chapters named in `fold` folded."""
    return graph_response(request, find_story(slug))


def graph_response(request: HttpRequest, story: Story) -> HttpResponse:
    return JsonResponse(_shape(request, story), json_dumps_params=_COMPACT)


def _shape(request: HttpRequest, story: Story) -> dict[str, Any]:
    read = read_graph(story)
    walked = played(story, read)
    shares = {pk: walked.share(number) for pk, number in walked.scenes.items()} if walked else {}
    return map_json(picture_of(story, request.GET.getlist("fold")), flags_of(read), shares)


@require_safe
@login_required
@author_only
def picture(request: HttpRequest, slug: str) -> HttpResponse:
    """The map as one SVG file that needs nothing else: folded by `fold`, with the path that was drawn in `path`."""
    return svg_response(find_story(slug), request)


def svg_response(story: Story, request: HttpRequest, **overlay: Any) -> HttpResponse:
    drawn = [f"s{number}" for number in request.GET.get("path", "").split(",") if number]
    shape = _shape(request, story)
    response = HttpResponse(draw_svg(shape, title=story.title, language=story.language, drawn=drawn, **overlay))
    response["Content-Type"] = "image/svg+xml; charset=utf-8"
    response["Content-Disposition"] = f'attachment; filename="{story.slug}-map.svg"'
    return response


@require_POST
@login_required
@author_only
def tidy_map(request: HttpRequest, slug: str) -> HttpResponse:
    """Draw all of it afresh."""
    story = find_story(slug)
    tidy(story)
    return redirect("story_map", slug=story.slug)


@require_POST
@login_required
@author_only
def play_story(request: HttpRequest, slug: str) -> HttpResponse:
    """Play the story at random, so that the map says how often each scene is come by; back to the map."""
    story = find_story(slug)
    play(story, read_graph(story))
    key = request.POST.get("key", "")
    here = f"#{key}" if Scene.objects.filter(story=story, key=key).exists() else ""
    return redirect(reverse("story_map", args=[slug]) + here)


@require_safe
@login_required
@author_only
def outline(request: HttpRequest, slug: str) -> HttpResponse:
    """The same graph as nested lists, for reading without a picture."""
    story = find_story(slug)
    context = {
        "story": story,
        "parts": outline_of(story),
        "here": "stories",
        "map_url": reverse("story_map", args=[slug]),
        "scene_root": reverse("story", args=[slug]) + "scenes/",
        "back_url": reverse("story", args=[slug]),
        "back_name": _("Story"),
    }
    return render(request, "plot/outline.html", context)


@require_safe
@login_required
@author_only
def panel(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One scene beside the map: a fragment."""
    return render(request, "plot/_panel.html", panel_context(find_scene(slug, key)))


def panel_context(scene: Scene) -> dict[str, Any]:
    where = [scene.story.slug, scene.key]
    read = read_graph(scene.story)
    walked = played(scene.story, read)
    return panel_of(scene) | {
        "findings": [finding.message for finding in findings_of(read).get(scene.pk, [])],
        "walked": walked,
        "came_by": walked.scenes[scene.pk] if walked else 0,
        "share": walked.share(walked.scenes[scene.pk]) if walked else 0,
        "play_url": reverse("play_story", args=[scene.story.slug]),
        "scene_url": reverse("scene", args=where),
        "history_url": reverse("scene_history", args=where),
    }


@require_safe
@login_required
@author_only
def find(request: HttpRequest, slug: str) -> HttpResponse:
    """Scenes whose key, name or heading holds the words, for a field that asks while one types."""
    story = find_story(slug)
    rows = Scene.objects.filter(story=story)
    for word in request.GET.get("q", "")[:100].split():
        rows = (
            rows.filter(key__icontains=word) | rows.filter(name__icontains=word) | rows.filter(heading__icontains=word)
        )
    found = [
        {"key": key, "title": name or heading} for key, name, heading in rows.values_list("key", "name", "heading")[:20]
    ]
    return JsonResponse({"scenes": found, "none": _("No scene has these words.")})


_COMPACT: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}
