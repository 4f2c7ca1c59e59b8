"""`trm models`: what is bundled."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table

from trm_core.checkpoints.info import bundled_models
from trm_core.cli.options import Json


def models(as_json: Json = False) -> None:
    """List the bundled models with size, puzzle and measured accuracy."""
    bundled = bundled_models()
    if as_json:
        for info in bundled:
            print(json.dumps({"name": info.name, "bytes": info.size, **info.to_json()}))
        return
    table = Table("model", "architecture, puzzle", "size", "exact answers on unseen puzzles")
    for info in bundled:
        results = (f"{r.exact:.1%} of {r.puzzles:,} {r.source}" for r in info.results)
        table.add_row(info.name, info.title, f"{info.size / 2**20:.1f} MiB", "\n".join(results))
    Console(markup=False, emoji=False).print(table)
