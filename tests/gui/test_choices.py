"""The model and the number of supervision steps: what somebody chose, else what fits by itself."""

import shutil

import pytest

from trm_core.checkpoints.expectations import likeliest
from trm_core.checkpoints.info import find_model
from trm_core.puzzles.files import parse_puzzles
from trm_core.puzzles.maze_generators import generate_perfect
from trm_core.puzzles.sudoku import generate
from trm_core.trace import SolveSettings


@pytest.fixture
def small():
    """A Sudoku of 4×4."""
    return parse_puzzles("1..4\n..1.\n.1..\n4..1\n")[0]


def test_a_model_that_was_chosen_is_in_use_again_for_puzzles_of_its_size(
    window, session, small, puzzles
):
    session.set_model("sudoku-9x9-att")
    session.set_puzzle(small)
    assert session.model_name == "sudoku-4x4"
    session.set_puzzle(puzzles[1])
    assert session.model_name == "sudoku-9x9-att"


def test_a_model_that_nobody_chose_gives_way_to_a_likelier_one_for_another_puzzle(session):
    """Though it fits, as one with relations fits every size."""
    large = generate(1, box_rows=4, box_cols=4, givens=200)
    session.set_puzzle(generate(1, givens=40))
    usual = session.model_name
    session.set_puzzle(large)
    assert session.model_name == likeliest(session.models.all, large).name != usual
    session.edit_puzzle(generate(2, box_rows=4, box_cols=4, givens=190))
    session.set_puzzle(generate(1, givens=40))
    assert session.model_name == usual
    session.use_model(find_model("sudoku-relations"))
    session.set_puzzle(large)
    assert session.model_name == "sudoku-relations"


def test_what_was_chosen_last_is_used_and_editing_stays_with_the_model_in_use(
    session, small, puzzles
):
    session.set_model("sudoku-9x9-att")
    session.set_model("sudoku-9x9-small")
    session.set_puzzle(small)
    session.set_puzzle(puzzles[1])
    assert session.model_name == "sudoku-9x9-small"
    session.use_model(find_model("sudoku-9x9-hrm"))
    session.edit_puzzle(puzzles[2])
    assert session.model_name == "sudoku-9x9-hrm"


def test_a_model_that_was_chosen_is_in_use_again_after_a_restart(window, open_window, small):
    large = window.session.puzzle
    window.session.set_model("sudoku-9x9-att")
    window.session.set_puzzle(small)
    window.close()
    later = open_window().session
    assert (later.puzzle, later.model_name) == (small, "sudoku-4x4")
    later.set_puzzle(large)
    assert later.model_name == "sudoku-9x9-att"


def test_a_chosen_model_of_one_s_own_solves_again_after_a_restart(
    qtbot, window, open_window, tmp_path
):
    mine = shutil.copytree(find_model("sudoku-9x9-small").directory, tmp_path / "mine")
    with qtbot.waitSignal(window.session.models.changed):
        window.session.add_model(mine)
    assert window.session.model_name == "mine"
    window.close()
    later = open_window().session
    with qtbot.waitSignal(later.solve_finished):
        later.solve()
    assert later.trace.model_name == "mine"


def test_a_recording_is_shown_with_its_own_model_whatever_was_chosen(session, solve):
    session.solves.set_settings(SolveSettings(1))
    solve()
    recording, name = session.recording, session.model_name
    session.set_model("sudoku-9x9-att")
    session.show_recording(recording)
    assert session.model_name == name == session.trace.model_name


def test_a_solve_stops_after_the_model_s_own_number_of_steps_and_the_window_says_so(
    session, control, solve
):
    steps = control("Max steps")
    assert steps.text() == "16 (own)"
    session.set_puzzle(generate_perfect(1, 9, 9))
    session.set_model("maze-15x15")
    assert steps.text() == "8 (own)"
    assert "8 is the model's own number" in steps.toolTip().replace("\n", " ")
    session.solves.set_extent("all")
    trace = solve()
    assert trace.supervision_steps == trace.max_supervision_steps == 8
    assert trace.sentence(0).startswith("Supervision step 1 of 8, ")


def test_a_number_of_steps_set_by_hand_is_that_of_the_model_it_was_set_for(
    window, session, control, open_window, puzzles
):
    steps = control("Max steps")
    steps.setValue(5)
    assert steps.text() == "5"
    session.set_puzzle(generate_perfect(1, 9, 9))
    session.set_model("maze-15x15")
    assert steps.text() == "8 (own)"
    session.set_puzzle(puzzles[1])
    assert steps.text() == "5"
    window.close()
    later = open_window()
    assert later.session.focus.max_supervision_steps == 5
    later.session.set_model("sudoku-9x9-att")
    assert later.session.focus.max_supervision_steps == 16
    later.session.set_model("sudoku-relations")
    assert later.session.focus.max_supervision_steps == 5


def test_the_model_s_own_number_is_no_choice_and_is_not_remembered(window, control, open_window):
    control("Max steps").setValue(5)
    control("Max steps").setValue(16)
    assert control("Max steps").text() == "16 (own)"
    assert window.session.settings == SolveSettings()
    window.close()
    assert open_window().session.settings == SolveSettings()
