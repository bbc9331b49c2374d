"""Who may do what on which story, and what a production asks of its desk."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from storyengine.errors import Refused
from storyengine.plot.models import Performance, Story

EDIT = "editorial.change_revision"
OVERRULE = "editorial.overrule_finding"
CORRECT = "editorial.correct_release"
TAKE_OVER = "editorial.take_over_revision"
SET_PROFILE = "editorial.change_checkprofile"
READ_AUDIT = "editorial.view_auditentry"
RUN_SHOW = "plot.change_performance"


class StoryRole(models.Model):
    """What somebody may do on one story alone: all that the group may. A group of their own holds on every story."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="story_roles", verbose_name=_("user")
    )
    story = models.ForeignKey(Story, models.CASCADE, related_name="roles", verbose_name=_("story"))
    group = models.ForeignKey(Group, models.CASCADE, related_name="+", verbose_name=_("role"))

    class Meta:
        verbose_name = _("role on a story")
        verbose_name_plural = _("roles on stories")
        constraints = [models.UniqueConstraint(fields=["user", "story", "group"], name="role_once_per_story")]

    def __str__(self) -> str:
        return f"{self.user}: {self.group}, {self.story}"


class DeskRules(models.Model):
    """What the showrunner asks of the desk in one performance. No row: one approval, and nothing goes out unread."""

    performance = models.OneToOneField(
        Performance, models.CASCADE, related_name="desk_rules", verbose_name=_("performance")
    )
    four_eyes = models.BooleanField(_("every branch needs the approval of two people"), default=False)
    # Whoever switched it on answers for what goes out; empty: it is off.
    unread_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("released unread by"),
    )  # fmt: skip
    unread_since = models.DateTimeField(_("released unread since"), null=True, blank=True)

    class Meta:
        verbose_name = _("rules of a desk")
        verbose_name_plural = _("rules of desks")

    def __str__(self) -> str:
        return f"{self.performance}"


class CheckProfile(models.Model):
    """What the checks block, warn of and let pass in one story, its own words, and where it is shown."""

    story = models.OneToOneField(Story, models.CASCADE, related_name="check_profile", verbose_name=_("story"))
    levels = models.JSONField(_("levels"), default=dict, blank=True)  # {rule: "block" | "warn" | "note" | "off"}
    extra_words = models.JSONField(_("words of our own"), default=dict, blank=True)  # {rule: [word, ...]}
    allowed_words = models.JSONField(_("words that may pass"), default=list, blank=True)
    territories = models.JSONField(_("territories"), default=list, blank=True)
    slot_words = models.PositiveIntegerField(_("most words of a branch"), default=320)
    reading_grade = models.PositiveIntegerField(_("highest reading grade"), default=9)
    saved_at = models.DateTimeField(_("saved at"), db_default=Now())
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("saved by")
    )

    class Meta:
        verbose_name = _("profile of the checks")
        verbose_name_plural = _("profiles of the checks")

    def __str__(self) -> str:
        return f"{self.story}"


def may(user: User, permission: str, story: Story | int | None = None) -> bool:
    """Whether the user holds the permission: on every story by a group of theirs, or on this one by a role there.

    Without a story: on any story at all, which opens a page but no row on it.
    """
    if not user.is_active or not user.is_authenticated:
        return False
    return user.has_perm(permission) or _roles(user, permission, story).exists()


def require(user: User, permission: str, story: Story | int | None = None) -> None:
    """Raises Refused("request.forbidden") for anybody who may not."""
    if not may(user, permission, story):
        raise Refused("request.forbidden")


def stories_of(user: User, permission: str) -> Q | None:
    """None where the user may on every story; else a condition on `Story.pk` rows by their roles."""
    if user.is_active and user.has_perm(permission):
        return None
    return Q(pk__in=_roles(user, permission, None).values("story") if user.is_active else [])


def rules_of(performance: Performance | int) -> DeskRules:
    """The performance's desk rules; an unsaved row of defaults where nobody set any."""
    pk = performance if isinstance(performance, int) else performance.pk
    return DeskRules.objects.select_related("unread_by").filter(performance=pk).first() or DeskRules(performance_id=pk)


def profile_of(story: Story | int) -> CheckProfile:
    """The story's profile; an unsaved row of defaults where nobody set one."""
    pk = story if isinstance(story, int) else story.pk
    return CheckProfile.objects.filter(story=pk).first() or CheckProfile(story_id=pk)


def _roles(user: User, permission: str, story: Story | int | None) -> models.QuerySet[StoryRole]:
    app, codename = permission.split(".")
    held: dict[str, Any] = {
        "group__permissions__codename": codename,
        "group__permissions__content_type__app_label": app,
    }
    if story is not None:
        held["story"] = story
    return StoryRole.objects.filter(user=user, **held)
