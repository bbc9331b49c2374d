"""Authoring: the list of stories, a story's world, one scene, its history. A view reads a form and calls one verb."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from storyengine.edge import signed_in
from storyengine.errors import Refused
from storyengine.plot import edit, history, undo
from storyengine.plot.copy import TWIN
from storyengine.plot.edit import Saved
from storyengine.plot.findings import findings_of
from storyengine.plot.formats import FORMATS
from storyengine.plot.forms import MAX_ROWS, NewSceneForm, NewStoryForm, scene_content, story_content, variables_text
from storyengine.plot.graph import read_graph
from storyengine.plot.locks import heard, is_shown, used_choices
from storyengine.plot.map_views import author_only, find_scene, find_story
from storyengine.plot.models import Beat, Choice, Edit, Performance, Scene, Story
from storyengine.plot.reading import panel_of
from storyengine.plot.snapshot import Snapshot, scene_snapshot, story_snapshot, version_of

PAGE = 50
Do = Callable[[], Saved]


@login_required
@author_only
def stories(request: HttpRequest) -> HttpResponse:
    """All stories, and the form that begins a new one."""
    form = NewStoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = edit.begin_story(**form.cleaned_data, by=signed_in(request))
        return redirect("story", slug=made.slug)
    rows = Story.objects.exclude(slug__contains=TWIN).annotate(
        scene_count=_count(Scene.objects.filter(story=OuterRef("pk")), "story"),
        open_count=_count(Choice.objects.open().filter(scene__story=OuterRef("pk")), "scene__story"),
        performance_count=_count(Performance.objects.filter(story=OuterRef("pk")), "story"),
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "here": "stories"}
    return render(request, "plot/stories.html", context, status=422 if form.errors else 200)


def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    """Rows for each story, counted apart: one join over all three tables would multiply them."""
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@login_required
@author_only
def story(request: HttpRequest, slug: str) -> HttpResponse:
    """A story's world: read it, save it."""
    found = find_story(slug)
    before = story_snapshot(found)

    def save() -> Saved:
        typed = story_content(request.POST, before, found)
        if "set_aside" in request.POST:
            return edit.set_aside(found, typed, by=signed_in(request))
        return edit.save_story(found, typed, version=request.POST.get("version", ""), by=signed_in(request))

    if request.method == "POST":
        return _saved(request, found, history.STORY, save)
    ways, used = history.stacks(found.pk, history.STORY, signed_in(request)), heard(found)
    context = {
        "story": found,
        "world": before,
        "characters": [entry | {"used": used.person(entry["name"])} for entry in before["characters"]],
        "places": [entry | {"used": used.place(entry["name"])} for entry in before["places"]],
        "start": found.start.key if found.start else "",
        **{name: "\n".join(before[name]) for name in ("rules", "outline", "lore")},
        "variables": variables_text(before["variables"]),
        "version": version_of(before),
        "scene_count": Scene.objects.filter(story=found).count(),
        "open_count": Choice.objects.open().filter(scene__story=found).count(),
        "performances": found.performances.order_by("-id")[:10],
        "changes": Edit.objects.filter(story=found).select_related("by").defer("before", "after").order_by("-id")[:10],
        "ways": ways,
        "exports": [(form.name, form.title) for form in FORMATS.values() if form.write],
        "here": "stories",
    }
    return render(request, "plot/story.html", context)


