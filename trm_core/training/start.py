"""Beginning a run with the weights of a trained model (a warm start)."""

from __future__ import annotations

from torch import nn

from trm_core.checkpoints.directory import read_tensors
from trm_core.checkpoints.info import CheckpointError, find_model

PUZZLE_EMBEDDING = "puzzle_embedding.weight"


def start_from(name_or_directory: str, model: nn.Module) -> None:
    """Give `model` the weights and start states of a trained model, bundled or in a directory.

    Its puzzle embedding is left out: its rows stand for other puzzles.
    Raises CheckpointError unless all other tensors are the same in name and shape.
    """
    info = find_model(name_or_directory)
    file = info.directory / "model.safetensors"
    trained = read_tensors(file)
    wanted = {name: t for name, t in model.state_dict().items() if name != PUZZLE_EMBEDDING}
    for name, tensor in wanted.items():
        shape = list(trained[name].shape) if name in trained else None
        if shape != list(tensor.shape):
            raise CheckpointError(
                f"training.start_from: {file} has {name} as {shape or 'nothing'}, "
                f"expected {list(tensor.shape)}"
            )
    model.load_state_dict({name: trained[name] for name in wanted}, strict=False)
