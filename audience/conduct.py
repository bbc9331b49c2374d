"""The rules of the house, and what is done under them: admissions, bans, strikes and the recounts they cause."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from storyengine.plot.models import Choice, Performance

MAX_COMMENT = 280
# Thirty-one signs that nobody mistakes for one another on paper; eight of them make 40 bits.
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
ADMISSION_LENGTH = 8


def fresh_admission() -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(ADMISSION_LENGTH))


class HouseRules(models.Model):
    """How one performance treats its audience. No row means the defaults: see `rules_of` in rules.py."""

    class Moderation(models.TextChoices):
        POST = "post", _("comments count at once")
        PRE = "pre", _("comments wait until a moderator approves them")

    class Filter(models.TextChoices):
        ALLOW = "allow", _("let through")
        HOLD = "hold", _("kept back for a moderator")
        REFUSE = "refuse", _("refused at once")

    performance = models.OneToOneField(
        Performance, models.CASCADE, related_name="house_rules", verbose_name=_("performance")
    )
    comments_open = models.BooleanField(_("the audience may comment"), default=True)
    moderation = models.CharField(_("moderation"), max_length=4, choices=Moderation, default=Moderation.POST)
    comments_visible = models.BooleanField(_("the audience sees comments"), default=False)
    comment_length = models.PositiveIntegerField(_("longest comment, in characters"), default=MAX_COMMENT)
    comment_seconds = models.PositiveIntegerField(
        _("seconds between two comments of a guest"), null=True, blank=True,
        help_text=_("Empty: what the site is set to."),
    )  # fmt: skip
    links = models.CharField(_("comments with links"), max_length=6, choices=Filter, default=Filter.REFUSE)
    blocked = models.CharField(_("comments with blocked words"), max_length=6, choices=Filter, default=Filter.REFUSE)
    blocked_words = models.TextField(
        _("blocked words"), blank=True, max_length=20_000,
        help_text=_("One on a line. A * at the end stands for any ending."),
    )  # fmt: skip
    reactions_open = models.BooleanField(_("the audience may react"), default=True)
    admissions_needed = models.BooleanField(_("entry with a printed admission only"), default=False)

    class Meta:
        verbose_name = _("house rules")
        verbose_name_plural = _("house rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(comment_length__gte=1, comment_length__lte=MAX_COMMENT), name="rules_comment_length"
            )
        ]

    def __str__(self) -> str:
        return str(self.performance)

    @property
    def words(self) -> list[str]:
        return [line.strip() for line in self.blocked_words.splitlines() if line.strip()]


class Admission(models.Model):
    """A printed single-use code: it lets one guest in, once. `batch` numbers the sheet it was printed with."""

    performance = models.ForeignKey(
        Performance, models.CASCADE, related_name="admissions", verbose_name=_("performance")
    )
    code = models.CharField(_("admission code"), max_length=ADMISSION_LENGTH, default=fresh_admission)
    batch = models.PositiveIntegerField(_("sheet"))
    made_at = models.DateTimeField(_("made at"), db_default=Now())
    used_at = models.DateTimeField(_("used at"), null=True)
    void_at = models.DateTimeField(_("withdrawn at"), null=True)
    guest = models.OneToOneField(
        "audience.Guest", models.SET_NULL, null=True, related_name="admission", verbose_name=_("guest")
    )

    class Meta:
        verbose_name = _("admission")
        verbose_name_plural = _("admissions")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["performance", "code"], name="admission_code_once"),
            models.CheckConstraint(
                condition=Q(guest=None) | Q(used_at__isnull=False), name="admission_with_a_guest_is_used"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Strike(models.Model):
    """A cohort taken out of the count afterwards. Its guests' bans point here; undoing it lifts exactly those."""

    performance = models.ForeignKey(Performance, models.CASCADE, related_name="strikes", verbose_name=_("performance"))
    criteria = models.JSONField(_("criteria"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    guests = models.PositiveIntegerField(_("guests"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    made_at = models.DateTimeField(_("made at"), db_default=Now())
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("undone by")
    )
    undone_at = models.DateTimeField(_("undone at"), null=True)

    class Meta:
        verbose_name = _("strike")
        verbose_name_plural = _("strikes")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.reason or f"#{self.pk}"


class Ban(models.Model):
    """From when until when a guest did not count. `Guest.banned_at` is its present state; these rows its history,

    which is what makes a tally that was frozen between two of them provable later.
    """

    guest = models.ForeignKey("audience.Guest", models.CASCADE, related_name="bans", verbose_name=_("guest"))
    strike = models.ForeignKey(
        Strike, models.CASCADE, null=True, blank=True, related_name="bans", verbose_name=_("strike")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("banned at"), db_default=Now())
    lifted_at = models.DateTimeField(_("lifted at"), null=True)

    class Meta:
        verbose_name = _("ban")
        verbose_name_plural = _("bans")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["guest"], condition=Q(lifted_at=None), name="ban_once_at_a_time"),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(lifted_at__gte=F("at")), name="ban_is_lifted_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guest_id}"


class Recount(models.Model):
    """What a closed poll's ballots say without (or again with) a cohort. It stands beside the frozen tally, which
    is what decided the show, and never replaces it."""

    poll = models.ForeignKey("audience.Poll", models.CASCADE, related_name="recounts", verbose_name=_("poll"))
    strike = models.ForeignKey(Strike, models.CASCADE, related_name="recounts", verbose_name=_("strike"))
    undone = models.BooleanField(_("after the strike was undone"), default=False)
    counts = models.JSONField(_("counts"))
    voters = models.PositiveIntegerField(_("voters"))
    winner = models.ForeignKey(Choice, models.PROTECT, null=True, related_name="+", verbose_name=_("winner"))
    made_at = models.DateTimeField(_("made at"), db_default=Now())

    class Meta:
        verbose_name = _("recount")
        verbose_name_plural = _("recounts")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.counts}"
