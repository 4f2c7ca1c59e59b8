"""`trm solve --record` leaves a whole recording of what it printed, or nothing."""

import json

import numpy as np
import pytest

from trm_core.checkpoints.info import find_model
from trm_core.recordings import read_header, read_latents, read_recording
from trm_core.resources import RESOURCES

PUZZLES = RESOURCES / "puzzles" / "sudoku-9x9.sdm"
SOLVE = "solve", PUZZLES, "--model", "sudoku-9x9-small", "--device", "cpu", "--dtype", "float32"


def test_the_recording_has_what_was_printed(trm, tmp_path):
    file = tmp_path / "solve.trmrec"
    ended = trm(*SOLVE, "--max-steps", 3, "--json", "--record", file)
    assert (ended.status, ended.err) == (0, "")
    cycles = [event for event in ended.events if event["event"] == "cycle"]
    recording = read_recording(file)
    trace = recording.trace
    assert [trace.puzzle.json_rows(trace.grid(i)) for i in range(len(trace))] == [
        cycle["grid"] for cycle in cycles
    ]
    assert [frame.halt_probability for frame in trace.frames] == [
        cycle["halt_probability"] for cycle in cycles
    ]
    assert trace.curves.latent_path("z") is not None
    assert recording.weights_hash == find_model("sudoku-9x9-small").weights_hash()
    assert (recording.device, recording.dtype) == ("cpu", "float32")
    assert read_latents(file) is None
    assert [path.name for path in tmp_path.iterdir()] == ["solve.trmrec"]


def test_latents_are_recorded_on_request(trm, tmp_path):
    file = tmp_path / "solve.trmrec"
    assert trm(*SOLVE, "--max-steps", 2, "--record", file, "--latents").status == 0
    latents, trace = read_latents(file), read_recording(file).trace
    assert latents.y.shape == latents.z.shape
    assert latents.y.shape[:2] == (len(trace), 81)
    for name in ("y", "z"):
        values = getattr(latents, name)
        changes = [getattr(frame, f"{name}_change") for frame in trace.frames]
        steps = np.linalg.norm(np.diff(values, axis=0), axis=(1, 2))
        np.testing.assert_allclose(steps, changes[1:], rtol=1e-4)


def test_latents_without_a_recording_are_bad_usage(trm):
    assert trm(*SOLVE, "--latents").status == 2


def test_a_recording_is_called_so(trm, tmp_path):
    ended = trm(*SOLVE, "--record", tmp_path / "solve.npz")
    assert ended.status == 2
    assert "NAME.trmrec" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_an_old_recording_is_replaced_only_by_a_whole_one(trm, tmp_path):
    file = tmp_path / "solve.trmrec"
    file.write_text("old")
    ended = trm("solve", tmp_path / "absent.sdm", "--record", file)
    assert ended.status == 1
    assert file.read_text() == "old"
    assert trm(*SOLVE, "--max-steps", 1, "--record", file).status == 0
    assert read_header(file).supervision_steps == 1
    assert [path.name for path in tmp_path.iterdir()] == ["solve.trmrec"]


def test_a_folder_that_is_not_there_is_told_before_anything_is_solved(trm, tmp_path):
    file = tmp_path / "gone" / "solve.trmrec"
    ended = trm(*SOLVE, "--json", "--record", file)
    assert ended == (
        1,
        "",
        f"trm: {file} cannot be written: there is no folder {tmp_path / 'gone'}\n",
    )


@pytest.mark.parametrize("option", ["--record", "--latents"])
def test_the_help_tells_of_recordings(trm, option):
    assert option in trm("solve", "--help").out


def test_a_recording_can_be_read_by_any_reader_of_safetensors(trm, tmp_path):
    from safetensors import safe_open

    file = tmp_path / "solve.trmrec"
    trm(*SOLVE, "--max-steps", 1, "--record", file)
    with safe_open(file, "np") as opened:
        metadata = opened.metadata()
        assert (metadata["format"], metadata["format_version"]) == ("trm-studio-recording", "1")
        assert json.loads(metadata["puzzle"])["kind"] == "sudoku"
        assert opened.get_tensor("probabilities").dtype == np.float16
        assert opened.get_tensor("tokens").shape == (2, 81)
