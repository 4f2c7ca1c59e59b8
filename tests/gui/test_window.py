import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QFileDialog,
    QLabel,
    QPushButton,
    QTextBrowser,
    QWidget,
)

from trm_core.puzzles import arc_tasks
from trm_core.puzzles.recipes import Recipe, make
from trm_core.trace import SolveSettings
from trm_gui import theme as themes
from trm_gui.board import Board
from trm_gui.board.panes import WAYS
from trm_gui.board.task_strip import SIDE, TaskStrip
from trm_gui.jobs.new_job import NewJobDialog
from trm_gui.library.model import ITEM
from trm_gui.plots.halting import HaltingPlot
from trm_gui.solve_bar import SolveBar
from trm_gui.timeline.playback import USUAL_SPEED
from trm_gui.timeline.scrubber import Scrubber

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier

ACTIONS = (
    "open",
    "solve",
    "cancel",
    "first",
    "previous_supervision_step",
    "previous",
    "play",
    "next",
    "next_supervision_step",
    "last",
    "undo",
    "redo",
)
FURTHER = "solve_further", "previous_latent_step", "next_latent_step"
"""Actions that always do something where there is a trace."""

WIDGETS = ("input_board", "answer_board", "timeline", "halting_plot", "status_line")


@pytest.fixture
def assert_everything_shows(session, widget):
    """Check that every part of the window shows the same frame of the trace."""

    def assert_everything_shows(frame):
        trace = session.trace
        assert session.cursor == frame
        grid = trace.puzzle.json_rows(trace.grid(frame))
        assert widget("answer_board").shown_grid() == grid
        assert widget("status_line").text() == trace.sentence(frame)
        assert widget("halting_plot").cursor_line.value() == frame + 1
        timeline = widget("timeline")
        assert timeline.accessibleDescription() == trace.sentence(frame)
        here = timeline.grab().toImage().pixelColor(timeline.frame_rect(frame).center().toPoint())
        assert here.name().upper() == themes.LIGHT.accent

    return assert_everything_shows


def is_clipped(child):
    needed = child.minimumSizeHint()
    return child.size().expandedTo(needed) != child.size() or (
        child.visibleRegion().boundingRect() != child.rect()
    )


@pytest.fixture
def click_cell(qtbot, widget):
    """Click a cell of the puzzle, counted from 0."""

    def click_cell(row, col):
        board = widget("input_board")
        place = board.geometry_of_cells().center(row, col).toPoint()
        qtbot.mouseClick(board, Qt.MouseButton.LeftButton, pos=place)

    return click_cell


def test_the_keys_step_through_every_frame_and_back_without_computing_anything(
    qtbot, session, solve, press, assert_everything_shows
):
    trace = solve()
    frames, last = list(trace.frames), len(trace) - 1
    assert last > 4
    with qtbot.assertNotEmitted(session.solves.solving_changed):
        press(Key.Key_Home)
        for frame in range(last):
            assert_everything_shows(frame)
            press(Key.Key_Right)
        assert_everything_shows(last)
        for frame in reversed(range(last)):
            press(Key.Key_Left)
            assert_everything_shows(frame)
        press(Key.Key_End)
        assert_everything_shows(last)
    assert session.trace is trace
    assert all(a is b for a, b in zip(trace.frames, frames, strict=True))


def test_the_window_shows_the_solve_that_is_in_focus(
    session, solve, widget, control, assert_everything_shows
):
    first = solve()
    session.solves.open()
    assert "Not solved yet" in widget("answer_board").accessibleDescription()
    session.set_model("sudoku-9x9-small")
    session.solves.set_settings(SolveSettings(2, None))
    second = solve()
    session.move_to(1)
    for lane, trace in zip(session.lanes, (first, second), strict=True):
        session.solves.put_in_focus(lane)
        assert session.trace is trace
        assert_everything_shows(1)
        assert control("Model").currentText().startswith(trace.model_name + " ")


def test_shift_and_an_arrow_step_to_the_ends_of_supervision_steps(
    solve, press, assert_everything_shows
):
    trace = solve()
    ends = [i for i, frame in enumerate(trace.frames) if frame.ends_supervision_step]
    press(Key.Key_Home)
    for frame in ends:
        press(Key.Key_Right, Shift)
        assert_everything_shows(frame)
    for frame in [*reversed(ends[:-1]), 0, 0]:
        press(Key.Key_Left, Shift)
        assert_everything_shows(frame)


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_of_the_contract_is_there_and_explains_itself(action, name):
    assert action(name).text()
    assert action(name).toolTip() != action(name).text()


