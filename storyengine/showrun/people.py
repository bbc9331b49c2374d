"""Who works on a show: the two groups, and the sign-in words that a first run prints."""

import secrets

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

# group -> permissions, as app_label.codename
GROUPS = {
    "editor": ["editorial.change_revision", "plot.change_story"],
    "showrunner": ["plot.change_performance", "plot.add_performance", "plot.change_story", "editorial.change_revision"],
}
# Short, plain, hard to mishear. Five of 64 make 30 bits: enough behind a sign-in page that a show opens for
# one evening, and every start makes new ones.
WORDS = (
    "amber anchor apple arrow autumn barley basil beacon birch bottle bridge candle canvas cedar cherry circle "
    "clover copper coral cotton cricket dahlia ember falcon feather fiddle forest garden ginger hammer harbour hazel "
    "indigo island ivory jasmine kettle lantern lemon linen marble meadow mirror nectar nutmeg olive orchard paper "
    "pebble pepper piano plum quarry river saddle salt silver sparrow summer thimble timber velvet walnut willow"
).split()


def ensure_groups() -> None:
    """Make the groups and give them exactly their permissions; safe to run at every start."""
    for name, needed in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        codenames = [permission.split(".")[1] for permission in needed]
        group.permissions.set(Permission.objects.filter(codename__in=codenames))


def sign_in_words(role: str, name: str = "") -> str:
    """Make the user (named for the role where no name is given), or give them new words; the old ones stop working.

    The role is the only one they have afterwards.
    """
    words = "-".join(secrets.choice(WORDS) for _ in range(5))
    user, _ = get_user_model().objects.get_or_create(username=name or role)
    user.set_password(words)
    user.save(update_fields=["password"])
    user.groups.set(Group.objects.filter(name=role))
    return words
