"""Authoring in the admin: a story with its world, its scenes with their beats and choices.

As on the authors' pages, what an audience has seen is read only, a change goes into the history, and what is deleted
is deleted by the authors' own verbs, one at a time: they refuse what has to stay.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from storyengine.edge import signed_in
from storyengine.errors import Refused
from storyengine.plot import edit, history
from storyengine.plot.conditions import not_a_value
from storyengine.plot.locks import CHOICE_LOCKED, SCENE_LOCKED, check_removal, check_world, is_shown
from storyengine.plot.models import Beat, Character, Choice, Edit, Performance, Place, Scene, Story
from storyengine.plot.snapshot import scene_snapshot, story_snapshot


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


class WaysFormSet(BaseInlineFormSet):
    """Choices lead nowhere but to scenes of their own story."""

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            to = form.cleaned_data.get("to_scene") if hasattr(form, "cleaned_data") else None
            if to is not None and to.story_id != self.instance.story_id:
                form.add_error("to_scene", str(Refused("scene.unknown")))


class ChoiceInline(admin.TabularInline):
    model = Choice
    formset = WaysFormSet
    fk_name = "scene"
    raw_id_fields = ["to_scene"]
    extra = 0

    def get_readonly_fields(self, request: HttpRequest, obj: Scene | None = None) -> tuple[str, ...]:
        return CHOICE_LOCKED if _is_shown(obj) else ()

    def has_add_permission(self, request: HttpRequest, obj: Scene | None = None) -> bool:
        return super().has_add_permission(request, obj) and not _is_shown(obj)  # its label could not be typed


class StoryForm(forms.ModelForm):
    def clean_start(self) -> Scene | None:
        start: Scene | None = self.cleaned_data["start"]
        if start is not None and start.story_id != self.instance.pk:
            raise ValidationError(str(Refused("scene.unknown")))
        return start

    def clean_variables(self) -> Any:
        variables = self.cleaned_data["variables"] or {}
        if not_a_value(variables) is not None:
            raise ValidationError(_("One object: every variable is a number, a text, true or false."))
        return variables


class ByVerb(admin.ModelAdmin):
    """Deletes nothing by itself, and not many at once."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes along, to be read first. Whether it may go is for the row's own permission and for the verb."""
        gone, counts, _missing, _held = super().get_deleted_objects(objs, request)
        return gone, counts, set(), []


@admin.register(Story)
class StoryAdmin(ByVerb):
    form = StoryForm
    list_display = ["title", "language", "slug"]
    raw_id_fields = ["start"]
    inlines = [CharacterInline, PlaceInline]

    def has_delete_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.performances.exists())

    def delete_model(self, request: HttpRequest, obj: Story) -> None:
        edit.remove_story(obj, by=signed_in(request))

    def save_model(self, request: HttpRequest, obj: Story, form: Any, change: bool) -> None:
        form.before = story_snapshot(Story.objects.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.before is None:
            return
        story, after = form.instance, story_snapshot(form.instance)
        check_world(story, form.before, after)
        if form.before != after and isinstance(request.user, User):
            edit.note_story(story, Edit.Verb.STORY_SAVED, by=request.user, before=form.before, after=after)


@admin.register(Scene)
class SceneAdmin(ByVerb):
    list_display = ["key", "heading", "story", "origin", "is_ending"]
    list_filter = ["story", "origin", "is_ending"]
    list_select_related = ["story"]
    search_fields = ["key", "heading"]
    inlines = [BeatInline, ChoiceInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Scene | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        locked = tuple(name for name in SCENE_LOCKED if name != "beats") if _is_shown(obj) else ()
        return ("story", *locked)  # its choices would lead into another story

    def has_delete_permission(self, request: HttpRequest, obj: Scene | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or _may_go(obj))

    def delete_model(self, request: HttpRequest, obj: Scene) -> None:
        edit.remove_scene(obj, by=signed_in(request))

    def save_model(self, request: HttpRequest, obj: Scene, form: Any, change: bool) -> None:
        before = Scene.objects.filter(pk=obj.pk).first() if change else None
        form.before = scene_snapshot(before) if before else None
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        scene, after = form.instance, scene_snapshot(form.instance)
        if form.before == after or not isinstance(request.user, User):
            return
        if form.before is None:
            added = {"pk": scene.pk, "scene": after, "arrivals": []}
            edit.note_story(
                scene.story, Edit.Verb.SCENE_ADDED, by=request.user, before=None, after=added, scene=scene.pk
            )
            return
        scope, verb = history.scope_of(scene.pk), Edit.Verb.SCENE_SAVED
        history.note(scene.story, scope, verb, by=request.user, before=form.before, after=after, scene=scene.pk)


@admin.register(Performance)
class PerformanceAdmin(admin.ModelAdmin):
    list_display = ["code", "story", "state", "started_at"]
    list_select_related = ["story"]
    readonly_fields = ["state", "story", "code"]


def _is_shown(scene: Scene | None) -> bool:
    return scene is not None and is_shown(scene)


def _may_go(scene: Scene) -> bool:
    try:
        check_removal(scene)
    except Refused:
        return False
    return True
