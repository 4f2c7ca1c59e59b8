"""Beginning a run with the weights of a trained model (a warm start)."""

from __future__ import annotations

import torch
from torch import Tensor

from trm_core.checkpoints.directory import read_tensors
from trm_core.checkpoints.info import CheckpointError, ModelInfo, find_model
from trm_core.errors import Key
from trm_core.model.recursion import RecursiveModel
from trm_core.puzzles.base import PuzzleShape

PUZZLE_EMBEDDING, POSITIONS = "puzzle_embedding.weight", "position_embedding.weight"


def start_from(name_or_directory: str, model: RecursiveModel, shape: PuzzleShape) -> None:
    """Give `model`, for puzzles of `shape`, the weights and start states of a trained model.

    The trained one is bundled or in a directory. Its puzzle embedding is left out: those rows
    stand for other puzzles. If it is for smaller boards, its learned positions become those of the
    top left corner. Raises CheckpointError unless all other tensors have the same names and shapes.
    """
    info = find_model(name_or_directory)
    trained = read_tensors(info.weights_file)
    own = {name: t for name, t in model.state_dict().items() if name != PUZZLE_EMBEDDING}
    if POSITIONS in own and POSITIONS in trained:
        trained[POSITIONS] = _top_left(trained[POSITIONS], info, own[POSITIONS], shape)
    for name, tensor in own.items():
        found = list(trained[name].shape) if name in trained else None
        if found != list(tensor.shape):
            raise CheckpointError(
                Key("training.start_from"),
                f": {info.weights_file} has {name} as {found or 'nothing'}, "
                f"expected {list(tensor.shape)}",
            )
    model.load_state_dict({name: trained[name] for name in own}, strict=False)


def _top_left(trained: Tensor, info: ModelInfo, own: Tensor, shape: PuzzleShape) -> Tensor:
    """The positions `own` with `trained` ones in the corner; those alone if they do not fit."""
    rows, cols = info.puzzle.rows, info.puzzle.cols
    prefix = info.config.puzzle_positions
    smaller = rows <= shape.rows and cols <= shape.cols and info.puzzle != shape
    same = info.puzzle.kind == shape.kind and trained.shape[1] == own.shape[1]
    if not (same and smaller and shape.kind != "sudoku" and len(own) - shape.cells == prefix):
        return trained
    board = own[prefix:].reshape(shape.rows, shape.cols, -1).clone()
    board[:rows, :cols] = trained[prefix:].view(rows, cols, -1)
    return torch.cat([trained[:prefix], board.flatten(0, 1)])
