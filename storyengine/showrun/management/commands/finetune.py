"""`manage.py finetune`: an adapter for the writer's model, from a team's scripts or from what its editors decided."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from storyengine.errors import Refused
from storyengine.generation.adapters import Card, check_name, folder_of
from storyengine.showrun.lessons import Line, file_lines, script_lines, verdict_lines

METHODS = {
    "sft": "from scripts, and from texts as editors approved them",
    "dpo": "from pairs: what was approved against its rejected siblings, the edited text against the draft",
    "kto": "from single verdicts",
}


class Command(BaseCommand):
    help = "Train an adapter (LoRA) for a model of the writer's; the console then switches the writer to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "method", choices=METHODS, help="; ".join(f"{name}: {text}" for name, text in METHODS.items())
        )
        parser.add_argument("--model", default="", help="a directory or a hub name; the writer's own otherwise")
        parser.add_argument("--scripts", type=Path, nargs="+", default=[], help="scripts, or folders of them (sft)")
        parser.add_argument("--preferences", type=Path, help="a file of export_preferences instead of the database")
        parser.add_argument("--story", default="", help="only the verdicts on this story")
        parser.add_argument("--name", default="", help="the adapter's name; made from method and time otherwise")
        parser.add_argument("--steps", type=int, default=0, help="steps of training in place of epochs")
        parser.add_argument("--epochs", type=float, default=3.0, help="how often each example is seen")
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--rank", type=int, default=16, help="of the adapter: more can learn more, and weighs more")
        parser.add_argument("--rate", type=float, default=0.0, help="of learning; the method's own otherwise")
        parser.add_argument("--batch", type=int, default=4, help="examples a step")
        parser.add_argument("--threads", type=int, default=0, help="CPU threads; half the cores otherwise")
        parser.add_argument("--resume", action="store_true", help="go on with the run of this --name that broke off")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["resume"] and not options["name"]:
            raise CommandError("--resume needs the --name of the run")
        if options["steps"] < 0 or options["epochs"] <= 0 or options["rank"] < 1 or options["batch"] < 1:
            raise CommandError("--steps, --epochs, --rank and --batch count from 1")
        name = check_name(options["name"] or f"{options['method']}-{timezone.now():%Y%m%d-%H%M%S}")
        if folder_of(name).exists():
            raise Refused("adapter.exists", reason=name)
        lines, sources = _lines(**options)
        card = self._train(lines, sources, **options | {"name": name})
        first, last = card.first_loss, card.last_loss
        self.stdout.write(
            f"{name}: {card.examples} examples, {card.steps} steps in {card.seconds} s, loss {first} to {last}"
            + (f"; {card.left_out} examples were too long" if card.left_out else "")
        )
        self.stdout.write("The console has it under Adapters.")

    def _train(self, lines: list[Line], sources: list[str], *, name: str, **options: Any) -> Card:
        try:
            # Only this command needs them: every other one starts without.
            from tqdm import tqdm

            from storyengine.generation.finetune.lessons import check_lines
            from storyengine.generation.finetune.train import Settings, finetune
        except ImportError as error:
            raise Refused("finetune.missing", reason=str(error.name)) from error
        names = ("method", "steps", "epochs", "seed", "rank", "rate", "batch", "threads")
        chosen = {key: options[key] for key in names}
        run = Settings(**chosen, name=name, model=_model(options["model"]), work=settings.VAR_DIR / "finetune" / name)
        checked = check_lines(run.method, lines, ", ".join(sources))
        with tqdm(desc=name, unit="step", file=self.stderr) as bar:

            def tell(step: int, most: int, loss: float) -> None:
                bar.total = most
                bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
                bar.update(step - bar.n)

            return finetune(run, checked, sources=sources, resume=options["resume"], tell=tell)


def _lines(
    *, method: str, scripts: list[Path], preferences: Path | None, story: str, **options: Any
) -> tuple[list[Line], list[str]]:
    """From all that was named; from the database where nothing was."""
    if scripts and method != "sft":
        raise Refused("finetune.source", reason=f"a script has no verdicts: {method} needs them")
    if preferences and story:
        raise Refused("finetune.source", reason="--story is for verdicts in the database, not in a file")
    lines, sources = script_lines(scripts)
    if preferences:
        found = file_lines(method, preferences)
    elif story or not scripts:
        found = verdict_lines(method, story)
    else:
        found = [], []
    lines, sources = lines + found[0], sources + found[1]
    if not lines:
        raise Refused("finetune.nothing", reason=f"no example for {method} in {', '.join(sources) or 'these folders'}")
    return lines, sources


def _model(named: str) -> str:
    if not named and settings.WRITER_URL:
        raise Refused("adapter.remote", reason="say which --model")
    return named or settings.WRITER_MODEL or settings.BOX_MODEL
