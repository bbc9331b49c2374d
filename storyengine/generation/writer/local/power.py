"""What the GPU draws while it writes, through NVML; where there is none, nobody knows."""

import os
import threading
from types import TracebackType
from typing import Any, Self

SAMPLE_EVERY_S = 0.25


class Meter:
    """A context whose `watts` is the mean draw while it was open; None without an NVIDIA GPU and its driver.

    The whole GPU is measured: where somebody else uses it too, their share is in the number.
    """

    def __init__(self, device: str) -> None:
        self.watts: float | None = None
        self._samples: list[float] = []
        self._over = threading.Event()
        self._handle = _gpu() if device == "cuda" else None

    def __enter__(self) -> Self:
        if self._handle is not None:
            self._thread = threading.Thread(target=self._sample, name="power", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            self._over.set()
            self._thread.join()
            self.watts = round(sum(self._samples) / len(self._samples), 1) if self._samples else None

    def _sample(self) -> None:
        import pynvml

        while True:
            try:
                self._samples.append(pynvml.nvmlDeviceGetPowerUsage(self._handle) / 1000)
            except pynvml.NVMLError:
                return
            if self._over.wait(SAMPLE_EVERY_S):
                return


def _gpu() -> Any:
    """NVML's handle of the GPU that this process sees first; None where NVML is not there."""
    import pynvml

    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")[0].strip()
    try:
        pynvml.nvmlInit()
        if visible.startswith(("GPU-", "MIG-")):
            return pynvml.nvmlDeviceGetHandleByUUID(visible)
        return pynvml.nvmlDeviceGetHandleByIndex(int(visible or 0))
    except (pynvml.NVMLError, ValueError):
        return None
