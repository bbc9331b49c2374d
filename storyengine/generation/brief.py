"""Tally, comments and memory become a Brief, frozen, with the Draft that is to answer it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audience.models import Comment, Tally
from storyengine.generation.cast import cast_of, places_of
from storyengine.generation.evidence import Evidence, evidence_from_json, evidence_to_json, gather
from storyengine.generation.lore import retrieve
from storyengine.generation.memory import Memory, recall
from storyengine.generation.models import Brief, Draft
from storyengine.generation.names import names_character
from storyengine.generation.prompt import Context, Wish, context_from_json, context_to_json
from storyengine.generation.wishes import Said, digest, digest_unwanted, feelings
from storyengine.plot.models import Choice, PathStep, Performance

CHOICES = 3
MOST_COMMENTS = 20_000


def make_brief(
    step: PathStep,
    choice: Choice,
    *,
    reason: Brief.Reason,
    tally: Tally | None = None,
    source: str = "",
    earlier_draft: str = "",
    note: str = "",
    words: tuple[int, int] | None = None,
) -> Brief:
    """Freeze what the writer is told and queue the draft; the same request again returns the same brief.

    How long the scene is to be and whether it is to be an ending are the performance's, but for `words`.
    The caller rings the writer after commit (generation/tasks.py); a lost ring is the sweeper's to repeat.
    """
    with transaction.atomic():
        memory, said = recall(step), said_about(step)
        told = _context(step, choice, tally, memory, said)
        context = replace(told, words=words or told.words, earlier_draft=earlier_draft, note=note)
        brief, made = Brief.objects.get_or_create(
            step=step,
            choice=choice,
            reason=reason,
            source=source,
            defaults={
                "performance": step.performance,
                "context": context_to_json(context),
                "evidence": evidence_to_json(gather(context, said, memory.recalled, tally, toward=str(choice.pk))),
            },
        )
        if made:
            Draft.objects.create(brief=brief)
    return brief


def context_of(brief: Brief) -> Context:
    return context_from_json(brief.context)


def evidence_of(brief: Brief) -> Evidence | None:
    """What the brief was made of; None for one that was made before that was kept."""
    return evidence_from_json(brief.evidence)


def wishes_of(step: PathStep, choice: Choice | None = None) -> tuple[Wish, ...]:
    """What the audience asks for now, from the comments that count on this scene and the one before it.

    With a choice the wishes are weighted as its brief weighs them, by where their voices stand on it.

    A branch written ahead is briefed the moment its poll opens: what it can know is what people said while
    they watched the scene before. Age weighs all of it (generation/wishes.py).
    """
    return digest(said_about(step), labels=_labels(step), toward=str(choice.pk) if choice else "")


def unwanted_of(step: PathStep, choice: Choice) -> tuple[Wish, ...]:
    """What the audience does not want now, from the same comments and weighted in the same way."""
    said = said_about(step)
    _, hated = feelings(said, [name for name, _ in cast_of(step)])
    return unwanted_by(said, _labels(step), str(choice.pk), hated)


def unwanted_by(
    said: Sequence[Said], labels: Mapping[str, str], toward: str, hated: Sequence[tuple[str, int]]
) -> tuple[Wish, ...]:
    """What the audience does not want; a character whom it hates is told as such, and is no thing to be left out."""
    unwanted = digest_unwanted(said, labels=labels, toward=toward)
    return tuple(wish for wish in unwanted if " " in wish.text or not _is_one_of(wish.text, hated))


def _is_one_of(word: str, people: Sequence[tuple[str, int]]) -> bool:
    return any(names_character(word, name) for name, _ in people)


def said_about(step: PathStep) -> list[Said]:
    """The comments behind a brief as plain values, newest first."""
    now = timezone.now()
    since = max(1, step.position - 1)
    heard = Comment.objects.filter(performance=step.performance_id, step__position__gte=since)
    rows = heard.filter(step__position__lte=step.position).counted().order_by("-id")[:MOST_COMMENTS]
    return [
        Said(pk, guest, text, sentiment, (now - created_at).total_seconds(), stances or {})
        for pk, guest, text, sentiment, stances, created_at in rows.values_list(
            "pk", "guest_id", "text", "sentiment", "stances", "created_at"
        )
    ]


def _labels(step: PathStep) -> dict[str, str]:
    return {str(pk): label for pk, label in step.scene.choices.values_list("pk", "label")}


def choices_wanted(performance: Performance) -> int:
    """How many choices the next scene is to lead on to; 0 where the showrunner wants it to end the story."""
    return 0 if performance.ends_next else CHOICES


def _context(step: PathStep, choice: Choice, tally: Tally | None, memory: Memory, said: list[Said]) -> Context:
    story = step.performance.story
    characters = cast_of(step)
    loved, hated = feelings(said, [name for name, _ in characters])
    labels, toward, directive = _labels(step), str(choice.pk), step.performance.directive
    wishes = digest(said, labels=labels, toward=toward)
    return Context(
        title=story.title,
        language=story.language,
        tone=story.tone,
        logline=story.logline,
        rules=tuple(story.rules),
        characters=characters,
        places=places_of(step, characters),
        so_far=memory.so_far,
        last_scene=memory.last_scene,
        choice=choice.label,
        facts=memory.facts,
        threads=memory.threads,
        wishes=wishes,
        loved=loved,
        hated=hated,
        votes=(tally.support(choice.pk), tally.voters) if tally else None,
        words=(step.performance.words_min, step.performance.words_max),
        choices=choices_wanted(step.performance),
        directive=directive,
        outline=tuple(story.outline),
        lore=retrieve(story.lore, _spoken(memory.last_scene, choice.label, wishes, directive)),
        plan=settings.WRITER_PLANS,
        unwanted=unwanted_by(said, labels, toward, hated),
    )


def _spoken(last_scene: str, choice: str, wishes: tuple[Wish, ...], directive: str) -> list[tuple[str, float]]:
    """What may speak of the story's lore, and what that weighs: what comes next more than what has been."""
    return [(choice, 4.0), (directive, 4.0), *((wish.text, 2.0) for wish in wishes), (last_scene, 1.0)]
