"""`manage.py rehearse`: a dress rehearsal with a simulated audience; exits 1 if anything was not as it must be."""

import json
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from storyengine.plot.lengths import LEAST_POLL_S
from storyengine.showrun.rehearsal import Plan, rehearse
from storyengine.showrun.rehearsal_compare import picture
from storyengine.showrun.rehearsal_report import faults
from storyengine.showrun.stack import provided_stack


class Command(BaseCommand):
    help = "Rehearse a show on a copy of the story: simulated guests vote and comment, a stand-in approves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        plan = Plan()
        parser.add_argument("--audience", type=_positive, default=plan.audience, help="how many guests (%(default)s)")
        parser.add_argument("--rounds", type=_positive, default=plan.rounds, help="how many polls (%(default)s)")
        parser.add_argument(
            "--poll-seconds", type=_long_enough, default=plan.poll_seconds, help="of each (%(default)s)"
        )
        parser.add_argument("--story", default=plan.story, help="the story's slug; the sample story without it")
        parser.add_argument("--performance", default=plan.like, help="take the story and the rules of this join code")
        parser.add_argument("--url", default="", help="the show to use; without it the one that runs here or a new one")
        parser.add_argument("--wish", default=plan.wish, help="what most comments ask for")
        parser.add_argument(
            "--compare", action="store_true", help="write the branches of --wish again without the comments"
        )
        parser.add_argument("--seed", type=int, default=plan.seed, help="of all the guests' decisions (%(default)s)")
        parser.add_argument("--patience", type=float, default=plan.patience_s, help="seconds to wait for a scene")
        parser.add_argument("--json", type=Path, help="write the report to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda caught, _: sys.exit(128 + caught))  # so that what was started is ended
        if options["compare"] and not options["wish"]:
            raise CommandError("--compare needs a --wish to look for")
        plan = Plan(
            audience=options["audience"],
            rounds=options["rounds"],
            poll_seconds=options["poll_seconds"],
            story=options["story"],
            like=options["performance"].upper(),
            wish=options["wish"],
            compare=options["compare"],
            seed=options["seed"],
            patience_s=options["patience"],
        )
        with provided_stack(options["url"], say=self._say) as stack:
            report = rehearse(plan, stack, say=self._say)
        text = json.dumps(report, ensure_ascii=False, indent=2)
        if options["json"]:
            options["json"].parent.mkdir(parents=True, exist_ok=True)
            options["json"].write_text(text + "\n")
        self.stdout.write(text)
        for fault in faults(report, plan.rounds):
            self._say(f"not as it must be: {fault}")
        if not report["passed"]:
            sys.exit(1)
        if plan.wish:
            told = f"{report['asked']} were asked for it, {report['taken_up']} took it up"
            self._say(f"of {len(report['explained'])} branches that were written for “{plan.wish}” {told}")
        for line in picture(report) if plan.compare else ():
            self._say(line)
        self._say(f"passed: every ballot counted, nothing leaked; the script is {report['script']}")

    def _say(self, text: str) -> None:
        self.stderr.write(f"  … {text}")
        self.stderr.flush()


def _long_enough(text: str) -> int:
    number = int(text)
    if number < LEAST_POLL_S:
        raise ArgumentTypeError(f"a poll is open for {LEAST_POLL_S} seconds at least")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number
