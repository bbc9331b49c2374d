"""What is no word, and no name that the bible or an earlier scene spells so."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from storyengine.editorial.checks.finding import Finding, part_texts
from storyengine.editorial.checks.ground import Ground
from storyengine.generation.nonsense import find_nonsense, known_words
from storyengine.plot.branch import Branch


def check_nonsense(branch: Branch, ground: Ground) -> Iterator[Finding]:
    reasons = {
        "capital": _("a capital inside a word that nobody here spells so"),
        "syllable": _("the same syllable over and over"),
        "word": _("the same words over and over"),
    }
    known = known_words([*ground.bible, *ground.characters, ground.text, *ground.profile.allowed])
    for part, index, text in part_texts(branch):
        for one in find_nonsense(text, known):
            yield Finding("nonsense", part, index, one.start, one.end, one.quote, reasons[one.kind], 2)
