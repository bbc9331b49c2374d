"""What editors' verdicts teach: the prompt, the draft, the final text, the verdict and why, as training data.

Nothing is copied when a verdict is given: the brief, the draft and the verdict's text are rows that never change.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any, Literal

from django.db.models import QuerySet

from storyengine.editorial.models import Review
from storyengine.editorial.reasons import teaches
from storyengine.errors import Refused
from storyengine.generation.draft import branch_of, branch_of_candidate, candidate_behind, seen_by_writer
from storyengine.generation.parse import write_answer
from storyengine.generation.plan import plan_of
from storyengine.generation.prompt import messages
from storyengine.plot.branch import branch_from_json

Kind = Literal["approved", "edited", "rejected", "changes"]
FORMS = ("records", "sft", "dpo", "kto")


@dataclass(frozen=True, slots=True)
class Preference:
    """One verdict on one draft. `draft` and `final` are answers exactly as the writer's grammar has them written:
    where the brief asked for a plan, each with the draft's plan, for editors change the scene and never see a reason
    to change what was planned.

    `teaches` is false for what says nothing of the writing: against the house's policy, a duplicate, approved
    by nobody who read it. Such records are kept and leave every training form out.
    """

    kind: Kind
    brief: int
    step: int
    choice: int
    review: int
    prompt: list[dict[str, str]]
    draft: str
    final: str
    reasons: list[str]
    note: str
    teaches: bool


def preferences(reviews: QuerySet[Review] | None = None) -> Iterator[Preference]:
    """Every verdict on a text that began as a draft, in order; of one text's approvals only the last."""
    found = Review.objects.all() if reviews is None else reviews
    rows = found.exclude(revision__draft=None).select_related("revision__draft__brief").order_by("revision", "id")
    for _revision, verdicts in groupby(rows.iterator(), key=lambda review: review.revision_id):
        yield _preference(list(verdicts)[-1])


def as_records(found: Iterable[Preference]) -> Iterator[dict[str, Any]]:
    return (asdict(one) for one in found)


def as_sft(found: Iterable[Preference]) -> Iterator[dict[str, Any]]:
    """What was approved, in the words in which it was: prompt and completion."""
    for one in found:
        if one.teaches and one.kind in ("approved", "edited"):
            yield {"prompt": one.prompt, "completion": _answer(one.final)}


def as_dpo(found: Iterable[Preference]) -> Iterator[dict[str, Any]]:
    """Pairs among the texts of one choice: the final text against the draft that it was edited from, and an approved
    text against each sibling that was thrown away or sent back. Both are answers to the approved one's prompt."""
    taught = sorted((one for one in found if one.teaches), key=lambda one: (one.step, one.choice, one.review))
    for _place, group in groupby(taught, key=lambda one: (one.step, one.choice)):
        siblings = list(group)
        worse = [one for one in siblings if one.kind in ("rejected", "changes")]
        for one in siblings:
            if one.kind == "edited":
                yield _pair(one, one.draft)
            if one.kind in ("approved", "edited"):
                yield from (_pair(one, other.draft) for other in worse if other.draft != one.final)


def as_kto(found: Iterable[Preference]) -> Iterator[dict[str, Any]]:
    """Each draft by itself with the verdict as a label; an edited one was wanted as edited, not as written."""
    for one in found:
        if one.teaches:
            yield {"prompt": one.prompt, "completion": _answer(one.draft), "label": one.kind == "approved"}
            if one.kind == "edited":
                yield {"prompt": one.prompt, "completion": _answer(one.final), "label": True}


FORM_WRITERS: dict[str, Callable[[Iterable[Preference]], Iterator[dict[str, Any]]]] = {
    "records": as_records, "sft": as_sft, "dpo": as_dpo, "kto": as_kto,
}  # fmt: skip


def read_lines(form: str, text: str, *, source: str) -> list[dict[str, Any]]:
    """Lines of one of the training forms from a file that `export` wrote, as `records` or in that form itself.

    Records that teach nothing are left out, whatever the file says of itself. Raises Refused("finetune.file_broken").
    """
    found = [_parsed(line, number, source) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not any("kind" in line for line in found):
        return found
    try:
        return list(FORM_WRITERS[form](_read_record(line) for line in found))
    except (TypeError, KeyError) as error:
        raise Refused("finetune.file_broken", reason=f"{source}: not all lines are records ({error})") from error


def _parsed(line: str, number: int, source: str) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Refused("finetune.file_broken", reason=f"{source}, line {number}: no JSON") from error
    if not isinstance(data, dict):
        raise Refused("finetune.file_broken", reason=f"{source}, line {number}: no JSON object")
    return data


def _read_record(line: dict[str, Any]) -> Preference:
    return Preference(**line | {"teaches": line["teaches"] is True and teaches(line["reasons"])})


def export(form: str, found: Iterable[Preference]) -> Iterator[str]:
    """JSON lines in one of FORMS."""
    return (json.dumps(line, ensure_ascii=False) + "\n" for line in FORM_WRITERS[form](found))


def _preference(review: Review) -> Preference:
    draft = review.revision.draft
    assert draft is not None
    context = seen_by_writer(draft)
    decided = branch_from_json(review.branch)
    candidate = candidate_behind(draft, decided)  # an editor may have taken another than the first
    plan = plan_of(candidate.text if candidate else draft.text) if context.plan else None
    drafted = branch_of_candidate(candidate) if candidate else branch_of(draft)
    written, final = (write_answer(branch.scenes[0], context, plan) for branch in (drafted, decided))
    approved = review.verdict == Review.Verdict.APPROVED
    kind: Kind = ("approved" if written == final else "edited") if approved else review.verdict  # type: ignore[assignment]
    return Preference(
        kind=kind,
        brief=draft.brief_id,
        step=draft.brief.step_id,
        choice=draft.brief.choice_id,
        review=review.pk,
        prompt=messages(context),
        draft=written,
        final=final,
        reasons=review.reasons,
        note=review.note,
        teaches=teaches(review.reasons) and not review.unread,
    )


def _pair(better: Preference, worse: str) -> dict[str, Any]:
    return {"prompt": better.prompt, "chosen": _answer(better.final), "rejected": _answer(worse)}


def _answer(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]
