"""`trm models`: what is bundled."""

from __future__ import annotations

import json

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from trm_core.checkpoints.expectations import share_right
from trm_core.checkpoints.info import bundled_models
from trm_core.cli.options import Json


def models(as_json: Json = False) -> None:
    """List the bundled models with size, puzzle and measured accuracy."""
    bundled = bundled_models()
    if as_json:
        for info in bundled:
            sizes = {"bytes": info.size, "parameters": info.parameters}
            print(json.dumps({"name": info.name, **sizes, **info.to_json()}))
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("model", no_wrap=True)
    table.add_column("architecture, puzzle")
    for name in ("parameters", "size"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("right on unseen puzzles", overflow="fold")
    for info in bundled:
        table.add_row(
            info.name,
            info.title,
            f"{info.parameters:,}",
            f"{info.size / 2**20:.1f} MiB",
            "\n".join(map(share_right, info.results)),
        )
    Console(markup=False, emoji=False, highlight=False).print(table)
