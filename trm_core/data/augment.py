"""Which augmentation the training data of a puzzle kind gets."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from trm_core.data.augment_arc import ArcAugmentation
from trm_core.data.augment_maze import MazeAugmentation
from trm_core.data.augment_sudoku import SudokuAugmentation
from trm_core.data.batch import Augmentation
from trm_core.puzzles.base import PuzzleError, PuzzleShape


def augmentation_for(
    shape: PuzzleShape, identifiers: Sequence[str], device: torch.device, extra_givens: int = 0
) -> Augmentation:
    """The augmentation of batches on `device` of puzzles of `shape`.

    identifiers: what the puzzle ids are called, for ARC; extra_givens: the most cells of the answer
    to reveal, for Sudoku. PuzzleError where there is no augmentation for them.
    """
    if shape.kind == "arc":
        return ArcAugmentation(shape.rows, shape.cols, identifiers, device)
    if shape.kind == "maze":
        return MazeAugmentation(shape.rows, shape.cols, device)
    if not shape.box_rows:
        raise PuzzleError(f"found {shape} without box_rows, expected the height of its boxes")
    if extra_givens < 0:
        raise PuzzleError(f"found {extra_givens} as extra_givens, expected 0 or more")
    return SudokuAugmentation(shape.rows, shape.box_rows, extra_givens)
