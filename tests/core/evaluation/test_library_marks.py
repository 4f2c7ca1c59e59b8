"""What models make of the library."""

from dataclasses import replace

from trm_core.evaluation.library_marks import marked, solved_entries
from trm_core.puzzles.library import read_library
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
    for name, solved in found.items():
        (puzzle,) = ENTRIES[name].puzzles()
        trace = solver.start(puzzle, settings)
        for frame in solver.frames(trace):
            trace.append(frame)
        assert puzzle.is_solved_by(trace.grid(-1)) is solved


def test_marks_take_the_place_of_those_before():
    before = [replace(entry, solved_by=("gone",), not_solved_by=("old",)) for entry in SOME[:3]]
    small, sudoku, maze = marked(
        before, {"one": {SOME[0].id: True, SOME[1].id: False}, "two": {SOME[0].id: True}}
    )
    assert (small.solved_by, small.not_solved_by) == (("one", "two"), ())
    assert (sudoku.solved_by, sudoku.not_solved_by) == ((), ("one",))
    assert (maze.solved_by, maze.not_solved_by) == ((), ())
    assert small.drawing == SOME[0].drawing
