"""What is laid over the answer: on and off, painted, explained, remembered."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from trm_core.puzzles import arc_tasks, maze_files
from trm_core.trace import SolveSettings
from trm_gui.board.content import BoardContent
from trm_gui.board.legend import Legend
from trm_gui.board.marks import heat_colour
from trm_gui.board.overlays import (
    CANDIDATES,
    CHANGED,
    CONFIDENCE,
    CONFLICTS,
    FIRST_RIGHT,
    FLIPS,
    OVERLAYS,
    VALUES,
    WRONG,
)
from trm_gui.board.painters import paint_board
from trm_gui.theme import LIGHT


@pytest.fixture
def overlays(window):
    return window.overlays


@pytest.fixture
def only(overlays):
    """Turn some overlays on and all others off."""

    def only(*chosen):
        for overlay in OVERLAYS:
            overlays.set_on(overlay, overlay in chosen)

    return only


@pytest.fixture
def content(widget):
    return lambda: widget("answer_board").content


@pytest.fixture
def legend(window):
    return window.findChild(Legend)


def on(overlays):
    return {overlay for overlay in OVERLAYS if overlay in overlays}


def painted(content):
    image = QImage(360, 360, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    cells = paint_board(painter, QRectF(0, 0, 360, 360), content, LIGHT)
    painter.end()
    return image, cells


def middle(image, cells, row, col):
    return image.pixelColor(cells.center(row, col).toPoint()).name().upper()


def test_number_keys_and_the_menu_turn_overlays_on_and_off(solve, press, action, overlays):
    solve()
    before = on(overlays)
    assert before == {VALUES, CHANGED, CONFLICTS}
    for number, overlay in enumerate(OVERLAYS, start=1):
        for expected in (overlay not in before, overlay in before):
            press(getattr(Qt.Key, f"Key_{number}"))
            assert (overlay in overlays) == expected
            assert action(f"overlay_{overlay.name}").isChecked() == expected
        before = on(overlays)
    action("overlay_flips").trigger()
    assert FLIPS in overlays


def test_a_digit_typed_into_the_puzzle_is_no_overlay(session, press, action, overlays):
    action("edit").trigger()
    before = on(overlays)
    press(Qt.Key.Key_4)
    assert session.puzzle.grid[0, 0] == 4
    assert on(overlays) == before


def test_of_the_colourings_one_is_on_at_most(overlays):
    overlays.set_on(FLIPS, True)
    overlays.set_on(FIRST_RIGHT, True)
    assert {FIRST_RIGHT, FLIPS} & on(overlays) == {FIRST_RIGHT}
    overlays.set_on(FLIPS, True)
    assert {FIRST_RIGHT, FLIPS} & on(overlays) == {FLIPS}


def test_the_board_shows_what_the_trace_says_at_the_cursor(session, solve, content, only):
    session.set_model("sudoku-9x9-small")
    trace = solve()
    session.move_to(5)
    only(CONFIDENCE, CANDIDATES, WRONG, FLIPS)
    shown = content()
    assert np.array_equal(shown.confidence, trace.confidence(5))
    assert np.array_equal(shown.candidates, trace.symbol_probabilities(5))
    assert np.array_equal(shown.wrong, trace.wrong(5))
    flips = trace.flips(5)
    assert flips.max() > 0
    assert np.array_equal(~np.isnan(shown.heat), flips > 0)
    assert shown.heat[flips == flips.max()].tolist() == [1.0] * int((flips == flips.max()).sum())
    assert (shown.values, shown.changed_age, shown.conflicts) == (False, None, ())
    only(VALUES, CHANGED, CONFLICTS, FIRST_RIGHT)
    shown = content()
    assert (shown.confidence, shown.candidates, shown.wrong) == (None, None, None)
    assert np.array_equal(shown.changed_age, trace.frames_since_change(5))
    since = trace.first_right_cells(5)
    coloured = (since >= 0) & (trace.puzzle.grid == 0)
    assert np.array_equal(~np.isnan(shown.heat), coloured)
    assert np.allclose(shown.heat[coloured], since[coloured] / (len(trace) - 1))


def test_cells_have_the_colours_of_their_heat(puzzles):
    heat = np.full((9, 9), np.nan)
    heat[0, 1], heat[0, 2] = 0.0, 1.0
    image, cells = painted(BoardContent(puzzles[0], puzzles[0].solve(), heat=heat))
    for col, share in ((1, 0.0), (2, 1.0)):
        corner = cells.rect(0, col).topLeft().toPoint()
        found = image.pixelColor(corner.x() + 4, corner.y() + 4).name().upper()
        assert found == heat_colour(share, LIGHT.scale).upper()


def test_what_is_unsure_is_faint(puzzles):
    puzzle, answer = puzzles[0], puzzles[0].solve()
    sure = np.ones((9, 9))
    unsure = sure.copy()
    unsure[0, 1] = 0.1
    before, cells = painted(BoardContent(puzzle, answer, confidence=sure))
    after, _ = painted(BoardContent(puzzle, answer, confidence=unsure))

    def darkest(image, col):
        area = cells.rect(0, col).adjusted(4, 4, -4, -4).toRect()
        return min(
            image.pixelColor(x, y).lightness()
            for x in range(area.left(), area.right())
            for y in range(area.top(), area.bottom())
        )

    assert darkest(after, 1) > darkest(before, 1) + 50
    assert darkest(after, 2) == darkest(before, 2)


def test_without_its_values_a_board_shows_what_was_posed(puzzles):
    answer = puzzles[0].solve()
    without, _ = painted(BoardContent(puzzles[0], answer, values=False))
    posed, _ = painted(BoardContent(puzzles[0], puzzles[0].grid))
    assert without == posed


def test_an_unsure_cell_shows_its_candidates_in_their_places(puzzles):
    puzzle, answer = puzzles[0], puzzles[0].solve()
    candidates = np.zeros((9, 9, 10))
    for cell in np.ndindex(9, 9):
        candidates[cell][answer[cell]] = 1
    candidates[0, 1] = 0
    candidates[0, 1, 1], candidates[0, 1, 9] = 0.7, 0.3
    image, cells = painted(BoardContent(puzzle, answer, candidates=candidates))
    size = cells.size / 3

    def has_ink(digit):
        down, along = divmod(digit - 1, 3)
        corner = cells.rect(0, 1).topLeft()
        spots = [
            image.pixelColor(
                round(corner.x() + (along + x) * size), round(corner.y() + (down + y) * size)
            )
            for x in np.linspace(0.2, 0.8, 12)
            for y in np.linspace(0.2, 0.8, 12)
        ]
        return any(spot.lightness() < 160 for spot in spots)

    assert [digit for digit in range(1, 10) if has_ink(digit)] == [1, 9]


def test_mazes_and_arc_grids_show_the_second_symbol_as_a_square():
    maze = maze_files.parse("#####\n#S G#\n#####")[0]
    candidates = np.zeros((3, 5, 5))
    candidates[..., 0] = 1
    candidates[1, 2] = 0, 0.6, 0, 0, 0.4
    image, cells = painted(BoardContent(maze, maze.grid, candidates=candidates))
    assert middle(image, cells, 1, 2) == LIGHT.accent
    (arc, *_) = arc_tasks.load_task("00d62c1b").puzzles()
    candidates = np.zeros((*arc.grid.shape, 10))
    candidates[..., 0] = 1
    candidates[0, 0, :2] = 0.6, 0.4
    image, cells = painted(BoardContent(arc, arc.grid, candidates=candidates))
    assert middle(image, cells, 0, 0) == LIGHT.arc[1].upper()


def test_the_legend_explains_what_is_on_and_nothing_else(session, solve, only, legend):
    assert legend.shown() == []
    session.set_model("sudoku-9x9-small")
    trace = solve()
    assert legend.shown() == ["just changed", "breaks a rule"]
    only(VALUES)
    assert legend.shown() == []
    only(*OVERLAYS)  # the last of the colourings stays
    most = int(trace.flips(session.cursor).max())
    assert legend.shown() == [
        "faint: unsure",
        "candidates",
        "just changed",
        "wrong",
        "breaks a rule",
        f"flips: 1 to {most}",
    ]
    assert legend.accessibleDescription() == ", ".join(legend.shown())
    assert not legend.grab().isNull()


def test_overlays_are_remembered(window, open_window, overlays):
    overlays.set_on(WRONG, True)
    overlays.set_on(CHANGED, False)
    window.close()
    assert on(open_window().overlays) == {VALUES, CONFLICTS, WRONG}


def test_overlays_do_not_run_the_model(qtbot, session, solve, overlays):
    session.set_settings(SolveSettings(2, None))
    solve()
    with qtbot.assertNotEmitted(session.trace_changed):
        for overlay in OVERLAYS:
            overlays.set_on(overlay, True)
