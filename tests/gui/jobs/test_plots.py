"""How curves are plotted: ranges, ticks, labels at their ends, and where the plots stand."""

import json
import warnings
from itertools import pairwise

import numpy as np
import pytest
from jobs_to_try import condition, curve, plotted
from PySide6.QtCore import QSize

from trm_core.training.run_directory import RunDirectory
from trm_gui import theme as themes
from trm_gui.jobs.curve_canvas import LEAST_HEIGHT, MOST_WIDE, columns_for
from trm_gui.jobs.curves import NOTHING_POSITIVE
from trm_gui.jobs.end_labels import spread
from trm_gui.jobs.panels import PANELS
from trm_gui.jobs.plot_parts import ValueAxis, value_range
from trm_gui.jobs.rows import curve_colour


@pytest.fixture
def attach(window, run, until, tmp_path):
    """Watch runs of these rows together, all plots shown; gives their paths."""

    def attach(*runs):
        window.settings.setValue("job_plots", [panel.title for panel in PANELS])
        window.resize(1600, 1000)
        paths = []
        for number, rows in enumerate(runs, start=1):
            path = RunDirectory.create(
                tmp_path / f"run-{number}", RunDirectory.open(run).config
            ).path
            (path / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
            window.jobs.jobs.attach(path)
            until(lambda path=path: condition(window, path) == "new")
            paths.append(path)
        window.jobs.dock.pane.listing.selectAll()
        until(lambda: all(len(curve(window, path)) for path in paths))
        return paths

    return attach


def rows(count, **values):
    """Rows of 10 steps each with the same values; "__" stands for "/"."""
    named = {name.replace("__", "/"): value for name, value in values.items()}
    return [{"step": 10 * step, **named} for step in range(1, count + 1)]


def plot(window, title):
    plots = window.jobs.dock.pane.curves.plots
    return next(plot for panel, plot in plots.items() if panel.title == title)


@pytest.mark.parametrize(
    ("values", "share", "logarithmic", "shown"),
    [
        ([0, 0, 0], True, False, (-0.025, 1.025)),
        ([0, 0, 0], False, False, (-0.025, 1.05)),
        ([1, 1], True, False, (-0.025, 1.025)),
        ([0.5], True, False, (-0.025, 1.025)),
        ([0.2, 0.4], True, False, (0.19, 0.41)),
        ([0, 0.4], True, False, (-0.01, 0.42)),
        ([0.001, 1.001], False, False, (-0.025, 1.051)),
        ([3e-4, 3e-4], False, False, (-1.5e-5, 6.3e-4)),
        ([-1, 1], False, False, (-1.1, 1.1)),
        ([0.5, 1.5], True, False, (0.45, 1.55)),
        ([], True, False, (-0.025, 1.025)),
        ([0, 0], True, True, (-1.05, 0.025)),
        ([], False, True, (-1.05, 0.05)),
        ([0, 1, 100], False, True, (-0.1, 2.1)),
        ([0.01, 1], True, True, (-2.1, 0.05)),
    ],
)
def test_an_axis_shows_its_values_and_nothing_that_they_cannot_be(
    values, share, logarithmic, shown
):
    assert value_range(np.array(values, float), share, logarithmic) == pytest.approx(shown)


def test_ticks_on_a_log_scale_are_few_and_in_plain_numbers(qapp):
    axis = ValueAxis(share=False)
    axis.setLogMode(y=True)

    def ticks(low, high, size):
        levels = axis.tickValues(np.log10(low), np.log10(high), size)
        return [text for _, values in levels for text in axis.tickStrings(values, 1, 1)]

    many = ["0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"]
    assert ticks(0.0009, 1.2, 300) == many
    assert ticks(0.0009, 1.2, 100) == ["0.001", "0.01", "0.1", "1"]
    assert ticks(1e-8, 1, 60) == ["1e-06", "0.001", "1"]
    assert ticks(0.51, 0.59, 100)[0] == "0.52"
    shares = ValueAxis(share=True)
    assert shares.tickStrings([-0.0, 0.5], 1, 0.5) == ["0 %", "50 %"]


def test_accuracies_that_are_all_zero_are_shown_from_0_to_100_per_cent(window, attach, until):
    zero = rows(20, train__loss=0, train__exact_accuracy=0, held_out__exact_accuracy=0)
    attach(zero)
    for title in ("Exactly right", "Loss"):
        low, high = plot(window, title).vb.viewRange()[1]
        assert -0.05 < low <= 0
        assert 1 <= high < 1.1
    curves = window.jobs.dock.pane.curves
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        curves.bar.logarithmic.setChecked(True)
        until(curves._message.isVisible)
        window.jobs.dock.grab()
    assert curves._message.text() == NOTHING_POSITIVE
    curves.bar.logarithmic.setChecked(False)
    until(lambda: not curves._message.isVisible())


def test_labels_at_the_ends_are_apart_and_within_the_plot(window, attach, until):
    """Also where six runs of three curves each end at the same value, and one ends early."""
    same = {"train__loss": 1, "train__answer_loss": 1, "train__halting_loss": 1}
    attach(*[rows(20 if number else 5, **same) for number in range(6)])
    loss = plot(window, "Loss")
    window.jobs.dock.setFloating(True)
    window.jobs.dock.resize(960, 700)
    until(lambda: loss.labels._plot().height() > 6 * 16)
    placed = loss.labels.placed()
    assert 1 <= len(placed) < 18
    room = loss.labels._plot()
    for (end, _, place), (_, _, below) in pairwise(placed):
        assert place.bottom() <= below.top() + 1e-6, end
    assert placed[0][2].top() >= room.top() - 1e-6
    assert placed[-1][2].bottom() <= room.bottom() + 1e-6
    assert {end.words for end, *_ in placed if end.rank == 0} == set("123456")
    assert "answer" in loss.titleLabel.text


def test_curves_of_a_run_that_end_together_have_one_label(window, attach, until):
    near = {"train__loss": 1, "train__answer_loss": 1.01, "train__halting_loss": 0}
    attach(rows(20, **near), rows(20, train__loss=2, train__answer_loss=2.01))
    loss = plot(window, "Loss")
    window.jobs.dock.setFloating(True)
    window.jobs.dock.resize(960, 900)
    until(lambda: [end.words for end, *_ in loss.labels.placed()] == ["2", "1", "1"])
    assert [end.y for end, *_ in loss.labels.placed()][2] == 0


def test_one_run_has_its_curves_named_at_their_ends(window, attach):
    attach(rows(20, train__loss=1.5, train__answer_loss=1, train__halting_loss=0.5))
    loss = plot(window, "Loss")
    assert [end.words for end, *_ in loss.labels.placed()] == ["loss", "answer", "halting"]
    assert loss.titleLabel.text == "Loss"
    width = loss.labels.width_of(["halting"])
    assert all(
        p.labels.minimumWidth() >= width for p in window.jobs.dock.pane.curves.plots.values()
    )


def test_places_are_spread_as_little_as_they_must_be():
    assert spread(np.array([]), 10, 0, 100).tolist() == []
    assert spread(np.array([10.0, 50.0]), 10, 0, 100).tolist() == [10, 50]
    assert spread(np.array([50.0, 50.0, 50.0]), 10, 0, 100).tolist() == [40, 50, 60]
    assert spread(np.array([50.0, 52.0]), 10, 0, 100).tolist() == [46, 56]
    assert spread(np.array([-5.0, 0.0]), 10, 0, 100).tolist() == [0, 10]
    assert spread(np.array([99.0, 120.0]), 10, 0, 100).tolist() == [90, 100]


def test_all_plots_show_the_same_steps_also_where_the_first_has_no_values(window, attach, until):
    (path,) = attach([*rows(3, train__loss=1), {"step": 900, "held_out/exact_accuracy": 0.5}])
    first, last = plot(window, "Loss").vb.viewRange()[0]
    assert first <= 10
    assert last >= 900
    accuracy = plot(window, "Exactly right")
    assert accuracy.vb.viewRange()[0] == pytest.approx([first, last], abs=20)
    window.jobs.dock.setFloating(True)
    window.jobs.dock.resize(1100, 700)
    until(lambda: window.jobs.dock.pane.curves.canvas.width() > 600)
    assert window.jobs.dock.pane.curves.canvas.whole
    accuracy.setXRange(5, 25, padding=0)
    until(lambda: plot(window, "Loss").vb.viewRange()[0] == pytest.approx([5, 25], abs=1))
    until(lambda: len(curve(window, path, "held_out/exact_accuracy")) == 1)
    window.jobs.dock.pane.curves.bar.whole.click()
    until(lambda: plot(window, "Loss").vb.viewRange()[0][1] >= 900)


def test_lines_are_wide_while_all_together_are_few_points(window, attach):
    (path,) = attach(rows(30, train__loss=1))
    line = window.jobs.dock.pane.curves.lines[path, "train/loss"]
    assert line.opts["pen"].widthF() >= 2
    assert line.opts["antialias"]


def test_lines_are_narrow_where_wide_ones_would_be_slow(window, attach, until):
    names = [each.name for panel in PANELS for each in panel.curves]
    values = np.random.default_rng(0).random((3000, len(names))).tolist()
    many = [
        {"step": step, **dict(zip(names, row, strict=True))}
        for step, row in enumerate(values, start=1)
    ]
    attach(many, many, many, many)
    lines = window.jobs.dock.pane.curves.lines
    until(lambda: sum(len(plotted(line)) for line in lines.values()) > MOST_WIDE)
    until(lambda: {line.opts["pen"].widthF() for line in lines.values()} == {1})
    assert not any(line.opts["antialias"] for line in lines.values())


@pytest.mark.parametrize("floats", [False, True])
def test_a_theme_changes_curves_that_are_shown(window, attach, until, qapp, floats):
    (path,) = attach(rows(30, train__loss=1))
    window.jobs.dock.setFloating(floats)
    canvas = window.jobs.dock.pane.curves.canvas
    plot = next(iter(canvas.plots.values()))
    for theme in (themes.DARK, themes.LIGHT, themes.DARK):
        themes.apply(qapp, theme)
        colour = curve_colour(theme.name, 1)
        until(lambda colour=colour: plot.lines[path, "train/loss"].opts["pen"].color() == colour)
        assert canvas.backgroundBrush().color().name().upper() == theme.surface
        assert plot.getAxis("left").textPen().color().name().upper() == theme.secondary_text
        assert plot.titleLabel.opts["color"] == theme.text
    assert len(curve(window, path)) == 30


def test_plots_are_about_twice_as_wide_as_high_and_never_too_low_to_be_read(window, attach, until):
    assert columns_for(0, QSize(500, 500)) == 0
    assert columns_for(2, QSize(590, 446)) == 1
    assert columns_for(2, QSize(1240, 150)) == 2
    assert columns_for(6, QSize(590, 446)) == 2
    assert columns_for(6, QSize(1240, 150)) == 3
    attach(rows(5, train__loss=1))
    curves = window.jobs.dock.pane.curves
    until(lambda: len(curves.plots) == len(PANELS))
    until(lambda: all(each.size().height() >= LEAST_HEIGHT - 16 for each in curves.plots.values()))
    scene = curves.canvas.viewport().rect()
    for each in curves.plots.values():
        place = curves.canvas.mapFromScene(each.sceneBoundingRect()).boundingRect()
        assert scene.adjusted(-2, -2, 2, 2).contains(place)
