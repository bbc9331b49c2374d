"""The audit log: every transition of every text, with who, when, from, to, why and what the text was.

The database itself refuses to change or delete a row (migration 0002). Rows name revisions and performances by
number, without a foreign key, so that nothing that is deleted elsewhere can reach them.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

COLUMNS = (
    "id", "at", "action", "by", "by_name", "story", "performance", "revision", "choice", "from", "to", "version",
    "why", "reasons", "detail", "text",
)  # fmt: skip
# A spreadsheet runs a cell that begins so as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def of_revision(self, pk: int) -> Self:
        return self.filter(revision=pk)

    def text_of(self, revision: int, version: int) -> dict[str, Any] | None:
        """What the revision's text was in that version; None if it was never written down."""
        entry = self.filter(revision=revision, version=version).exclude(text=None).order_by("-id").first()
        return entry.text if entry else None


class AuditEntry(models.Model):
    """One transition. `by` empty: the show itself did it. Rows are only ever added."""

    at = models.DateTimeField(_("at"), db_default=Now())
    action = models.CharField(_("action"), max_length=40)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    by_name = models.CharField(_("name"), max_length=150, blank=True)  # as it was; names can be changed
    story = models.BigIntegerField(_("story"), null=True)
    performance = models.BigIntegerField(_("performance"), null=True)
    revision = models.BigIntegerField(_("revision"), null=True)
    choice = models.CharField(_("choice"), max_length=200, blank=True)
    from_state = models.CharField(_("from"), max_length=12, blank=True)
    to_state = models.CharField(_("to"), max_length=12, blank=True)
    version = models.PositiveIntegerField(_("version"), null=True)
    why = models.CharField(_("why"), max_length=500, blank=True)
    reasons = models.JSONField(_("reasons"), default=list)
    detail = models.JSONField(_("detail"), default=dict)
    text = models.JSONField(_("text"), null=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["revision", "id"], name="audit_by_revision"),
            models.Index(fields=["performance", "id"], name="audit_by_performance"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.by_name} {self.action}"


def record(action: str, *, by: User | None, **fields: Any) -> AuditEntry:
    """Add one entry, inside the transaction of what it tells of."""
    name = by.get_username() if by else ""
    return AuditEntry.objects.create(action=action, by=by, by_name=name, **fields)


def as_row(entry: AuditEntry) -> dict[str, Any]:
    """The entry in the export's shape, the same for both formats."""
    values = (
        entry.pk, entry.at.isoformat(), entry.action, entry.by_id, entry.by_name, entry.story, entry.performance,
        entry.revision, entry.choice, entry.from_state, entry.to_state, entry.version, entry.why, entry.reasons,
        entry.detail, entry.text,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def as_json_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    for entry in entries:
        yield json.dumps(as_row(entry), ensure_ascii=False) + "\n"


def as_csv(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """Rows with lists and texts as JSON; what a spreadsheet would take for a formula is quoted."""
    yield _line(COLUMNS)
    for entry in entries:
        yield _line(_cell(value) for value in as_row(entry).values())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
