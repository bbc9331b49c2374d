"""Authoring in the admin: a story with its world, its scenes with their beats and choices."""

from django.contrib import admin

from storyengine.plot.models import Beat, Character, Choice, Performance, Place, Scene, Story


class CharacterInline(admin.TabularInline):
    model = Character
    extra = 0


class PlaceInline(admin.TabularInline):
    model = Place
    extra = 0


class BeatInline(admin.TabularInline):
    model = Beat
    extra = 0


class ChoiceInline(admin.TabularInline):
    model = Choice
    fk_name = "scene"
    raw_id_fields = ["to_scene"]
    extra = 0


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


@admin.register(Performance)
class PerformanceAdmin(admin.ModelAdmin):
    list_display = ["code", "story", "state", "started_at"]
    list_select_related = ["story"]
    readonly_fields = ["state", "story", "code"]
