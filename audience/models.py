"""The house: who is in it, what it votes and what it says."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from storyengine.plot.models import Choice, PathStep, Performance

MAX_COMMENT = 280
MAX_NICKNAME = 40


class Guest(models.Model):
    """One anonymous person of one performance: no account, no address, no device is kept."""

    performance = models.ForeignKey(Performance, models.CASCADE, related_name="guests", verbose_name=_("performance"))
    nickname = models.CharField(_("nickname"), max_length=MAX_NICKNAME, blank=True)
    joined_at = models.DateTimeField(_("joined at"), db_default=Now())
    banned_at = models.DateTimeField(_("banned at"), null=True, blank=True)

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.nickname or f"#{self.pk}"


class PollQuerySet(models.QuerySet["Poll"]):
    def open(self) -> Self:
        return self.filter(state=Poll.State.OPEN)

    def due(self) -> Self:
        """Open polls whose deadline has passed by the database's clock."""
        return self.open().filter(closes_at__lte=Now())


class Poll(models.Model):
    """A timed question over the choices of the scene that a performance is in."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    step = models.OneToOneField(PathStep, models.CASCADE, related_name="poll", verbose_name=_("path step"))
    performance = models.ForeignKey(Performance, models.CASCADE, related_name="polls", verbose_name=_("performance"))
    question = models.CharField(_("question"), max_length=200)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(_("opened at"), db_default=Now())
    closes_at = models.DateTimeField(_("closes at"))
    closed_at = models.DateTimeField(_("closed at"), null=True)

    objects = PollQuerySet.as_manager()

    class Meta:
        verbose_name = _("poll")
        verbose_name_plural = _("polls")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["performance"], condition=Q(state="open"), name="poll_open_once_per_performance"
            ),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opened_at")), name="poll_closes_after_it_opens"),
        ]

    def __str__(self) -> str:
        return self.question


class PollChoice(models.Model):
    """A choice as the poll offered it: the label stays what the audience read, whatever is edited later."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="offers", verbose_name=_("poll"))
    choice = models.ForeignKey(Choice, models.PROTECT, related_name="offers", verbose_name=_("choice"))
    position = models.PositiveIntegerField(_("position"))
    label = models.CharField(_("label"), max_length=120)

    class Meta:
        verbose_name = _("poll choice")
        verbose_name_plural = _("poll choices")
        ordering = ["poll_id", "position"]
        constraints = [models.UniqueConstraint(fields=["poll", "choice"], name="choice_once_per_poll")]

    def __str__(self) -> str:
        return self.label


class Ballot(models.Model):
    """One guest's pick. Written by ballots.py alone, in batches; `cast_at` orders a guest's changes of mind."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="ballots", verbose_name=_("poll"))
    guest = models.ForeignKey(Guest, models.CASCADE, related_name="ballots", verbose_name=_("guest"))
    choice = models.ForeignKey(Choice, models.PROTECT, related_name="ballots", verbose_name=_("choice"))
    cast_at = models.DateTimeField(_("cast at"))

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints = [models.UniqueConstraint(fields=["poll", "guest"], name="ballot_once_per_guest")]

    def __str__(self) -> str:
        return f"{self.guest_id} → {self.choice_id}"


class Tally(models.Model):
    """The counted result of a closed poll, frozen with the rule that decided it."""

    class DecidedBy(models.TextChoices):
        VOTES = "votes", _("votes")
        TIE = "tie", _("the tie rule")
        EMPTY = "default", _("the rule for a poll without votes")

    poll = models.OneToOneField(Poll, models.CASCADE, related_name="tally", verbose_name=_("poll"))
    counts = models.JSONField(_("counts"))  # {choice id as text: ballots}, every offered choice present
    voters = models.PositiveIntegerField(_("voters"))
    winner = models.ForeignKey(Choice, models.PROTECT, related_name="+", verbose_name=_("winner"))
    decided_by = models.CharField(_("decided by"), max_length=7, choices=DecidedBy)
    rule = models.CharField(_("rule"), max_length=8, blank=True)
    seed = models.CharField(_("seed"), max_length=64, blank=True)
    frozen_at = models.DateTimeField(_("frozen at"), db_default=Now())

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")

    def __str__(self) -> str:
        return f"{self.counts}"


class CommentQuerySet(models.QuerySet["Comment"]):
    def counted(self) -> Self:
        """What may influence a brief: not hidden, and not from a banned guest."""
        return self.filter(hidden_at=None, guest__banned_at=None)


class Comment(models.Model):
    performance = models.ForeignKey(Performance, models.CASCADE, related_name="comments", verbose_name=_("performance"))
    step = models.ForeignKey(PathStep, models.CASCADE, related_name="comments", verbose_name=_("path step"))
    guest = models.ForeignKey(Guest, models.CASCADE, related_name="comments", verbose_name=_("guest"))
    ref = models.CharField(_("reference"), max_length=64)
    text = models.CharField(_("text"), max_length=MAX_COMMENT)
    # -1 to 1; NULL means unknown (not yet scored, or a language that we cannot score), never neutral
    sentiment = models.FloatField(_("sentiment"), null=True)
    scored_at = models.DateTimeField(_("scored at"), null=True)
    hidden_at = models.DateTimeField(_("hidden at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["id"]
        indexes = [models.Index(fields=["step", "id"], name="comment_by_step")]
        constraints = [
            # A command that a phone sends again after a lost answer is the same comment, not a second one.
            models.UniqueConstraint(fields=["guest", "ref"], name="comment_once_per_ref"),
        ]

    def __str__(self) -> str:
        return self.text