@login_required
@author_only
def scene(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One scene: its text, its choices, where it stands in the story."""
    found = find_scene(slug, key)
    before = scene_snapshot(found)

    def save() -> Saved:
        typed = scene_content(request.POST, before, found.story)
        if "set_aside" in request.POST:
            return edit.set_aside(found.story, typed, scene=found, by=signed_in(request))
        return edit.save_scene(found, typed, version=request.POST.get("version", ""), by=signed_in(request))

    if request.method == "POST":
        return _saved(request, found.story, history.scope_of(found.pk), save, scene=found)
    return render(request, "plot/scene.html", _scene_context(found, before, signed_in(request)))


def _scene_context(found: Scene, before: Snapshot, by: User) -> dict[str, Any]:
    used = used_choices(found)
    titles = dict(Scene.objects.filter(pk__in=[c["to"] for c in before["choices"] if c["to"]]).values_list("pk", "key"))
    choices = [
        choice | {"to_key": titles.get(choice["to"], ""), "used": choice["id"] in used} for choice in before["choices"]
    ]
    return panel_of(found) | {
        "findings": _findings(found),
        "is_unnamed": before["heading"] == edit.NEW_HEADING,
        "content": before,
        "rows": [beat | {"was": n} for n, beat in enumerate(before["beats"])],
        "choice_rows": choices,
        "most": MAX_ROWS,
        "many_beats": len(before["beats"]) > MAX_ROWS,
        "many_choices": len(choices) > MAX_ROWS,
        "tags": ", ".join(before["tags"]),
        "version": version_of(before),
        "kinds": Beat.Kind.choices,
        "names": found.story.characters.values_list("name", flat=True),
        "chapters": Scene.objects.filter(story=found.story)
        .exclude(chapter="")
        .order_by("chapter")
        .values_list("chapter", flat=True)
        .distinct(),
        "ways": history.stacks(found.story_id, history.scope_of(found.pk), by),
        "last": Edit.objects.of_scene(found.story_id, found.pk).select_related("by").first(),
        "here": "stories",
    }


def _findings(scene: Scene) -> list[str]:
    return [finding.message for finding in findings_of(read_graph(scene.story)).get(scene.pk, [])]


def _saved(request: HttpRequest, found: Story, scope: str, save: Do, *, scene: Scene | None = None) -> HttpResponse:
    """Save, and answer as the page asked: a program gets JSON and keeps what was typed, a plain form a page."""
    wants_json = "application/json" in request.headers.get("Accept", "")
    try:
        saved = save()
    except Refused as refused:
        if not wants_json:
            raise
        return JsonResponse(refused.as_message() | _by_whom(found, refused, scene), status=refused.status)
    if not wants_json:
        return redirect(request.path)
    ways = history.stacks(found.pk, scope, signed_in(request))
    return JsonResponse(
        {
            "version": saved.version,
            "choices": [choice["id"] for choice in saved.content.get("choices", [])],
            "characters": [entry["id"] for entry in saved.content.get("characters", [])],
            "places": [entry["id"] for entry in saved.content.get("places", [])],
            "saved_at": date_format(timezone.localtime(), "TIME_FORMAT"),
            "undo": bool(ways.undo),
            "redo": bool(ways.redo),
            "findings": _findings(scene) if scene else [],
        }
    )


def _by_whom(found: Story, refused: Refused, scene: Scene | None) -> dict[str, str]:
    """Who was first, and the version to save over it with, once the author has seen that."""
    if refused.code not in ("scene.stale", "story.stale"):
        return {}
    edits = Edit.objects.filter(story=found, scene=scene.pk if scene else None).select_related("by")
    last = edits.order_by("-id").first()
    now = scene_snapshot(scene) if scene else story_snapshot(found)
    return {"by": last.who if last else "", "version": version_of(now)}


@require_POST
@login_required
@author_only
def step(request: HttpRequest, slug: str, verb: str, key: str = "") -> HttpResponse:
    """Undo or redo one's own last change, of one scene or of the story."""
    found = find_scene(slug, key) if key else None
    story = found.story if found else find_story(slug)
    scope = history.scope_of(found.pk) if found else history.STORY
    do = {"undo": undo.undo, "redo": undo.redo}[verb]
    do(story, scope, by=signed_in(request))
    return redirect("scene", slug=slug, key=key) if found else redirect("story", slug=slug)


@require_POST
@login_required
@author_only
def add_scene(request: HttpRequest, slug: str) -> HttpResponse:
    """A new scene; with `choice`, the one that follows that open choice."""
    story = find_story(slug)
    number = request.POST.get("choice", "")
    choice = None
    if number:
        wanted = int(number) if number.isdecimal() and len(number) < 18 else 0
        choice = get_object_or_404(Choice.objects.select_related("scene"), pk=wanted, scene__story=story)
    heading = NewSceneForm.base_fields["heading"].clean(request.POST.get("heading") or edit.NEW_HEADING)
    made = edit.add_scene(
        story, heading="" if heading == edit.NEW_HEADING else heading, after=choice, by=signed_in(request)
    )
    return redirect("scene", slug=slug, key=made.key)


@require_POST
@login_required
@author_only
def remove_story(request: HttpRequest, slug: str) -> HttpResponse:
    edit.remove_story(find_story(slug), by=signed_in(request))
    return redirect("stories")


@require_POST
@login_required
@author_only
def remove_scene(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    edit.remove_scene(find_scene(slug, key), by=signed_in(request))
    return redirect("story", slug=slug)


@require_POST
@login_required
@author_only
def new_version(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    made = edit.make_new_version(find_scene(slug, key), by=signed_in(request))
    return redirect("scene", slug=slug, key=made.key)


@require_safe
@login_required
@author_only
def scene_history(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Who changed the scene, when, and what: sittings, the newest first, each as a word-level difference."""
    found = find_scene(slug, key)
    edits = Edit.objects.of_scene(found.story_id, found.pk).select_related("by")
    page = Paginator(edits, PAGE).get_page(request.GET.get("page"))
    sittings = [
        (entry, history.compare(entry.before, entry.after)) for entry in history.entries(list(page.object_list))
    ]
    version = version_of(scene_snapshot(found))
    context = {"story": found.story, "scene": found, "page": page, "sittings": sittings, "version": version}
    if not page.has_next():
        context["original"] = history.original(found)
    return render(request, "plot/history.html", context | {"is_shown": is_shown(found), "here": "stories"})


@require_POST
@login_required
@author_only
def restore(request: HttpRequest, slug: str, key: str, pk: int) -> HttpResponse:
    """Put the scene back to what it said after one edit."""
    found = find_scene(slug, key)
    chosen = get_object_or_404(Edit, pk=pk, story=found.story, scene=found.pk)
    version, original = request.POST.get("version", ""), "original" in request.POST
    undo.restore_scene(found, chosen, version=version, by=signed_in(request), original=original)
    return redirect("scene", slug=slug, key=key)
