"""The halting loop with the bundled model, and what its trace says, recomputed from tokens."""

import dataclasses
import shutil
from itertools import islice

import numpy as np
import pytest
import torch

from trm_core.checkpoints.info import find_model, read_info
from trm_core.evaluation.batches import EvaluationSettings, solve_many
from trm_core.puzzles.arc import Pair, Task
from trm_core.puzzles.arc_tasks import load_task
from trm_core.puzzles.base import PuzzleError, PuzzleShape
from trm_core.puzzles.sudoku import generate
from trm_core.solver import Solver
from trm_core.trace import Frame, SolveSettings, Trace

STEPS, CYCLES, LATENT_STEPS = 16, 2, 3
HALTING, NEVER_RIGHT = 0, 8
"""Of the bundled Sudokus, one that the model solves in some steps, and one that it does not."""


@pytest.fixture(scope="module")
def solve(solver, sudokus):
    """A function: the trace of bundled puzzle `number`; settings as SolveSettings takes them."""

    def solved(number=HALTING, **settings):
        trace = solver.start(sudokus[number], SolveSettings(**settings))
        for frame in solver.frames(trace):
            trace.append(frame)
        return trace

    return solved


@pytest.fixture(scope="module")
def full(solve):
    """All supervision steps of the puzzle that would halt."""
    return solve(halt_threshold=None)


@pytest.fixture(scope="module")
def fine(solve):
    """Two supervision steps, every latent step."""
    return solve(halt_threshold=None, every_latent_step=True, max_supervision_steps=2)


@pytest.fixture(scope="module")
def wrong(solve):
    """A solve that goes wrong, so that there are conflicts."""
    return solve(NEVER_RIGHT, max_supervision_steps=4)


def same(frame, other):
    mine, theirs = dataclasses.asdict(frame), dataclasses.asdict(other)
    return all(np.array_equal(mine[name], theirs[name]) for name in mine)


def plain_loop(solver, puzzle, steps=STEPS, on_step=None):
    """The outputs of the model's supervision steps, without a solver."""
    tokens = torch.from_numpy(puzzle.encode(puzzle.grid, solver.info.puzzle))[None]
    state, outputs = solver.model.initial_state(1), []
    with torch.inference_mode():
        for _ in range(steps):
            outputs.append(solver.model.supervision_step(tokens, state, on_step=on_step))
            state = outputs[-1].state
    return outputs


# Frames


def test_a_full_run_has_a_frame_for_every_cycle_counting_from_1(full):
    assert [(f.supervision_step, f.cycle, f.latent_step) for f in full.frames] == [
        (step, cycle, None) for step in range(1, STEPS + 1) for cycle in range(1, CYCLES + 1)
    ]
    assert [f.ends_supervision_step for f in full.frames] == [False, True] * STEPS
    assert full.frames_per_step == CYCLES


def test_a_fine_run_has_a_frame_for_every_network_call(fine):
    assert len(fine) == 2 * fine.frames_per_step == 2 * CYCLES * (LATENT_STEPS + 1)
    latent_steps = [frame.latent_step for frame in fine.frames]
    assert latent_steps == [1, 2, 3, None] * CYCLES * 2
    assert [f.ends_supervision_step for f in fine.frames] == ([False] * 7 + [True]) * 2


def test_the_answer_frames_of_a_fine_run_are_those_of_a_run_by_cycles(fine, full):
    answers = [frame for frame in fine.frames if frame.latent_step is None]
    for answer, cycle in zip(answers, full.frames, strict=False):
        changes = {"y_change": cycle.y_change, "z_change": cycle.z_change}
        assert same(dataclasses.replace(answer, **changes), cycle)


def test_a_latent_step_changes_neither_answer_nor_halting(fine):
    for before, frame in zip(fine.frames, fine.frames[1:], strict=False):
        if frame.latent_step is not None:
            assert frame.y_change == 0 < frame.z_change
            assert np.array_equal(frame.probabilities, before.probabilities)
            assert frame.halt_probability == before.halt_probability


