import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audience import archive, guests
from storyengine.showrun.log import log


class Command(BaseCommand):
    help = "Erase the guests, comments, bans and admissions of a performance that is over; tallies and script stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="the performance's join code")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, code: str, yes: bool, **options: Any) -> None:
        performance = guests.find_performance(code)
        if not yes and not self._sure(performance.code):
            raise CommandError("nothing was erased: type the join code, or say --yes")
        done = archive.erase(performance)
        log(performance, "audience.erased", None, **done)
        self.stdout.write(
            f"{performance.code}: erased {done['guests']} guests, {done['comments']} comments, {done['admissions']} "
            f"admissions; kept {done['ballots kept']} ballots, tied to nobody, behind the frozen tallies"
        )

    def _sure(self, code: str) -> bool:
        if not sys.stdin.isatty():
            return False
        return input(f"Erase the audience of {code} for ever? Type {code} to go on: ").strip().upper() == code
