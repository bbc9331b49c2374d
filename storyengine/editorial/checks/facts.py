"""Contradictions with what is true on this path, each with the earlier words; and the dead who speak."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from storyengine.editorial.checks.finding import Finding
from storyengine.editorial.checks.ground import Ground
from storyengine.generation.contradiction import Known, find_contradictions
from storyengine.plot.branch import Branch


def check_facts(branch: Branch, ground: Ground) -> Iterator[Finding]:
    """The same judgement that ranks candidates (generation/contradiction.py), as findings."""
    known = Known(ground.facts, ground.earlier, ground.dead, ground.chinese)
    for one in find_contradictions(branch.scenes[0], known):
        rule, strength, why = "contradiction", 2, _("an earlier scene says otherwise")
        if one.kind == "dead":
            rule, strength, why = "dead", 3, _("%(who)s is dead on this path") % {"who": one.told.who}
        said = one.told
        yield Finding(rule, "beat", one.beat, one.start, one.end, one.quote, why, strength, said.quote, said.scene)