def test_the_frames_are_what_a_plain_loop_over_supervision_steps_gives(solver, full):
    ends = [frame for frame in full.frames if frame.ends_supervision_step]
    for out, frame in zip(plain_loop(solver, full.puzzle), ends, strict=True):
        assert np.array_equal(frame.tokens, out.logits[0].argmax(-1).numpy())
        assert frame.halt_probability == out.halt_logit.sigmoid().item()


def test_changes_are_euclidean_distances_to_the_frame_before(solver, full, fine):
    seen = []
    plain_loop(solver, fine.puzzle, 2, seen.append)
    start = solver.model.initial_state(1)
    answers = [step for step in seen if step.kind == "answer"]
    for trace, steps in ((fine, seen), (full, answers)):
        for before, step, frame in zip([start, *steps], steps, trace.frames, strict=False):
            for name in "yz":
                difference = (getattr(step, name) - getattr(before, name)).double()
                distance = difference.square().sum().sqrt().item()
                assert getattr(frame, f"{name}_change") == pytest.approx(distance, rel=1e-4)


# Halting and stopping


def test_halting_stops_at_the_first_end_of_a_step_above_the_threshold(solve, full):
    for threshold in (0.0, 0.5, 0.9):
        trace = solve(halt_threshold=threshold)
        above = [f.halt_probability > threshold for f in trace.frames if f.ends_supervision_step]
        assert above == [False] * (len(above) - 1) + [True]
        assert trace.halts_at(threshold) == full.halts_at(threshold) == len(trace) - 1
        assert all(map(same, trace.frames, full.frames))


def test_a_run_that_never_halts_ends_at_the_maximum(solve, wrong):
    assert len(solve(halt_threshold=1.0)) == STEPS * CYCLES
    assert len(solve(max_supervision_steps=3)) == 3 * CYCLES
    assert len(wrong) == 4 * CYCLES
    assert wrong.halts_at(0.5) is None


@pytest.mark.parametrize("calls", [1, 4, 5, 8, 11, 13])
def test_cancelling_ends_the_run_with_that_very_network_call(solver, fine, calls):
    asked = 0

    def cancelled():
        nonlocal asked
        asked += 1
        return asked >= calls

    frames = list(solver.frames(Trace(**arguments(fine)), cancelled))
    assert asked == calls  # once a network call, so none came after
    assert len(frames) == calls - 1
    assert all(map(same, frames, fine.frames))


def arguments(trace):
    """What makes an empty trace like this one."""
    names = ("puzzle", "shape", "model_name", "cycles", "latent_steps", "settings")
    return {name: getattr(trace, name) for name in names}


def test_cancelling_between_supervision_steps_costs_one_network_call(solver, fine):
    calls, stop = 0, False

    def cancelled():
        nonlocal calls
        calls += 1
        return stop

    frames = solver.frames(Trace(**arguments(fine)), cancelled)
    assert len(list(islice(frames, fine.frames_per_step))) == calls == fine.frames_per_step
    stop = True
    assert list(frames) == []
    assert calls == fine.frames_per_step + 1


def test_the_same_solve_twice_is_the_same_bit_by_bit(solve, wrong):
    assert all(map(same, solve(NEVER_RIGHT, max_supervision_steps=4).frames, wrong.frames))


def test_a_puzzle_of_another_size_is_refused_in_a_sentence(solver):
    four = generate(1, box_rows=2, box_cols=2, givens=8)
    with pytest.raises(PuzzleError) as refused:
        solver.start(four, SolveSettings())
    assert str(refused.value) == "sudoku-9x9-small is made for Sudoku 9×9, this is Sudoku 4×4"


# Measures


@pytest.fixture(params=["full", "fine", "wrong"])
def trace(request):
    return request.getfixturevalue(request.param)


def tokens_before(trace, index):
    start = trace.puzzle.grid.ravel() + 1
    return trace[index - 1].tokens if index else start


def test_changed_cells_are_those_whose_token_differs_from_the_frame_before(trace):
    for index, frame in enumerate(trace.frames):
        differs = frame.tokens != tokens_before(trace, index)
        assert np.array_equal(trace.changed(index), differs.reshape(9, 9))


