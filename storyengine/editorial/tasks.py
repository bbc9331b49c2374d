"""The checks that need a model, run where one may be loaded; the desk reads what they left."""

from functools import partial

from celery import shared_task
from django.conf import settings

from storyengine.editorial.checks.finding import Finding, as_json
from storyengine.editorial.findings import ground_of, wanted_judgements
from storyengine.editorial.models import Judgement, Revision
from storyengine.errors import Refused
from storyengine.generation.judging import ask, classify
from storyengine.generation.pulse import pulse
from storyengine.plot.branch import Branch, branch_from_json
from storyengine.sentences import reason_of, say, stored

SURE = 0.8  # below it an opinion is not shown


@shared_task
def judge_revision(revision_id: int) -> int:
    """Have every check that was switched on by name look at the text as it is; how many did.

    Safe to run twice: a version is judged once. What fails is stored as such, so that nothing passes for want
    of an answer.
    """
    revision = Revision.objects.select_related("performance__story", "choice", "step").filter(pk=revision_id).first()
    if revision is None:
        return 0
    done = set(
        Judgement.objects.filter(revision=revision, version=revision.version).values_list("check_name", flat=True)
    )
    names = [name for name in wanted_judgements() if name not in done]
    for name in names:
        # In the writer's thread: the watchdog ends a check that hangs, and it is not tried on this text again.
        pulse.begin(f"check {name} of revision {revision.pk}", partial(_store, revision, name, error="check.hung"))
        try:
            _judge(revision, name)
        finally:
            pulse.end()
    return len(names)


def _judge(revision: Revision, name: str) -> None:
    model = _model_of(name)
    branch = branch_from_json(revision.branch)
    values: dict[str, object] = {}
    try:
        found = _classified(branch, model) if name == "classifier" else _asked(revision, branch, model)
        values["findings"] = [as_json(one) for one in found]
    except Refused as refused:
        values["error"] = f"{refused.code} {reason_of(refused.detail)}".strip()[:300]
    _store(revision, name, **values)


def _store(revision: Revision, name: str, **values: object) -> None:
    """Once for each version: whoever comes second changes nothing."""
    defaults = {"model": _model_of(name)[:300]} | values
    Judgement.objects.get_or_create(revision=revision, version=revision.version, check_name=name, defaults=defaults)


def _model_of(name: str) -> str:
    return str({"classifier": settings.CHECK_CLASSIFIER, "judge": settings.CHECK_JUDGE}[name])


def _classified(branch: Branch, model: str) -> list[Finding]:
    beats = branch.scenes[0].beats
    opinions = classify([beat.text for beat in beats], model=model)
    return [
        Finding("classifier", "beat", number, 0, len(beat.text), beat.text, f"{one.label}: {one.score:.0%}", 2)
        for number, (beat, seen) in enumerate(zip(beats, opinions, strict=True))
        for one in seen
        if one.score >= SURE
    ]


def _asked(revision: Revision, branch: Branch, model: str) -> list[Finding]:
    """Three questions that rules answer badly, about the scene as a whole."""
    ground, text = ground_of(revision), "\n".join(f"{beat.character} {beat.text}" for beat in branch.scenes[0].beats)
    before = "\n".join(scene.summary or scene.heading for scene in ground.earlier)
    cast = "\n".join(f"{who.name}: {who.voice}" for who in revision.performance.story.characters.all())
    questions = {
        "judge.contradicts": f"What happened:\n{before}\n\n{text}\n\nDoes this scene contradict what happened?",
        "judge.voice": f"How they talk:\n{cast}\n\n{text}\n\nDoes anybody talk unlike themselves?",
        "judge.choice": f"The choice:\n{revision.choice.label}\n\n{text}\n\nDoes this scene ignore the choice?",
    }
    answers = ask(list(questions.values()), model=model)
    return [
        Finding("judge", "whole", 0, 0, 0, "", stored(say(claim, percent=round(100 * score))), 1)
        for claim, score in zip(questions, answers, strict=True)
        if score >= SURE
    ]
