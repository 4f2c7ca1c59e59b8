"""What the plots in docks show of a real solve, and the cursor in them."""

from dataclasses import replace

import numpy as np
import pytest
from checkpoints_to_try import random_model
from judgements_to_try import other_way
from plots_to_try import NAMES, OVER_FRAMES, click, data
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLabel

from trm_core.checkpoints.directory import save_model
from trm_core.checkpoints.info import ModelInfo, find_model, read_info
from trm_core.mixing import Mixing
from trm_core.model.config import TRMConfig
from trm_core.puzzles import arc_tasks
from trm_core.puzzles.arc_tasks import load_task
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.files import load_puzzles
from trm_core.puzzles.library import read_library
from trm_core.puzzles.sudoku import generate
from trm_core.solver import Recursion
from trm_core.trace import SolveSettings
from trm_gui import theme as themes
from trm_gui.hints import WIDTH
from trm_gui.plots.mixing import NO_MODEL
from trm_gui.plots.pane import NO_TRACE

NEVER_RIGHT = 8


def emphasised(shown):
    """The codes of the symbols that are drawn as the decoded one."""
    accent = themes.current(shown).accent
    pens = [line.opts["pen"] for line in shown.lines]
    return [code for code, pen in enumerate(pens) if pen.color().name().upper() == accent]


def test_changes_are_drawn_where_there_are_any(pane, trace):
    curves = pane("plot_change").curves
    for name, curve in curves.items():
        x, y = data(curve.line)
        changes = trace.curves.changes(name)
        assert y == changes[changes > 0].tolist()
        assert x == ((np.flatnonzero(changes) + 1) / trace.frames_per_step).tolist()
        assert curve.label.isVisible()
        assert name in curve.label.toPlainText()


def test_the_right_cells_of_a_path_that_is_not_the_known_one_are_all_drawn_right(session, pane):
    session.show_recording(other_way())
    shown = pane("plot_correctness")
    assert data(shown.right.line)[1] == [50, 100]
    assert "6 of 6 open cells right" in shown.reading.text()


def test_one_frame_alone_makes_no_path_and_the_pane_says_so(qtbot, session, solve, pane):
    session.set_puzzle(read_library()[-30].puzzles()[0])
    session.use_model(find_model("arc-7x7"))
    session.solves.set_settings(SolveSettings(1, None))
    assert len(solve()) == 1
    shown = pane("plot_latent_path")
    assert shown.empty
    assert "One frame alone makes no path" in shown._message.text()
    with qtbot.waitSignal(session.solve_finished):
        session.solves.solve_further()
    assert not pane("plot_latent_path").empty


def test_a_single_frame_is_a_point(session, solve, pane):
    session.set_puzzle(read_library()[-30].puzzles()[0])
    session.use_model(find_model("arc-7x7"))
    session.solves.set_settings(SolveSettings(1, None))
    assert len(solve()) == 1
    for curve in pane("plot_change").curves.values():
        assert curve.line.scatter.isVisible()
        assert len(curve.line.scatter.points()) == 1


def test_the_mean_entropy_is_drawn_in_bits(pane, trace):
    _, y = data(pane("plot_certainty").curve.line)
    assert y == trace.curves.mean_entropies().tolist()


def test_right_cells_and_broken_rules_are_drawn(pane, session, puzzles, solve):
    session.set_puzzle(puzzles[NEVER_RIGHT])
    trace = solve()
    shown = pane("plot_correctness")
    assert data(shown.right.line)[1] == trace.curves.right_shares().tolist()
    assert [p.getAxis("left").labelText for p in shown.plots] == ["right, %", "broken"]
    conflicts = trace.curves.conflicts()
    assert data(shown.conflicts.line)[1] == conflicts.tolist()
    assert conflicts.max() > 0
    session.move_to(1)
    right, of = trace.right_cells(1)
    assert f"{right} of {of} open cells right" in shown.reading.text()
    assert f"{len(trace.conflicts(1))} broken rule" in shown.reading.text()


def test_of_a_puzzle_without_rules_only_right_cells_are_drawn(qtbot, pane, session, puzzles, solve):
    shown = pane("plot_correctness")
    right, broken = shown.plots
    session.set_puzzle(load_task("d511f180").puzzles()[0])
    trace = solve()
    qtbot.waitUntil(lambda: len(data(shown.right.line)[1]) == len(trace))
    assert not broken.isVisible()
    assert "rule" not in shown.reading.text()
    assert right.getAxis("bottom").label.isVisible()
    session.set_puzzle(puzzles[0])
    solve()
    qtbot.waitUntil(lambda: "broken rule" in shown.reading.text())
    assert broken.isVisible()
    assert not right.getAxis("bottom").label.isVisible()


