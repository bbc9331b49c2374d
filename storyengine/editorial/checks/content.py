"""What a production's lawyer and broadcaster ask about: violence, sex, language, drugs, slurs, stereotypes, self-harm,
brands, real people, and the production's own words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from storyengine.editorial.checks.finding import Finding, Part, part_texts
from storyengine.editorial.checks.ground import Ground
from storyengine.editorial.checks.lexicon import GRADED, load_lexicon, phrases
from storyengine.errors import bracketed
from storyengine.plot.branch import Branch

FROM_WARN = 2  # the strength from which a graded word is more than a note


def check_content(branch: Branch, ground: Ground) -> Iterator[Finding]:
    """Every word of concern, graded; in Chinese stories English words are looked for too."""
    languages = ("zh-hans", "en") if ground.chinese else ("en",)
    allowed = {word.casefold() for word in ground.profile.allowed}
    for part, index, text in part_texts(branch):
        for language in languages:
            lexicon = load_lexicon(language)
            for rule in GRADED:
                for match in lexicon.matches(rule, text):
                    quote = text[match.start : match.end]
                    if quote.casefold() not in allowed:
                        why = _reason(rule, match.negated)
                        strength = 1 if match.negated else match.strength
                        yield Finding(rule, part, index, match.start, match.end, quote, why, strength)
            for expression in lexicon.stereotypes:
                for found in expression.finditer(text):
                    why = _("may reduce a group to a stereotype")
                    yield Finding("stereotypes", part, index, *found.span(), found.group(), why, 2)
        yield from _own_words(part, index, text, ground)


def _own_words(part: Part, index: int, text: str, ground: Ground) -> Iterator[Finding]:
    for rule, words in ground.profile.extra.items():
        plain = any("\u4e00" <= ch <= "\u9fff" for word in words for ch in word)
        for found in phrases(tuple(words), plain=plain).finditer(text):
            why = _("on this production’s own list")
            yield Finding(rule, part, index, *found.span(), found.group(), why, 3)


def _reason(rule: str, negated: bool) -> str:
    reasons = {
        "violence": _("violence or a threat of it"),
        "sex": _("sexual content or nudity"),
        "language": _("strong language"),
        "drugs": _("alcohol, tobacco or drugs"),
        "slurs": _("a slur against a group"),
        "self_harm": _("suicide or self-harm"),
        "brands": _("a brand’s name"),
        "public_figures": _("the name of a real person in public life"),
    }
    return bracketed(str(reasons[rule]), _("denied in the same breath")) if negated else reasons[rule]
