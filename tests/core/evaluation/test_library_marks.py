"""What models make of the library."""

from dataclasses import replace

from trm_core.checkpoints.info import find_model
from trm_core.evaluation.library_marks import Found, marked, solved_entries
from trm_core.puzzles.library import read_library
from trm_core.solver import Solver
from trm_core.trace import SolveSettings

ENTRIES = {entry.id: entry for entry in read_library()}
SOME = [
    ENTRIES[name]
    for name in (
        "sudoku-4x4-easy-01",
        "sudoku-9x9-easy-01",
        "maze-9x9-01",
        "sudoku-9x9-extreme-01",
        "arc-agi-1/c8f0f002",
    )
]


def test_a_model_solves_what_the_solver_solves_in_all_steps_and_is_given_only_what_fits(solver):
    found = solved_entries(solver, SOME, votes=4)
    assert list(found) == ["sudoku-9x9-easy-01", "sudoku-9x9-extreme-01"]
    settings = SolveSettings(solver.info.config.max_supervision_steps, None)
    for name, each in found.items():
        (puzzle,) = ENTRIES[name].puzzles()
        trace = solver.start(puzzle, settings)
        for frame in solver.frames(trace):
            trace.append(frame)
        assert puzzle.is_solved_by(trace.grid(-1)) is each.solved
        halts = [frame.halt_probability > 0.5 for frame in trace if frame.ends_supervision_step]
        assert each.steps == (halts.index(True) + 1 if any(halts) else len(halts))


def test_marks_take_the_place_of_those_before():
    old = {"solved_by": ("gone",), "steps": (1,), "not_solved_by": ("old",)}
    before = [replace(entry, **old) for entry in SOME[:3]]
    small, sudoku, maze = marked(
        before,
        {
            "one": {SOME[0].id: Found((True,), 3), SOME[1].id: Found((False,), 16)},
            "two": {SOME[0].id: Found((True,), 1)},
        },
    )
    assert (small.solved_by, small.not_solved_by) == (("one", "two"), ())
    assert small.steps == (3, 1)
    assert (sudoku.solved_by, sudoku.not_solved_by) == ((), ("one",))
    assert (maze.solved_by, maze.not_solved_by) == ((), ())
    assert small.drawing == SOME[0].drawing


def test_a_task_of_which_some_tests_are_solved_says_how_many():
    task = ENTRIES["arc-agi-1/44f52bb0"]
    assert task.tests == len(task.puzzles()) == 2
    found = {"none": [False, False], "half": [True, False], "all": [True, True]}
    solved = {name: {task.id: Found(tuple(tests), 2)} for name, tests in found.items()}
    (entry,) = marked([task], solved)
    assert (entry.solved_by, entry.not_solved_by) == (("all",), ("none", "half"))
    assert entry.tests_solved == (0, 1)
    assert entry.defeats == ["none", "half in 1 of 2 tests"]
    (entry,) = marked([task], {"none": solved["none"]})
    assert (entry.tests_solved, entry.defeats) == ((), ["none"])


def test_the_mark_of_a_task_with_two_tests_is_what_their_votes_come_to():
    entry = ENTRIES["arc-agi-1/44f52bb0"]
    solver = Solver.load(find_model("arc-7x7"), "cpu", "float32")
    (found,) = solved_entries(solver, [entry], 32).values()
    assert sum(found.tests) == 1
    assert marked([entry], {"arc-7x7": {entry.id: found}}) == [entry]
    assert entry.defeats == ["arc-7x7 in 1 of 2 tests"]
