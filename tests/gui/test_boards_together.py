"""What stands around the boards: verdict, marks of the timeline, examples, the editors' boards."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QWidget

from trm_core.puzzles.arc import Arc, Pair, Task
from trm_core.puzzles.library import read_library
from trm_core.trace import SolveSettings
from trm_gui import theme as themes
from trm_gui.board.pair_view import PairView
from trm_gui.board.panes import AnswerPane, Pane
from trm_gui.board.task_strip import TaskStrip
from trm_gui.timeline.playback import REST, USUAL_SPEED


@pytest.fixture
def arc(qtbot, session):
    """A task of the library that the model solves in its first frame."""
    entry = next(entry for entry in read_library() if entry.id == "arc-agi-1/d511f180")
    with qtbot.waitSignal(session.another_puzzle):
        session.open(entry)
    return session.puzzle


def colours_in(widget, area):
    image = widget.grab().toImage()
    ratio = image.devicePixelRatio()
    return {
        image.pixelColor(int(x * ratio), int(y * ratio)).name().upper()
        for x in range(int(area.left()), int(area.right()))
        for y in range(int(area.top()), int(area.bottom()))
    }


def test_the_verdict_is_never_cut(window, session, solve):
    verdict, cut = window.findChild(AnswerPane).verdict, []

    def look():
        if verdict.text() and verdict.width() < verdict.sizeHint().width():
            cut.append((verdict.text(), verdict.width()))

    session.cursor_changed.connect(look)
    for _ in range(2):
        solve()
        session.move_to(0)
        session.move_to(len(session.trace) - 1)
    assert verdict.text()
    assert not cut


def test_halting_and_the_first_right_answer_are_both_seen_where_they_coincide(
    session, arc, solve, widget, control
):
    trace = solve()
    assert trace.first_right() == trace.halts_at(0.5) == 0
    timeline = widget("timeline")
    frame = timeline.frame_rect(0)
    above = frame.adjusted(-6, -frame.top(), 6, -frame.height())
    assert {themes.LIGHT.ok, themes.LIGHT.text} <= colours_in(timeline, above)
    marks = control("Marks of the timeline")
    assert isinstance(marks, QLabel)
    assert "first right" in marks.text()
    assert "halts" in marks.text()


def test_a_short_solve_plays_so_slowly_that_it_is_seen_and_rests_before_it_begins_again(
    qtbot, window, session, solve, action
):
    assert window.playback.speed == USUAL_SPEED
    assert 6 / USUAL_SPEED >= 2  # seconds
    session.solves.set_settings(SolveSettings(2, None))
    solve()
    window.playback.speed = 60
    action("loop").trigger()
    session.move_to(len(session.trace) - 2)
    action("play").trigger()
    qtbot.waitUntil(lambda: window.playback._timer.interval() == REST)
    assert session.cursor == len(session.trace) - 1
    action("play").trigger()


def test_a_new_task_is_shown_from_its_first_example(qtbot, window, session):
    bar = window.boards._examples_area.horizontalScrollBar()
    pairs = [Pair([[number % 10]], [[1]]) for number in range(12)]
    tasks = [Arc.of(Task(name, tuple(pairs), (Pair([[1]], [[2]]),))) for name in ("a", "b")]
    session.set_puzzle(tasks[0])
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    session.set_puzzle(tasks[1])
    qtbot.waitUntil(lambda: bar.value() == 0)


def test_examples_stand_in_pairs_and_a_click_shows_one_large(qtbot, window, arc):
    strip = window.findChild(TaskStrip)
    areas = [strip.area_of(slot) for slot, _ in strip._shown]
    within, between = areas[1].left() - areas[0].right(), areas[2].left() - areas[1].right()
    assert between > 1.5 * within
    numbers = areas[2].translated(-30, 0)
    numbers.setWidth(25)
    assert len(colours_in(strip, numbers)) > 1
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=areas[2].center().toPoint())
    view = window.findChild(PairView)
    assert view.isVisible()
    assert view.windowTitle() == f"Example 2 of {len(arc.task.train)}"
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.number == 0
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.number == 0
    assert not view.grab().isNull()
    qtbot.keyClick(view, Qt.Key.Key_Escape)


def test_the_frame_of_the_cursor_follows_a_drag_over_a_lined_floor(
    qtbot, window, session, edit, drag
):
    entry = next(entry for entry in read_library() if entry.id == "maze-15x15-02")
    board = edit(entry.puzzles()[0])
    assert board.content.lined
    drag((2, 2), (2, 5), release=False)
    assert board.selected_cell == (2, 5)
    qtbot.mouseRelease(board, Qt.MouseButton.LeftButton)
    window.editor.stop()
    assert not board.content.lined


def test_a_new_task_without_examples_begins_with_the_first_of_them(window, session):
    from trm_core.puzzles.blank import blank

    window.editor.new(blank("arc", 3, 3))
    assert window.boards.input.heading.text() == "Train pair 1, input"
    assert window.findChild(QAction, "edit").isChecked()


@pytest.mark.parametrize("width", [800, 900])
def test_three_boards_share_a_narrow_window_and_neither_they_nor_their_headings_overlap(
    qtbot, window, session, puzzles, solve, action, width
):
    window.resize(width, 600)
    session.set_puzzle(puzzles[0])
    solve()
    action("solution").trigger()
    action("edit").trigger()
    qtbot.waitUntil(lambda: window.boards.input.words.text() == "Solutions: one")
    qtbot.waitUntil(lambda: window.boards.width() == width)
    panes = window.boards.findChildren(Pane)
    assert_in_a_row(panes, width)
    for pane in panes:
        children = pane.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        assert_in_a_row([child for child in children if child is not pane.board], pane.width())


def assert_in_a_row(widgets, width):
    """Those that are visible are beside one another and within the width."""
    places = [widget.geometry() for widget in widgets if widget.isVisible()]
    places.sort(key=QRect.left)
    assert len(places) > 0
    assert places[-1].right() < width
    assert all(left.right() < right.left() for left, right in pairwise(places))