def test_where_cells_are_not_counted_only_broken_rules_are_drawn(pane, session, solve, tmp_path):
    file = tmp_path / "open.sdm"
    file.write_text("1" + "." * 80)
    session.solves.set_settings(SolveSettings(2))
    session.set_puzzle(load_puzzles(file)[0])
    trace = solve()
    shown = pane("plot_correctness")
    assert trace.judgement(-1).solution is None
    assert data(shown.right.line)[1] == []
    assert len(data(shown.conflicts.line)[1]) == len(trace)
    assert "several solutions" in shown.reading.text()


def test_the_latent_paths_have_a_point_per_frame_coloured_by_time(pane, session, trace):
    shown = pane("plot_latent_path")
    for name, path in shown.paths.items():
        known = trace.curves.latent_path(name)
        x, y = path.dots.getData()
        assert np.array_equal(np.c_[x, y], known.points)
        colours = [brush.color().name() for brush in path.dots.data["brush"]]
        assert (colours[0], colours[-1]) == ("#440154", "#fde725")  # the ends of viridis
        assert f"{known.shares[0]:.0%}" in path.plot.getAxis("bottom").labelText
        session.move_to(5)
        assert np.array_equal(np.c_[path.ring.getData()], known.points[[5]])


def test_a_cell_has_a_curve_for_each_symbol_and_the_decoded_one_stands_out(pane, session, trace):
    shown = pane("plot_cell")
    shares = trace.curves.symbols(2, 3)
    assert np.array_equal([data(line)[1] for line in shown.lines], shares.T)
    for frame in range(len(trace)):
        session.move_to(frame)
        decoded = int(shares[frame].argmax())
        assert emphasised(shown) == [decoded] == [int(trace.grid(frame)[2, 3])]
        assert shown.reading.text().startswith(f"{decoded}: ")
    named = {name.toPlainText() for name in shown.names if name.isVisible()}
    assert str(decoded) in named


def test_after_another_solve_no_symbol_of_the_last_one_stands_out(pane, session, trace, solve):
    session.moment.look_at(tuple(np.argwhere(session.puzzle.grid)[0].tolist()))
    given = int(session.puzzle.grid[session.moment.cell])
    assert emphasised(pane("plot_cell")) == [given]
    grid = session.puzzle.grid.copy()
    grid[session.moment.cell] = other = given % 9 + 1
    session.edit_puzzle(replace(session.puzzle, grid=grid, solution=None))
    assert emphasised(pane("plot_cell")) == []
    solve()
    decoded = int(session.trace.grid(session.cursor)[session.moment.cell])
    assert decoded == other
    assert emphasised(pane("plot_cell")) == [decoded]


def test_another_cell_is_shown_when_it_is_pointed_at_chosen_or_typed(
    qtbot, session, widget, pane, trace, control
):
    shown, board = pane("plot_cell"), widget("answer_board")
    cells = board.geometry_of_cells()
    qtbot.mouseMove(board, cells.center(0, 1).toPoint())
    assert session.moment.cell == (0, 1)
    assert data(shown.lines[8])[1] == trace.curves.symbols(0, 1)[:, 8].tolist()
    qtbot.mouseClick(board, Qt.MouseButton.LeftButton, pos=cells.center(5, 6).toPoint())
    qtbot.mouseMove(board, cells.center(1, 1).toPoint())
    assert session.moment.cell == (1, 1)
    QApplication.sendEvent(board, QEvent(QEvent.Type.Leave))
    assert session.moment.cell == (5, 6)  # the selected one
    control("Row of the cell").setValue(9)
    assert session.moment.cell == (8, 6)
    control("Column of the cell").setValue(1)
    assert session.moment.cell == (8, 0)
    assert data(shown.lines[1])[1] == trace.curves.symbols(8, 0)[:, 1].tolist()


def test_the_selected_cell_stays_on_the_board_and_in_the_plots_until_another_puzzle(
    session, widget, trace, solve, puzzles
):
    board = widget("answer_board")
    board.select((1, 4))
    solve()
    assert board.selected_cell == session.moment.cell == (1, 4)
    session.set_puzzle(puzzles[1])
    solve()
    assert board.selected_cell is None
    assert session.moment.cell is None


def test_without_a_cell_the_panes_of_a_cell_say_what_to_do(pane, session, solve):
    solve()
    for name in ("plot_cell", "plot_attention"):
        shown = pane(name)
        assert shown.empty
        assert [w for w in shown.findChildren(QLabel) if "Point at a cell" in w.text()]


def test_a_cell_that_a_smaller_answer_does_not_have_is_no_longer_looked_at(
    pane, session, trace, solve
):
    session.moment.look_at((8, 8))
    session.edit_puzzle(generate(1, box_rows=2, box_cols=2, givens=8))
    solve()
    assert session.moment.cell is None
    assert pane("plot_cell").empty


