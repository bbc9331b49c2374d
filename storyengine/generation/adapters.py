"""Adapters: small additions to a model's weights that `manage.py finetune` makes. Which there are, which is in use.

An adapter is a folder with three files: `adapter_config.json` and `adapter_model.safetensors` as PEFT writes them,
and `card.json`, which says what it was made of. No torch here: the web process reads cards alone.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction

from storyengine.errors import Refused
from storyengine.generation.models import AdapterSwitch, WriterStatus

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
CARD, CONFIG, WEIGHTS = "card.json", "adapter_config.json", "adapter_model.safetensors"
MOST_CARD_BYTES = 1024 * 1024
LOCK = 0x5E_ADA  # of PostgreSQL's advisory locks: one switch at a time


@dataclass(frozen=True, slots=True)
class Card:
    """What an adapter was made of. `base_revision` are the weights that it fits (writer/local/load.py)."""

    name: str
    base: str
    base_revision: str
    method: str
    examples: int
    steps: int
    epochs: float
    seed: int
    rank: int
    rate: float
    losses: tuple[tuple[int, float], ...]  # (step, loss), thinned out for a long run
    seconds: float
    made_at: str  # ISO 8601, UTC
    revision: str  # a hash of the adapter's weights
    left_out: int = 0  # examples longer than the model's window
    sources: tuple[str, ...] = ()

    @property
    def first_loss(self) -> float | None:
        return self.losses[0][1] if self.losses else None

    @property
    def last_loss(self) -> float | None:
        return self.losses[-1][1] if self.losses else None


def check_name(name: str) -> str:
    """Raises Refused("adapter.name_invalid"): a name is a folder's, and nothing else may be reached through it."""
    if not NAME.fullmatch(name):
        raise Refused("adapter.name_invalid", reason=name[:60])
    return name


def folder_of(name: str) -> Path:
    return Path(settings.ADAPTERS_DIR) / check_name(name)


def read_card(name: str) -> Card:
    """Raises Refused("adapter.unknown") where there is no such folder, ("adapter.broken") where a file is missing."""
    folder = folder_of(name)
    if not folder.is_dir():
        raise Refused("adapter.unknown", reason=name)
    for file in (CARD, CONFIG, WEIGHTS):
        if not (folder / file).is_file():
            raise Refused("adapter.broken", reason=f"{name}: {file} is missing")
    try:
        with (folder / CARD).open("rb") as file_:
            return _card(name, json.loads(file_.read(MOST_CARD_BYTES)))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Refused("adapter.broken", reason=f"{name}: {CARD}, {type(error).__name__}") from error


def _card(name: str, data: Mapping[str, Any]) -> Card:
    kinds: dict[str, Any] = {"examples": int, "steps": int, "seed": int, "rank": int, "left_out": int}
    kinds |= {"epochs": float, "rate": float, "seconds": float}
    plain = Card.__dataclass_fields__.keys() - {"losses", "sources"}
    fields = {key: kinds.get(key, str)(data[key]) for key in plain}
    losses = tuple((int(step), float(loss)) for step, loss in data["losses"])
    return Card(**fields | {"name": name, "losses": losses, "sources": tuple(map(str, data["sources"]))})


def changed_at(name: str) -> int:
    """When the adapter's files were last written, in nanoseconds; 0 where there are none (or no name)."""
    files = [folder_of(name) / file for file in (CARD, CONFIG, WEIGHTS)] if name else []
    return max((file.stat().st_mtime_ns for file in files if file.is_file()), default=0)


def write_card(folder: Path, card: Card) -> None:
    (folder / CARD).write_text(json.dumps(asdict(card), ensure_ascii=False, indent=1) + "\n")


def adapters() -> list[tuple[str, Card | Refused]]:
    """Every adapter by name, the latest first, with its card or with what is wrong with it."""
    folder = Path(settings.ADAPTERS_DIR)
    names = [path.name for path in folder.iterdir() if NAME.fullmatch(path.name)] if folder.is_dir() else []
    found = [(name, _card_or_refusal(name)) for name in sorted(names)]
    return sorted(found, key=lambda one: one[1].made_at if isinstance(one[1], Card) else "", reverse=True)


def _card_or_refusal(name: str) -> Card | Refused:
    try:
        return read_card(name)
    except Refused as refused:
        return refused


def in_use() -> str:
    """The name of the adapter that the writers are to write with; empty for none."""
    return AdapterSwitch.objects.order_by("-id").values_list("adapter", flat=True).first() or ""


def earlier() -> AdapterSwitch | None:
    """What `go_back` would return to; None where nothing was ever switched, or all of it was undone."""
    last = AdapterSwitch.objects.select_related("before").order_by("-id").first()
    return last.before if last else None


def fits(card: Card, status: WriterStatus) -> bool:
    """Whether this writer's weights are the ones that the adapter was made for."""
    return card.base_revision == status.revision_of_model


def use_adapter(name: str, *, by: User) -> AdapterSwitch | None:
    """Have the writers write with this adapter, or with none (""), from their next drafts on; None if they do already.

    Raises Refused with an `adapter.` code; "adapter.mismatch" where writers are ready and none has its base.
    """
    if name:
        card = read_card(name)
        ready = list(WriterStatus.objects.filter(state=WriterStatus.State.READY))
        if ready and not any(fits(card, status) for status in ready):
            raise Refused("adapter.mismatch", reason=f"{name}: {card.base}")
    with _one_at_a_time():
        if in_use() == name:
            return None
        last = AdapterSwitch.objects.order_by("-id").first()
        before = last or AdapterSwitch.objects.create()  # the beginning: nothing in use
        return AdapterSwitch.objects.create(adapter=name, before=before, by=by)


def go_back(*, by: User) -> AdapterSwitch:
    """Return to what was in use before; again, to what was before that. Raises Refused("adapter.no_earlier").

    An adapter that is gone meanwhile is returned to all the same: the writers say so and write with the base.
    """
    with _one_at_a_time():
        before = earlier()
        if before is None:
            raise Refused("adapter.no_earlier")
        return AdapterSwitch.objects.create(adapter=before.adapter, before=before.before, by=by)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Of two people who switch at once the second finds what the first has chosen, and can go back to it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield
