from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from storyengine.showrun import people


class Command(BaseCommand):
    help = "Make an editor or a showrunner, or give one fresh sign-in words (the old ones stop working at once)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", choices=sorted(people.GROUPS))
        parser.add_argument("name", help="the user name to sign in with; one person, one name")

    def handle(self, *args: Any, role: str, name: str, **options: Any) -> None:
        user_field = get_user_model()._meta.get_field("username")
        try:
            user_field.clean(name, None)
        except ValidationError as error:
            raise CommandError(f"{name!r} cannot be a user name: {' '.join(error.messages)}") from error
        with transaction.atomic():
            people.ensure_groups()
            words = people.sign_in_words(role, name)
        self.stdout.write(f"{name} signs in as {role} with {words}")
