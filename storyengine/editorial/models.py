"""From draft to release: the editable text, the verdicts on it, and the moment it may be seen."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from storyengine.generation.models import Draft
from storyengine.plot.models import Choice, PathStep, Performance, Scene


class RevisionQuerySet(models.QuerySet["Revision"]):
    def in_review(self) -> Self:
        return self.filter(state=Revision.State.IN_REVIEW)

    def approved(self) -> Self:
        return self.filter(state=Revision.State.APPROVED)

    def claim(self, pk: int) -> "Revision":
        """The row, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).select_related("performance").get(pk=pk)


class Revision(models.Model):
    """The editable text of one branch: a draft's, or an editor's own where `draft` is empty."""

    class State(models.TextChoices):
        IN_REVIEW = "in_review", _("in review")
        CHANGES_REQUESTED = "changes", _("changes requested")
        APPROVED = "approved", _("approved")
        RELEASED = "released", _("released")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    performance = models.ForeignKey(
        Performance, models.CASCADE, related_name="revisions", verbose_name=_("performance")
    )
    step = models.ForeignKey(PathStep, models.CASCADE, related_name="revisions", verbose_name=_("path step"))
    choice = models.ForeignKey(Choice, models.PROTECT, related_name="revisions", verbose_name=_("choice"))
    draft = models.OneToOneField(
        Draft, models.PROTECT, null=True, blank=True, related_name="revision", verbose_name=_("draft")
    )
    branch = models.JSONField(_("branch"))  # the shape of plot.branch.branch_to_json
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.IN_REVIEW)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    saved_at = models.DateTimeField(_("saved at"), db_default=Now())
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("saved by")
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["id"]
        indexes = [models.Index(fields=["state", "performance"], name="revision_by_state")]

    def __str__(self) -> str:
        return f"{self.choice} ({self.get_state_display()})"


class Review(models.Model):
    """One verdict on one revision, with the text as it stood. Rows are only ever added."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("approved")
        CHANGES = "changes", _("asked for changes")
        REJECTED = "rejected", _("rejected")

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="reviews", verbose_name=_("revision"))
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews", verbose_name=_("by"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    branch = models.JSONField(_("branch"))
    version = models.PositiveIntegerField(_("version"))
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.revision}"


class Release(models.Model):
    """The moment an approved revision joined the plot and might be seen. One for a revision, one for a choice."""

    revision = models.OneToOneField(Revision, models.PROTECT, related_name="release", verbose_name=_("revision"))
    choice = models.OneToOneField(Choice, models.PROTECT, related_name="release", verbose_name=_("choice"))
    scene = models.OneToOneField(Scene, models.PROTECT, related_name="release", verbose_name=_("scene"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="releases", verbose_name=_("approved by")
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.scene}"
