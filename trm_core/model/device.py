"""Which device and number format to run on."""

from __future__ import annotations

import torch

from trm_core.errors import UserError


class DeviceError(UserError):
    """A device or number format that this machine or PyTorch does not have."""


def choose_device(device: str) -> torch.device:
    """`device`, or with "auto" the first GPU if there is one, else the CPU."""
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.zeros(1, device=chosen).item()
    except (RuntimeError, AssertionError, NotImplementedError, ImportError):
        raise DeviceError(
            f"device {device!r} is not available here; expected auto, cpu, cuda or mps"
        ) from None
    return chosen


def choose_dtype(dtype: str | torch.dtype, device: torch.device) -> torch.dtype:
    """`dtype`, or with "auto" bfloat16 where the device has it in hardware, else float32."""
    if isinstance(dtype, torch.dtype):
        return dtype
    if dtype == "auto":
        return torch.bfloat16 if has_bfloat16(device) else torch.float32
    known = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    if dtype not in known:
        raise DeviceError(f"dtype {dtype!r} is unknown; expected auto, {', '.join(known)}")
    return known[dtype]


def named_dtype(dtype: torch.dtype) -> str:
    """What `choose_dtype` takes for `dtype`."""
    return str(dtype).removeprefix("torch.")


def empty_cache(device: torch.device) -> None:
    """Give back to the device what PyTorch keeps of its memory without using it."""
    if device.type != "cpu":
        getattr(torch, device.type).empty_cache()


def has_bfloat16(device: torch.device) -> bool:
    """Whether matrix products in bfloat16 run in hardware (AVX512-BF16, AMX, CUDA 8.0 and up)."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == "cpu":
        # PyTorch before 2.13 answers this only in functions that it does not document
        probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
        return any(getattr(torch.cpu, probe, bool)() for probe in probes)
    return False
