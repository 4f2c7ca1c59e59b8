import numpy as np
import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from trm_core.puzzles import NO_SYMBOL, Conflict, arc_tasks, maze_files, sudoku_files
from trm_gui import theme as themes
from trm_gui.board import Board, BoardContent
from trm_gui.board.describe import describe_cell
from trm_gui.board.painters import paint_board
from trm_gui.board.task_strip import TaskStrip
from trm_gui.theme import DARK, LIGHT

SUDOKU = "530070000600195000098000060800060003400803001700020006060000280000419005000080079"
MAZE = "#####\n#S  #\n# # #\n#  G#\n#####"
WALL, PATH = 0, 4


@pytest.fixture
def sudoku_puzzle():
    return sudoku_files.parse(SUDOKU)[0]


@pytest.fixture
def maze_puzzle():
    return maze_files.parse(MAZE)[0]


@pytest.fixture
def arc_puzzle():
    return arc_tasks.load_task("00d62c1b").puzzles()[0]


@pytest.fixture
def board(qtbot):
    board = Board()
    qtbot.addWidget(board)
    board.resize(400, 400)
    board.show()
    qtbot.waitExposed(board)
    return board


def posed(puzzle, **marks):
    return BoardContent(puzzle, puzzle.grid, **marks)


def painted(content, theme=LIGHT, ratio=1):
    """The content on an image of 360 logical pixels, and where its cells lie."""
    image = QImage(360 * ratio, 360 * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    cells = paint_board(painter, QRectF(0, 0, 360, 360), content, theme)
    painter.end()
    return image, cells


def colour_at(image, cells, row, col, down=0.5, along=0.5):
    rect = cells.rect(row, col)
    ratio = image.devicePixelRatio()
    x = (rect.left() + along * rect.width()) * ratio
    y = (rect.top() + down * rect.height()) * ratio
    return image.pixelColor(int(x), int(y))


def cell_pixels(image, cells, row, col):
    return image.copy(cells.rect(row, col).toRect())


@pytest.mark.parametrize("kind", ["sudoku_puzzle", "maze_puzzle", "arc_puzzle"])
def test_the_shown_grid_is_the_one_that_was_set(board, kind, request):
    puzzle = request.getfixturevalue(kind)
    grid = puzzle.grid.copy()
    grid[1, 1] = 4
    board.set_content(BoardContent(puzzle, grid))
    assert board.shown_grid() == puzzle.json_rows(grid)


def test_no_grid_is_shown_without_content_with_a_message_and_for_an_empty_grid(board, arc_puzzle):
    assert board.shown_grid() == []
    board.set_content(BoardContent(arc_puzzle, np.zeros((0, 0))))
    assert board.shown_grid() == []
    board.set_content(posed(arc_puzzle))
    board.set_message("No answer yet", "Solve the puzzle first.")
    assert board.shown_grid() == []


def test_the_button_of_a_message_tells_that_it_was_clicked(board, qtbot):
    board.set_message("No answer yet", "Solve the puzzle first.", "Solve")
    button = board.findChild(QPushButton)
    assert button.isVisible()
    with qtbot.waitSignal(board.message_button_clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_board_takes_the_place_of_a_message(board, sudoku_puzzle):
    board.set_message("No answer yet", "Solve the puzzle first.", "Solve")
    board.set_content(posed(sudoku_puzzle))
    assert not board.findChild(QPushButton).isVisible()
    assert board.accessibleDescription() == "Sudoku 9×9, 30 of 81 cells filled"


class Recorder:
    """An input that keeps what it is told, and takes the keys that it is made with."""

    def __init__(self, *keys):
        self.keys, self.told = keys, []

    def key(self, event):
        key = event.key()
        return (lambda: self.told.append(key)) if key in self.keys else None

    def key_released(self, event):
        pass

    def press(self, cell, button):
        self.told.append(("press", cell, button))

    def drag(self, cell):
        self.told.append(("drag", cell))

    def release(self):
        self.told.append("release")


def test_an_input_is_told_of_a_drag_even_beside_the_grid(board, qtbot, maze_puzzle):
    board.set_content(posed(maze_puzzle))
    board.input = Recorder()
    cells, left = board.geometry_of_cells(), Qt.MouseButton.LeftButton
    places = [cells.center(*cell).toPoint() for cell in ((1, 1), (1, 3), (-1, 3))]
    qtbot.mousePress(board, left, pos=places[0])
    qtbot.mouseMove(board, places[1])
    qtbot.mouseMove(board, places[2])
    qtbot.mouseRelease(board, left, pos=places[2])
    qtbot.mouseMove(board, places[0])
    assert board.input.told == [
        ("press", (1, 1), left),
        ("drag", (1, 3)),
        ("drag", (-1, 3)),
        "release",
    ]


def test_a_click_without_input_is_told_with_its_cell(board, qtbot, maze_puzzle):
    board.set_content(posed(maze_puzzle))
    place = board.geometry_of_cells().center(2, 3).toPoint()
    with qtbot.waitSignal(board.cell_clicked) as clicked:
        qtbot.mouseClick(board, Qt.MouseButton.LeftButton, pos=place)
    assert clicked.args == [(2, 3)]


def test_the_selection_moves_to_cells_that_are_there(board, sudoku_puzzle):
    board.set_content(posed(sudoku_puzzle))
    board.select((0, 7))
    for way in ((1, 0), (0, 1), (0, 1)):
        board.select_beside(*way)
    assert board.selected_cell == (1, 8)


def test_a_click_selects_the_cell_under_it(board, qtbot, sudoku_puzzle):
    board.set_content(posed(sudoku_puzzle))
    center = board.geometry_of_cells().center(4, 2).toPoint()
    with qtbot.waitSignal(board.selection_changed) as selected:
        qtbot.mouseClick(board, Qt.MouseButton.LeftButton, pos=center)
    assert selected.args == [(4, 2)]


@pytest.mark.parametrize("taken", [False, True])
def test_keys_reach_the_window_unless_an_input_takes_them(qtbot, sudoku_puzzle, taken):
    window = QWidget()
    qtbot.addWidget(window)
    board = Board()
    QVBoxLayout(window).addWidget(board)
    board.set_content(posed(sudoku_puzzle))
    keys = Qt.Key.Key_Right, Qt.Key.Key_1
    board.input = Recorder(*keys) if taken else None
    heard = []
    for key in keys:
        QShortcut(QKeySequence(key), window).activated.connect(lambda key=key: heard.append(key))
    window.show()
    window.activateWindow()
    board.setFocus()
    qtbot.waitUntil(board.hasFocus)
    for key in keys:
        qtbot.keyClick(board, key)
    assert heard == ([] if taken else list(keys))
    assert not taken or board.input.told == list(keys)


def test_a_selection_that_a_new_grid_lacks_is_dropped(board, sudoku_puzzle, maze_puzzle):
    board.set_content(posed(sudoku_puzzle))
    board.select((8, 8))
    board.set_content(posed(maze_puzzle))
    assert board.selected_cell is None


def test_the_same_content_again_paints_nothing(board, qtbot, sudoku_puzzle, monkeypatch):
    board.set_content(posed(sudoku_puzzle))
    calls = []
    monkeypatch.setattr(board, "update", lambda: calls.append(1))
    board.set_content(posed(sudoku_puzzle))
    assert not calls
    board.set_content(posed(sudoku_puzzle, wrong=sudoku_puzzle.grid == 5))
    assert calls


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("ratio", [1, 2])
def test_walls_are_dark_and_floor_is_lighter(maze_puzzle, theme, ratio):
    image, cells = painted(posed(maze_puzzle), theme, ratio)
    assert colour_at(image, cells, 0, 2).name().upper() == theme.wall
    assert colour_at(image, cells, 1, 2).name().upper() == theme.floor
    assert themes.contrast(theme.wall, theme.floor) > 2


def test_a_path_joins_neighbours_and_is_a_dot_where_alone(maze_puzzle):
    grid = maze_puzzle.grid.copy()
    grid[1, 2] = grid[1, 3] = PATH
    image, cells = painted(BoardContent(maze_puzzle, grid))
    assert colour_at(image, cells, 1, 2, along=0.99).name().upper() == LIGHT.accent
    grid[1, 2] = 1
    image, cells = painted(BoardContent(maze_puzzle, grid))
    assert colour_at(image, cells, 1, 3).name().upper() == LIGHT.accent
    assert colour_at(image, cells, 1, 3, along=0.05).name().upper() == LIGHT.floor


def test_a_changed_wall_looks_different_from_floor(maze_puzzle):
    grid = maze_puzzle.grid.copy()
    grid[0, 2] = 1
    image, cells = painted(BoardContent(maze_puzzle, grid))
    assert cell_pixels(image, cells, 0, 2) != cell_pixels(image, cells, 1, 2)
    assert "The puzzle has wall here" in describe_cell(BoardContent(maze_puzzle, grid), (0, 2))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("ratio", [1, 2])
def test_arc_colours_are_exact_at_the_centre_of_cells_whatever_is_marked(arc_puzzle, theme, ratio):
    grid = np.arange(10).reshape(2, 5)
    everywhere = np.ones_like(grid, dtype=bool)
    conflict = Conflict("all", tuple(np.ndindex(2, 5)))
    content = BoardContent(
        arc_puzzle, grid, changed=everywhere, wrong=everywhere, conflicts=[conflict]
    )
    image, cells = painted(content, theme, ratio)
    for (row, col), code in np.ndenumerate(grid):
        assert colour_at(image, cells, row, col).name().upper() == themes.LIGHT.arc[code]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_conflict_has_a_tint_and_a_vermillion_corner(sudoku_puzzle, theme):
    conflict = Conflict("Two 5s", ((0, 2),))
    image, cells = painted(posed(sudoku_puzzle, conflicts=[conflict]), theme)
    assert colour_at(image, cells, 0, 2).name().upper() != theme.board
    corner = colour_at(image, cells, 0, 2, down=0.1, along=0.9)
    assert corner.name().upper() == theme.conflict
    assert colour_at(image, cells, 0, 3).name().upper() == theme.board


def test_a_given_digit_is_heavier_and_of_another_colour_than_the_same_digit_as_answer(
    sudoku_puzzle,
):
    grid = sudoku_puzzle.grid.copy()
    grid[0, 2] = grid[0, 0]
    image, cells = painted(BoardContent(sudoku_puzzle, grid))

    def ink(col):
        cell = cell_pixels(image, cells, 0, col)
        colours = [cell.pixelColor(x, y) for x in range(8, 32) for y in range(8, 32)]
        return [colour for colour in colours if colour.lightness() < 200]

    assert len(ink(0)) > len(ink(2))
    assert max(colour.hsvSaturation() for colour in ink(0)) < 100
    assert max(colour.hsvSaturation() for colour in ink(2)) > 200


def test_a_change_is_outlined_and_fades_within_three_cycles(sudoku_puzzle):
    age = np.full((9, 9), 3)
    age[0, 2:5] = 0, 1, 2
    image, cells = painted(posed(sudoku_puzzle, changed_age=age))
    fading = [
        colour_at(image, cells, row, col, down=0.06).lightness()
        for row, col in ((0, 2), (0, 3), (0, 4), (1, 1))
    ]
    assert fading == sorted(fading)
    assert fading[-1] == 255


@pytest.mark.parametrize("kind", ["sudoku_puzzle", "maze_puzzle", "arc_puzzle"])
def test_a_wrong_cell_and_a_cell_without_symbol_differ_from_others(kind, request):
    puzzle = request.getfixturevalue(kind)
    wrong = np.zeros(puzzle.grid.shape, dtype=bool)
    wrong[1, 2] = True
    missing = puzzle.grid.copy()
    missing[1, 2] = NO_SYMBOL
    plain, cells = painted(posed(puzzle))
    for content in (posed(puzzle, wrong=wrong), BoardContent(puzzle, missing)):
        image, _ = painted(content)
        assert cell_pixels(image, cells, 1, 2) != cell_pixels(plain, cells, 1, 2)


@pytest.mark.parametrize("ratio", [1, 1.25, 2])
def test_cells_are_square_whole_device_pixels(sudoku_puzzle, ratio):
    _, cells = painted(posed(sudoku_puzzle), ratio=int(np.ceil(ratio)))
    fitted = type(cells).fit(QRectF(8, 8, 411, 333), 9, 9, ratio)
    for length in (fitted.left, fitted.top, fitted.size):
        assert length * ratio == pytest.approx(round(length * ratio))


def test_masks_of_another_shape_than_the_grid_are_refused(sudoku_puzzle):
    with pytest.raises(ValueError, match="wrong has shape"):
        posed(sudoku_puzzle, wrong=np.zeros((4, 4)))


def test_a_cell_is_told_in_words(sudoku_puzzle):
    conflict = Conflict("Row 1 has two 5s", ((0, 0), (0, 2)))
    content = posed(sudoku_puzzle, conflicts=[conflict])
    assert describe_cell(content, (0, 0)) == "Row 1, column 1\n5, given\nRow 1 has two 5s"


def test_a_task_strip_shows_each_train_pair(qtbot, arc_puzzle):
    strip = TaskStrip()
    qtbot.addWidget(strip)
    strip.set_puzzle(arc_puzzle)
    assert f"{len(arc_puzzle.task.train)} examples" in strip.accessibleDescription()
    strip.show()
    qtbot.waitExposed(strip)
    colours = {strip.grab().toImage().pixelColor(x, 60).name() for x in range(200)}
    assert LIGHT.arc[3].lower() in colours


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_text_has_a_contrast_of_at_least_four_and_a_half(theme):
    pairs = [
        (text, under)
        for text in ("text", "secondary_text", "accent", "conflict_text", "ok")
        for under in ("background", "surface", "board")
    ]
    pairs += [("on_accent", "accent"), ("on_start", "start"), ("on_goal", "goal")]
    low = {
        pair: ratio
        for pair in pairs
        if (ratio := themes.contrast(getattr(theme, pair[0]), getattr(theme, pair[1]))) < 4.5
    }
    assert not low


def test_the_theme_in_force_is_read_from_the_palette(qtbot, qapp):
    before = qapp.palette(), qapp.styleSheet(), qapp.style().objectName()
    try:
        for theme in (DARK, LIGHT):
            themes.apply(qapp, theme)
            assert themes.current(qapp) is theme
    finally:
        qapp.setStyle(before[2])
        qapp.setPalette(before[0])
        qapp.setStyleSheet(before[1])


def test_a_task_strip_paints_whatever_part_of_it_comes_into_view(qtbot, arc_puzzle):
    strip = TaskStrip()
    qtbot.addWidget(strip)
    strip.set_puzzle(arc_puzzle)
    strip.resize(strip.sizeHint())
    whole = strip.grab().toImage()
    for left in range(0, strip.width(), 50):
        part = QRect(left, 0, 50, strip.height())
        assert strip.grab(part).toImage() == whole.copy(part), left
