"""What is laid over the answer: on and off, painted, explained, remembered."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from recordings_to_show import recording, with_frames

from trm_core.puzzles import arc_tasks, maze_files
from trm_core.puzzles.base import Conflict
from trm_core.puzzles.blank import blank
from trm_core.trace import SolveSettings
from trm_gui.board.content import BoardContent
from trm_gui.board.legend import GAP, ROW, SWATCH, Legend, legend_items, paint_swatch
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
from trm_gui.theme import DARK, LIGHT, contrast


@pytest.fixture
def overlays(window):
    return window.boards.overlays


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


def painted(content, theme=LIGHT):
    image = QImage(360, 360, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.background))
    painter = QPainter(image)
    cells = paint_board(painter, QRectF(0, 0, 360, 360), content, theme)
    painter.end()
    return image, cells


def pixels(image):
    """(height, width, 3) red, green and blue."""
    image = image.convertToFormat(QImage.Format.Format_RGBX8888)
    shape = image.height(), image.width(), 4
    return np.frombuffer(image.constBits(), np.uint8).reshape(shape)[..., :3].copy()


def named(rgb):
    return QColor(*rgb).name().upper()


def colours_in(image, area):
    """The colours of a part of an image, by name."""
    part = image.copy(area.toRect())
    return {named(rgb) for rgb in np.unique(pixels(part).reshape(-1, 3), axis=0).tolist()}


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


def test_the_board_shows_what_the_trace_says_at_the_cursor(session, puzzles, solve, content, only):
    session.set_puzzle(puzzles[0])
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
    assert (shown.values, shown.changed, shown.conflicts) == (False, None, ())
    only(VALUES, CHANGED, CONFLICTS, FIRST_RIGHT)
    shown = content()
    assert (shown.confidence, shown.candidates, shown.wrong) == (None, None, None)
    assert np.array_equal(shown.changed, trace.changed(5))
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


def test_the_legend_explains_what_is_on_and_nothing_else(qtbot, session, solve, only, legend):
    assert legend.shown() == []
    session.set_model("sudoku-9x9-small")
    trace = solve()
    assert legend.shown() == ["just changed", "breaks a rule"]
    only(VALUES)
    assert legend.shown() == []
    only(*OVERLAYS)  # the last of the colourings stays
    most = int(trace.flips(session.cursor).max())
    assert legend.shown() == [
        "short: unsure",
        "candidates",
        "just changed",
        "wrong",
        "breaks a rule",
        f"flips: 1 to {most}",
    ]
    assert legend.accessibleDescription() == ", ".join(legend.shown())
    qtbot.waitUntil(lambda: not legend.grab().isNull())


def test_a_still_marks_what_its_words_count_and_only_what_plays_leaves_a_trail(
    window, session, solve, action, content, legend, widget
):
    session.solves.set_settings(SolveSettings(4, None))
    trace = solve()
    for frame in range(len(trace)):
        session.move_to(frame)
        marked = int((content().change_strength > 0).sum())
        assert f"{marked} changed" in widget("status_line").text()
        assert legend.shown()[0] == "just changed"
    session.move_to(2)
    action("play").trigger()
    assert np.array_equal(content().changed_age, trace.frames_since_change(2))
    assert (content().change_strength > 0).sum() > trace.changed_cells(2)
    assert legend.shown()[0] == "changed, fading"
    action("play").trigger()
    at = session.cursor
    assert (content().change_strength > 0).sum() == trace.changed_cells(at)
    assert legend.shown()[0] == "just changed"


def test_what_is_on_screen_at_the_first_start_does_not_contradict_itself(
    window, session, solve, content, widget
):
    solve()
    window.tour.start()
    marked = int((content().change_strength > 0).sum())
    assert f"{marked} changed" in widget("status_line").text()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_colouring_keeps_the_colours_of_its_legend_however_unsure_cells_are(puzzles, theme):
    puzzle, answer = puzzles[0], puzzles[0].solve()
    share = np.where(puzzle.grid == 0, 0.75, np.nan)
    unsure = np.linspace(0.12, 1, 81).reshape(9, 9)
    conflicts = [Conflict("a rule", tuple(np.ndindex(9, 9)))]
    both = BoardContent(
        puzzle, answer, heat=share, confidence=unsure, conflicts=conflicts, changed=unsure > 0.5
    )
    image, cells = painted(both, theme)
    colour = QColor(heat_colour(0.75, theme.scale))
    for row, col in np.argwhere(puzzle.grid == 0).tolist():
        cell = cells.rect(row, col)
        place = QPointF(cell.left() + 0.1 * cell.width(), cell.bottom() - 2 - cells.pixel)
        assert image.pixelColor(place.toPoint()) == colour
    plain, cells = painted(BoardContent(puzzle, answer, heat=share, confidence=unsure), theme)
    for row, col in np.argwhere(puzzle.grid == 0).tolist():
        inner = cells.rect(row, col).adjusted(4, 4, -4, -0.2 * cells.size)
        shades = colours_in(plain, inner)
        assert max(contrast(shade, theme.board) for shade in shades) >= 4.5


def test_strips_are_as_long_as_cells_are_sure(puzzles):
    puzzle, answer = puzzles[0], puzzles[0].solve()
    share = np.where(puzzle.grid == 0, 0.5, np.nan)
    (row, col) = np.argwhere(puzzle.grid == 0)[0].tolist()
    lengths = []
    for sure in (0.25, 0.5, 1.0):
        confidence = np.full((9, 9), sure)
        image, cells = painted(BoardContent(puzzle, answer, heat=share, confidence=confidence))
        cell = cells.rect(row, col)
        y = round(cell.bottom()) - 3
        colour = heat_colour(0.5, LIGHT.scale)
        line = [image.pixelColor(x, y).name() for x in range(int(cell.left()), int(cell.right()))]
        lengths.append(line.count(colour) / len(line))
    assert np.allclose(lengths, [0.25, 0.5, 1], atol=0.06)


@pytest.mark.parametrize("side", [4, 6, 9])
@pytest.mark.parametrize("heat", [False, True], ids=["", "colouring"])
def test_no_mark_lies_on_the_digits_of_candidates(side, heat):
    puzzle = blank("sudoku", side, side)
    candidates = np.full((side, side, side + 1), 0.6 / (side - 1))
    candidates[..., 0] = 0
    candidates[..., 3] = 0.4
    grid = np.full((side, side), 3, np.int8)
    grids = {"puzzle": puzzle, "grid": grid, "values": False, "candidates": candidates}
    everywhere = np.ones((side, side), bool)
    marks = {
        "changed": everywhere,
        "wrong": everywhere,
        "conflicts": [Conflict("a rule", tuple(np.ndindex(side, side)))],
    }
    if heat:
        marks |= {"heat": everywhere * 0.5, "confidence": everywhere * 0.9}
    image, cells = painted(BoardContent(**grids, **marks))
    without, _ = painted(BoardContent(**{**grids, "candidates": candidates * 0}, **marks))
    there = pixels(image) != pixels(without)
    digits = there.any(-1)
    for row, col in ((0, 0), (1, 2), (side - 1, side - 1)):
        ground = named(pixels(without)[tuple(map(int, cells.center(row, col).toTuple()))[::-1]])
        cell = cells.rect(row, col).toRect()
        part = np.s_[cell.top() : cell.bottom() + 1, cell.left() : cell.right() + 1]
        under = {named(rgb) for rgb in pixels(without)[part][digits[part]].tolist()}
        assert under == {ground}


def test_the_legend_wraps_rather_than_losing_its_last_item(qtbot, window, session, only, legend):
    window.resize(1280, 800)
    session.show_recording(recording("sudoku"))
    only(*(overlay for overlay in OVERLAYS if overlay != FLIPS))
    qtbot.waitUntil(lambda: legend.height() == 2 * ROW)
    widest = max(sum(map(legend._width, row)) + (len(row) - 1) * GAP for row in legend._rows())
    assert widest <= legend.width()
    assert legend.mapTo(window, legend.rect().topRight()).x() < window.width()
    only(CHANGED)
    qtbot.waitUntil(lambda: legend.height() == ROW)


def sample(item):
    """How the legend shows an item."""
    image = QImage(item.width, SWATCH, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.background))
    painter = QPainter(image)
    paint_swatch(painter, QRectF(0, 0, item.width, SWATCH), item, LIGHT)
    painter.end()
    return image


def test_the_legend_fits_the_kind_of_the_puzzle():
    samples = []
    for kind in ("sudoku", "maze", "arc"):
        items = legend_items(recording(kind).trace, 0, {CANDIDATES, CONFLICTS})
        expected = ["candidates"] if kind == "arc" else ["candidates", "breaks a rule"]
        assert [item.words for item in items] == expected
        samples.append(sample(items[0]))
    assert samples[0] != samples[1] != samples[2] != samples[0]


def test_the_scales_of_the_legend_say_what_their_ends_are_and_differ():
    of = recording("sudoku")
    last = len(of.trace) - 1
    most = int(of.trace.flips(last).max())
    (since,) = legend_items(of.trace, last, {FIRST_RIGHT})
    (flips,) = legend_items(of.trace, last, {FLIPS})
    assert since.words == "right since: step 1 to 4"
    assert flips.words == f"flips: 1 to {most}"
    assert sample(since) != sample(flips)
    shades = {heat_colour(n / most, LIGHT.scale).upper() for n in range(1, most + 1)}
    assert shades <= colours_in(sample(flips), QRectF(0, 0, flips.width, SWATCH))
    (none,) = legend_items(of.trace, 0, {FLIPS})
    assert none.words == "flips: none"
    for frames, words in ((1, "step 1"), (2, "cycle 1 to 2")):
        part = with_frames(of, of.trace.frames[:frames]).trace
        (item,) = legend_items(part, 0, {FIRST_RIGHT})
        assert item.words == f"right since: {words}"


def test_one_flip_is_one_colour_and_no_scale():
    of = recording("sudoku")
    index = next(i for i in range(len(of.trace)) if of.trace.flips(i).max() == 1)
    (item,) = legend_items(of.trace, index, {FLIPS})
    assert (item.words, item.levels, item.width) == ("flips: 1", 1, SWATCH)


def test_overlays_are_remembered(window, open_window, overlays):
    overlays.set_on(WRONG, True)
    overlays.set_on(CHANGED, False)
    window.close()
    assert on(open_window().boards.overlays) == {VALUES, CONFLICTS, WRONG}


def test_overlays_do_not_run_the_model(qtbot, session, solve, overlays):
    session.solves.set_settings(SolveSettings(2, None))
    solve()
    with qtbot.assertNotEmitted(session.trace_changed):
        for overlay in OVERLAYS:
            overlays.set_on(overlay, True)
