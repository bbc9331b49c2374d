"""Nothing unreleased may reach the audience: everything that guests received, searched for what they may not know.

Every moment here is on the database's clock, in seconds since 1970.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from storyengine.editorial.models import Review, Revision
from storyengine.generation.models import Candidate, Draft
from storyengine.plot.branch import played
from storyengine.plot.models import PathStep, Performance, Scene
from storyengine.plot.path import freeze

LEAST = 20  # letters; a shorter sentence ("Come in.") proves nothing. An ideograph counts for two.
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
SENTENCE = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])")


@dataclass(frozen=True, slots=True)
class Sighting:
    """The first time that anybody in the audience received exactly this text."""

    at: float
    where: str


@dataclass(frozen=True, slots=True)
class Leak:
    """`fragment` was received at `at`, and released `free_at` (None: never)."""

    fragment: str
    where: str
    at: float
    free_at: float | None


@dataclass(slots=True)
class Witness:
    """Keeps all that the audience receives: frames, API answers, pages.

    The first sighting of a text is enough: what was no leak then is none later.
    """

    seen: dict[str, Sighting] = field(default_factory=dict)

    def saw(self, text: str, *, at: float, where: str) -> None:
        if text not in self.seen:
            self.seen[text] = Sighting(at, where)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Text that the audience may know from a moment on."""

    at: float
    text: str


def find_leaks(witness: Witness, secrets: Iterable[str], released: Iterable[Disclosure]) -> list[Leak]:
    """What was seen before it was released, or without ever being released.

    `secrets` are texts in any number; each is searched for by its sentences. A sentence that stands in
    released text as well counts as known from that release on.
    """
    known = sorted(((moment.at, plain(moment.text)) for moment in released), key=lambda pair: pair[0])
    guarded = {piece: _free_at(piece, known) for secret in secrets for piece in fragments(plain(secret))}
    return [leak for text, sighting in witness.seen.items() for leak in _leaks_in(plain(text), sighting, guarded)]


def _leaks_in(text: str, sighting: Sighting, guarded: dict[str, float | None]) -> Iterator[Leak]:
    for piece, free_at in guarded.items():
        if (free_at is None or sighting.at < free_at) and piece in text:
            yield Leak(piece, sighting.where, sighting.at, free_at)


def _free_at(piece: str, known: list[tuple[float, str]]) -> float | None:
    return next((at for at, text in known if piece in text), None)


def plain(text: str) -> str:
    """Text as a person would read it out of HTML, JSON, or JSON inside HTML: one form to search in."""
    text = html.unescape(text)
    for _ in range(2):  # JSON in JSON; \n and \t become the blank that they stand for
        text = ESCAPE.sub(_unescaped, text)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # halves of one escaped character
    return " ".join(text.split())


def _unescaped(match: re.Match[str]) -> str:
    code, letter = match.groups()
    if code:
        return chr(int(code, 16))
    return " " if letter in "nrt" else letter


def fragments(text: str) -> set[str]:
    """The text's sentences, and the text itself, where they are long enough to be told from any other."""
    pieces = {piece.strip() for piece in [text, *SENTENCE.split(text)]}
    return {piece for piece in pieces if _weight(piece) >= LEAST}


def _weight(text: str) -> int:
    return sum(2 if "\u4e00" <= ch <= "\u9fff" else ch.isalnum() for ch in text)


# ---------------------------------------------------------------- what the tables know


def secrets_of(performance: Performance) -> list[str]:
    """Every draft with its candidates, every revision as it stands and stood, every scene: released or not."""
    texts: list[str] = []
    for draft in Draft.objects.filter(brief__performance=performance).exclude(text=""):
        texts += _strings(_json(draft.text))
    for candidate in Candidate.objects.filter(draft__brief__performance=performance):
        texts += _strings(_json(candidate.text))
    for revision in Revision.objects.filter(performance=performance):
        texts += _strings(revision.branch)
    for review in Review.objects.filter(revision__performance=performance):
        texts += _strings(review.branch)
    for scene in Scene.objects.filter(story=performance.story).prefetch_related("beats"):
        texts += [beat.text for beat in freeze(scene).beats]
    return texts


def released_by(performance: Performance) -> list[Disclosure]:
    """What the audience may know, and from when: the path's scenes with their choices, and the title."""
    steps = PathStep.objects.filter(performance=performance).select_related("scene").order_by("position")
    known = [Disclosure(0.0, performance.story.title)]
    for step in steps.prefetch_related("scene__beats", "scene__choices"):
        scene = freeze(step.scene)
        shown = played(scene.beats)
        texts = [scene.heading, step.scene.question, *scene.choices, *(beat.text for beat in shown)]
        texts += {beat.character for beat in shown}
        known += [Disclosure(step.entered_at.timestamp(), text) for text in texts]
    return known


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _strings(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for item in value for text in _strings(item)]
        case dict():
            return [text for item in value.values() for text in _strings(item)]
    return []
