"""The model, solver, data and training of TRM Studio; no Qt anywhere below here.

`load_model` and `import_official` are fetched on first use: `import trm_core` needs no torch.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if "OMP_WAIT_POLICY" not in os.environ:
    # PyTorch's threads wait for each other thousands of times a second, by default for 15 ms
    # before they sleep: beside other work that keeps the very cores busy that they wait for, and
    # training is ten times slower. OpenMP reads this as torch is imported.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    os.environ.setdefault("KMP_BLOCKTIME", "1")  # ms; Intel's and LLVM's OpenMP (Windows, macOS)

if TYPE_CHECKING:
    from trm_core.checkpoints.directory import load_model
    from trm_core.checkpoints.official import import_official

__all__ = ["import_official", "load_model"]


def __getattr__(name: str) -> Any:
    if name == "load_model":
        from trm_core.checkpoints.directory import load_model

        return load_model
    if name == "import_official":
        from trm_core.checkpoints.official import import_official

        return import_official
    raise AttributeError(f"module 'trm_core' has no attribute {name!r}")
