"""Sentiment in languages that VADER lacks: a sequence-classification model of your choice, loaded in the worker.

The second file that imports torch and transformers. It is imported only where a model is configured
(STORYENGINE_SENTIMENT_MODEL), weights come as safetensors only, and no code of a model's repository is run.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils.logging import disable_progress_bar

from storyengine.errors import Refused

logger = logging.getLogger(__name__)

BATCH = 32
MOST_TOKENS = 256
# What the labels of published models say, in words; stars are read as numbers.
WORDS = (
    (re.compile(r"\bvery[ _-]?neg|非常负面", re.I), -1.0),
    (re.compile(r"\bvery[ _-]?pos|非常正面", re.I), 1.0),
    (re.compile(r"neg|负面|消极", re.I), -1.0),
    (re.compile(r"pos|正面|积极", re.I), 1.0),
    (re.compile(r"neu|mixed|中性|中立", re.I), 0.0),
)
STARS = re.compile(r"^(\d)\s*(?:stars?|星)?(?:\b|$)|\bstar[ _-](\d)", re.I)


class Classifier:
    """A model from a directory or a hub name. Calling it gives one score from -1 to 1 for each text."""

    def __init__(self, model: str) -> None:
        disable_progress_bar()
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(model, trust_remote_code=False)
            loaded = AutoModelForSequenceClassification.from_pretrained(
                model, trust_remote_code=False, use_safetensors=True, dtype=torch.float32
            )
        except (OSError, ValueError, KeyError, ImportError) as error:
            known = Path(model).is_dir()
            reason = f"{model}: {str(error).splitlines()[0][:200]}"
            raise Refused("classifier.broken" if known else "classifier.missing", reason=reason) from error
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model = loaded.eval().to(self._device)
        values = values_of(loaded.config.id2label)
        self._values = torch.tensor([values[number] for number in range(len(values))], device=self._device)

    def __call__(self, texts: Sequence[str]) -> list[float]:
        """The expected value over the model's classes; safe to call from several threads."""
        scores: list[float] = []
        for first in range(0, len(texts), BATCH):
            batch = self._tokenizer(
                list(texts[first : first + BATCH]), padding=True, truncation=True, max_length=MOST_TOKENS,
                return_tensors="pt",
            ).to(self._device)  # fmt: skip
            with torch.inference_mode():
                chances = self._model(**batch).logits.softmax(dim=-1)
            scores += (chances @ self._values).clamp(-1, 1).tolist()
        return [round(score, 4) for score in scores]


def values_of(labels: Mapping[int, str]) -> dict[int, float]:
    """What each class is worth, -1 to 1; raises Refused("classifier.broken") where the labels do not say.

    "negative", "neutral", "positive" in English or Chinese, or stars ("1 star" ... "5 stars"). A guess from the order
    of "LABEL_0", "LABEL_1" would turn an audience's wishes round: such a model is refused.
    """
    stars = {number: match for number, label in labels.items() if (match := STARS.search(label))}
    if len(stars) == len(labels) > 1:
        ranks = {number: int(match[1] or match[2]) for number, match in stars.items()}
        low, high = min(ranks.values()), max(ranks.values())
        if high > low:
            return {number: 2 * (rank - low) / (high - low) - 1 for number, rank in ranks.items()}
    values = {number: value for number, label in labels.items() if (value := _word(label)) is not None}
    if len(values) < len(labels) or not {-1.0, 1.0} <= set(values.values()):
        raise Refused("classifier.broken", reason=f"labels: {', '.join(labels.values())}"[:200])
    return values


def _word(label: str) -> float | None:
    return next((value for pattern, value in WORDS if pattern.search(label)), None)


@cache
def load_classifier(model: str) -> Classifier | None:
    """This process's classifier, loaded once; None if it cannot be used, which is said once in the log."""
    try:
        return Classifier(model)
    except Refused as refused:
        logger.error("comments that VADER cannot read stay unknown: %s", refused)
        return None
