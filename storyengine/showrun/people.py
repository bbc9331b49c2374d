"""Who works on a show: the groups and what each may do, and the sign-in words that a first run prints."""

import secrets

from axes.utils import reset
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet

from storyengine.editorial.models import StoryRole
from storyengine.plot.models import Story

EDITOR = ["editorial.change_revision", "plot.change_story"]
LEAD = [
    *EDITOR,
    "editorial.overrule_finding", "editorial.correct_release", "editorial.take_over_revision",
    "editorial.change_checkprofile", "editorial.view_auditentry",
]  # fmt: skip
# group -> permissions, as app_label.codename. On every story; a StoryRole gives the same on one story alone.
GROUPS: dict[str, list[str]] = {
    "audience": [],
    "moderator": ["audience.change_comment"],
    "editor": EDITOR,
    "lead editor": LEAD,
    "showrunner": [
        *LEAD,
        "plot.change_performance",
        "plot.add_performance",
        "audience.change_comment",
    ],
    "admin": ["*"],
}
CREW = ("editor", "showrunner")  # whom a first run and a rehearsal need; others are made with `manage.py staff`
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
        group.permissions.set(_permissions(needed))


def _permissions(needed: list[str]) -> QuerySet[Permission]:
    if needed == ["*"]:
        return Permission.objects.all()
    wanted = [name.split(".") for name in needed]
    found = Permission.objects.filter(codename__in=[codename for _, codename in wanted])
    return found.filter(content_type__app_label__in={app for app, _ in wanted})


def sign_in_words(role: str, name: str = "", *, story: Story | None = None) -> str:
    """Make the user (named for the role where no name is given), or give them new words; the old ones stop working.

    The role is the only one they have afterwards; with a story they have it there, beside what they have on
    other stories, and nowhere else.
    """
    words = "-".join(secrets.choice(WORDS) for _ in range(5))
    user, _ = get_user_model().objects.get_or_create(username=name or role)
    user.set_password(words)
    user.is_staff = role == "admin" and story is None  # may open /admin/
    user.save(update_fields=["password", "is_staff"])
    reset(username=user.get_username())  # whoever has fresh words is not held to earlier mistakes
    group = Group.objects.get(name=role)
    user.groups.set([] if story else [group])
    if story:
        StoryRole.objects.get_or_create(user=user, story=story, group=group)
    else:
        StoryRole.objects.filter(user=user).delete()
    return words