@pytest.mark.parametrize("model", ["sudoku-9x9-att", "sudoku-9x9-small"])
def test_the_map_shows_what_the_solve_gives_for_cell_layer_and_head(
    qtbot, session, solve, mixing, model
):
    session.set_model(model)
    solve()
    session.moment.look_at((4, 4))
    for frame in (0, 3, 5):
        session.move_to(frame)
        shown = mixing()
        assert shown.mixing.weights.max() > 0
        assert np.array_equal(
            shown.image.image, session.trace.mixing_map(shown.mixing, 0, head_of(shown))
        )
    shown.layer.setCurrentIndex(1)
    shown.layer.activated.emit(1)
    assert np.array_equal(
        shown.image.image, session.trace.mixing_map(shown.mixing, 1, head_of(shown))
    )
    if shown.mixing.mixer == "attention":
        np.testing.assert_allclose(shown.image.image.sum(), 1, rtol=0.01)
        shown.head.setCurrentIndex(2)
        shown.head.activated.emit(2)
        assert np.array_equal(shown.image.image, session.trace.mixing_map(shown.mixing, 1, 1))
    assert shown.bar.levels() == (0, pytest.approx(shown.image.image.max()))


def head_of(pane):
    return None if pane.mixing.mixer == "attention" else 0


def test_a_certain_network_call_of_the_cycle_can_be_chosen(qtbot, session, mixing):
    session.move_to(2)
    shown = mixing()
    cursor = shown.mixing.weights
    for text, step in (("latent step 1", 1), ("answer update", None)):
        shown.call.setCurrentText(text)
        shown.call.activated.emit(shown.call.currentIndex())
        qtbot.waitUntil(lambda step=step: shown.mixing.call.latent_step == step)
        assert shown.mixing.call[:2] == session.frame.call[:2]
        assert not np.array_equal(shown.mixing.weights, cursor)


def test_a_click_on_the_map_looks_at_that_cell(qtbot, session, mixing):
    shown = mixing()
    click(qtbot, shown, shown.plots[0], 8, 2)
    assert session.moment.cell == (1, 7)
    assert mixing().mixing.cell == 16


def test_looking_during_a_solve_is_answered_before_it_ends(qtbot, session, pane, solve_for_long):
    session.moment.look_at((0, 1))
    shown = pane("plot_attention")
    solve_for_long()
    qtbot.waitUntil(lambda: isinstance(shown.mixing, Mixing))
    assert session.solving


def test_a_look_that_fails_is_told_of_and_ends(qtbot, session, mixing, monkeypatch):
    def broken(self, call, cell):
        raise RuntimeError("out of memory")

    shown = mixing()
    monkeypatch.setattr(Recursion, "mixing", broken)
    with qtbot.waitSignal(session.failed):
        session.moment.look_at((0, 0))
    assert "out of memory" in session.details
    qtbot.waitUntil(lambda: shown.mixing is None)
    assert shown._message.text() == NO_MODEL


def test_what_is_looked_at_after_the_window_was_closed_is_left_alone(window, session, mixing):
    mixing()
    trace, call = session.trace, session.frame.call
    window.close()
    session.move_to(1)
    assert session.solves.mixing(trace, call, 0).cancelled()


@pytest.mark.parametrize("name", OVER_FRAMES)
def test_a_click_moves_the_cursor_and_the_cursor_moves_a_line(qtbot, session, pane, trace, name):
    shown = pane(name)
    for frame in (7, 0, len(trace) - 1):
        place = (frame + 1) / trace.frames_per_step
        (low, high) = shown.plots[0].viewRange()[1]
        click(qtbot, shown, shown.plots[0], place, (low + high) / 2)
        assert session.cursor == frame
        assert [line.value() for line in shown.cursor_marks] == [place] * len(shown.plots)


def test_a_click_on_the_latent_path_moves_the_cursor_to_its_nearest_point(
    qtbot, session, pane, trace
):
    shown = pane("plot_latent_path")
    for name, path in shown.paths.items():
        points = trace.curves.latent_path(name).points
        for frame in (0, 3):
            session.move_to(len(trace) - 1)
            click(qtbot, shown, path.plot, *points[frame])
            reached = points[session.cursor]
            size = np.ptp(points, axis=0).max()
            assert np.hypot(*(reached - points[frame])) < 0.05 * size
            assert session.cursor < len(trace) - 1


def test_plots_follow_a_solve_and_those_behind_others_do_nothing(
    qtbot, session, dock, pane, solve_for_long
):
    shown = pane("plot_change")
    hidden = pane("plot_certainty")
    dock("plot_change").raise_()
    qtbot.waitUntil(lambda: not hidden.on_screen and shown.on_screen)
    solve_for_long()
    before = len(data(shown.curves["z"].line)[0])
    qtbot.waitUntil(lambda: len(data(shown.curves["z"].line)[0]) > before + 4)
    assert data(hidden.curve.line) == ([], [])
    dock("plot_certainty").raise_()
    qtbot.waitUntil(lambda: len(data(hidden.curve.line)[0]) > 4)


