"""What the console keeps of the show itself: the log of what happened, what to fall back on, what is put away."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from audience.models import Poll, PollChoice
from storyengine.plot.models import Performance


class LogEntry(models.Model):
    """One transition of a performance: what, who (nobody: the show itself), when. Rows are only ever added."""

    performance = models.ForeignKey(Performance, models.CASCADE, related_name="log", verbose_name=_("performance"))
    event = models.CharField(_("event"), max_length=40)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    detail = models.JSONField(_("detail"), default=dict)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.event


class Fallback(models.Model):
    """The choice that the showrunner named for a poll, should the winner's branch be late."""

    poll = models.OneToOneField(Poll, models.CASCADE, related_name="fallback", verbose_name=_("poll"))
    offer = models.ForeignKey(PollChoice, models.CASCADE, related_name="+", verbose_name=_("choice"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("named fallback")
        verbose_name_plural = _("named fallbacks")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.offer)


class Shelved(models.Model):
    """A performance that was put away: it is all there, and not in the console's list."""

    performance = models.OneToOneField(
        Performance, models.CASCADE, related_name="shelved", verbose_name=_("performance")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("performance put away")
        verbose_name_plural = _("performances put away")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.performance)
