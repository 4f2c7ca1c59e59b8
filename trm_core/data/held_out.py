"""The data set on whose test split a model was measured, from the model's config."""

from __future__ import annotations

from trm_core.checkpoints.info import CONFIG, CheckpointError, ModelInfo
from trm_core.data.build import BUILDS, FILES, Build
from trm_core.data.layout import DatasetError
from trm_core.errors import quoted, raised_as
from trm_core.records import record


def held_out_build(info: ModelInfo) -> Build:
    """The data set whose test split `info.held_out` describes, of the model's kind of puzzle.

    Raises CheckpointError unless it describes one that can be made without files.
    """
    options = {name: value for name, value in info.held_out.items() if name != "kind"}
    with raised_as(CheckpointError, info.directory / CONFIG):
        for name in FILES:
            if options.get(name):
                raise CheckpointError(f"held_out.{name} is {quoted(options[name])}, expected none")
        try:
            return record(BUILDS[info.puzzle.kind], options, "held_out")
        except DatasetError as error:  # of values that do not go together
            raise CheckpointError(f"held_out: {error}") from None
