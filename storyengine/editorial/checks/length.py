"""Length against the slot, and how hard the text is to take in by ear."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from storyengine.editorial.checks.finding import Finding
from storyengine.editorial.checks.ground import Ground
from storyengine.editorial.checks.words import IDEOGRAPH, sentences, tokens
from storyengine.plot.branch import Branch

LEAST = 30  # words; below it the house waits longer than it reads
LONG_WORD = 7  # letters from which an English word counts as long
WORDS_A_SECOND, CHARACTERS_A_SECOND = 2.5, 4.0  # read aloud, unhurried


def check_length(branch: Branch, ground: Ground) -> Iterator[Finding]:
    words, most = branch.words, ground.profile.slot_words
    if words > most:
        why = _("%(words)d words, the slot has %(most)d") % {"words": words, "most": most}
        yield Finding("length", "whole", 0, 0, 0, "", why, 2)
    elif words < LEAST and branch.scenes[0].choices:
        why = _("%(words)d words: the house will wait longer than it reads") % {"words": words}
        yield Finding("length", "whole", 0, 0, 0, "", why, 1)
    grade = reading_grade(" ".join(beat.text for scene in branch.scenes for beat in scene.beats))
    if grade > ground.profile.reading_grade:
        values = {"grade": round(grade), "most": ground.profile.reading_grade}
        why = _("reading grade %(grade)d, the profile allows %(most)d") % values
        yield Finding("reading", "whole", 0, 0, 0, "", why, 1)


def reading_grade(text: str) -> float:
    """About the school year from which one follows the text by ear; a formula of our own, good to two years.

    English: 0.4 of the words in a sentence, and a seventh of the share of words of seven letters or more, in
    per cent. Chinese: a third of the characters in a sentence. Mixed text is taken as what most of it is.
    """
    found, said = tokens(text), sentences(text)
    if not found or not said:
        return 0.0
    a_sentence = len(found) / len(said)
    if sum(bool(IDEOGRAPH.match(token)) for token in found) * 2 > len(found):
        return a_sentence / 3
    long = sum(len(token) >= LONG_WORD for token in found) / len(found)
    return 0.4 * a_sentence + 100 * long / 7


def seconds_aloud(text: str) -> int:
    found = tokens(text)
    characters = sum(bool(IDEOGRAPH.match(token)) for token in found)
    return round(characters / CHARACTERS_A_SECOND + (len(found) - characters) / WORDS_A_SECOND)
