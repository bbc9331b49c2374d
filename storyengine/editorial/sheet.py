"""A branch as the desk's pages draw it: cues, marked words, candidates, and what is one key away. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from storyengine.editorial.checks.finding import Finding
from storyengine.editorial.checks.ground import Ground
from storyengine.editorial.checks.length import seconds_aloud
from storyengine.editorial.findings import Looked
from storyengine.editorial.models import AuditEntry, Review, Revision
from storyengine.errors import Refused
from storyengine.generation.brief import context_of
from storyengine.generation.draft import branch_of, seen_by_writer
from storyengine.generation.models import Draft
from storyengine.generation.prompt import Segment, segments
from storyengine.plot.branch import SPOKEN, Branch, BranchBeat, BranchScene, branch_from_json

MOST_CANDIDATES = 8
MOST_HISTORY = 60


@dataclass(frozen=True, slots=True)
class Marked:
    """One beat with its text in pieces; `cued` where the character's name is printed above it."""

    beat: BranchBeat
    cued: bool
    pieces: tuple[tuple[str, Finding | None], ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another text of the same choice: on the desk, or still a draft that nobody put there."""

    scene: BranchScene
    beats: list[Marked]
    revision: Revision | None
    draft: Draft | None
    words: int


def marked_beats(scene: BranchScene, looked: Iterable[Looked] = ()) -> list[Marked]:
    """The scene's beats with the words that a check quotes set apart."""
    found = [one.finding for one in looked if one.finding.part == "beat"]
    return [
        Marked(beat, cued, pieces(beat.text, [one for one in found if one.index == number]))
        for number, (beat, cued) in enumerate(zip(scene.beats, _cued(scene.beats), strict=True))
    ]


def pieces(text: str, found: Sequence[Finding]) -> tuple[tuple[str, Finding | None], ...]:
    """The text cut at the findings' spans; where two overlap the one that begins first is marked."""
    cut: list[tuple[str, Finding | None]] = []
    at = 0
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if one.start >= at:
            cut += [(text[at : one.start], None), (text[one.start : one.end], one)]
            at = one.end
    return tuple(piece for piece in [*cut, (text[at:], None)] if piece[0])


def candidates(revision: Revision) -> list[Candidate]:
    """The other texts of this choice at this step of the show, on the desk or only written, the latest first."""
    rows = Revision.objects.filter(step=revision.step, choice=revision.choice, corrects=revision.corrects)
    others = rows.exclude(pk=revision.pk).select_related("draft").order_by("-id")[:MOST_CANDIDATES]
    drafts = Draft.objects.filter(brief__step=revision.step, brief__choice=revision.choice, revision=None)
    written = drafts.filter(state=Draft.State.WRITTEN).select_related("brief").order_by("-id")[:MOST_CANDIDATES]
    found = [_candidate(branch_from_json(other.branch), other, other.draft) for other in others]
    for draft in written:
        try:
            found.append(_candidate(branch_of(draft), None, draft))
        except Refused:
            continue  # what does not parse is no text to choose from
    return found


def origin(revision: Revision) -> Branch | None:
    """What the writer wrote, as it came to the desk; None for a page written by hand."""
    if revision.draft is None:
        return None
    opened = AuditEntry.objects.of_revision(revision.pk).filter(action="opened").first()
    return branch_from_json(opened.text) if opened and opened.text else branch_of(revision.draft)


def last_version(revision: Revision) -> Branch | None:
    """The version before this one, or for a first version the text that was sent back for it."""
    if revision.version > 1:
        text = AuditEntry.objects.text_of(revision.pk, revision.version - 1)
        return branch_from_json(text) if text else None
    before = Revision.objects.filter(step=revision.step, choice=revision.choice, pk__lt=revision.pk).order_by("-id")
    earlier = before.first()
    return branch_from_json(earlier.branch) if earlier else None


def drawer(revision: Revision, ground: Ground) -> dict[str, Any]:
    """What is one key away: the scene before, the brief, the facts, the context and the history."""
    previous = ground.earlier[-1] if ground.earlier else None
    brief = context_of(revision.draft.brief) if revision.draft else None
    return {
        "previous": previous,
        "previous_beats": marked_beats(previous) if previous else [],
        "brief": brief,
        "path": list(ground.earlier),
        "facts": ground.facts,
        "dead": ground.dead.items(),
        "segments": _segments(revision.draft),
        "history": AuditEntry.objects.of_revision(revision.pk).order_by("-id")[:MOST_HISTORY],
        "reviews": Review.objects.filter(revision=revision).select_related("by").order_by("-id"),
    }


def spoken_time(branch: Branch) -> int:
    """Seconds that the branch takes to read aloud."""
    return seconds_aloud(" ".join(beat.text for scene in branch.scenes for beat in scene.beats))


def _segments(draft: Draft | None) -> tuple[Segment, ...]:
    """Exactly what the writer saw, which may be less than the brief."""
    return segments(seen_by_writer(draft)) if draft else ()


def _candidate(branch: Branch, revision: Revision | None, draft: Draft | None) -> Candidate:
    scene = branch.scenes[0]
    return Candidate(scene, marked_beats(scene), revision, draft, branch.words)


def _cued(beats: Sequence[BranchBeat]) -> list[bool]:
    """Whether each beat prints its character's name: speech does, but not after its own parenthetical."""
    before = [None, *beats[:-1]]
    return [
        beat.kind in SPOKEN and not (last and last.kind == "parenthetical" and last.character == beat.character)
        for last, beat in zip(before, beats, strict=True)
    ]
