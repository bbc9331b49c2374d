"""Numbers on their way to the device: a GPU is told far ahead of what it does, and a plain copy waits for all of it."""

from collections.abc import Sequence
from typing import Any

import torch


def send(values: Sequence[Any], device: torch.device, dtype: torch.dtype) -> torch.Tensor:
    """The values as a tensor on the device, without waiting: from memory that a GPU reads by itself."""
    return torch.tensor(values, dtype=dtype, pin_memory=device.type == "cuda").to(device, non_blocking=True)
