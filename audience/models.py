"""The house: who is in it, what it votes and what it says."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BooleanField, F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from audience.conduct import MAX_COMMENT as MAX_COMMENT
from audience.conduct import Admission as Admission
from audience.conduct import Ban as Ban
from audience.conduct import HouseRules as HouseRules
from audience.conduct import Recount as Recount
from audience.conduct import Strike as Strike
from audience.echo import ReactionCount as ReactionCount
from audience.echo import Theme as Theme
from audience.echo import ThemeRun as ThemeRun
from storyengine.plot.models import Choice, PathStep, Performance

MAX_NICKNAME = 40


class Guest(models.Model):
    """One anonymous person of one performance: no account, no address, no device is kept."""

    performance = models.ForeignKey(Performance, models.CASCADE, related_name="guests", verbose_name=_("performance"))
    nickname = models.CharField(_("nickname"), max_length=MAX_NICKNAME, blank=True)
    joined_at = models.DateTimeField(_("joined at"), db_default=Now())
    banned_at = models.DateTimeField(_("banned at"), null=True, blank=True)
    # A keyed hash of a chatter's name, per performance (see chat.py): enough to know them again, not who they are.
    chat_key = models.CharField(_("chat key"), max_length=32, blank=True)
    # Stands in for somebody whose data was erased, so that their ballots still prove the tally (see archive.py).
    erased = models.BooleanField(_("erased"), default=False)

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        ordering = ["id"]
        indexes = [models.Index(fields=["performance", "joined_at"], name="guest_by_arrival")]
        constraints = [
            models.UniqueConstraint(
                fields=["performance", "chat_key"], condition=~Q(chat_key=""), name="guest_once_per_chatter"
            )
        ]

    def __str__(self) -> str:
        return self.nickname or f"#{self.pk}"


class PollQuerySet(models.QuerySet["Poll"]):
    def open(self) -> Self:
        return self.filter(state=Poll.State.OPEN)

    def due(self) -> Self:
        """Open polls whose deadline has passed by the database's clock."""
        return self.open().filter(closes_at__lte=Now())


