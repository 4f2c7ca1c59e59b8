"""What NVIDIA's GPUs of this machine have to do, as NVIDIA's own library tells."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pynvml

from trm_gui.jobs.load import Gpu


class Graphics:
    """NVIDIA's library while it is in use."""

    def __init__(self) -> None:
        with suppress(pynvml.NVMLError):
            pynvml.nvmlInit()

    def measured(self) -> Gpu | None:
        """All GPUs together; None where there is nothing to tell: no driver, no GPU, or one that
        fails, or tells less."""
        try:
            numbers = range(pynvml.nvmlDeviceGetCount())
            return together([_gpu(pynvml.nvmlDeviceGetHandleByIndex(number)) for number in numbers])
        except pynvml.NVMLError:
            return None

    def close(self) -> None:
        with suppress(pynvml.NVMLError):
            pynvml.nvmlShutdown()


def together(gpus: Sequence[Gpu]) -> Gpu | None:
    """Several GPUs as one: as busy as they are on the average, with the memory of all."""
    if not gpus:
        return None
    used, most = (sum(sizes) for sizes in zip(*(gpu.memory for gpu in gpus), strict=True))
    return Gpu(sum(gpu.busy for gpu in gpus) / len(gpus), (used, most))


def _gpu(handle: object) -> Gpu:
    memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
    busy = pynvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100
    return Gpu(busy, (memory.used, memory.total))
