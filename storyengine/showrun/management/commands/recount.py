"""`manage.py recount`: proves that frozen tallies are what the ballots in the table say; exits 1 if one is not."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from audience.models import Poll
from audience.recount import differences
from storyengine.errors import Refused


class Command(BaseCommand):
    help = "Recount closed polls from their ballots and compare with the frozen tallies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("polls", nargs="*", type=int, default=[], metavar="POLL", help="polls by their number")
        which.add_argument("--performance", metavar="CODE", help="all closed polls of this join code")
        which.add_argument("--all", action="store_true", help="every closed poll there is")

    def handle(self, *args: Any, **options: Any) -> None:
        polls = _asked_for(options)
        wrong = 0
        for poll in polls.iterator(chunk_size=200):
            found = differences(poll)
            wrong += bool(found)
            for difference in found:
                self.stderr.write(f"poll {poll.pk} of {poll.performance.code}: {difference}")
        count = polls.count()
        if wrong:
            self.stderr.write(f"{wrong} of {count} tallies differ from their ballots")
            sys.exit(1)
        self.stdout.write(f"{count} tallies recounted, all equal to their ballots")


def _asked_for(options: dict[str, Any]) -> QuerySet[Poll]:
    """The closed polls named on the command line; a name that means none is an error, not a success."""
    closed = Poll.objects.filter(state=Poll.State.CLOSED).select_related("performance", "step").order_by("id")
    if options["all"]:
        return closed
    if options["performance"]:
        found = closed.filter(performance__code=options["performance"].upper())
        if not found.exists():
            raise CommandError(f"no closed poll belongs to a performance with the code {options['performance']}")
        return found
    missing = set(options["polls"]) - set(closed.filter(pk__in=options["polls"]).values_list("pk", flat=True))
    if missing:
        raise CommandError(
            f"{Refused('poll.unknown')} (closed, with the number {', '.join(map(str, sorted(missing)))})"
        )
    return closed.filter(pk__in=options["polls"])