def test_frames_since_change_counts_back_to_the_last_change(trace):
    for index in range(len(trace)):
        for cell in range(81):
            back = 0
            while back <= index and not trace.changed(index - back).flat[cell]:
                back += 1
            expected = back if back <= index else -1
            assert trace.frames_since_change(index).flat[cell] == expected


def test_right_cells_are_counted_among_the_open_ones(trace):
    solution = trace.puzzle.solve()
    for index, frame in enumerate(trace.frames):
        pairs = zip(frame.tokens, solution.flat, trace.puzzle.grid.flat, strict=True)
        right = [token - 1 == digit for token, digit, given in pairs if not given]
        assert trace.right_cells(index) == (sum(right), len(right))


def test_right_cells_are_unknown_for_a_puzzle_without_one_solution(solver, full):
    ambiguous = dataclasses.replace(full.puzzle, grid=np.zeros((9, 9)), solution=None)
    trace = solver.start(ambiguous, full.settings)
    trace.append(full[0])
    assert trace.judgement(0).solution is None
    assert trace.right_cells(0) is None
    assert "right" not in trace.sentence(0)


def test_entropy_is_that_of_the_probabilities_in_bits(trace):
    for index, frame in enumerate(trace.frames):
        entropy = trace.entropy(index)
        assert entropy.shape == (9, 9)
        assert entropy.min() >= -1e-3  # the probabilities are rounded to float16
        assert entropy.max() <= np.log2(11) + 1e-3
        for p, bits in zip(frame.probabilities.astype(float), entropy.flat, strict=True):
            assert bits == pytest.approx(-sum(x * np.log2(x) for x in p if x > 0), abs=1e-6)


