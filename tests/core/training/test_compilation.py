"""Compiling is tried where it could pay, and does not where there is no compiler."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
CODE = """
import sys
import torch
from trm_core.checkpoints.directory import build_model
from trm_core.model.config import TRMConfig
from trm_core.training.compilation import compiling_pays

torch.set_num_threads(1)
config = TRMConfig(cells=4, vocab_size=6, hidden_size=8, heads=1, layers=1, positions="none")
model = build_model(config)
print("short:", compiling_pays(model, 2, 100, ""), "torch._inductor.compile_fx" in sys.modules)
print("long:", compiling_pays(model, 2, 10**12, ""), "torch._inductor.compile_fx" in sys.modules)
print("gradients left:", any(weight.grad is not None for weight in model.parameters()))
"""


def test_compiling_does_not_pay_for_short_work_nor_without_a_compiler(tmp_path):
    """For short work it is not tried at all; without a compiler it fails, and nothing is raised."""
    without = {"CXX": "/bin/false", "TORCHINDUCTOR_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        env={**os.environ, **without},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "short: False False",
        "long: False True",
        "gradients left: False",
    ]
