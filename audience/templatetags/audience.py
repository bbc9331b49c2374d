"""For templates: what a refusal on the wire is called in the language of the page, which the socket does not know."""

from django import template
from django.utils.functional import Promise

from storyengine.errors import CATALOGUE

register = template.Library()
ON_THE_WIRE = {"performance", "guest", "poll", "choice", "ballot", "comment", "reaction", "message", "server"}


@register.simple_tag
def wire_refusals() -> dict[str, Promise]:
    """Code -> sentence, of all that a guest's command can be answered with."""
    return {code: kind.message for code, kind in CATALOGUE.items() if code.partition(".")[0] in ON_THE_WIRE}