@pytest.mark.parametrize("name", NAMES)
def test_without_a_trace_a_pane_says_so(qtbot, pane, mixing, session, trace, puzzles, name):
    shown = mixing() if name == "plot_attention" else pane(name)
    assert not shown.empty
    session.set_puzzle(puzzles[1])
    qtbot.waitUntil(lambda: shown.empty and not shown._late)
    assert [w for w in shown.findChildren(QLabel) if w.text() == NO_TRACE and w.isVisible()]
    click(qtbot, shown, shown.plots[0], 0.5, 0.5)
    assert session.cursor is None


def test_the_path_of_two_frames_does_not_tell_shares(session, pane, solve):
    shown = pane("plot_latent_path")
    axis = shown.paths["y"].plot.getAxis("left")
    for supervision_steps, frames in ((3, 6), (1, 2)):
        session.solves.set_settings(SolveSettings(supervision_steps, None))
        assert len(solve()) == frames
        pane("plot_latent_path")
        assert ("%" in axis.labelText) == (frames > 2)


@pytest.mark.parametrize("name", NAMES)
def test_every_plot_says_in_words_what_it_shows(pane, solve, name):
    solve()
    shown = pane(name)
    assert shown.subtitle.isVisible()
    assert len(shown.subtitle.text().split()) > 5
    assert max(map(len, shown.subtitle.toolTip().splitlines())) <= WIDTH


def test_the_map_of_a_model_without_attention_is_not_called_that(window, mixing, dock):
    shown = mixing()
    assert shown.mixing.mixer == "mlp"
    assert dock("plot_attention").windowTitle() == "Mixing"
    assert shown.subtitle.text().startswith("Token mixing")


def test_the_map_of_a_model_with_relations_tells_what_each_pool_gives(
    session, solve, mixing, tmp_path
):
    """On a board of another size than the one that the model was made for."""
    config = TRMConfig(
        **{"cells": 16, "vocab_size": 6, "hidden_size": 16, "layers": 1},
        **{"mixer": "relations", "positions": "none", "candidates": True},
        relations=("lines", "box", "cell"),
    )
    info = ModelInfo("trm", PuzzleShape("sudoku", 4, 4, 2), config, directory=tmp_path / "any")
    save_model(random_model(config), info, "# Any size\n")
    session.use_model(read_info(info.directory))
    session.solves.set_settings(SolveSettings(1, None))
    solve()
    session.moment.look_at((4, 4))
    shown = mixing()
    assert shown.subtitle.text().startswith("Relations")
    heads = [shown.head.itemText(n) for n in range(shown.head.count())]
    assert heads == ["all pools", "row", "column", "box", "cell"]
    np.testing.assert_allclose(shown.image.image.sum(), 1, rtol=1e-5)
    assert (shown.image.image > 0).sum() == 9 + 8 + 4
    told = dict(zip(*[iter(shown.reading.text().split())] * 2, strict=True))
    assert list(told) == ["row", "col", "box", "cell"]
    for number, share in enumerate(told.values()):
        assert share == f"{shown.mixing.weights[0, number].sum():.0%}"
    shown.head.setCurrentIndex(1)
    shown.head.activated.emit(1)
    assert (shown.image.image > 0).nonzero()[0].tolist() == [4] * 9


def test_of_many_pools_those_are_told_that_give_most(session, solve, mixing, tmp_path):
    """And an ARC task is solved on a larger canvas than the one that the model was made for."""
    (puzzle,) = arc_tasks.generate(1, rows=7, cols=6).task.puzzles()
    config = TRMConfig(
        **{"cells": 25, "vocab_size": 12, "hidden_size": 16, "layers": 1},
        **{"mixer": "relations", "positions": "none", "candidates": True, "canvas": True},
        relations=("neighbours", "diagonals", "rays", "row", "column", "board", "cell"),
    )
    info = ModelInfo("trm", PuzzleShape("arc", 5, 5), config, directory=tmp_path / "any")
    save_model(random_model(config), info, "# Any size\n")
    session.use_model(read_info(info.directory))
    session.set_puzzle(puzzle)
    session.solves.set_settings(SolveSettings(1, None))
    solve()
    assert session.trace.shape == PuzzleShape("arc", 7, 6)
    session.moment.look_at((3, 3))
    shown = mixing()
    assert shown.head.count() == 1 + len(shown.mixing.heads) == 17
    told = [int(each.rstrip("%")) for each in shown.reading.text().split() if "%" in each]
    largest = sorted(shown.mixing.weights[0].sum(axis=1))[:-5:-1]
    assert told == [round(100 * share) for share in largest]
