"""The classifier of comments, with a model that the test makes: two labels, random weights, safetensors."""

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from audience.models import Comment
from audience.scoring import score_waiting
from storyengine.errors import Refused
from storyengine.generation import tasks
from storyengine.generation.classifier import Classifier, load_classifier, values_of
from storyengine.plot.models import Story
from tests.audience.seats import Hall

TEXTS = ["太好看了", "难看", "灯塔" * 200, ""]


def make(path: Path, labels: list[str], *, bias: list[float]) -> str:
    """A BERT of one layer whose answer is its bias: what it says is known."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(TEXTS, trainers.WordPieceTrainer(vocab_size=60, special_tokens=special))
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=64,
    ).save_pretrained(path)  # fmt: skip
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=60, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=64, id2label=dict(enumerate(labels)),
        label2id={label: n for n, label in enumerate(labels)},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor(bias))
    model.save_pretrained(path)
    return str(path)


@pytest.mark.parametrize(
    ("labels", "values"),
    [
        (["negative", "neutral", "positive"], [-1, 0, 1]),
        (["POS", "NEG"], [1, -1]),
        (["1 star", "2 stars", "3 stars", "4 stars", "5 stars"], [-1, -0.5, 0, 0.5, 1]),
        (["正面", "负面"], [1, -1]),
        (["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"], [-1, -1, 0, 1, 1]),
    ],
)
def test_values_of_labels(labels: list[str], values: list[float]) -> None:
    assert values_of(dict(enumerate(labels))) == dict(enumerate(values))


@pytest.mark.parametrize("labels", [["LABEL_0", "LABEL_1"], ["joy", "anger"], ["positive"], ["neutral", "positive"]])
def test_values_of_labels_that_do_not_say_are_refused(labels: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        values_of(dict(enumerate(labels)))
    assert refused.value.code == "classifier.broken"


def test_classifier_gives_the_expected_value_for_any_text(tmp_path: Path) -> None:
    classify = Classifier(make(tmp_path / "m", ["negative", "positive"], bias=[0.0, 1.0986123]))  # chances 1/4, 3/4
    assert classify(TEXTS) == pytest.approx([0.5] * len(TEXTS), abs=0.001)
    assert classify([]) == []


@pytest.mark.django_db
def test_score_waiting_asks_it_only_for_what_vader_cannot_read(tmp_path: Path) -> None:
    hall = Hall()
    Story.objects.update(language="zh-hans")
    comment = hall.say("太好看了")
    score_waiting(Classifier(make(tmp_path / "m", ["negative", "positive"], bias=[1.0986123, 0.0])))
    comment.refresh_from_db()
    assert comment.sentiment == pytest.approx(-0.5, abs=0.001)
    Story.objects.update(language="en")
    english = hall.say("I love this!")
    score_waiting(lambda texts: pytest.fail(f"asked for {texts}"))
    assert (Comment.objects.get(pk=english.pk).sentiment or 0) > 0.5


@pytest.mark.parametrize("name", ["", "/nowhere/model", "empty"])
def test_a_model_that_cannot_be_used_leaves_comments_unknown(tmp_path: Path, name: str, caplog) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "empty").mkdir()
    model = str(tmp_path / "empty") if name == "empty" else name or str(make(tmp_path / "m", ["a", "b"], bias=[0, 0]))
    assert load_classifier(model) is None
    assert "stay unknown" in caplog.text


def test_pickled_weights_are_not_loaded(tmp_path: Path) -> None:
    path = Path(make(tmp_path / "m", ["negative", "positive"], bias=[0.0, 0.0]))
    state = BertForSequenceClassification.from_pretrained(path).state_dict()
    (path / "model.safetensors").unlink()
    torch.save(state, path / "pytorch_model.bin")
    with pytest.raises(Refused) as refused:
        Classifier(str(path))
    assert refused.value.code == "classifier.broken"


@pytest.mark.django_db
def test_the_task_without_a_classifier_leaves_other_languages_unknown(settings) -> None:  # type: ignore[no-untyped-def]
    settings.SENTIMENT_MODEL = ""
    comment = Hall().say("太好看了")
    assert tasks.score_comments() == 1
    comment.refresh_from_db()
    assert (comment.sentiment, comment.scored_at is not None) == (None, True)
