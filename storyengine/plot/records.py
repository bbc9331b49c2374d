"""What is kept beside the plot: every change that an author made, where the map's scenes were drawn, what was walked.

Named apart from models.py, which takes these tables in; it says what a story is, this what was done to it.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class EditQuerySet(models.QuerySet["Edit"]):
    def in_scope(self, story_id: int, scope: str) -> Self:
        return self.filter(story_id=story_id, scope=scope)

    def of_scene(self, story_id: int, scene_id: int) -> Self:
        """A scene's whole history, its making and its removal included, the newest first."""
        return self.filter(story_id=story_id, scene=scene_id).order_by("-id")


class Edit(models.Model):
    """One change by one author, with the text before and after it. Rows are only ever added: undo adds one too."""

    class Verb(models.TextChoices):
        STORY_SAVED = "story.saved", _("the story was changed")
        SCENE_SAVED = "scene.saved", _("the scene was changed")
        SCENE_ADDED = "scene.added", _("the scene was added")
        SCENE_REMOVED = "scene.removed", _("the scene was removed")
        SCENE_REPLACED = "scene.replaced", _("a new version took the scene’s place")

    class Kind(models.TextChoices):
        EDIT = "edit", _("edit")
        UNDO = "undo", _("undone")
        REDO = "redo", _("done again")
        RESTORE = "restore", _("restored")

    story = models.ForeignKey("plot.Story", models.CASCADE, related_name="edits", verbose_name=_("story"))
    # What undo on one page goes through: "story", or "scene:12".
    scope = models.CharField(_("scope"), max_length=32)
    scene = models.BigIntegerField(_("scene"), null=True)  # no foreign key: the history outlives the scene
    verb = models.CharField(_("verb"), max_length=14, choices=Verb)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.EDIT)
    before = models.JSONField(_("before"), null=True)  # the shapes of plot/snapshot.py; NULL: it was not there
    after = models.JSONField(_("after"), null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    # Who it was by the story file that it came in with: a name from elsewhere is nobody here.
    told_by = models.CharField(_("by, as told"), max_length=150, blank=True, db_default="")
    at = models.DateTimeField(_("at"), db_default=Now())

    objects = EditQuerySet.as_manager()

    class Meta:
        verbose_name = _("edit")
        verbose_name_plural = _("edits")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["story", "scope", "id"], name="edit_by_scope"),
            models.Index(fields=["story", "scene", "id"], name="edit_by_scene"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} ({self.get_kind_display()})"

    @property
    def who(self) -> str:
        """The name of whoever did it, here or where the story came from; "" where it is not known."""
        return self.by.get_username() if self.by else self.told_by


class Drawing(models.Model):
    """Where a map's nodes were drawn last, and the digest of what was drawn. Derived: it can always be made again."""

    story = models.ForeignKey("plot.Story", models.CASCADE, related_name="drawings", verbose_name=_("story"))
    variant = models.CharField(_("variant"), max_length=64, blank=True)  # which chapters are folded; "": none
    digest = models.CharField(_("digest"), max_length=64)
    positions = models.JSONField(_("positions"))
    routes = models.JSONField(_("routes"))
    drawn_at = models.DateTimeField(_("drawn at"), db_default=Now())

    class Meta:
        verbose_name = _("drawing")
        verbose_name_plural = _("drawings")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["story", "variant"], name="drawing_once_per_variant")]

    def __str__(self) -> str:
        return self.digest


class RandomPlay(models.Model):
    """What random play came by, and the digest of what was played. Derived: it can always be played again."""

    story = models.OneToOneField("plot.Story", models.CASCADE, related_name="+", verbose_name=_("story"))
    digest = models.CharField(_("digest"), max_length=64)
    result = models.JSONField(_("result"))  # the shape of Coverage.as_json in plot/walks.py
    played_at = models.DateTimeField(_("played at"), db_default=Now())

    class Meta:
        verbose_name = _("random play")
        verbose_name_plural = _("random plays")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.digest
