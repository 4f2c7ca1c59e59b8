"""What a run's model learns from, in words and in the styles that its puzzles can have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from trm_core.checkpoints.facts import Learned
from trm_core.data.build import ArcBuild, MazeBuild, SudokuBuild
from trm_core.errors import first_of
from trm_core.puzzles.styles import CORRIDORS, LOOPS, MAZE_STYLE_WORDS, OBSTACLES
from trm_core.training.config import RunConfig, data_build

MAZE_STYLES = {"perfect": CORRIDORS, "loops": LOOPS, "hard": OBSTACLES}
"""The styles of a data set's mazes, as the window calls them."""


def learned(config: RunConfig) -> Learned:
    """What a run's config says. Raises UserError where its data table makes no sense."""
    told = _of_data(config.data)
    sides = sorted(set(config.training.other_sides))
    if not sides:
        return told
    others = first_of([f"{side}×{side}" for side in sides], len(sides))
    return replace(told, words=f"{told.words}, and made-up Sudokus {others}")


def _of_data(data: Mapping[str, Any]) -> Learned:
    if path := data.get("path"):
        return Learned(f"the data set {Path(path).name}")
    build = data_build(data)
    if isinstance(build, ArcBuild):
        return Learned(_tasks(build))
    if build.files:
        return Learned(f"the puzzles of {first_of([Path(file).name for file in build.files])}")
    if isinstance(build, SudokuBuild):
        side = build.box_rows * build.box_cols
        givens = f"{build.givens_from} to {build.givens_to} givens"
        return Learned(f"made-up Sudokus {side}×{side} with {givens}")
    if build.style == "mixed":
        return Learned(_mixed(build))
    style, size = MAZE_STYLES[build.style], f"{build.rows}×{build.cols}"
    if build.smallest:
        size = f"{build.smallest | 1}×{build.smallest | 1} to {size}"
    return Learned(f"made-up mazes {size}: {MAZE_STYLE_WORDS[style]}", (style,))


def _mixed(build: MazeBuild) -> str:
    size = f"{build.rows}×{build.cols}"
    if build.smallest:
        size = f"{build.smallest}×{build.smallest} to {size}"
    return f"made-up mazes {size} of all kinds: {', '.join(dict.fromkeys(build.styles))}"


def _tasks(build: ArcBuild) -> str:
    of = [name.upper() for name in build.datasets] + [Path(file).name for file in build.files]
    words = [f"the tasks of {first_of(of)}"] if of else []
    if build.tasks:
        words = [f"{len(build.tasks)} tasks of {first_of(of)}"]
    if build.generate:
        words.append(f"{build.generate:,} made-up tasks")
    return f"{' and '.join(words)}, up to {build.canvas}×{build.canvas}"
