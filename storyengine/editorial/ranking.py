"""A draft's candidates in their order, with what generation/rank.py judged as sentences for an editor."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from storyengine.editorial.models import Revision
from storyengine.editorial.sheet import marked_beats
from storyengine.generation.draft import branch_of_candidate
from storyengine.generation.models import Candidate
from storyengine.generation.plan import plan_of
from storyengine.generation.rank import WEIGHTS
from storyengine.plot.branch import Branch, branch_to_json

NAMES = {
    "choice": _("Fits the choice"),
    "wishes": _("Takes up the wishes"),
    "unwanted": _("Does nothing unwanted"),
    "earlier": _("Repeats nothing earlier"),
    "variety": _("Varies its words"),
    "voices": _("Voices apart"),
    "choices": _("Choices that differ"),
    "length": _("Length"),
    "words": _("Real words"),
    "facts": _("Contradicts nothing"),
    "place": _("In a place of the story"),
    "persons": _("No mix-up of people"),
}
REASONS = {
    "choice.wordless": _("The choice has no words to look for."),
    "choice.all": _("Speaks of all that was chosen."),
    "choice.some": _("Speaks of %(found)s of %(of)s words of the choice; missing: %(missing)s."),
    "wishes.none": _("Nobody had asked for anything."),
    "wishes.some": _("Takes up %(found)s of %(of)s: %(taken)s."),
    "wishes.missed": _("Takes up none of %(of)s."),
    "unwanted.nothing": _("Nobody had spoken against anything."),
    "unwanted.none": _("Does none of %(of)s that the audience does not want."),
    "unwanted.some": _("Does %(found)s of %(of)s that the audience does not want: %(done)s."),
    "earlier.none": _("No run of words from an earlier scene."),
    "earlier.some": _("%(percent)s %% stood word for word in an earlier scene."),
    "variety.pairs": _("%(percent)s %% of its pairs of words are different ones."),
    "variety.again": _("%(again)s sentences come twice; %(percent)s %% of its pairs of words are different ones."),
    "voices.few": _("Too little is said to tell voices apart."),
    "voices.one": _("Only %(who)s speaks."),
    "voices.alone": _("Speaking: %(number)s; answering themselves: %(alone)s."),
    "voices.apart": _("%(number)s speak; the two most alike share %(percent)s %% of their words."),
    "choices.ending": _("An ending was asked for."),
    "choices.few": _("%(number)s of %(of)s choices."),
    "choices.alike": _("Two choices share %(percent)s %% of their words."),
    "choices.apart": _("The two most alike share %(percent)s %% of their words."),
    "words.all": _("Every word is a real one."),
    "words.nonsense": _("In %(number)s places this is no word: %(quotes)s."),
    "facts.kept": _("Nothing against what is true on this path."),
    "facts.against": _("%(number)s against what is true on this path, which says: %(told)s."),
    "facts.dead": _("%(who)s speaks, and is dead on this path: %(told)s."),
    "place.known": _("In a place that the story knows."),
    "place.new": _("In a place that the story does not list: %(place)s."),
    "place.person": _("Headed by somebody's name: %(place)s."),
    "persons.apart": _("Nobody talks to or meets themselves."),
    "persons.same": _("Lines where somebody talks to or meets themselves: %(number)s."),
    "length.right": _("Words: %(words)s, as asked for."),
    "length.short": _("Words: %(words)s; at least %(least)s were asked for."),
    "length.long": _("Words: %(words)s; at most %(most)s were asked for."),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One check as the desk shows it; scores and weights in percent and as they count."""

    name: str
    percent: int
    weight: float
    sentence: str
    quote: str


def explain(candidate: Candidate) -> list[Shown]:
    """The candidate's checks in words, heaviest first; a check that this version does not know is left out."""
    shown = [_shown(check) for check in _known(candidate.checks)]
    return sorted(shown, key=lambda one: -one.weight)


def _known(checks: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    return (check for check in checks if check["name"] in NAMES and check["reason"] in REASONS)


def _shown(check: dict[str, Any]) -> Shown:
    return Shown(
        name=str(NAMES[check["name"]]),
        percent=round(100 * check["score"]),
        weight=WEIGHTS[check["name"]],
        sentence=str(REASONS[check["reason"]]) % check["values"],
        quote=check["quote"],
    )


def ranked(revision: Revision) -> list[dict[str, Any]]:
    """The candidates of the revision's draft, each as a scene with the reasons for its place."""
    if revision.draft is None:
        return []
    rows = Candidate.objects.filter(draft=revision.draft).select_related("draft__brief")
    return [_ranked(candidate, revision) for candidate in rows]


def _ranked(candidate: Candidate, revision: Revision) -> dict[str, Any]:
    scene = None if candidate.fault else branch_of_candidate(candidate).scenes[0]
    return {
        "row": candidate,
        "scene": scene,
        "beats": marked_beats(scene) if scene else [],
        "plan": plan_of(candidate.text),
        "checks": explain(candidate),
        "taken": scene is not None and branch_to_json(Branch((scene,))) == revision.branch,
        "percent": round(100 * candidate.score),
    }
