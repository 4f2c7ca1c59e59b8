"""The card of a model in training: what it learned from, for how long, how well it does."""

from __future__ import annotations

from pathlib import Path

from trm_core.checkpoints.info import ModelInfo
from trm_core.training.config import FILES, RunConfig


def card_of(info: ModelInfo, run: RunConfig, step: int) -> str:
    """The text of a checkpoint's README.md."""
    settings = run.training
    trained = step * settings.batch_size
    lines = [
        f"# {info.name}",
        "",
        f"{info.title}, after {step:,} of {settings.steps:,} optimizer steps of "
        f"{settings.batch_size} samples ({trained:,} supervision steps in all).",
        "",
        f"Preset: {run.preset}. Data: {_data(run)}. Weights: averaged, decay {settings.ema_decay}.",
        "",
    ]
    if info.results:
        lines += ["| held-out puzzles | number | exact, all supervision steps |", "|---|---|---|"]
        lines += [f"| {r.source} | {r.puzzles:,} | {r.exact:.1%} |" for r in info.results]
        lines += ["", f"Measured during training; `trm eval {info.name} DATA` measures again."]
    else:
        lines += ["Its accuracy has not been measured at this step; `trm eval` does that."]
    return "\n".join(lines) + "\n"


def _data(run: RunConfig) -> str:
    if path := run.data.get("path"):
        return f"`{Path(path).name}`"
    names = {option: [Path(file).name for file in run.data.get(option, ())] for option in FILES}
    options = {**run.data, **{option: found for option, found in names.items() if found}}
    return ", ".join(f"{name} {value}" for name, value in options.items())
