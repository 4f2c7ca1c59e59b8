"""What no training is needed to refuse is refused before anything is made."""

import pytest
from runs_to_try import preset_with_data


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    return preset_with_data(tmp_path_factory.mktemp("checks"))


@pytest.fixture
def refused(trm, monkeypatch, tmp_path, preset):
    """A function that runs `trm train` with these changes, and returns what it says."""
    monkeypatch.chdir(tmp_path)

    def train(*changes):
        sets = [f"--set={change}" for change in changes]
        ended = trm("train", preset, *sets, "--device", "cpu")
        assert (ended.status, ended.out) == (1, "")
        assert not list(tmp_path.iterdir())
        return ended.err

    return train


def test_a_model_that_no_memory_holds_is_to_be_smaller_not_its_batch(refused):
    said = refused("hidden_size=1000000")
    assert said.startswith("trm: a model of 8,000,270,012,290 parameters takes 149,016.6 GiB")
    assert said.endswith("choose a smaller hidden_size, or fewer layers\n")


def test_a_batch_that_no_memory_holds_is_to_be_smaller(refused):
    said = refused("hidden_size=4096", "batch_size=1000000")
    assert said.startswith("trm: a batch of 1,000,000 samples takes 976.6 GiB to train, and this ")
    assert said.endswith("choose a smaller batch_size\n")


def test_first_weights_of_another_shape_are_refused(refused):
    said = refused("start_from=sudoku-9x9")
    assert said.startswith("trm: training.start_from: ")
    assert "expected [" in said


def test_data_of_another_kind_than_the_preset_is_for_are_refused(refused):
    said = refused("data.kind=maze")
    assert said.endswith("holds Sudoku 4×4, expected maze as the preset says\n")
