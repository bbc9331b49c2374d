"""Choices that dangle: that repeat what was chosen, that say the same, that follow from nothing."""

from collections.abc import Iterator
from itertools import combinations

from django.utils.translation import gettext as _

from storyengine.editorial.checks.finding import Finding
from storyengine.editorial.checks.ground import Ground
from storyengine.editorial.checks.words import content_words, likeness
from storyengine.plot.branch import Branch

SAME = 0.6


def check_choices(branch: Branch, ground: Ground) -> Iterator[Finding]:
    scene = branch.scenes[-1] if len(branch.scenes) == 1 else branch.scenes[0]
    about = [content_words(label) for label in scene.choices]
    for index, label in enumerate(scene.choices):
        for taken in reversed(ground.taken):
            if likeness(about[index], content_words(taken)) >= SAME:
                yield Finding("choices", "choice", index, 0, len(label), label, _("was chosen already"), 2, taken)
                break
    for one, other in combinations(range(len(about)), 2):
        if likeness(about[one], about[other]) >= SAME:
            label = scene.choices[other]
            why = _("says the same as “%(label)s”") % {"label": scene.choices[one]}
            yield Finding("choices", "choice", other, 0, len(label), label, why, 2)
    told = content_words(" ".join([scene.heading, *(f"{beat.character} {beat.text}" for beat in scene.beats)]))
    if about and not any(words & told for words in about):
        yield Finding("choices", "whole", 0, 0, 0, "", _("no choice takes up anything of the scene"), 1)
    if len(scene.choices) == 1:
        yield Finding(
            "choices", "choice", 0, 0, len(scene.choices[0]), scene.choices[0], _("one choice is no choice"), 1
        )
