"""The branching graph of a story, and the path that each performance takes through it."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from storyengine.plot.branch import MAX_CHARACTER, MAX_HEADING, MAX_LABEL, MAX_SUMMARY
from storyengine.plot.codes import fresh_code as fresh_code
from storyengine.plot.codes import fresh_seed as fresh_seed
from storyengine.plot.lengths import POLL_IS_LONG_ENOUGH, POLL_LASTS, WORDS_IN_ORDER
from storyengine.plot.records import Drawing as Drawing  # Django finds an app's tables in its models
from storyengine.plot.records import Edit as Edit
from storyengine.plot.records import RandomPlay as RandomPlay


class Story(models.Model):
    slug = models.SlugField(_("slug"), unique=True, max_length=80)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language"), max_length=16, default="en")
    logline = models.TextField(_("logline"), blank=True)
    tone = models.CharField(_("tone"), max_length=300, blank=True)
    rules = models.JSONField(_("rules of the world"), default=list, blank=True)
    # For the writer, a line each: where it should go, and what is known of a thing ("bell: rings before a death").
    outline = models.JSONField(_("where the story should go"), default=list, blank=True)
    lore = models.JSONField(_("lore"), default=list, blank=True)
    variables = models.JSONField(_("variables at the start"), default=dict, blank=True)
    ifid = models.CharField(_("IFID"), max_length=63, blank=True)  # interactive fiction's own identity, kept for Twine
    # What the file that the story came from says and no column here holds, by format: written back on export.
    source = models.JSONField(_("source"), default=dict, blank=True, editable=False)
    start = models.ForeignKey(
        "Scene", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("start")
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Character(models.Model):
    story = models.ForeignKey(Story, models.CASCADE, related_name="characters", verbose_name=_("story"))
    position = models.PositiveIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=MAX_CHARACTER)
    description = models.TextField(_("description"), blank=True)
    voice = models.TextField(_("voice"), blank=True)

    class Meta:
        verbose_name = _("character")
        verbose_name_plural = _("characters")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["story", "name"], name="character_once_per_story")]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    story = models.ForeignKey(Story, models.CASCADE, related_name="places", verbose_name=_("story"))
    position = models.PositiveIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=MAX_HEADING)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["story", "name"], name="place_once_per_story")]

    def __str__(self) -> str:
        return self.name


class Scene(models.Model):
    class Origin(models.TextChoices):
        AUTHORED = "authored", _("authored")
        WRITTEN = "written", _("written live")

    story = models.ForeignKey(Story, models.CASCADE, related_name="scenes", verbose_name=_("story"))
    key = models.SlugField(_("key"), max_length=80)
    name = models.CharField(_("name"), max_length=200, blank=True)  # as authors and other tools know it
    chapter = models.CharField(_("chapter"), max_length=120, blank=True)
    number = models.CharField(_("scene number"), max_length=16, blank=True)  # as an imported script numbers it
    heading = models.CharField(_("heading"), max_length=MAX_HEADING)
    question = models.CharField(_("question"), max_length=200, blank=True)
    summary = models.CharField(_("summary"), max_length=MAX_SUMMARY, blank=True)
    correction = models.CharField(_("what was corrected"), max_length=300, blank=True, db_default="")  # once released
    is_ending = models.BooleanField(_("is an ending"), default=False)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.AUTHORED)
    effects = models.TextField(_("effects on entering"), blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    x = models.FloatField(_("x on the map"), null=True, blank=True)  # NULL: the map's layout decides
    y = models.FloatField(_("y on the map"), null=True, blank=True)
    source = models.JSONField(_("source"), default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("scene")
        verbose_name_plural = _("scenes")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["story", "key"], name="scene_key_once_per_story")]

    def __str__(self) -> str:
        return f"{self.key}: {self.heading}"


class Beat(models.Model):
    class Kind(models.TextChoices):
        ACTION = "action", _("action")
        DIALOGUE = "dialogue", _("dialogue")
        PARENTHETICAL = "parenthetical", _("parenthetical")
        TRANSITION = "transition", _("transition")
        SHOT = "shot", _("shot")
        LYRIC = "lyric", _("lyric")
        CENTRED = "centred", _("centred")
        NOTE = "note", _("note")
        SECTION = "section", _("section")
        SYNOPSIS = "synopsis", _("synopsis")
        PAGE_BREAK = "page_break", _("page break")

    scene = models.ForeignKey(Scene, models.CASCADE, related_name="beats", verbose_name=_("scene"))
    position = models.PositiveIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    character = models.CharField(_("character"), max_length=MAX_CHARACTER, blank=True)
    text = models.TextField(_("text"), blank=True)
    # [[start, end, "bold" | "italic" | "underline" | "strikeout" | "capitals"], ...] in characters of `text`
    styles = models.JSONField(_("styles"), default=list, blank=True)
    is_dual = models.BooleanField(_("spoken at the same time as the speech before"), default=False)

    class Meta:
        verbose_name = _("beat")
        verbose_name_plural = _("beats")
        ordering = ["scene_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scene", "position"], name="beat_position_once_per_scene"),
            models.CheckConstraint(
                condition=Q(kind__in=["dialogue", "parenthetical"], character__gt="")
                | (~Q(kind__in=["dialogue", "parenthetical"]) & Q(character="")),
                name="beat_speaks_with_a_character",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class ChoiceQuerySet(models.QuerySet["Choice"]):
    def open(self) -> Self:
        """Choices that no branch follows yet."""
        return self.filter(to_scene=None)


class Choice(models.Model):
    scene = models.ForeignKey(Scene, models.CASCADE, related_name="choices", verbose_name=_("scene"))
    position = models.PositiveIntegerField(_("position"))
    label = models.CharField(_("label"), max_length=MAX_LABEL)
    to_scene = models.ForeignKey(
        Scene, models.PROTECT, null=True, blank=True, related_name="arrivals", verbose_name=_("leads to")
    )
    target = models.CharField(_("missing target"), max_length=300, blank=True)  # a name that the source gave no scene
    condition = models.TextField(_("offered if"), blank=True)
    effects = models.TextField(_("effects"), blank=True)
    source = models.JSONField(_("source"), default=dict, blank=True, editable=False)

    objects = ChoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["scene_id", "position"]
        constraints = [models.UniqueConstraint(fields=["scene", "position"], name="choice_position_once_per_scene")]

    def __str__(self) -> str:
        return self.label


class PerformanceQuerySet(models.QuerySet["Performance"]):
    def live(self) -> Self:
        return self.filter(state=Performance.State.LIVE)

    def claim(self, pk: int) -> "Performance":
        """The row, locked until the transaction ends: every transition of a performance takes it first."""
        return self.select_for_update(of=("self",)).select_related("story").get(pk=pk)


class Performance(models.Model):
    """One run of a story before one audience, with the rules that the showrunner set for it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("not started")
        LIVE = "live", _("live")
        ENDED = "ended", _("ended")

    class PollKind(models.TextChoices):
        SINGLE = "single", _("one choice")
        MULTIPLE = "multiple", _("several choices, between a least and a most")
        APPROVAL = "approval", _("approval: every choice that one could live with")
        RANKED = "ranked", _("a ranking (instant run-off)")

    class TieRule(models.TextChoices):
        EARLIEST = "earliest", _("the choice that was first to reach the number")
        DRAW = "draw", _("a seeded draw, shown to all")
        DECIDE = "decide", _("the showrunner, or a seeded draw if nobody decides in time")

    class EmptyRule(models.TextChoices):
        FIRST = "first", _("the choice listed first")
        LAST = "last", _("the choice listed last")
        DRAW = "draw", _("a seeded draw")

    class Results(models.TextChoices):
        LIVE = "live", _("shown live")
        VOTED = "voted", _("shown to those who have voted")
        HIDDEN = "hidden", _("hidden until the poll closes")
        BY_HAND = "by_hand", _("revealed by hand")

    class ShiftRule(models.TextChoices):
        STAND = "stand", _("the approved branch stands")
        REWRITE = "rewrite", _("the branch is written again")

    class LateRule(models.TextChoices):
        HOLD = "hold", _("hold the audience until a branch is approved")
        EXTEND = "extend", _("extend the poll until the leading branch is approved, then hold the audience")
        FALLBACK = "fallback", _("take the choice named for that, else the strongest whose branch is ready")

    story = models.ForeignKey(Story, models.PROTECT, related_name="performances", verbose_name=_("story"))
    code = models.CharField(_("join code"), max_length=12, unique=True, default=fresh_code)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.DRAFT)
    poll_seconds = models.PositiveIntegerField(_("seconds to vote"), default=60, validators=[POLL_IS_LONG_ENOUGH])
    poll_kind = models.CharField(_("a ballot holds"), max_length=8, choices=PollKind, default=PollKind.SINGLE)
    min_choices = models.PositiveSmallIntegerField(_("fewest choices"), default=1)
    max_choices = models.PositiveSmallIntegerField(_("most choices"), default=2)  # of several; else 1, or all there are
    results = models.CharField(_("counts while voting"), max_length=7, choices=Results, default=Results.LIVE)
    tie_rule = models.CharField(_("a tie is decided by"), max_length=8, choices=TieRule, default=TieRule.EARLIEST)
    tie_seconds = models.PositiveIntegerField(_("seconds that a tie waits for the showrunner"), default=60)
    empty_rule = models.CharField(_("without votes"), max_length=5, choices=EmptyRule, default=EmptyRule.FIRST)
    shift_rule = models.CharField(
        _("if the audience's wishes shift"), max_length=7, choices=ShiftRule, default=ShiftRule.STAND
    )
    late_rule = models.CharField(_("if no branch is ready"), max_length=8, choices=LateRule, default=LateRule.HOLD)
    late_seconds = models.PositiveIntegerField(_("seconds to wait for a branch"), default=120)
    write_ahead = models.BooleanField(_("write branches while the poll is open"), default=True)
    directive = models.CharField(_("directive to the writer"), max_length=300, blank=True)
    words_min = models.PositiveSmallIntegerField(_("fewest words of a scene"), default=120)
    words_max = models.PositiveSmallIntegerField(_("most words of a scene"), default=220)
    ends_next = models.BooleanField(_("the next scene that is written ends the story"), default=False)
    seed = models.CharField(_("seed of draws"), max_length=32, default=fresh_seed, editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    # Polls, releases and log of a performance that came in with a story file, as told there. NULL: played here.
    record = models.JSONField(_("record"), null=True, blank=True, editable=False)

    objects = PerformanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("performance")
        verbose_name_plural = _("performances")
        ordering = ["-id"]
        constraints = [
            POLL_LASTS,
            models.CheckConstraint(
                condition=Q(min_choices__gte=1, max_choices__gte=F("min_choices")), name="performance_choices_in_order"
            ),
            WORDS_IN_ORDER,
            models.CheckConstraint(
                condition=Q(started_at=None) | Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="performance_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.story} ({self.code})"


class PathStep(models.Model):
    """One scene that a performance entered; `choice` is the way it came, empty for the first."""

    performance = models.ForeignKey(Performance, models.CASCADE, related_name="steps", verbose_name=_("performance"))
    position = models.PositiveIntegerField(_("position"))
    scene = models.ForeignKey(Scene, models.PROTECT, related_name="steps", verbose_name=_("scene"))
    choice = models.ForeignKey(Choice, models.PROTECT, null=True, related_name="steps", verbose_name=_("choice"))
    entered_at = models.DateTimeField(_("entered at"), db_default=Now())

    class Meta:
        verbose_name = _("path step")
        verbose_name_plural = _("path steps")
        ordering = ["performance_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["performance", "position"], name="step_position_once_per_performance")
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.scene}"
