import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QWidget

from trm_core.checkpoints.info import find_model
from trm_core.trace import SolveSettings
from trm_gui.board.overlays import OverlaySet
from trm_gui.board.panes import AnswerPane
from trm_gui.commands import Commands
from trm_gui.session.engine import Engine
from trm_gui.session.shown import MOST_PUZZLES
from trm_gui.settings import open_settings


@pytest.mark.parametrize("kind", ["sudoku", "maze", "arc"])
def test_a_file_of_each_kind_is_opened(qtbot, session, widget, files, kind):
    with qtbot.waitSignal(session.puzzle_changed):
        session.open(files[kind])
    assert session.puzzle.kind == kind
    assert session.opening is None
    assert widget("input_board").shown_grid() == session.puzzle.json_rows(session.puzzle.grid)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.sdm", None),
        ("empty.sdm", b""),
        ("short.sdm", b"123\n"),
        ("binary.sdm", bytes(range(256))),
        ("broken.json", b'{"train": ['),
        ("picture.png", b"not a picture"),
        ("archive.gz", b"not an archive"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_a_sentence_and_changes_nothing(
    qtbot, session, widget, solve, puzzles, tmp_path, name, content
):
    session.set_puzzle(puzzles[1])
    puzzle, trace = session.puzzle, solve()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with qtbot.waitSignal(session.failed) as failed:
        session.open(tmp_path / name)
    sentence = failed.args[0]
    assert name in sentence
    assert "\n" not in sentence
    assert sentence in widget("status_line").text()
    assert session.puzzle is puzzle
    assert session.trace is trace
    assert widget("answer_board").shown_grid() == puzzle.json_rows(trace.grid(session.cursor))


def test_a_session_that_is_closed_lets_pass_what_is_still_asked_of_it(
    session_of, tmp_path, puzzles, qapp
):
    model = find_model("sudoku-4x4")
    session = session_of(model)
    session.set_puzzle(puzzles[0])
    session.close()
    session.open(tmp_path / "some.sdm")
    session.add_model(model.directory)
    qapp.processEvents()
    assert session.puzzle is puzzles[0]
    assert session.models.all == (model,)


def test_a_sentence_without_room_ends_in_an_ellipsis_and_stands_whole_in_its_hint(
    session, widget, control
):
    line, sentence = widget("status_line"), "It did not work: " + "because of that, " * 40
    session.fail(sentence, "Line 3 of it.")
    assert line.shown_text.startswith("⚠ It did not work")
    assert line.shown_text.endswith("…")
    assert line.fontMetrics().horizontalAdvance(line.shown_text) <= line.width()
    assert sentence.split() == line.toolTip().split()[1:]
    assert control("Details of what went wrong").isVisible()


def test_of_two_files_opened_at_once_the_later_one_is_shown(qtbot, session, files):
    with qtbot.waitSignal(session.puzzle_changed):
        session.open(files["maze"])
        session.open(files["arc"])
    assert session.puzzle.kind == "arc"


def test_a_puzzle_without_a_model_is_not_solved_and_the_sentence_says_what_would_fit(
    qtbot, session, files
):
    with qtbot.waitSignal(session.puzzle_changed):
        session.open(files["arc"])
    assert session.model_name is None
    with qtbot.waitSignal(session.failed) as failed:
        session.solve()
    assert failed.args == [session.models.why_none_fits(session.puzzle)]
    assert "knows 54 tasks by id" in failed.args[0]
    assert "Sudoku" not in failed.args[0]


def test_without_a_puzzle_there_is_nothing_to_solve(qtbot, session_of):
    session = session_of()
    with qtbot.waitSignal(session.failed):
        session.solve()
    assert not session.solving


def test_solving_again_while_solving_starts_over(qtbot, session, solve_for_long):
    solve_for_long()
    abandoned = session.trace
    session.solve()
    assert session.solving
    qtbot.waitUntil(lambda: session.trace is not abandoned and len(session.trace) >= 2)
    assert len(abandoned) < 512


def test_another_puzzle_ends_the_solve_whose_frames_are_never_shown_again(
    qtbot, session, solve, solve_for_long, puzzles
):
    solve_for_long()
    shown = []
    session.trace_changed.connect(lambda: shown.append(session.trace))
    with qtbot.waitSignal(session.solves.solving_changed) as ended:
        session.set_puzzle(puzzles[1])
    assert ended.args == [session.focus]
    assert not session.solving
    assert session.trace is None
    assert session.cursor is None
    session.solves.set_settings(SolveSettings())
    trace = solve()
    assert trace.puzzle is puzzles[1]
    assert set(shown) == {None, trace}


def test_a_cancelled_solve_keeps_its_frames(qtbot, session, solve_for_long):
    solve_for_long()
    frames = list(session.trace.frames)
    with qtbot.waitSignal(session.solve_finished):
        session.cancel()
    assert not session.solving
    assert session.trace.frames[: len(frames)] == frames
    assert len(session.trace) < 512
    assert session.cursor == len(session.trace) - 1


def test_closing_the_window_ends_a_running_solve_and_its_threads(window, session, solve_for_long):
    solve_for_long()
    trace = session.trace
    window.close()
    assert len(trace) < 512
    assert not session.solving
    assert not [
        t for t in threading.enumerate() if t.name.startswith(("solver", "reader", "model reader"))
    ]


def test_the_cursor_follows_a_solve_until_moved_away_and_again_once_moved_to_the_end(
    qtbot, session, solve_for_long
):
    def wait_for_more():
        with qtbot.waitSignal(session.trace_changed):
            pass

    solve_for_long()
    wait_for_more()
    assert session.cursor == len(session.trace) - 1
    session.move_to(1)
    wait_for_more()
    assert session.cursor == 1
    session.move_to(len(session.trace) - 1)
    wait_for_more()
    assert session.cursor == len(session.trace) - 1


def test_the_event_loop_runs_while_a_solve_does(session, solve):
    session.solves.set_settings(SolveSettings(halt_threshold=None))
    ticks = []
    timer = QTimer(interval=10)
    timer.timeout.connect(lambda: ticks.append(session.solving))
    timer.start()
    solve()
    timer.stop()
    assert ticks.count(True) > 3


def test_a_solve_can_be_cancelled_on_the_board_while_the_model_loads(qtbot, session, widget):
    board = widget("answer_board")
    session.solve()
    assert "is being loaded" in board.accessibleDescription()
    with qtbot.waitSignal(session.solve_finished):
        board.findChild(QPushButton).click()
    assert "Not solved yet" in board.accessibleDescription()


def test_a_failed_solve_is_told_on_the_board_with_a_button_to_try_again(
    qtbot, failed_session, tmp_path
):
    pane = AnswerPane(failed_session, OverlaySet(open_settings(tmp_path)), Commands(QWidget()))
    qtbot.addWidget(pane)
    pane.show()
    sentence = failed_session.focus.failure
    assert "model.safetensors" in sentence
    assert "\n" not in sentence
    assert pane.board.accessibleDescription() == f"The solve failed. {sentence}"
    with qtbot.waitSignal(failed_session.failed) as failed:
        pane.board.findChild(QPushButton).click()
        assert "is being loaded" in pane.board.accessibleDescription()
    assert failed.args == [sentence]
    assert pane.board.accessibleDescription() == f"The solve failed. {sentence}"
    assert not failed_session.solving


def test_the_failure_of_a_solve_is_forgotten_with_its_puzzle(failed_session, puzzles):
    failed_session.set_puzzle(puzzles[1])
    assert not failed_session.focus.failure


def test_frames_that_come_while_the_window_is_busy_are_shown_together(
    qtbot, session_of, puzzles, monkeypatch
):
    session = session_of(find_model("sudoku-9x9-small"))
    session.set_puzzle(puzzles[0])
    session.solves.set_settings(SolveSettings(max_supervision_steps=8, halt_threshold=None))
    lengths, ended, steps = [], threading.Event(), Engine.steps

    def watched(*arguments):
        yield from steps(*arguments)
        ended.set()

    monkeypatch.setattr(Engine, "steps", watched)

    def be_busy():
        if session.trace:
            lengths.append(len(session.trace))
            ended.wait()

    session.trace_changed.connect(be_busy)
    with qtbot.waitSignal(session.solve_finished):
        session.solve()
    assert len(lengths) <= 2  # those before the window was busy, and all others
    assert lengths[-1] == len(session.trace) == 8 * session.trace.cycles
    assert session.cursor == len(session.trace) - 1


def test_what_is_done_to_a_puzzle_does_not_look_through_all_of_its_file(window, session, puzzles):
    """A file may have hundreds of thousands of them; of a few, all are kept at each change."""

    class Watched(list):
        looks = 0

        def __iter__(self):
            Watched.looks += 1
            return super().__iter__()

    many = [replace(puzzles[0], name=str(number)) for number in range(1, MOST_PUZZLES + 2)]
    session.show_puzzles(Watched(many))
    looks = Watched.looks
    session.edit_puzzle(replace(many[1], name="changed"))
    assert window.isWindowModified()
    session.set_puzzle(many[2])
    assert not window.isWindowModified()
    assert session.number == 3
    assert Watched.looks == looks
