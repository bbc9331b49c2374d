"""For templates: whether somebody may do something, on one story or on any; and what codes are called."""

from typing import Any

from django import template
from django.contrib.auth.models import User

from storyengine.editorial import deeds
from storyengine.editorial.rules import may as may_user
from storyengine.sentences import in_words, refusal_in_words

register = template.Library()
register.filter("deed", deeds.deed)
register.filter("state_name", deeds.state_name)
register.filter("reason_names", deeds.reason_names)
register.filter("segment_name", deeds.segment_name)
register.filter("in_words", in_words)
register.filter("refusal", refusal_in_words)


@register.filter
def may(user: Any, permission: str) -> bool:
    """`{% if user|may:"editorial.change_revision" %}`: on some story at least."""
    return isinstance(user, User) and may_user(user, permission)
