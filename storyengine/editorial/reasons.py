"""Why a text was sent back or thrown away: a short list that teaches, beside the editor's own words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from storyengine.errors import Refused


@dataclass(frozen=True, slots=True)
class Reason:
    """`teaches`: whether a verdict for this reason says anything of how well the writer wrote."""

    code: str
    label: Promise
    teaches: bool = True


REASONS = (
    Reason("dull", _("dull, nothing changes")),
    Reason("voice", _("out of voice")),
    Reason("canon", _("against what happened")),
    Reason("off_choice", _("does not follow from the choice")),
    Reason("choices", _("weak choices")),
    Reason("language", _("language")),
    Reason("length", _("too long or too short")),
    Reason("repeats", _("repeats itself")),
    # The same words might be fine elsewhere, or were fine once: no writer should learn from these.
    Reason("policy", _("not in this production (policy)"), teaches=False),
    Reason("duplicate", _("another branch says the same"), teaches=False),
)
CODES = {reason.code: reason for reason in REASONS}


def clean_reasons(codes: list[str]) -> list[str]:
    """The codes in the list's order, each once; raises Refused("review.reason_unknown")."""
    unknown = sorted(set(codes) - CODES.keys())
    if unknown:
        raise Refused("review.reason_unknown", reason=unknown[0][:40])
    return [reason.code for reason in REASONS if reason.code in codes]


def teaches(codes: list[str]) -> bool:
    """False where any reason has nothing to do with the writing."""
    return all(CODES[code].teaches for code in codes if code in CODES)