@pytest.mark.parametrize("name", WIDGETS)
def test_every_widget_of_the_contract_is_there_and_shown(widget, name):
    assert widget(name).isVisible()


def test_every_control_has_an_accessible_name_and_a_tooltip(window):
    kinds = QAbstractButton, QComboBox, QAbstractSpinBox, Board, Scrubber, HaltingPlot
    controls = [w for w in window.findChildren(QWidget) if isinstance(w, kinds) and w.isVisible()]
    assert len(controls) > 15
    assert not [w for w in controls if not w.accessibleName()]
    told_otherwise = Board, Scrubber, QPushButton  # cell by cell, or by the sentence above
    assert not [w for w in controls if not w.toolTip() and not isinstance(w, told_otherwise)]


def test_the_open_action_asks_for_a_file_and_opens_it(qtbot, window, session, action, files):
    action("open").trigger()
    dialog = window.findChild(QFileDialog)
    with qtbot.waitSignal(session.puzzle_changed):
        dialog.filesSelected.emit([str(files["maze"])])
    dialog.close()
    assert session.puzzle.kind == "maze"
    action("open").trigger()
    dialog = window.findChildren(QFileDialog)[-1]
    assert dialog.directory().absolutePath() == str(files["maze"].parent)


@pytest.mark.parametrize("target", ["input_board", "answer_board", "timeline", "halting_plot"])
def test_a_file_dropped_anywhere_on_the_window_is_opened(qtbot, session, widget, files, target):
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(files["sudoku"])])
    place, buttons = widget(target).rect().center(), Qt.MouseButton.LeftButton
    under = widget(target).childAt(place) or widget(target)
    rest = Qt.DropAction.CopyAction, dropped, buttons, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(place, *rest)
    QApplication.sendEvent(under, entered)
    assert entered.isAccepted()
    with qtbot.waitSignal(session.puzzle_changed):
        QApplication.sendEvent(under, QDropEvent(place, *rest))
    assert session.puzzle.rows == 8


