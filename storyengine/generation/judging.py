"""A classifier's labels and a model's yes or no about a text: in a process that may load a model, and nowhere else.

Both are opinions with a number. Neither decides anything: they become findings beside the rules' own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from storyengine.errors import Refused
from storyengine.generation.pulse import JUDGING, LOADING, pulse

MOST_TOKENS = 512
# What a classifier calls a text in which it found nothing.
NEUTRAL = re.compile(r"(?i)^(?:non|not|neutral|none|safe|ok|clean|normal|label_0)\b|^non[-_]")


@dataclass(frozen=True, slots=True)
class Opinion:
    """`score` is the model's own probability, 0 to 1; what it is worth depends on the model."""

    label: str
    score: float


def classify(texts: Sequence[str], *, model: str) -> list[list[Opinion]]:
    """For each text what the classifier sees in it, the likeliest first, without its word for nothing.

    `model` is a directory or a hub name of a sequence classifier in safetensors. Raises Refused:
    check.model_missing, check.model_broken.
    """
    import torch

    pulse.beat(LOADING)
    tokenizer, classifier = _load(model, "AutoModelForSequenceClassification")
    names = classifier.config.id2label
    found = []
    for text in texts:
        pulse.beat(JUDGING)
        given = tokenizer(text, return_tensors="pt", truncation=True, max_length=MOST_TOKENS)
        with torch.inference_mode():
            logits = classifier(**given).logits[0]
        several = classifier.config.problem_type == "multi_label_classification"
        scores = (logits.sigmoid() if several else logits.softmax(-1)).tolist()
        seen = [Opinion(str(names[number]), score) for number, score in enumerate(scores)]
        found.append(sorted((one for one in seen if not NEUTRAL.match(one.label)), key=lambda one: -one.score))
    return found


def ask(questions: Sequence[str], *, model: str) -> list[float]:
    """How much likelier the model finds "yes" than "no" as its answer to each question, 0 to 1.

    Read off the next word's probabilities: nothing is generated, so there is nothing to misread.
    """
    import torch

    pulse.beat(LOADING)
    tokenizer, writer = _load(model, "AutoModelForCausalLM")
    yes, no = (tokenizer(word, add_special_tokens=False)["input_ids"][0] for word in ("yes", "no"))
    answers = []
    for question in questions:
        pulse.beat(JUDGING)
        given = tokenizer(_prompt(tokenizer, question), return_tensors="pt", add_special_tokens=False)
        with torch.inference_mode():
            logits = writer(input_ids=given["input_ids"]).logits[0, -1]
        answers.append(float(logits[[yes, no]].float().softmax(-1)[0]))
    return answers


def _prompt(tokenizer: Any, question: str) -> str:
    if tokenizer.chat_template is None:
        return f"{question}\nAnswer yes or no: "
    said = [{"role": "user", "content": f"{question}\nAnswer with one word, yes or no."}]
    return str(tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True))


@cache
def _load(model: str, kind: str) -> tuple[Any, Any]:
    import transformers

    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(model)
        loaded = getattr(transformers, kind).from_pretrained(model, use_safetensors=True)
    except (OSError, ValueError) as error:
        code = "check.model_missing" if isinstance(error, OSError) else "check.model_broken"
        raise Refused(code, reason=f"{model}: {str(error).splitlines()[0][:200]}") from error
    return tokenizer, loaded.eval()
