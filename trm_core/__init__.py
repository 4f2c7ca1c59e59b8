"""The model, solver, data and training of TRM Studio; no Qt anywhere below here.

`load_model` and `import_official` are fetched on first use: `import trm_core` needs no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
