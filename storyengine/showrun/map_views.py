"""A performance's map: the story's, with the path lit and every branch's state, live while the show runs."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_safe

from storyengine.plot.map_views import graph_response, map_context, panel_context, svg_response
from storyengine.plot.models import PathStep, Scene
from storyengine.plot.outline import outline_of
from storyengine.plot.states import state_names
from storyengine.showrun.doors import find_performance, showrunner_only
from storyengine.showrun.map import LOOKS, approver_of, looks_of, map_state


@require_safe
@showrunner_only
def performance_map(request: HttpRequest, code: str) -> HttpResponse:
    """The page; what moves comes by `state`, asked for again and again."""
    found = find_performance(request, code)
    context = map_context(found.story, LOOKS) | {
        "performance": found,
        "here": "console",
        "graph_url": reverse("performance_graph", args=[code]),
        "state_url": reverse("performance_map_state", args=[code]),
        "panel_url": reverse("performance_panel", args=[code, "KEY"]),
        "picture_url": reverse("performance_picture", args=[code]),
        "outline_url": reverse("performance_outline", args=[code]),
        "back_url": reverse("performance", args=[code]),
        "back_name": code,
    }
    return render(request, "plot/map.html", context)


@require_safe
@gzip_page
@conditional_page
@showrunner_only
def graph(request: HttpRequest, code: str) -> HttpResponse:
    return graph_response(request, find_performance(request, code).story)


@require_safe
@conditional_page
@showrunner_only
def state(request: HttpRequest, code: str) -> HttpResponse:
    """Path, branches and votes now; a 304 with nothing in it where nothing changed."""
    return JsonResponse(map_state(find_performance(request, code)))


@require_safe
@showrunner_only
def picture(request: HttpRequest, code: str) -> HttpResponse:
    found = find_performance(request, code)
    now = map_state(found)
    return svg_response(found.story, request, looks=looks_of(now), path=[f"s{scene}" for scene in now["path"]])


@require_safe
@showrunner_only
def outline(request: HttpRequest, code: str) -> HttpResponse:
    """The performance's map in words."""
    found = find_performance(request, code)
    now = map_state(found)
    steps = PathStep.objects.filter(performance=found).select_related("scene", "choice").order_by("position")
    context = {
        "story": found.story,
        "parts": outline_of(
            found.story,
            scenes_are=dict.fromkeys(now["path"], "released"),
            ends_are={int(choice): entry["state"] for choice, entry in now["ends"].items()},
            unlit="authored",
        ),
        "steps": steps,
        "performance": found,
        "here": "console",
        "map_url": reverse("performance_map", args=[code]),
        "scene_root": reverse("story", args=[found.story.slug]) + "scenes/",
        "back_url": reverse("performance", args=[code]),
        "back_name": code,
    }
    return render(request, "plot/outline.html", context)


@require_safe
@showrunner_only
def panel(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One scene, with how far the branches of its choices have come."""
    found = find_performance(request, code)
    scene = get_object_or_404(Scene.objects.select_related("story"), story=found.story, key=key)
    now, names = map_state(found), state_names()
    context = panel_context(scene)
    context["choices"] = choices = list(context["choices"])
    for choice in choices:
        choice.votes = now["votes"].get(str(choice.pk))
        choice.branch = _branch(now["ends"].get(str(choice.pk)), names)
    context |= {"approved_by": approver_of(scene), "path_positions": _positions(now["path"], scene)}
    return render(request, "plot/_panel.html", context)


def _branch(entry: dict[str, Any] | None, names: dict[str, str]) -> dict[str, str] | None:
    if entry is None:
        return None
    url = reverse("revision", args=[entry["revision"]]) if "revision" in entry else ""
    return {"state": entry["state"], "label": names[entry["state"]], "url": url}


def _positions(path: list[int], scene: Scene) -> str:
    """Where on the path the scene stands: "3", or "3, 7" where the performance came by twice."""
    return ", ".join(str(n) for n, pk in enumerate(path, 1) if pk == scene.pk)
