"""The curves of jobs."""

import numpy as np
import pytest
from jobs_to_try import condition, curve, drop, names
from PySide6.QtCore import QMimeData, Qt

from trm_core.training.run_directory import RunDirectory
from trm_gui.jobs.curve_data import Curves, View


def test_several_runs_are_numbered_and_plotted_together(window, run, attached, until, tmp_path):
    other = RunDirectory.create(tmp_path / "other", RunDirectory.open(run).config).path
    (other / "metrics.jsonl").write_text('{"step": 1, "train/loss": 3}\n')
    window.jobs.jobs.attach(other)
    until(lambda: condition(window, other) == "new")
    listing = window.jobs.dock.pane.listing
    listing.selectAll()
    until(lambda: len(curve(window, run)) and len(curve(window, other)))
    assert curve(window, other).tolist() == [[1, 3]]
    assert [listing.itemWidget(listing.item(row))._mark for row in (0, 1)] == [1, 2]
    listing.select(other)
    place = listing.visualItemRect(listing.item(0)).topLeft()
    drop(listing, place, QMimeData(), Qt.DropAction.MoveAction)
    until(lambda: names(window) == ["other", "mine"])
    assert listing.paths == [other]


def test_lines_that_come_after_other_plots_or_runs_were_chosen_are_not_drawn(
    window, run, attached, until, qtbot
):
    (run / "metrics.jsonl").write_text('{"step": 1, "train/loss": 3}\n')
    pane = window.jobs.dock.pane.curves
    until(lambda: len(curve(window, run)) > 0)
    with qtbot.assertNotEmitted(window.session.failed):
        until(lambda: not pane._waits)
        pane._ask()
        pane._begin_plots()
        until(lambda: not pane._waits)
        until(lambda: pane.plots != {} and len(curve(window, run)) > 0)
        pane._ask()
        pane.show_runs([])
        until(lambda: not pane._waits)
    assert not pane._has_rows


def test_a_resume_takes_back_later_rows_and_many_rows_are_few_points_with_all_extremes():
    curves, random = Curves(), np.random.default_rng(1)
    values = random.random(100_000)
    rows = [{"step": n, "train/loss": v} for n, v in enumerate(values.tolist())]
    curves.add([*rows, {"event": "resume", "step": 89_999}])
    line = curves.line("train/loss", View(width=500))
    assert len(line.steps) <= 1003
    assert line.steps[-1] == 89_999
    part = values[:90_000].astype(np.float32)
    assert (line.values.min(), line.values.max()) == (part.min(), part.max())
    curves.add(rows[90_000:])
    assert curves.line("train/loss", View(500, 95_000, 95_010)).steps.tolist() == list(
        range(94_998, 95_013)
    )
    smooth = curves.line("train/loss", View(2**31, smoothing=100)).values
    assert smooth[50_000] == pytest.approx(values[49_951:50_051].mean(), rel=1e-5)
    assert curves.near("train/loss", 7.4) == (7, pytest.approx(values[7]))


def test_what_is_no_number_leaves_a_gap():
    curves = Curves()
    curves.add(
        [
            {"step": 1, "train/loss": "much", "train/cell_accuracy": 0.5},
            {"step": 2, "train/loss": [1.0], "train/cell_accuracy": None},
            {"step": 3, "train/loss": 1.5},
        ]
    )
    assert curves.line("train/loss", View()).steps.tolist() == [3]
    assert curves.line("train/cell_accuracy", View()).steps.tolist() == [1]
