"""Set what the checks block, warn of and let pass in one story."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from storyengine.editorial.models import CheckProfile
from storyengine.editorial.record import record
from storyengine.editorial.rules import SET_PROFILE, require


def save_profile(profile: CheckProfile, *, by: User) -> CheckProfile:
    """Store the profile and write down what it says now."""
    require(by, SET_PROFILE, profile.story_id)
    with transaction.atomic():
        profile.saved_by, profile.saved_at = by, Now()
        profile.save()
        detail = {
            name: getattr(profile, name)
            for name in ("levels", "extra_words", "allowed_words", "territories", "slot_words", "reading_grade")
        }
        record("profile_set", by=by, story=profile.story_id, detail=detail)
    return profile
