"""`manage.py check_story SLUG`: what is wrong with a story's graph, what random play comes by; exits 1 on errors."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from storyengine.errors import Refused
from storyengine.plot.check import Finding, check, has_errors
from storyengine.plot.graph import Graph, read_graph
from storyengine.plot.models import Story
from storyengine.plot.walks import WALKS, Coverage, walk

MOST_LINES = 40


class Command(BaseCommand):
    help = "Check a story: dead links, scenes that nobody reaches, loops without an exit, conditions that never hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--walks", type=int, default=WALKS, help="random plays (%(default)s); 0 for none")
        parser.add_argument("--seed", type=int, default=1, help="of the random plays (%(default)s)")
        parser.add_argument(
            "--json", action="store_true", help="print one JSON object, with the coverage of every scene"
        )
        parser.add_argument("--all", action="store_true", help=f"print every scene and finding, not {MOST_LINES} each")

    def handle(self, *args: Any, slug: str, **options: Any) -> None:
        story = Story.objects.filter(slug=slug).first()
        if story is None:
            raise Refused("story.unknown", reason=f"no story has the slug {slug}")
        graph = read_graph(story)
        findings, coverage = check(graph), walk(graph, walks=max(0, options["walks"]), seed=options["seed"])
        if options["json"]:
            report = {
                "story": slug,
                "findings": [finding.as_json() for finding in findings],
                "play": coverage.as_json(),
            }
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            self._print(graph, findings, coverage, None if options["all"] else MOST_LINES)
        if has_errors(findings):
            sys.exit(1)

    def _print(self, graph: Graph, findings: list[Finding], coverage: Coverage, most: int | None) -> None:
        self.stdout.write(f"{len(graph.ids)} scenes, {len(graph.ways)} choices")
        for finding in findings[:most]:
            place = f"{finding.name}: " if finding.name else ""
            self.stdout.write(f"  {finding.severity:7}  {place}{finding.message}")
        self._more(len(findings), most)
        if not coverage.walks:
            return
        ends = ", ".join(f"{name} {number}" for name, number in coverage.ends.most_common())
        self.stdout.write(
            f"{coverage.walks} walks (seed {coverage.seed}) came through {coverage.covered} of {len(coverage.scenes)} "
            f"scenes, {coverage.steps / coverage.walks:.1f} scenes each; they ended: {ends}"
        )
        names = dict(zip(graph.ids, graph.titles, strict=True))
        self.stdout.write("walks that came by, the fewest first:")
        for pk, number in coverage.rarest()[:most]:
            self.stdout.write(f"  {number:7}  {coverage.share(number):5.1f} %  {names[pk]}")
        self._more(len(names), most)

    def _more(self, number: int, most: int | None) -> None:
        if most is not None and number > most:
            self.stdout.write(f"  … {number - most} more; --all prints them")
