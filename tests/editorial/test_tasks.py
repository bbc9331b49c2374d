"""A classifier and a model's judgement: stored as findings, shown beside the rules', never passed over in silence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as project

from storyengine.editorial import findings, review
from storyengine.editorial.checks.finding import Finding, as_json
from storyengine.editorial.models import Judgement
from storyengine.editorial.tasks import judge_revision
from storyengine.generation.judging import Opinion, ask, classify
from storyengine.generation.pulse import pulse
from storyengine.plot.branch import branch_to_json
from storyengine.showrun import stage_manager
from tests.conftest import test_database_url
from tests.editorial.conftest import on_the_desk, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def classifier(tmp_path_factory) -> str:  # type: ignore[no-untyped-def]
    """A classifier of two labels that finds everything toxic: real weights, real files, an obvious answer."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder: Path = tmp_path_factory.mktemp("classifier")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz"]
    (folder / "vocab.txt").write_text("\n".join(words))
    tiny = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    config = BertConfig(
        vocab_size=len(words), id2label={0: "neutral", 1: "toxic"}, label2id={"neutral": 0, "toxic": 1}, **tiny
    )
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([0.0, 3.0]))
    model.save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return str(folder)


def test_classifier_names_what_it_sees_and_not_what_is_nothing(classifier: str) -> None:
    (seen,) = classify(["fog"], model=classifier)
    assert [(one.label, round(one.score, 2)) for one in seen] == [("toxic", 0.95)]
    assert isinstance(seen[0], Opinion)


def test_judge_answers_with_a_probability_of_the_model_in_the_box() -> None:
    answers = ask(["Is fog wet?", "Is it day?"], model=project.WRITER_MODEL)
    assert len(answers) == 2
    assert all(0 <= answer <= 1 for answer in answers)
    assert answers == ask(["Is fog wet?", "Is it day?"], model=project.WRITER_MODEL)


def test_judgement_becomes_a_finding_of_that_version(settings, classifier: str, editor) -> None:  # type: ignore[no-untyped-def]
    settings.CHECK_CLASSIFIER = classifier
    revision = on_the_desk()
    assert (judge_revision(revision.pk), judge_revision(revision.pk)) == (1, 0)
    (found,) = [one.finding for one in findings.look(revision) if one.finding.rule == "classifier"]
    assert (found.quote, found.level, found.reason) == ("Fog.", "warn", "toxic: 95%")
    review.save_revision(revision.pk, text_of("Rain."), version=1, by=editor)
    revision.refresh_from_db()
    assert [one for one in findings.look(revision) if one.finding.rule == "classifier"] == []


def test_nothing_passes_while_a_judgement_is_missing_or_failed(settings) -> None:  # type: ignore[no-untyped-def]
    long = text_of(" ".join(f"The rope runs over beam {n}, then down." for n in "one two three four five".split()))
    revision = on_the_desk()
    first = branch_to_json(long)["scenes"][0]
    revision.branch = {"scenes": [first | {"choices": ["Cut the rope", "Hold the beam"]}]}
    revision.save()
    assert findings.passes(revision)
    settings.CHECK_JUDGE = "/nowhere/at/all"
    assert not findings.passes(revision)
    assert judge_revision(revision.pk) == 1
    assert Judgement.objects.get().error.startswith("check.model_missing /nowhere/at/all: ")
    assert not findings.passes(revision)


@pytest.mark.parametrize("setting", ["CHECK_CLASSIFIER", "CHECK_JUDGE"])
def test_a_name_that_leads_nowhere_is_a_code_beside_the_text(settings, client, editor, setting: str) -> None:  # type: ignore[no-untyped-def]
    setattr(settings, setting, "/nowhere/at/all")
    revision = on_the_desk()
    judge_revision(revision.pk)
    client.force_login(editor)
    page = client.get(f"/desk/revisions/{revision.pk}/").content.decode()
    assert "<code>check.model_missing</code> The model of this check was not found. (/nowhere/at/all" in page


@pytest.mark.parametrize("reason", ['judge.choice {"percent":91}', "ignores the choice: 91%"])
def test_judgement_is_said_in_the_readers_language(settings, client, editor, reason: str) -> None:  # type: ignore[no-untyped-def]
    settings.CHECK_JUDGE = "somewhere"
    revision, found = on_the_desk(), Finding("judge", "whole", 0, 0, 0, "", reason, 1)
    Judgement.objects.create(revision=revision, version=1, check_name="judge", findings=[as_json(found)])
    client.force_login(editor)
    for language, words in (("en", "ignores the choice: 91%"), ("zh-hans", "没有理会选项：91%")):
        page = client.get(f"/desk/revisions/{revision.pk}/", HTTP_ACCEPT_LANGUAGE=language).content.decode()
        assert words in page


def test_what_nobody_rang_for_is_found_by_the_sweep(settings) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk()
    assert stage_manager._unjudged() == []
    settings.CHECK_JUDGE = "somewhere"
    assert stage_manager._unjudged() == [revision.pk]
    Judgement.objects.create(revision=revision, version=1, check_name="judge")
    assert stage_manager._unjudged() == []


HANG = """
import django; django.setup()
import threading
from storyengine.editorial import tasks
from storyengine.generation import watchdog
tasks.classify = lambda *_, **__: threading.Event().wait(60)  # a kernel that never comes back
threading.Thread(target=watchdog.watch, args=(threading.Event(),), daemon=True).start()
tasks.judge_revision({revision})
"""


@pytest.mark.django_db(transaction=True)
def test_check_that_hangs_is_ended_with_its_process_and_not_tried_on_this_text_again(settings, editor) -> None:  # type: ignore[no-untyped-def]
    settings.CHECK_CLASSIFIER = "anything"
    revision = on_the_desk()
    environment = {
        **os.environ, "DATABASE_URL": test_database_url(), "STORYENGINE_WRITER_HANG_S": "1",
        "STORYENGINE_CHECK_CLASSIFIER": "anything", "DJANGO_SETTINGS_MODULE": "storyengine.settings",
        "PYTHONPATH": str(project.BASE_DIR),
    }  # fmt: skip
    script = HANG.format(revision=revision.pk)
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=90)
    assert done.returncode == 75, done.stderr
    assert list(Judgement.objects.values_list("check_name", "error")) == [("classifier", "check.hung")]
    assert judge_revision(revision.pk) == 0
    assert not findings.passes(revision)


def test_check_shows_what_it_is_at_and_leaves_the_writer_idle(settings, classifier: str, editor) -> None:  # type: ignore[no-untyped-def]
    settings.CHECK_CLASSIFIER = classifier
    pulse._beaten_at -= 1000
    classify(["fog"], model=classifier)
    assert (pulse.busy_with, pulse.silent_s() < 100) == ("judging", True)
    judge_revision(on_the_desk().pk)
    assert (pulse.work, pulse.busy_with) == (None, "")
