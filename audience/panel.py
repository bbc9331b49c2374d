"""What staff see of the house while a scene is on: its themes and its reactions, as rows that were stored before."""

from dataclasses import dataclass
from typing import Any

from audience.models import Theme, ThemeRun
from storyengine.plot.models import PathStep, Performance

MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Side:
    """Where those behind a theme stand on one choice; `people` of them took a side."""

    label: str
    stance: float
    people: int

    @property
    def is_for(self) -> bool:
        return self.stance > 0


@dataclass(frozen=True, slots=True)
class Heard:
    """One theme for the page; `mood` is "bright", "dark", "neutral" or "" where nobody can tell."""

    label: str
    example: str
    people: int
    comments: int
    mood: str
    sides: list[Side]


def themes_heard(step: PathStep | None) -> list[Heard]:
    """The scene's themes, those with most people first. Two queries; nothing is computed here."""
    run = ThemeRun.objects.filter(step=step).first() if step else None
    if run is None or step is None:
        return []
    labels = {str(pk): label for pk, label in step.scene.choices.values_list("pk", "label")}
    return [_heard(theme, labels) for theme in run.themes.order_by("position")[:MOST_SHOWN]]


def houses() -> list[dict[str, Any]]:
    """The performances that are on and have themes, for the desk: three queries, however many there are."""
    newest = PathStep.objects.filter(performance__state=Performance.State.LIVE).order_by("performance_id", "-position")
    steps = newest.distinct("performance_id").select_related("performance", "scene").prefetch_related(
        "scene__choices", "theme_run__themes"
    )  # fmt: skip
    found = []
    for step in steps:
        labels = {str(choice.pk): choice.label for choice in step.scene.choices.all()}
        run = getattr(step, "theme_run", None)
        themes = [_heard(theme, labels) for theme in list(run.themes.all())[:MOST_SHOWN]] if run else []
        if themes:
            found.append({"performance": step.performance, "themes": themes})
    return found


def _heard(theme: Theme, labels: dict[str, str]) -> Heard:
    sides = [
        Side(labels[choice], side["stance"], side["people"])
        for choice, side in theme.stances.items()
        if choice in labels and abs(side["stance"]) >= 0.2
    ]
    sides.sort(key=lambda side: -abs(side.stance) * side.people)
    return Heard(theme.label, theme.example, theme.people, len(theme.comment_ids), mood_of(theme.polarity), sides)


def mood_of(polarity: float | None) -> str:
    if polarity is None:
        return ""
    return "bright" if polarity >= 0.2 else "dark" if polarity <= -0.2 else "neutral"


def reactions_heard(step: PathStep | None) -> list[dict[str, Any]]:
    """The scene's reactions, as often as each was sent."""
    if step is None:
        return []
    rows = step.reactions.order_by("-number", "kind").values_list("kind", "number")
    return [{"kind": kind, "number": number} for kind, number in rows]
