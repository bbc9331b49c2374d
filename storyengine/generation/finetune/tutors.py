"""TRL's three trainers as we need them: our tokens as they are, nothing downloaded, nothing reported to anybody.

`_prepare_dataset` is where they would render and tokenise text by themselves; trl is pinned, and a test trains with
each of them.
"""

from pathlib import Path
from typing import Any

from datasets import Dataset
from huggingface_hub import constants
from peft import LoraConfig
from transformers import PrinterCallback
from trl.trainer.dpo_config import DPOConfig
from trl.trainer.dpo_trainer import DPOTrainer
from trl.trainer.kto_config import KTOConfig
from trl.trainer.kto_trainer import KTOTrainer
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from storyengine.generation.finetune.lessons import Lesson, Method

constants.HF_HUB_DISABLE_TELEMETRY = True  # each trainer would tell its maker that it was made

ROWS = 2  # at once; KTO compares the answers within a batch and needs two


class Scripts(SFTTrainer):
    """From what was written, or approved, as it stands."""

    def _prepare_dataset(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        return dataset


class Pairs(DPOTrainer):
    """From two answers to one prompt, of which editors took one."""

    def _prepare_dataset(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        return dataset


class Verdicts(KTOTrainer):
    """From single answers that editors took or did not."""

    def _prepare_dataset(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        """Each answer also to its neighbour's prompt: from that the trainer reads how far the model moved at all."""
        answers = dataset["completion_ids"]
        batches = [answers[start : start + ROWS] for start in range(0, len(answers), ROWS)]
        return dataset.add_column("KL_completion_ids", [ids for batch in batches for ids in [batch[-1], *batch[:-1]]])


TRAINERS: dict[str, tuple[Any, Any]] = {
    "sft": (Scripts, SFTConfig), "dpo": (Pairs, DPOConfig), "kto": (Verdicts, KTOConfig),
}  # fmt: skip


def make_trainer(
    method: Method,
    lessons: list[Lesson],
    model: Any,
    tokenizer: Any,
    *,
    lora: LoraConfig,
    work: Path,
    callback: Any,
    **chosen: Any,
) -> Any:
    """A trainer of the model with a fresh adapter around it; `chosen` are further fields of its configuration."""
    trainer, config = TRAINERS[method]
    on_gpu = model.device.type == "cuda"
    arguments = config(
        output_dir=str(work),
        per_device_train_batch_size=ROWS,
        max_length=None,
        use_cpu=not on_gpu,
        bf16=on_gpu,
        activation_checkpointing=on_gpu,
        lr_scheduler_type="cosine",
        logging_steps=1,
        save_strategy="steps",
        save_total_limit=1,
        disable_tqdm=True,
        report_to="none",
        dataloader_pin_memory=on_gpu,
        **(balance(lessons) if method == "kto" else {}),
        **chosen,
    )
    made = trainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_list(lessons),
        processing_class=tokenizer,
        peft_config=lora,
        callbacks=[callback],
    )
    made.remove_callback(PrinterCallback)  # a dictionary a step; `callback` has the bar
    return made


def balance(lessons: list[Lesson]) -> dict[str, float]:
    """KTO's weights, so that many rejections do not drown few approvals, or the other way round."""
    wanted = sum(lesson["label"] for lesson in lessons)
    unwanted = len(lessons) - wanted
    if not wanted or not unwanted:
        return {}
    return {"desirable_weight": max(1.0, unwanted / wanted), "undesirable_weight": max(1.0, wanted / unwanted)}
