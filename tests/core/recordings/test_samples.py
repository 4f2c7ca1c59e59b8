"""A recording that was ever written opens for ever."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from make_recordings import facts

from trm_core.recordings import read_header, read_latents, read_recording

from .conftest import SAMPLES

VERSIONS = sorted(SAMPLES.parent.iterdir())
FILES = [file for version in VERSIONS for file in sorted(version.glob("*.trmrec"))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_sample_shows_what_it_showed_when_it_was_made(file):
    expected = json.loads((file.parent / "shown.json").read_text(encoding="utf-8"))[file.stem]
    recording = read_recording(file)
    shown = facts(recording.trace)
    path, expected_path = shown.pop("y_path"), expected.pop("y_path")
    assert shown == expected
    if expected_path is not None:
        np.testing.assert_allclose(path, expected_path, atol=0.002)
    assert recording.notes == "A sample.\nIt must open for ever: ✓"
    assert recording.created == datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
    assert read_header(file).frames == len(recording.trace)


def test_there_are_samples_of_every_kind_of_puzzle_and_they_are_small():
    for version in VERSIONS:
        files = list(version.glob("*.trmrec"))
        assert {read_header(file).puzzle.kind for file in files} == {"sudoku", "maze", "arc"}
        assert max(file.stat().st_size for file in files) < 60_000


def test_the_sample_with_latents_has_one_for_every_frame():
    latents = read_latents(SAMPLES / "latents.trmrec")
    trace = read_recording(SAMPLES / "latents.trmrec").trace
    assert latents.y.shape[0] == latents.z.shape[0] == len(trace)
    steps = np.linalg.norm(np.diff(latents.y, axis=0), axis=(1, 2))
    changes = [frame.y_change for frame in trace.frames[1:]]
    np.testing.assert_allclose(steps, changes, rtol=1e-4)
