"""From draft to release: the editable text, the verdicts on it, and the moment it may be seen."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from storyengine.editorial.record import AuditEntry
from storyengine.editorial.rules import CheckProfile, DeskRules, StoryRole, stories_of
from storyengine.generation.models import Draft
from storyengine.plot.models import Choice, PathStep, Performance, Scene, Story

__all__ = [
    "AuditEntry", "CheckProfile", "DeskRules", "Judgement", "Overruling", "Release", "Review", "Revision", "Scratch",
    "StoryRole",
]  # fmt: skip


class RevisionQuerySet(models.QuerySet["Revision"]):
    def in_review(self) -> Self:
        return self.filter(state=Revision.State.IN_REVIEW)

    def approved(self) -> Self:
        return self.filter(state=Revision.State.APPROVED)

    def unfinished(self) -> Self:
        """What may still become part of the story."""
        return self.filter(state__in=Revision.UNFINISHED)

    def visible_to(self, user: User) -> Self:
        """The revisions of the stories on which the user may edit."""
        stories = stories_of(user, "editorial.change_revision")
        return self if stories is None else self.filter(performance__story__in=Story.objects.filter(stories))

    def claim(self, pk: int) -> "Revision":
        """The row, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).select_related("performance", "choice").get(pk=pk)


class Revision(models.Model):
    """The editable text of one branch: a draft's, or an editor's own where `draft` is empty."""

    class State(models.TextChoices):
        DRAFTED = "drafted", _("drafted")  # begun by hand, and not yet handed in
        IN_REVIEW = "in_review", _("in review")
        CHANGES_REQUESTED = "changes", _("changes requested")
        APPROVED = "approved", _("approved")
        RELEASED = "released", _("released")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    UNFINISHED = (State.DRAFTED, State.IN_REVIEW, State.CHANGES_REQUESTED, State.APPROVED)

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
    # A claim tells others who is at it; it locks nothing and runs out by itself.
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("held by")
    )
    claimed_until = models.DateTimeField(_("held until"), null=True, blank=True)
    corrects = models.ForeignKey(
        "Release", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("corrects")
    )
    correction = models.CharField(_("what is corrected"), max_length=300, blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["id"]
        indexes = [models.Index(fields=["state", "performance"], name="revision_by_state")]
        permissions = [
            ("overrule_finding", "Can overrule a blocking finding"),
            ("correct_release", "Can correct released text"),
            ("take_over_revision", "Can take a revision from who holds it"),
        ]

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
    reasons = models.JSONField(_("reasons"), default=list)  # codes of editorial.reasons
    selection = models.JSONField(_("selected beats"), null=True)  # [first, last + 1] of the first scene; null: all
    unread = models.BooleanField(_("approved by the checks alone"), default=False)  # `by` switched that on
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
    """The moment an approved revision joined the plot and might be seen. One for a revision; one for a choice, and
    further ones that correct it: each supersedes the one before, and all of them stay."""

    revision = models.OneToOneField(Revision, models.PROTECT, related_name="release", verbose_name=_("revision"))
    choice = models.ForeignKey(Choice, models.PROTECT, related_name="releases", verbose_name=_("choice"))
    scene = models.ForeignKey(Scene, models.PROTECT, related_name="releases", verbose_name=_("scene"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="releases", verbose_name=_("approved by")
    )
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("supersedes")
    )
    note = models.CharField(_("what was corrected"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["choice"], condition=Q(supersedes=None), name="release_once_per_choice"),
            models.UniqueConstraint(fields=["scene"], condition=Q(supersedes=None), name="release_once_per_scene"),
        ]

    def __str__(self) -> str:
        return f"{self.scene}"


class Scratch(models.Model):
    """What an editor has typed and not saved, kept so that a crash loses nothing. One a revision and editor."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="scratches", verbose_name=_("revision"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("by"))
    version = models.PositiveIntegerField(_("begun from version"))
    fields = models.JSONField(_("fields"))  # the page's fields as they stood; need not be a valid branch
    kept_at = models.DateTimeField(_("kept at"), db_default=Now())

    class Meta:
        verbose_name = _("unsaved text")
        verbose_name_plural = _("unsaved texts")
        constraints = [models.UniqueConstraint(fields=["revision", "by"], name="scratch_once_per_editor")]

    def __str__(self) -> str:
        return f"{self.by}: {self.revision}"


class Judgement(models.Model):
    """What a classifier or a model found in one version of a text; the web process only reads it."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="judgements", verbose_name=_("revision"))
    version = models.PositiveIntegerField(_("version"))
    check_name = models.CharField(_("check"), max_length=40)
    findings = models.JSONField(_("findings"), default=list)  # the shape of checks.finding.as_json
    model = models.CharField(_("model"), max_length=300, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("made at"), db_default=Now())

    class Meta:
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")
        constraints = [
            models.UniqueConstraint(fields=["revision", "version", "check_name"], name="judgement_once_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.check_name}: {self.revision}"


class Overruling(models.Model):
    """A blocking finding that somebody with the right let pass, and why. Rows are only ever added."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="overrulings", verbose_name=_("revision"))
    finding = models.CharField(_("finding"), max_length=64)  # checks.finding.Finding.key: rule and quoted words
    quote = models.CharField(_("quoted words"), max_length=300, blank=True)
    rule = models.CharField(_("rule"), max_length=40)
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("overruled finding")
        verbose_name_plural = _("overruled findings")
        constraints = [models.UniqueConstraint(fields=["revision", "finding"], name="finding_overruled_once")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.reason}"
