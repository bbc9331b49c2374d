from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from storyengine.plot.models import Story
from storyengine.showrun import people
from storyengine.showrun.one_time import forget


class Command(BaseCommand):
    help = "Make a person of a role, or give one fresh sign-in words (the old ones stop working at once)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", choices=sorted(people.GROUPS))
        parser.add_argument("name", help="the user name to sign in with; one person, one name")
        parser.add_argument("--story", help="the slug of the one story on which they have the role; without it: on all")
        parser.add_argument(
            "--forget-codes", action="store_true", help="take away their one-time passwords (lost phone)"
        )

    def handle(
        self, *args: Any, role: str, name: str, story: str | None = None, forget_codes: bool = False, **options: Any
    ) -> None:
        user_field = get_user_model()._meta.get_field("username")
        try:
            user_field.clean(name, None)
        except ValidationError as error:
            raise CommandError(f"{name!r} cannot be a user name: {' '.join(error.messages)}") from error
        found = Story.objects.filter(slug=story).first() if story else None
        if story and found is None:
            raise CommandError(f"no story has the slug {story}")
        with transaction.atomic():
            people.ensure_groups()
            words = people.sign_in_words(role, name, story=found)
            if forget_codes:
                forget(get_user_model().objects.get(username=name))
        where = f" of {story}" if story else ""
        self.stdout.write(f"{name} signs in as {role}{where} with {words}")