def test_dropped_text_is_refused(window):
    dropped = QMimeData()
    dropped.setText("53..7....")
    entered = QDragEnterEvent(
        QPoint(8, 8),
        Qt.DropAction.CopyAction,
        dropped,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    entered.ignore()
    QApplication.sendEvent(window, entered)
    assert not entered.isAccepted()


def test_where_no_model_fits_the_answer_says_so_and_solving_is_off(
    qtbot, session, widget, action, files
):
    with qtbot.waitSignal(session.puzzle_changed):
        session.open(files["arc"])
    words = widget("answer_board").accessibleDescription()
    assert words == f"No model fits this puzzle. {session.models.why_none_fits(session.puzzle)}"
    assert "knows 54 tasks by id" in words
    assert "Sudoku" not in words
    assert "Maze" not in words
    assert not action("solve").isEnabled()


def test_where_no_model_fits_a_button_asks_for_another_puzzle(
    qtbot, window, session, widget, files
):
    with qtbot.waitSignal(session.puzzle_changed):
        session.open(files["arc"])
    widget("answer_board").findChild(QPushButton).click()
    assert window.findChild(QFileDialog).isVisible()


def test_where_no_model_fits_buttons_lead_to_what_can_be_done(
    qtbot, window, session, widget, files, action, monkeypatch
):
    with qtbot.waitSignal(session.puzzle_changed):
        session.open(files["arc"])
    buttons = widget("answer_board").findChildren(QPushButton)
    shown = {button.text(): button for button in buttons if button.isVisible()}
    assert list(shown) == list(WAYS)
    for words, name in WAYS.items():
        if name not in ("open", "add_model"):  # whose dialogs other tests see
            with qtbot.waitSignal(action(name).triggered):
                shown[words].click()
    library = window.library.dock
    assert library.filters.fitting.isChecked()
    qtbot.waitUntil(lambda: not window.library.catalogue.reading)
    listed = [library.items.index(row, 0).data(ITEM) for row in range(library.items.rowCount())]
    assert listed
    known = {name for model in session.models.all for name in model.identifiers}
    assert {item.title for item in listed if item.kind == "arc"} <= known
    qtbot.waitUntil(lambda: window.findChild(NewJobDialog) is not None)
    dialog = window.findChild(NewJobDialog)
    qtbot.waitUntil(lambda: dialog.preset.chosen is not None)
    assert dialog.preset.currentText().startswith("arc-")
    dialog.reject()


def test_not_right_has_its_reason_as_a_tooltip(window, session, solve):
    loops = make(Recipe("maze", 15, "corridors with loops", 3)).puzzles()[0]
    session.set_puzzle(loops)
    session.set_model("maze-15x15")
    solve()
    assert window.boards._answer.verdict.text() == "not right"
    assert "unlike those that maze-15x15 learned from" in " ".join(
        window.boards._answer.verdict.toolTip().split()
    )


def test_headings_explain_themselves(window, session):
    assert "never decoded" in window.boards._answer.heading.toolTip()
    assert "given as x" in window.boards.input.heading.toolTip()


def test_the_examples_of_an_arc_task_stand_below_its_test_input(qtbot, window, session, files):
    examples = window.findChild(TaskStrip)
    assert not examples.isVisible()
    with qtbot.waitSignal(session.puzzle_changed):
        session.open(files["arc"])
    assert examples.isVisible()
    count = len(session.puzzle.task.train)
    assert examples.accessibleDescription().startswith(f"{count} examples")


def test_a_long_file_name_takes_no_room_from_the_boards(qtbot, window, session, puzzles, tmp_path):
    file = tmp_path / f"{'long' * 50}.sdm"
    file.write_text("." * 81)
    width = window.minimumSizeHint().width()
    with qtbot.waitSignal(session.puzzle_changed):
        session.open(file)
    assert window.minimumSizeHint().width() <= width


def test_digits_are_typed_marked_undone_and_solved(
    session, widget, action, press, solve, click_cell
):
    solve()
    board, line = widget("input_board"), widget("status_line")
    click_cell(0, 3)
    press(Key.Key_7)
    assert board.shown_grid()[0][2:4] == [7, 7]
    assert {cell for conflict in board.content.conflicts for cell in conflict.cells} >= {(0, 2)}
    assert session.trace is None
    assert "not solved yet" in line.text()

    press(Key.Key_Down)
    assert board.selected_cell == (1, 3)
    press(Key.Key_Up)
    press(Key.Key_1)
    assert not board.content.conflicts

    action("undo").trigger()
    assert board.shown_grid()[0][3] == 7
    action("undo").trigger()
    assert board.shown_grid()[0][3] == 0
    assert not action("undo").isEnabled()
    action("redo").trigger()
    action("redo").trigger()
    assert not action("redo").isEnabled()

    trace = solve()
    assert trace.puzzle.grid[0, 3] == 1
    assert trace.solved(len(trace) - 1)


def test_escape_leaves_the_puzzle_and_arrows_step_again(session, widget, press, solve, click_cell):
    solve()
    click_cell(4, 4)
    press(Key.Key_Left)
    assert widget("input_board").selected_cell == (4, 3)
    assert session.cursor == len(session.trace) - 1
    press(Key.Key_Escape)
    press(Key.Key_Left)
    assert session.cursor == len(session.trace) - 2


def test_another_puzzle_clears_the_selection(session, widget, press, click_cell, puzzles):
    click_cell(0, 1)
    press(Key.Key_8)
    session.set_puzzle(puzzles[1])
    assert widget("input_board").selected_cell is None


def test_the_spin_box_shows_another_puzzle_of_the_file(session, widget, control):
    control("Puzzle of the file").setValue(3)
    assert session.puzzle is session.puzzles[2]
    assert widget("input_board").shown_grid() == session.puzzle.json_rows(session.puzzle.grid)


def test_actions_are_on_only_while_they_do_something(session, action, solve, solve_for_long):
    def enabled():
        return {name for name in (*ACTIONS, *FURTHER) if action(name).isEnabled()}

    back = {"first", "previous", "previous_supervision_step"}
    on = {"last", "next", "next_supervision_step"}
    solved = {"open", "solve", "play", *FURTHER}
    assert enabled() == {"open", "solve"}
    solve()
    assert enabled() == solved | back
    session.move_to(1)
    assert enabled() == solved | back | on
    session.move_to(0)
    assert enabled() == solved | on
    solve_for_long()
    assert {"cancel", "play"} < enabled()
    assert not action("solve").isEnabled()


def test_a_second_window_takes_over_what_the_first_one_left(window, open_window):
    window.resize(800, 650)  # the screen of the tests is small
    window.rows.setSizes([350, 250])
    window.playback.speed = 30
    settings = SolveSettings(max_supervision_steps=5, halt_threshold=0.75)
    window.session.solves.set_settings(settings)
    sizes = window.rows.sizes()
    window.close()
    second = open_window()
    assert second.size() == window.size()
    assert second.rows.sizes() == sizes
    assert second.playback.speed == 30
    assert second.session.settings == settings


def test_how_solves_run_and_play_is_remembered(window, open_window, action):
    window.session.solves.set_extent("stepping")
    action("loop").trigger()
    action("latent_steps").trigger()
    window.close()
    second = open_window()
    assert second.session.solves.extent == "stepping"
    assert second.playback.loops
    assert second.session.settings.every_latent_step
    assert second.findChild(QAction, "latent_steps").isChecked()


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\xff[[[geometry=@ByteArray(x\nspeed",
        b"[General]\ngeometry=wide\nrows=@ByteArray(x)\nspeed=fast\nextent=far\n",
        b"[General]\nspeed=7\nmax_supervision_steps=-3\nthreshold=nan\nfolder=a, b\n",
    ],
)
def test_senseless_settings_do_not_keep_the_window_from_opening(tmp_path, open_window, content):
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "window.ini").write_bytes(content)
    window = open_window()
    assert window.session.settings == SolveSettings()
    assert window.playback.speed == USUAL_SPEED
    window.findChild(QAction, "open").trigger()


@pytest.mark.parametrize("damaged", [False, True])
def test_the_places_of_docks_are_taken_up_only_as_they_were_saved(window, open_window, damaged):
    """Qt takes damaged ones too, and crashes when the plots are put back in place."""
    window.plots.docks["plot_cell"].setFloating(True)
    window.close()
    saved = bytearray(window.settings.value("docks").data())
    saved[-24] ^= damaged  # a size of something
    window.settings.setValue("docks", QByteArray(bytes(saved)))
    window.settings.sync()
    again = open_window()
    assert again.plots.docks["plot_cell"].isFloating() != damaged
    again.plots.reset()
    assert not again.plots.docks["plot_cell"].isFloating()


@pytest.mark.parametrize("theme", [themes.LIGHT, themes.DARK], ids=lambda theme: theme.name)
def test_a_theme_put_on_at_run_time_repaints_plot_icons_and_words(
    qapp, session, widget, action, solve, theme
):
    solve()
    session.failed.emit("Something went wrong.")
    themes.apply(qapp, themes.DARK if theme is themes.LIGHT else themes.LIGHT)
    themes.apply(qapp, theme)
    plot = widget("halting_plot")
    assert plot.backgroundBrush().color().name().upper() == theme.background
    assert plot.curve.opts["pen"].color().name().upper() == theme.accent
    icon = action("open").icon().pixmap(20, 20).toImage()
    inks = {icon.pixelColor(x, y).name().upper() for x in range(20) for y in range(20)}
    assert theme.text in inks
    line = widget("status_line").grab().toImage()
    places = ((x, y) for x in range(line.width()) for y in range(line.height()))
    assert theme.conflict_text in {line.pixelColor(x, y).name().upper() for x, y in places}


@pytest.mark.parametrize("theme", [themes.LIGHT, themes.DARK], ids=lambda theme: theme.name)
def test_no_word_is_clipped_at_the_smallest_supported_size(qtbot, qapp, window, solve, theme):
    themes.apply(qapp, theme)
    window.resize(1024, 700)
    solve()
    assert not window.grab().isNull()
    assert window.findChild(SolveBar).isVisible()
    behind = [d for d in window.findChildren(QDockWidget) if d.visibleRegion().isEmpty()]
    words = [
        child
        for child in window.findChildren(QLabel) + window.findChildren(QAbstractButton)
        if child.isVisible() and not any(dock.isAncestorOf(child) for dock in behind)
    ]
    assert len(words) > 20
    qtbot.waitUntil(lambda: not [child for child in words if is_clipped(child)])


def test_the_sheet_of_keys_tells_those_of_the_window_and_of_the_editors(window, action):
    action("keys").trigger()
    words = window.findChild(QTextBrowser).toPlainText()
    assert "Ctrl+Return" in words
    assert "Run the model on the puzzle" in words
    assert "ARC: pencil, rectangle, fill" in words


@pytest.mark.parametrize("size", [(1024, 700), (1280, 800), (1920, 1080)])
def test_the_board_above_the_examples_keeps_its_size(qtbot, window, session, widget, size):
    session.set_puzzle(arc_tasks.load_task("00d62c1b").puzzles()[0])
    window.resize(*size)
    board = widget("input_board")
    examples = window.findChild(TaskStrip)
    qtbot.waitUntil(lambda: min(board.geometry_of_cells().outline.size().toTuple()) >= 320)
    assert examples.isVisible()
    if size[1] > 1000:
        qtbot.waitUntil(lambda: examples.side == SIDE)  # where there is room, they take it
