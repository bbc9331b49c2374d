"""Which choices a scene offers at this point of a path: the conditions that hold, by what the path has done so far."""

from dataclasses import dataclass

from storyengine.plot.conditions import State, apply, begin, holds
from storyengine.plot.expressions import Unclear
from storyengine.plot.models import Choice, PathStep


@dataclass(frozen=True, slots=True)
class Offer:
    """`unclear` are choices that are offered because nobody can tell whether they should be, each with the reason."""

    choices: tuple[Choice, ...]
    withheld: tuple[Choice, ...] = ()
    unclear: tuple[tuple[Choice, str], ...] = ()


def offer(step: PathStep) -> Offer:
    """The scene's choices at this step. The path is read only where one of them asks something of it."""
    choices = list(step.scene.choices.all())
    fallbacks = {choice for choice in choices if choice.source.get("fallback")}
    if not fallbacks and not any(choice.condition for choice in choices):
        return Offer(tuple(choices))
    state, unclear, held = state_at(step), [], []
    for choice in choices:
        try:
            if holds(choice.condition, state):
                held.append(choice)
        except Unclear as reason:
            held.append(choice)
            unclear.append((choice, str(reason)))
    held = [choice for choice in held if choice not in fallbacks] or held
    return Offer(tuple(held), tuple(choice for choice in choices if choice not in held), tuple(unclear))


def state_at(step: PathStep) -> State:
    """Variables and visits up to and with this step, folded from the path: one query, nothing is stored."""
    state = begin(step.performance.story.variables)
    steps = PathStep.objects.filter(performance=step.performance_id, position__lte=step.position).order_by("position")
    for key, name, entering, choosing in steps.values_list(
        "scene__key", "scene__name", "scene__effects", "choice__effects"
    ):
        apply(choosing or "", state)
        state.enter(name or key, key)
        apply(entering, state)
    return state
