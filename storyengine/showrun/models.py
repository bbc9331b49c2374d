"""What the console shows of the show itself: the log of what happened, in the order it happened."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

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
