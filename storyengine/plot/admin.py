"""Authoring in the admin: a story with its world, its scenes with their beats and choices.

As on the authors' pages, what an audience has seen is read only, and a change goes into the history.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest

from storyengine.plot import history
from storyengine.plot.locks import CHOICE_LOCKED, SCENE_LOCKED, is_shown
from storyengine.plot.models import Beat, Character, Choice, Edit, Performance, Place, Scene, Story
from storyengine.plot.snapshot import scene_snapshot


class CharacterInline(admin.TabularInline):
    model = Character
    extra = 0


class PlaceInline(admin.TabularInline):
    model = Place
    extra = 0


class BeatInline(admin.TabularInline):
    model = Beat
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Scene | None = None) -> bool:
        return super().has_add_permission(request, obj) and not _is_shown(obj)

    def has_change_permission(self, request: HttpRequest, obj: Scene | None = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_shown(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Scene | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_shown(obj)


class ChoiceInline(admin.TabularInline):
    model = Choice
    fk_name = "scene"
    raw_id_fields = ["to_scene"]
    extra = 0

    def get_readonly_fields(self, request: HttpRequest, obj: Scene | None = None) -> tuple[str, ...]:
        return CHOICE_LOCKED if _is_shown(obj) else ()

    def has_add_permission(self, request: HttpRequest, obj: Scene | None = None) -> bool:
        return super().has_add_permission(request, obj) and not _is_shown(obj)  # its label could not be typed


@admin.register(Story)
class StoryAdmin(admin.ModelAdmin):
    list_display = ["title", "language", "slug"]
    raw_id_fields = ["start"]
    inlines = [CharacterInline, PlaceInline]


@admin.register(Scene)
class SceneAdmin(admin.ModelAdmin):
    list_display = ["key", "heading", "story", "origin", "is_ending"]
    list_filter = ["story", "origin", "is_ending"]
    list_select_related = ["story"]
    search_fields = ["key", "heading"]
    inlines = [BeatInline, ChoiceInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Scene | None = None) -> tuple[str, ...]:
        return tuple(name for name in SCENE_LOCKED if name != "beats") if _is_shown(obj) else ()

    def save_model(self, request: HttpRequest, obj: Scene, form: Any, change: bool) -> None:
        before = Scene.objects.filter(pk=obj.pk).first() if change else None
        form.before = scene_snapshot(before) if before else None
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        scene, after = form.instance, scene_snapshot(form.instance)
        if form.before != after and isinstance(request.user, User):
            scope, verb = history.scope_of(scene.pk), Edit.Verb.SCENE_SAVED
            history.note(scene.story, scope, verb, by=request.user, before=form.before, after=after, scene=scene.pk)


@admin.register(Performance)
class PerformanceAdmin(admin.ModelAdmin):
    list_display = ["code", "story", "state", "started_at"]
    list_select_related = ["story"]
    readonly_fields = ["state", "story", "code"]


def _is_shown(scene: Scene | None) -> bool:
    return scene is not None and is_shown(scene)
