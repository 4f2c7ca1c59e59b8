"""`trm models`: what is bundled."""

from __future__ import annotations

import json

from rich.padding import Padding

from trm_core.checkpoints.expectations import all_in_all, share_right, what_it_learned
from trm_core.checkpoints.info import ModelInfo, bundled_models
from trm_core.cli.display import mebibytes, plain_console
from trm_core.cli.options import Json


def models(as_json: Json = False) -> None:
    """List the bundled models: puzzle and sizes, what each learned from, how often it is right."""
    bundled = bundled_models()
    if as_json:
        for info in bundled:
            sizes = {"bytes": info.size, "parameters": info.parameters}
            print(json.dumps({"name": info.name, **sizes, **info.to_json()}))
        return
    console = plain_console()
    for info in bundled:
        console.print(info.name, style="bold")
        for line in _lines(info):
            console.print(Padding(line, (0, 0, 0, 2), expand=False))


def _lines(info: ModelInfo) -> list[str]:
    size = f"{info.parameters:,} parameters, {mebibytes(info.size)}"
    lines = [f"{info.title}: {size}.", what_it_learned(info), all_in_all(info)]
    if info.by_style and info.results:
        lines.append(f"{info.name} is right on {', '.join(map(share_right, info.results))}.")
    return list(dict.fromkeys(lines))  # of ARC, the last two are the same