def test_conflicts_are_the_repeated_digits_of_rows_columns_and_boxes(wrong):
    found = 0
    for index, frame in enumerate(wrong.frames):
        digits = {divmod(cell, 9): int(token) - 1 for cell, token in enumerate(frame.tokens)}
        clashing = {
            a
            for a, digit in digits.items()
            for b in digits
            if a != b
            and digits[b] == digit > 0
            and (a[0] == b[0] or a[1] == b[1] or (a[0] // 3, a[1] // 3) == (b[0] // 3, b[1] // 3))
        }
        given = {tuple(cell) for cell in np.argwhere(wrong.puzzle.grid).tolist()}
        changed = {cell for cell in given if 0 < digits[cell] != wrong.puzzle.grid[cell]}
        named = {cell for conflict in wrong.conflicts(index) for cell in conflict.cells}
        assert named == clashing | changed
        found += len(named)
    assert found


def test_first_right_is_the_first_frame_that_solves_the_puzzle(full, wrong):
    solution = full.puzzle.solve()
    right = [np.array_equal(frame.tokens - 1, solution.ravel()) for frame in full.frames]
    assert full.first_right() == right.index(True) > 0
    assert [full.solved(index) for index in range(len(full))] == right
    assert wrong.first_right() is None


def test_halting_probabilities_are_one_a_frame(full):
    assert full.halt_probabilities().tolist() == [f.halt_probability for f in full.frames]


def test_measures_count_from_the_end_with_negative_indices(trace):
    for index in range(len(trace)):
        from_end = index - len(trace)
        assert np.array_equal(trace.changed(from_end), trace.changed(index))
        assert np.array_equal(trace.frames_since_change(from_end), trace.frames_since_change(index))
        assert trace.conflicts(from_end) == trace.conflicts(index)
        assert trace.sentence(from_end) == trace.sentence(index)


def test_the_last_conflicts_are_those_of_the_last_frame_while_a_trace_grows(wrong):
    growing = Trace(**arguments(wrong))
    for index, frame in enumerate(wrong.frames):
        growing.append(frame)
        assert growing.conflicts(-1) == wrong.conflicts(index)


def test_a_sentence_says_where_a_frame_is_and_what_it_holds(sudokus):
    puzzle = sudokus[HALTING]
    settings = SolveSettings(max_supervision_steps=16, every_latent_step=True)
    trace = Trace(puzzle, PuzzleShape("sudoku", 9, 9, 3), "any", 3, 6, settings)
    solution = puzzle.solve().ravel() + 1
    almost = np.where(np.arange(81) == puzzle.grid.argmin(), 1, solution).astype(np.int32)
    frame = Frame(2, 1, 4, False, almost, np.full((81, 11), 1 / 11, np.float16), 0.126, 0.0, 1.0)
    trace.append(frame)
    trace.append(dataclasses.replace(frame, latent_step=None, tokens=solution))
    assert trace.sentence(0) == (
        "Supervision step 2 of 16, cycle 1 of 3, latent step 4: "
        "54 of 55 open cells right, 54 changed, halting 0.13"
    )
    assert trace.sentence(1) == (
        "Supervision step 2 of 16, cycle 1 of 3: 55 of 55 open cells right, 1 changed, halting 0.13"
    )


def test_cells_flip_back_to_what_they_were_in_an_earlier_frame(trace):
    earlier = [set() for _ in range(81)]
    flips = 0
    for index, frame in enumerate(trace.frames):
        for cell, token in enumerate(frame.tokens):
            back = bool(trace.changed(index).flat[cell]) and int(token) in earlier[cell]
            assert trace.flipped_back(index).flat[cell] == back
            earlier[cell].add(int(token))
            flips += back
    assert trace.settings.every_latent_step or flips


@pytest.mark.parametrize("unit", ["latent_step", "cycle", "supervision_step"])
def test_units_end_where_frames_say_that_they_do(full, fine, unit):
    for trace in (full, fine):
        ends = {
            "latent_step": list(range(len(trace))),
            "cycle": [i for i, frame in enumerate(trace.frames) if frame.latent_step is None],
            "supervision_step": [i for i, f in enumerate(trace.frames) if f.ends_supervision_step],
        }[unit]
        assert ends[0] == trace.frames_in(unit) - 1
        for index in range(len(trace) - 1):
            assert trace.end_after(index, unit) == next(end for end in ends if end > index)
            before = [end for end in ends if end < index]
            assert trace.end_before(index, unit) == (before[-1] if before else 0)
        assert trace.end_after(len(trace) - 1, unit) == len(trace) - 1 + trace.frames_in(unit)


# Going on


def test_a_recursion_goes_on_beyond_where_a_solve_stops(solver, full):
    recursion = solver.recursion(full)
    frames = [frame for _ in range(STEPS + 1) for frame in recursion.supervision_step()]
    assert all(map(same, frames, full.frames))
    assert [f.supervision_step for f in frames[-CYCLES:]] == [STEPS + 1] * CYCLES


@pytest.mark.parametrize("calls", [1, 4, 8])
def test_a_cancelled_supervision_step_is_made_up_for_without_repeating_frames(solver, fine, calls):
    recursion = solver.recursion(fine)
    asked = iter([False] * (calls - 1))
    frames = recursion.supervision_step(lambda: next(asked, True))
    assert not recursion.whole
    frames += recursion.supervision_step(lambda: True)  # no further than before
    frames += recursion.supervision_step()
    assert recursion.whole
    frames += recursion.supervision_step()
    assert len(frames) == len(fine)
    assert all(map(same, frames, fine.frames))


def test_a_trace_makes_room_for_more_supervision_steps_and_never_for_fewer(solver, fine):
    trace = Trace(**arguments(fine))
    trace.allow(1)
    assert trace.settings == fine.settings
    trace.allow(3)
    assert trace.settings == dataclasses.replace(fine.settings, max_supervision_steps=3)


def test_flips_count_the_changes_after_a_cell_s_first(trace):
    changes = np.zeros((9, 9), int)
    for index in range(len(trace)):
        changes += trace.changed(index)
        assert np.array_equal(trace.flips(index), np.maximum(changes - 1, 0))


def test_cells_are_right_since_the_frame_from_which_on_they_are(trace):
    solution = trace.puzzle.solve()
    for index in (0, len(trace) // 2, len(trace) - 1):
        since = trace.first_right_cells(index)
        assert np.array_equal(trace.wrong(index), trace.grid(index) != solution)
        for cell in np.ndindex(9, 9):
            right = [trace.grid(i)[cell] == solution[cell] for i in range(index + 1)]
            expected = len(right)
            while expected and right[expected - 1]:
                expected -= 1
            assert since[cell] == (expected if right[-1] else -1)


def test_without_a_solution_no_cell_is_known_to_be_wrong(solver, full):
    ambiguous = dataclasses.replace(full.puzzle, grid=np.zeros((9, 9)), solution=None)
    trace = solver.start(ambiguous, full.settings)
    trace.append(full[0])
    assert trace.wrong(0) is None
    assert trace.first_right_cells(0) is None


def test_symbols_have_the_probabilities_of_their_tokens(trace):
    for index, frame in enumerate(trace.frames):
        symbols = trace.symbol_probabilities(index).reshape(81, 10)
        assert np.array_equal(symbols, frame.probabilities[:, 1:].astype(float))
        confidence = trace.confidence(index).ravel()
        assert np.array_equal(confidence, frame.probabilities.max(-1).astype(float))
        of_grid = symbols[np.arange(81), trace.grid(index).ravel()]
        assert np.array_equal(of_grid, symbols.max(-1))


def on_canvas(puzzle, *grids):
    """A trace of an ARC puzzle on a canvas of 4×4, with these answers."""
    shape = PuzzleShape("arc", 4, 4)
    trace = Trace(puzzle, shape, "any", 1, 1, SolveSettings())
    for grid in grids:
        tokens = puzzle.encode(grid, shape)
        shares = np.full((16, 12), 1 / 12, np.float16)
        trace.append(Frame(len(trace) + 1, 1, None, True, tokens, shares, 0.5, 0.0, 0.0))
    return trace


def test_cells_beyond_the_answer_do_not_count_as_changed():
    (puzzle,) = Task("t", (), (Pair(np.zeros((4, 4)), np.zeros((2, 2))),)).puzzles()
    trace = on_canvas(puzzle, np.array([[0, 1], [0, 0]], np.int8))
    assert (trace.frames_since_change(0) == 0).sum() > 1
    assert np.argwhere(trace.changed(0)).tolist() == [[0, 1]]
    assert trace.changed_cells(0) == 1
    assert "3 of 4 open cells right, 1 changed" in trace.sentence(0)


def test_a_grid_larger_or_smaller_than_the_solution_is_wrong_where_it_has_no_counterpart():
    task = Task("t", (), (Pair(np.zeros((2, 2)), np.zeros((2, 3))),))
    (puzzle,) = task.puzzles()
    trace = on_canvas(puzzle, np.zeros((3, 2), np.int8), np.zeros((2, 3), np.int8))
    assert trace.wrong(0).tolist() == [[False, False], [False, False], [True, True]]
    assert trace.first_right_cells(1).tolist() == [[0, 0, 1], [0, 0, 1]]


def test_a_solve_has_the_model_s_own_number_of_supervision_steps_unless_told_otherwise():
    solver = Solver.load(find_model("arc-7x7"), "cpu", "float32")
    puzzle = load_task("3c9b0459").puzzles()[0]
    own, other = (solver.start(puzzle, SolveSettings(most, None)) for most in (None, 2))
    assert solver.start(puzzle).max_supervision_steps == own.max_supervision_steps == 3
    assert list(solver.frames(own))[-1].supervision_step == 3
    assert list(solver.frames(other))[-1].supervision_step == 2
    (outcome,) = solve_many(solver, [puzzle], EvaluationSettings())
    assert outcome.supervision_steps == 3


def test_a_solver_is_of_the_files_that_there_are_and_its_traces_say_of_which(tmp_path, sudokus):
    small, other = find_model("sudoku-9x9-small"), find_model("sudoku-9x9")
    info = read_info(shutil.copytree(small.directory, tmp_path / "mine"))
    assert info.is_current
    first = Solver.load(info, "cpu", "float32").start(sudokus[0])
    shutil.copytree(other.directory, info.directory, dirs_exist_ok=True)
    assert not info.is_current
    solver = Solver.load(info, "cpu", "float32")
    assert solver.info == other
    assert solver.info.is_current
    hashes = [first.weights_hash, solver.start(sudokus[0]).weights_hash]
    assert hashes == [small.weights_hash(), other.weights_hash()]
