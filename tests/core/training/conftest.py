"""A data set and a preset that all training tests share."""

import pytest
from runs_to_try import new_run, write_preset

from trm_core.data.build import SudokuBuild, build

SUDOKUS = SudokuBuild(
    generate=60, held_out=16, box_rows=2, box_cols=2, givens_from=6, givens_to=12, seed=1
)


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """A data set of 4×4 Sudokus, only to be read."""
    directory = tmp_path_factory.mktemp("training") / "sudokus"
    build(SUDOKUS, directory, lambda done, total: None)
    return directory


@pytest.fixture
def preset(tmp_path, data):
    """A preset file for a tiny model."""
    return write_preset(tmp_path / "tiny.toml", data)


@pytest.fixture
def run(tmp_path, preset):
    """A new run of that preset."""
    return new_run(tmp_path / "run", preset)
