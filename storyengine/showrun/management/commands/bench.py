"""`manage.py bench NAME...`: measure, print a table with the goals beside, write one JSON object per name."""

import json
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from storyengine.errors import Refused
from storyengine.showrun.bench import Bench, Benchmark, benchmarks, rows
from storyengine.showrun.show import NotInTime
from storyengine.showrun.stand_ins import Backstage


class Command(BaseCommand):
    help = "Run benchmarks by name; all of them without a name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME")
        parser.add_argument("--json", type=Path, help="write one object per name to this file")
        parser.add_argument("--list", action="store_true", help="say which there are")
        parser.add_argument("--shape", default="", help="writing: random weights of this shape, such as llama-8b")
        parser.add_argument(
            "--bibles", type=Path, help="box: story bibles to write on, in the form of bench/bibles.json"
        )
        parser.add_argument("--url", default="", help="the show to measure; else the one that runs here or a new one")

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        known = benchmarks()
        if options["list"]:
            self.stdout.write("\n".join(f"{name}: {found.summary}" for name, found in known.items()))
            return
        unknown = [name for name in names if name not in known]
        if unknown:
            raise CommandError(f"there is no benchmark {', '.join(unknown)}; there are: {', '.join(known)}")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda caught, _: sys.exit(128 + caught))  # so that what was started is ended
        results: dict[str, dict[str, Any]] = {}
        for name in names or known:
            bench = Bench(self._say, options["url"], options["shape"], options["bibles"])
            results[name] = self._measure(known[name], bench)
            self._print(known[name], results[name])
            if options["json"]:
                _write(options["json"], results)

    def _measure(self, found: Benchmark, bench: Bench) -> dict[str, Any]:
        self._say(f"{found.name}: {found.summary}")
        try:
            return found.measure(bench)
        except (NotInTime, Backstage, Refused) as trouble:
            raise CommandError(f"{found.name}: {trouble}") from trouble

    def _print(self, found: Benchmark, result: dict[str, Any]) -> None:
        table = list(rows(result, found.goals))
        width = max(len(key) for key, _, _ in table)
        shown = max(len(value) for _, value, _ in table)
        lines = [f"  {key.ljust(width)}  {value.rjust(shown)}  {goal}".rstrip() for key, value, goal in table]
        self.stdout.write("\n".join([found.name, *lines]))

    def _say(self, text: str) -> None:
        self.stderr.write(f"  … {text}")
        self.stderr.flush()


def _write(path: Path, results: dict[str, dict[str, Any]]) -> None:
    """After every benchmark, so that a later one's failure loses nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n")
