"""A team's own adapter, for any causal language model: from its scripts, and from what its editors decided.

    scripts.py   a screenplay becomes prompts and answers      train.py    a run of TRL's trainers with PEFT's LoRA
    lessons.py   lines to learn from, as the model's tokens    tutors.py   those trainers, held to our tokens

Lines have TRL's shapes (`prompt`, `completion`, `chosen`, `rejected`, `label`), as editorial/preferences.py has them.
"""
