"""What the checks say of one revision: the path read once, the profile applied, what was overruled marked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from storyengine.editorial.checks import grade, run_checks
from storyengine.editorial.checks.finding import RULES, Finding, Level, from_json, verified
from storyengine.editorial.checks.ground import Ground, Profile
from storyengine.editorial.models import CheckProfile, Judgement, Overruling, Revision
from storyengine.editorial.record import record
from storyengine.editorial.rules import OVERRULE, profile_of, require
from storyengine.editorial.states import claim_row
from storyengine.errors import Refused
from storyengine.generation.contradiction import Told, deaths
from storyengine.generation.memory import recall
from storyengine.plot.branch import Branch, branch_from_json, one_line
from storyengine.plot.path import path_scenes

MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Looked:
    """One finding as the desk shows it; `overruled` is the reason of whoever let it pass, or None."""

    finding: Finding
    overruled: Overruling | None

    @property
    def blocks(self) -> bool:
        return self.finding.level == "block" and self.overruled is None


def ground_of(revision: Revision) -> Ground:
    """What this revision's text is held against: a fixed number of queries, however long the path is."""
    path = path_scenes(revision.performance, until=revision.step)
    earlier = tuple(scene for _step, scene in path)
    if revision.corrects_id:
        earlier = earlier[:-1] if path and path[-1][0].scene_id == revision.choice.to_scene_id else earlier
    story = revision.performance.story
    people, places = list(story.characters.all()), list(story.places.all())
    characters = tuple(who.name for who in people)
    return Ground(
        language=story.language,
        earlier=earlier,
        taken=(*(step.choice.label for step, _scene in path if step.choice), revision.choice.label),
        characters=characters,
        facts=tuple(
            Told(one.fact.who, one.fact.what, one.fact.quote, one.heading)
            for one in recall(revision.step).recalled
            if one.holds
        ),
        dead=deaths(earlier, characters),
        bible=(
            *(story.title, story.tone, story.logline, *story.rules, *story.outline, *story.lore),
            *(text for who in people for text in (who.description, who.voice)),
            *(text for place in places for text in (place.name, place.description)),
        ),
        profile=as_profile(profile_of(story)),
    )


def as_profile(row: CheckProfile) -> Profile:
    """The stored profile as the plain value that checks read; what the row says of unknown rules is dropped."""
    return Profile(
        levels={rule: cast(Level, level) for rule, level in row.levels.items() if rule in RULES},
        extra={rule: tuple(words) for rule, words in row.extra_words.items() if words},
        allowed=tuple(row.allowed_words),
        slot_words=row.slot_words,
        reading_grade=row.reading_grade,
    )


def look(revision: Revision, branch: Branch | None = None, ground: Ground | None = None) -> list[Looked]:
    """Every finding of the revision's text, or of what an editor has on the page, the gravest first.

    A classifier's or a model's findings are those of the saved version; on edited text the ones whose words
    still stand where they stood are kept.
    """
    ground = ground or ground_of(revision)
    text = branch or branch_from_json(revision.branch)
    found = [*run_checks(text, ground), *grade(verified(_judged(revision), text, ground.text), ground)]
    overruled = {row.finding: row for row in revision.overrulings.select_related("by")}
    unique = {(one.key, one.part, one.index, one.start, one.reason): one for one in found}.values()
    order = ("block", "warn", "note")
    looked = [Looked(one, overruled.get(one.key)) for one in unique]
    return sorted(looked, key=lambda one: order.index(one.finding.level))


def blocking(revision: Revision) -> list[Finding]:
    """What stands between this text and its approval."""
    return [looked.finding for looked in look(revision) if looked.blocks]


def passes(revision: Revision) -> bool:
    """Whether every check passes: nothing that blocks or warns is left, and no judgement is missing or failed."""
    judged = Judgement.objects.filter(revision=revision, version=revision.version, error="")
    if not set(wanted_judgements()) <= set(judged.values_list("check_name", flat=True)):
        return False
    return not any(looked.overruled is None and looked.finding.level in ("block", "warn") for looked in look(revision))


def wanted_judgements() -> list[str]:
    """The checks that were switched on by naming a model for them."""
    named = {"classifier": settings.CHECK_CLASSIFIER, "judge": settings.CHECK_JUDGE}
    return [name for name, model in named.items() if model]


def overrule(revision_id: int, *, finding: str, reason: str, by: User) -> Overruling:
    """Let a blocking finding pass, with a written reason that the audit log keeps.

    Raises Refused: request.forbidden for anybody but a lead editor, review.note_missing without a reason,
    check.unknown if the text has no such finding (any more).
    """
    words = one_line(reason)[:MAX_REASON]
    with transaction.atomic():
        revision = claim_row(revision_id, "overruled")
        require(by, OVERRULE, revision.performance.story_id)
        if not words:
            raise Refused("review.note_missing")
        found = next((one.finding for one in look(revision) if one.finding.key == finding and one.blocks), None)
        if found is None:
            raise Refused("check.unknown")
        made = Overruling.objects.create(
            revision=revision, finding=found.key, quote=found.quote[:300], rule=found.rule, reason=words, by=by
        )
        record(
            "overruled", by=by, story=revision.performance.story_id, performance=revision.performance_id,
            revision=revision.pk, choice=revision.choice.label, to_state=revision.state, version=revision.version,
            why=words, detail={"rule": found.rule, "quote": found.quote}, text=revision.branch,
        )  # fmt: skip
    return made


def _judged(revision: Revision) -> Iterable[Finding]:
    rows = Judgement.objects.filter(revision=revision, version=revision.version)
    return [from_json(found) for row in rows for found in row.findings]
