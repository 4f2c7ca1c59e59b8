"""Tables, JSON lines and arrays say what the trace says, frame by frame."""

import csv
import dataclasses
import json
import os

import numpy as np
import pytest
from recordings_to_show import recording, with_frames

from trm_core.errors import UserError
from trm_core.export import WRITERS, export_data
from trm_core.puzzles.base import NO_SYMBOL
from trm_core.trace import Trace

KINDS = ("sudoku", "maze", "arc")


def measured(trace, index):
    """What a frame's row has to say of it, worked out from the trace itself."""
    frame, right = trace[index], trace.right_cells(index)
    return {
        "frame": index + 1,
        "supervision_step": frame.supervision_step,
        "cycle": frame.cycle,
        "latent_step": frame.latent_step,
        "ends_supervision_step": frame.ends_supervision_step,
        "halt_probability": frame.halt_probability,
        "y_change": frame.y_change,
        "z_change": frame.z_change,
        "changed_cells": trace.changed_cells(index),
        "right_cells": right[0],
        "open_cells": right[1],
        "broken_rules": len(trace.conflicts(index)),
        "mean_entropy": pytest.approx(trace.entropy(index).mean()),
        "solved": trace.solved(index),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_has_a_row_for_every_frame_and_a_column_for_every_cell(kind, tmp_path):
    of = recording(kind, every_latent_step=kind == "sudoku")
    trace, puzzle = of.trace, of.trace.puzzle
    export_data(of, "csv", tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(trace)
    for index, row in enumerate(rows):
        for name, value in measured(trace, index).items():
            text = row[name]
            assert (None if text == "" else json.loads(text)) == value, name
        grid = trace.grid(index)
        for (r, c), code in np.ndenumerate(grid):
            shown = "" if code == NO_SYMBOL else str(puzzle.json_rows(grid)[r][c])
            assert row[f"r{r + 1}c{c + 1}"] == shown
        cells = {name for name in row if name[0] == "r" and name[1].isdigit() and row[name] != ""}
        assert len(cells) == (grid != NO_SYMBOL).sum()


@pytest.mark.parametrize("kind", KINDS)
def test_json_lines_are_the_solve_its_frames_and_its_end(kind, tmp_path):
    of = recording(kind)
    trace, puzzle = of.trace, of.trace.puzzle
    export_data(of, "jsonl", tmp_path / "a.jsonl")
    text = (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    start, *frames, end = map(json.loads, text.splitlines())
    assert start["event"] == "start"
    assert start["model"] == trace.model_name
    assert start["puzzle"]["grid"] == puzzle.json_rows(puzzle.grid)
    assert (start["weights_hash"], start["notes"]) == (of.weights_hash, of.notes)
    assert len(frames) == len(trace)
    for index, line in enumerate(frames):
        expected = {"event": "frame", **measured(trace, index)}
        assert {name: line[name] for name in expected} == expected
        assert line["grid"] == puzzle.json_rows(trace.grid(index))
        changed = [(row - 1, col - 1) for row, col in line["changed"]]
        assert changed == [tuple(cell) for cell in np.argwhere(trace.changed(index)).tolist()]
        assert [each["rule"] for each in line["broken"]] == [
            conflict.rule for conflict in trace.conflicts(index)
        ]
    assert end["event"] == "end"
    assert end["solved"] == trace.solved(-1)


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_hold_all_of_every_frame(kind, tmp_path):
    of = recording(kind, every_latent_step=kind == "maze")
    trace = of.trace
    export_data(of, "npz", tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        arrays = dict(file)
    about = json.loads(arrays["about"].item())
    assert about["model"] == trace.model_name
    for index, frame in enumerate(trace.frames):
        np.testing.assert_array_equal(arrays["tokens"][index], frame.tokens)
        np.testing.assert_array_equal(arrays["probabilities"][index], frame.probabilities)
        assert arrays["halt_probability"][index] == frame.halt_probability
        assert arrays["latent_step"][index] == (frame.latent_step or 0)
        grid = trace.grid(index)
        padded = arrays["grid"][index]
        np.testing.assert_array_equal(padded[: grid.shape[0], : grid.shape[1]], grid)
        assert (padded == NO_SYMBOL).sum() == padded.size - (grid != NO_SYMBOL).sum()
        np.testing.assert_array_equal(arrays["changed"][index], trace.changed(index))
        np.testing.assert_array_equal(
            arrays["y_coordinates"][index][: len(frame.y_coordinates)], frame.y_coordinates
        )
        np.testing.assert_array_equal(
            arrays["wrong"][index][: grid.shape[0], : grid.shape[1]], trace.wrong(index)
        )
    np.testing.assert_array_equal(arrays["solution"], trace.judgement(-1).solution)


@pytest.mark.parametrize("kind", KINDS)
def test_table_json_lines_and_arrays_agree_on_changed_and_right_cells(kind, tmp_path):
    of = recording(kind)
    for name in ("csv", "jsonl", "npz"):
        export_data(of, name, tmp_path / f"a.{name}")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    text = (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    lines = [line for line in map(json.loads, text.splitlines()) if line["event"] == "frame"]
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        changed, right = file["changed"], file["right_cells"]
    for index, (row, line) in enumerate(zip(rows, lines, strict=True)):
        assert int(row["changed_cells"]) == line["changed_cells"] == changed[index].sum()
        assert line["changed"] == (np.argwhere(changed[index]) + 1).tolist()
        assert int(row["right_cells"]) == line["right_cells"] == right[index]
    if kind == "arc":  # of which more than the answer changes
        trace = of.trace
        assert any(
            (trace.frames_since_change(index) == 0).sum() > changed[index].sum()
            for index in range(len(trace))
        )


def test_frames_whose_cells_are_not_counted_are_told_apart_in_arrays(tmp_path):
    of = recording("sudoku")
    many = dataclasses.replace(of.trace.puzzle, grid=np.zeros((9, 9)), solution=None)
    solved = many.encode(of.trace.puzzle.solution, many.shape)
    trace = Trace(many, many.shape, "any", 1, 1, of.trace.settings)
    for frame in (of.trace[0], dataclasses.replace(of.trace[1], tokens=solved)):
        trace.append(frame)
    export_data(dataclasses.replace(of, trace=trace), "npz", tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        assert file["right_cells"].tolist() == [-1, 81]
        assert not file["wrong"].any()


@pytest.mark.parametrize("name", WRITERS)
def test_a_recording_without_frames_is_refused_and_nothing_is_written(name, tmp_path):
    empty = with_frames(recording("sudoku"), [])
    with pytest.raises(UserError, match="no frames"):
        export_data(empty, name, tmp_path / "a")
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_stopped_before_it_has_its_name_leaves_what_was_there(name, tmp_path):
    target = tmp_path / f"a.{name}"
    target.write_text("before")

    def stop():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        export_data(recording("sudoku"), name, target, stop)
    assert os.listdir(tmp_path) == [target.name]
    assert target.read_text() == "before"


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_has_the_name_that_it_was_given_whatever_that_ends_in(name, tmp_path):
    export_data(recording("maze"), name, tmp_path / "plain")
    assert os.listdir(tmp_path) == ["plain"]
    assert (tmp_path / "plain").stat().st_size > 1000


def test_a_number_that_is_none_is_null(tmp_path):
    of = recording("sudoku")
    broken = dataclasses.replace(of.trace[0], halt_probability=float("nan"))
    export_data(with_frames(of, [broken]), "jsonl", tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[1], parse_constant=pytest.fail)["halt_probability"] is None
