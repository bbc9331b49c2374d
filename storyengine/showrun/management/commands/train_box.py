"""`manage.py train_box`: make the model in the box again, from the grammar to the exported folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from storyengine.errors import Refused

ROOT = Path(__file__).resolve().parents[4]
BOX = ROOT / "storyengine/generation/writer/box"


class Command(BaseCommand):
    help = "Train the model in the box on stories drawn from the story grammar, and export it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--minutes", type=float, default=60.0, help="minutes of training; ignored with --steps")
        parser.add_argument("--steps", type=int, default=0, help="steps of training in place of minutes")
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--start", type=Path, help="an exported model to go on from (on a CPU in gentle steps)")
        parser.add_argument(
            "--more-layers", type=int, default=0, help="layers that the model of --start gets between its own"
        )
        parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
        parser.add_argument("--threads", type=int, default=2, help="of the model, on a CPU")
        parser.add_argument("--workers", type=int, default=0, help="processes that make stories; a GPU wants a dozen")
        parser.add_argument("--compiled", action="store_true", help="compile the layers: pays on a GPU")
        parser.add_argument("--work", type=Path, default=ROOT / "var/box", help="checkpoint and loss.csv go here")
        parser.add_argument("--out", type=Path, default=BOX, help="the exported model goes here")
        parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --work")

    def handle(self, *args: Any, **options: Any) -> None:
        # Only this command needs torch: every other one starts without it.
        from storyengine.generation.training.train import Settings, train

        names = "minutes steps seed start more_layers device threads workers compiled work out".split()
        settings = Settings(**{name: options[name] for name in names})
        with tqdm(total=100, bar_format="{percentage:5.1f}% {bar} {elapsed}, {remaining} left  {desc}") as bar:

            def report(progress: float, line: str) -> None:
                bar.set_description_str(line, refresh=False)
                bar.update(100 * progress - bar.n)

            try:
                out = train(settings, resume=options["resume"], report=report)
            except Refused as refused:
                raise CommandError(str(refused)) from refused
        self.stdout.write(f"exported to {out}")
