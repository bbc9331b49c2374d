"""What comes back from the house as a whole: reactions counted, comments gathered into themes."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from storyengine.plot.models import PathStep


class ReactionCount(models.Model):
    """How often one kind of reaction was sent during a scene. Who sent it is not kept."""

    step = models.ForeignKey(PathStep, models.CASCADE, related_name="reactions", verbose_name=_("path step"))
    kind = models.CharField(_("reaction"), max_length=10)
    number = models.PositiveBigIntegerField(_("number"), default=0)

    class Meta:
        verbose_name = _("reaction count")
        verbose_name_plural = _("reaction counts")
        ordering = ["step_id", "kind"]
        constraints = [models.UniqueConstraint(fields=["step", "kind"], name="reaction_kind_once_per_step")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.number}"


class ThemeRun(models.Model):
    """The last time that a scene's comments were gathered into themes: what was read, and how long it took."""

    step = models.OneToOneField(PathStep, models.CASCADE, related_name="theme_run", verbose_name=_("path step"))
    comments = models.PositiveIntegerField(_("comments read"), default=0)
    people = models.PositiveIntegerField(_("people heard"), default=0)
    mark = models.CharField(_("what was read"), max_length=80, blank=True)
    seconds = models.FloatField(_("seconds"), default=0)
    made_at = models.DateTimeField(_("made at"), db_default=Now())

    class Meta:
        verbose_name = _("gathering of themes")
        verbose_name_plural = _("gatherings of themes")

    def __str__(self) -> str:
        return f"{self.step_id}: {self.comments}"


class Theme(models.Model):
    """One thing that several people said about a scene. Rows are replaced as a whole with each gathering."""

    run = models.ForeignKey(ThemeRun, models.CASCADE, related_name="themes", verbose_name=_("gathering"))
    position = models.PositiveIntegerField(_("position"))
    label = models.CharField(_("typical words"), max_length=120)
    example = models.CharField(_("example"), max_length=280)
    people = models.PositiveIntegerField(_("people"))
    comment_ids = models.JSONField(_("comments"))
    polarity = models.FloatField(_("sentiment"), null=True)  # mean over people, -1 to 1; NULL: unknown
    stances = models.JSONField(_("stances"), default=dict)  # {choice id: {"stance": mean, "people": how many}}
    newest_at = models.DateTimeField(_("newest comment"))

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["run_id", "position"]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="theme_position_once_per_run")]

    def __str__(self) -> str:
        return self.label