class Poll(models.Model):
    """A timed question over the choices of the scene that a performance is in, with the rules it opened under."""

    Kind, Results = Performance.PollKind, Performance.Results

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
    kind = models.CharField(_("kind"), max_length=8, choices=Performance.PollKind, default="single")
    min_choices = models.PositiveSmallIntegerField(_("fewest choices"), default=1)
    max_choices = models.PositiveSmallIntegerField(_("most choices"), default=1)
    results = models.CharField(_("counts"), max_length=7, choices=Performance.Results, default="live")
    tie_rule = models.CharField(_("tie rule"), max_length=8, choices=Performance.TieRule, default="earliest")
    empty_rule = models.CharField(_("without votes"), max_length=5, choices=Performance.EmptyRule, default="first")
    revealed_at = models.DateTimeField(_("revealed at"), null=True)  # by hand; NULL: not, or nothing to reveal

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
            models.CheckConstraint(
                condition=Q(min_choices__gte=1, max_choices__gte=F("min_choices")), name="poll_choices_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def is_revealed(self) -> bool:
        """False while the counts of this poll wait for the showrunner's hand."""
        return self.results != Performance.Results.BY_HAND or self.revealed_at is not None

    @property
    def shows_counts(self) -> bool:
        """Whether anybody at all may see the counts now. Those who have voted may see more: see `live.Hub`."""
        if self.state == self.State.CLOSED:
            return self.is_revealed
        return self.results == Performance.Results.LIVE or (self.revealed_at is not None)


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


class BallotQuerySet(models.QuerySet["Ballot"]):
    def for_choice(self, choice: int) -> Self:
        """Ballots that count for a choice while the poll is open: those that name it, of a ranking those led by it."""
        ranked = Q(poll__kind=Performance.PollKind.RANKED)
        return self.filter((~ranked & Q(choices__contains=[choice])) | (ranked & Q(choices__0=choice)))


class Ballot(models.Model):
    """One guest's standing pick, written by ballots.py alone: its statement lets in only what the poll offers.

    `choices` is in the guest's order, which a ranked poll counts by. What was offered stays: an offer (PollChoice)
    protects its choice and goes only with its poll.

    Which of a guest's picks stands: the greatest `seq` where the client numbers them, else the one received last
    (`writer` and `receipt`: the process, and its count). `seen` holds prints of the latest picks taken, so that a
    command that is sent again is known and changes nothing.
    """

    # No index of its own: the unique one begins with it, and each index is written with each first ballot.
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="ballots", db_index=False, verbose_name=_("poll"))
    guest = models.ForeignKey(Guest, models.CASCADE, related_name="ballots", verbose_name=_("guest"))
    choices = ArrayField(models.BigIntegerField(), verbose_name=_("choices"))
    cast_at = models.DateTimeField(_("cast at"))  # by the database's clock
    seq = models.BigIntegerField(_("the client's number"), null=True)
    seen = ArrayField(models.BigIntegerField(), verbose_name=_("prints of commands"), db_default=[])
    writer = models.IntegerField(_("received by"), db_default=0)
    receipt = models.BigIntegerField(_("received as"), db_default=0)

    objects = BallotQuerySet.as_manager()

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints = [
            models.UniqueConstraint(fields=["poll", "guest"], name="ballot_once_per_guest"),
            models.CheckConstraint(
                condition=Func(F("choices"), function="audience_each_once", output_field=BooleanField()),
                name="ballot_names_each_choice_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guest_id} → {self.choices}"


class Tally(models.Model):
    """The counted result of a closed poll, frozen with the rule that decided it.

    `winner` is NULL while a tie between `leaders` waits for the showrunner, and for good where the show ended first.
    """

    class DecidedBy(models.TextChoices):
        VOTES = "votes", _("votes")
        TIE = "tie", _("the tie rule")
        EMPTY = "default", _("the rule for a poll without votes")
        ENDED = "ended", _("nobody: the show ended first")

    poll = models.OneToOneField(Poll, models.CASCADE, related_name="tally", verbose_name=_("poll"))
    # {choice id as text: ballots}, every offered choice present; of a ranked poll the first preferences
    counts = models.JSONField(_("counts"))
    voters = models.PositiveIntegerField(_("voters"))
    # [{"counts": {...}, "exhausted": n, "out": choice id or null, "by": rule or ""}, ...] of a ranked poll
    rounds = models.JSONField(_("rounds of the run-off"), default=list)
    leaders = ArrayField(models.BigIntegerField(), verbose_name=_("leaders"), db_default=[])  # more than one in a tie
    winner = models.ForeignKey(Choice, models.PROTECT, null=True, related_name="+", verbose_name=_("winner"))
    decided_by = models.CharField(_("decided by"), max_length=7, choices=DecidedBy)
    rule = models.CharField(_("rule"), max_length=8, blank=True)
    seed = models.CharField(_("seed"), max_length=64, blank=True)
    frozen_at = models.DateTimeField(_("frozen at"), db_default=Now())
    decided_at = models.DateTimeField(_("decided at"), null=True)  # later than frozen_at where a tie waited

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [
            models.CheckConstraint(
                condition=Q(winner=None, decided_at=None) | Q(winner__isnull=False, decided_at__isnull=False),
                name="tally_is_decided_with_its_winner",
            )
        ]

    def __str__(self) -> str:
        return f"{self.counts}"

    @property
    def standing(self) -> list[int]:
        """The choices that may still be followed: the winner, or the leaders of a tie that waits."""
        return [self.winner_id] if self.winner_id else self.leaders

    def support(self, choice: int) -> int:
        """Ballots behind a choice at the end: of a run-off those of the last round that it was in."""
        in_rounds = [one["counts"][str(choice)] for one in self.rounds if str(choice) in one["counts"]]
        return int(in_rounds[-1] if in_rounds else self.counts.get(str(choice), 0))


class CommentQuerySet(models.QuerySet["Comment"]):
    def counted(self) -> Self:
        """What may influence a brief: not kept back, not hidden, and not from a banned guest."""
        return self.filter(held=False, hidden_at=None, guest__banned_at=None)

    def waiting(self) -> Self:
        """What a moderator has to decide before it counts."""
        return self.filter(held=True, hidden_at=None)

    def to_show(self) -> Self:
        """What the audience of a performance that shows comments has not seen yet."""
        return self.counted().filter(shown_at=None, performance__house_rules__comments_visible=True)


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
    key = models.CharField(_("key of equal texts"), max_length=16, blank=True)  # see filters.py
    held = models.BooleanField(_("kept back for a moderator"), default=False)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("judged by")
    )
    judged_at = models.DateTimeField(_("judged at"), null=True, blank=True)
    shown_at = models.DateTimeField(_("shown to the audience at"), null=True, blank=True)
    stances = models.JSONField(_("stances"), null=True)  # {choice id: -1 to 1}; a choice left out is unknown
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["step", "id"], name="comment_by_step"),
            models.Index(fields=["performance", "-id"], name="comment_newest_first"),
            models.Index(fields=["step", "key"], name="comment_by_text"),
            models.Index(fields=["performance", "id"], condition=Q(held=True, hidden_at=None), name="comment_waiting"),
            models.Index(fields=["id"], condition=Q(scored_at=None), name="comment_unscored"),
        ]
        constraints = [
            # A command that a phone sends again after a lost answer is the same comment, not a second one.
            models.UniqueConstraint(fields=["guest", "ref"], name="comment_once_per_ref"),
        ]

    def __str__(self) -> str:
        return self.text
