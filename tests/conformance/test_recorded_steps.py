"""The recorded official steps are whole: what is computed of them is what was recorded."""

import pytest
import torch
from official_steps import CASES, FOLDER, official_steps
from safetensors.torch import load_file


@pytest.mark.parametrize("case", ["att-arc", "mlp-sudoku"])
def test_moments_and_averages_that_follow_from_the_official_gradients_end_as_recorded(case):
    assert case in CASES
    config, tensors = official_steps(case)
    steps = config["training"]["total_steps"]
    for name, recorded in load_file(FOLDER / case / "golden.safetensors").items():
        if name.startswith(("exp_avg", "ema/")):
            assert tensors[name].shape == (steps + 1, *recorded.shape[1:])
            torch.testing.assert_close(tensors[name][-1:], recorded, atol=1e-7, rtol=1e-6, msg=name)
        else:
            assert torch.equal(tensors[name], recorded)
