"""From feedback to drafts. A Draft is the job and its result in one row: the row is the queue."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from storyengine.plot.models import Choice, PathStep, Performance, Scene


class Brief(models.Model):
    """All that the writer is told for one branch, and why. Never changed after it is made: the database sees to it."""

    class Reason(models.TextChoices):
        AHEAD = "ahead", _("ahead of the vote")
        FINAL = "final", _("after the vote")
        CHANGES = "changes", _("an editor asked for changes")
        WITHOUT = "without", _("without the comments, to compare")  # of a rehearsal that is over

    performance = models.ForeignKey(Performance, models.CASCADE, related_name="briefs", verbose_name=_("performance"))
    step = models.ForeignKey(PathStep, models.CASCADE, related_name="briefs", verbose_name=_("path step"))
    choice = models.ForeignKey(Choice, models.PROTECT, related_name="briefs", verbose_name=_("choice"))
    reason = models.CharField(_("reason"), max_length=7, choices=Reason)
    # What an editor's request came from; makes a repeated request one brief, not two.
    source = models.CharField(_("source"), max_length=64, blank=True)
    context = models.JSONField(_("context"))
    # What the context was made of (generation.evidence); empty in rows from before it was kept.
    evidence = models.JSONField(_("evidence"), default=dict)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("brief")
        verbose_name_plural = _("briefs")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["step", "choice", "reason", "source"], name="brief_once_per_reason")
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.choice}"


class DraftQuerySet(models.QuerySet["Draft"]):
    def waiting(self) -> Self:
        """Queued, or running with a lease that ran out: what a writer may claim, in the order of need.

        First what an editor or a closed poll waits for, then what is written ahead, then what nobody waits for; oldest
        first.
        """
        later = [When(brief__reason=Brief.Reason.AHEAD, then=1), When(brief__reason=Brief.Reason.WITHOUT, then=2)]
        urgent = Case(*later, default=0)
        return self.order_by(urgent, "pk").filter(
            Q(state=Draft.State.QUEUED) | Q(state=Draft.State.RUNNING, lease_until__lt=Now())
        )

    def running(self) -> Self:
        return self.filter(state=Draft.State.RUNNING)

    def unfinished(self) -> Self:
        return self.filter(state__in=[Draft.State.QUEUED, Draft.State.RUNNING])


class Draft(models.Model):
    """Raw model output for one brief, never edited; before that, the job that makes it.

    `fence` grows with every claim. A writer may store its answer only under the fence that it claimed,
    so one that lost its lease (killed, frozen, slow) can never overwrite its successor's.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being written")
        WRITTEN = "written", _("written")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("no longer needed")

    MAX_ATTEMPTS = 3

    brief = models.OneToOneField(Brief, models.CASCADE, related_name="draft", verbose_name=_("brief"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.QUEUED)
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    fence = models.PositiveIntegerField(_("fence"), default=0)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    rung_at = models.DateTimeField(_("rung at"), db_default=Now())
    error_code = models.CharField(_("error"), max_length=40, blank=True)
    error_reason = models.CharField(_("reason"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    model = models.CharField(_("model"), max_length=300, blank=True)
    # Which weights (a hash of them, or a hub's commit), and exactly which prompt: with the seed, the whole recipe.
    revision_of_model = models.CharField(_("revision of the model"), max_length=64, blank=True)
    adapter = models.CharField(_("adapter"), max_length=60, blank=True)
    revision_of_adapter = models.CharField(_("revision of the adapter"), max_length=64, blank=True)
    prompt_hash = models.CharField(_("hash of the prompt"), max_length=64, blank=True)
    seed = models.BigIntegerField(_("seed"), null=True)
    # What it has cost, all attempts together; of one that was ended from outside nothing is known.
    tokens_in = models.PositiveIntegerField(_("tokens in"), null=True)
    tokens_out = models.PositiveIntegerField(_("tokens out"), null=True)
    tokens_known = models.PositiveIntegerField(_("tokens in that were known"), null=True)
    seconds = models.FloatField(_("seconds"), null=True)
    watts = models.FloatField(_("watts"), null=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    # The brief's context as it was cut to fit the writer; null where the writer was told all of it.
    seen = models.JSONField(_("what the writer saw"), null=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    written_at = models.DateTimeField(_("written at"), null=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["id"]
        indexes = [models.Index(fields=["id"], condition=Q(state__in=["queued", "running"]), name="draft_unfinished")]
        constraints = [
            models.CheckConstraint(condition=~Q(state="written") | Q(text__gt=""), name="draft_written_has_text"),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False), name="draft_running_has_lease"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brief} ({self.get_state_display()})"


class SceneMemory(models.Model):
    """What one scene that the audience may see leaves true: read from its text, never from a draft."""

    scene = models.OneToOneField(Scene, models.CASCADE, related_name="memory", verbose_name=_("scene"))
    text_hash = models.CharField(_("hash of the text"), max_length=64)  # read again when the text has changed
    facts = models.JSONField(_("facts"))  # [{"who", "what", "quote", "change"}, ...] in the order of the text
    threads = models.JSONField(_("open questions"))
    # Facts from one way to this scene that an editor decided to hold on all ways: [{"who", "what"}, ...]
    kept = models.JSONField(_("kept at a merge"), default=list)
    read_at = models.DateTimeField(_("read at"), db_default=Now())

    class Meta:
        verbose_name = _("scene memory")
        verbose_name_plural = _("scene memories")

    def __str__(self) -> str:
        return str(self.scene)


class Candidate(models.Model):
    """One of the answers to a brief, in the order in which the checks put them; the first is the draft's text.

    Written in the transaction that finishes the draft, all or none, and never changed.
    """

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="candidates", verbose_name=_("draft"))
    place = models.PositiveSmallIntegerField(_("rank"))
    number = models.PositiveSmallIntegerField(_("number"))  # as the model wrote them; with the draft's seed, its dice
    text = models.TextField(_("text"))
    score = models.FloatField(_("score"))
    checks = models.JSONField(_("checks"), default=list)  # the shape of generation.rank.check_to_json
    fault = models.CharField(_("fault"), max_length=300, blank=True)  # why nobody should have to read it

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        ordering = ["draft_id", "place"]
        constraints = [models.UniqueConstraint(fields=["draft", "place"], name="candidate_place_once_per_draft")]

    def __str__(self) -> str:
        return f"{self.place}. {self.draft}"


class WriterStatus(models.Model):
    """What each writer process last said of itself; `seen_at` going stale is how a dead one shows.

    `worked_at` is the last sign of the thread that writes: a token, or the answer to a canary. Where it goes
    stale and `seen_at` does not, the process lives and its writer hangs.
    """

    class State(models.TextChoices):
        LOADING = "loading", _("loading the model")
        READY = "ready", _("ready")
        BROKEN = "broken", _("broken")
        STOPPED = "stopped", _("stopped")

    class BusyWith(models.TextChoices):
        WAITING = "waiting", _("waits for its server")
        COMPILING = "compiling", _("compiles for the GPU")
        LOADING = "loading", _("loads the model of a check")
        JUDGING = "judging", _("checks a text")

    name = models.CharField(_("name"), max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=7, choices=State)
    # What it said that it is at, of all that may be silent for a while; empty where words come, or nothing is to do.
    busy_with = models.CharField(_("busy with"), max_length=9, choices=BusyWith, blank=True)
    model = models.CharField(_("model"), max_length=300)
    revision_of_model = models.CharField(_("revision of the model"), max_length=64, blank=True)
    adapter = models.CharField(_("adapter"), max_length=60, blank=True)
    # Why it does not write with the adapter that is switched on; it writes with the base then.
    adapter_error_code = models.CharField(_("error of the adapter"), max_length=40, blank=True)
    adapter_error_reason = models.CharField(_("reason"), max_length=300, blank=True)
    device = models.CharField(_("device"), max_length=120, blank=True)
    context_budget = models.PositiveIntegerField(_("tokens of a prompt"), default=0)  # 0: nobody has said
    error_code = models.CharField(_("error"), max_length=40, blank=True)
    error_reason = models.CharField(_("reason"), max_length=300, blank=True)
    seen_at = models.DateTimeField(_("seen at"), db_default=Now())
    worked_at = models.DateTimeField(_("worked at"), db_default=Now())

    class Meta:
        verbose_name = _("writer status")
        verbose_name_plural = _("writer statuses")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_state_display()}"


class AdapterSwitch(models.Model):
    """That somebody switched the writer to an adapter, or to none (empty). The last row says what is in use.

    Rows are only ever added. `before` is the row that going back returns to; empty at the beginning.
    """

    adapter = models.CharField(_("adapter"), max_length=60, blank=True)
    before = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("before it")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("switch of the adapter")
        verbose_name_plural = _("switches of the adapter")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.adapter or "–"
