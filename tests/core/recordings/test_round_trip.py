"""What is recorded is read back as it was, of any solve of any puzzle."""

import dataclasses
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trm_core.puzzles import arc_tasks, sudoku
from trm_core.puzzles.arc import Arc, Pair, Task
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.maze import Maze
from trm_core.puzzles.maze_generators import generate_with_loops
from trm_core.recordings import (
    Latents,
    Recording,
    RecordingError,
    read_answer,
    read_header,
    read_latents,
    read_recording,
    reading,
    write_notes,
    write_recording,
)
from trm_core.trace import Frame, SolveSettings, Trace

TRACE_PARTS = (
    *("puzzle", "shape", "model_name", "cycles", "latent_steps", "settings", "weights_hash"),
)
FIELDS = [field.name for field in dataclasses.fields(Frame)]
NO_STEPS = SolveSettings()
NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)


def assert_same(trace, other):
    for name in TRACE_PARTS:
        assert getattr(trace, name) == getattr(other, name)
    for name in ("name", "source", "kind"):
        assert getattr(trace.puzzle, name) == getattr(other.puzzle, name)
    assert len(trace) == len(other)
    for mine, theirs in zip(trace.frames, other.frames, strict=True):
        for name in FIELDS:
            value, read = getattr(mine, name), getattr(theirs, name)
            assert type(value) is type(read), name
            assert np.array_equal(value, read), name
            assert getattr(value, "dtype", None) == getattr(read, "dtype", None), name


def test_a_file_that_is_replaced_while_it_is_read_is_read_as_one_of_the_two(
    solved, tmp_path, monkeypatch
):
    """As a solve is kept again and again, and looked at by whoever lists what is kept."""
    file, longer = tmp_path / "solve.trmrec", tmp_path / "longer.trmrec"
    beginning = Trace(*(getattr(solved.trace, name) for name in TRACE_PARTS))
    beginning.append(solved.trace[0])
    write_recording(file, dataclasses.replace(solved, trace=beginning))
    write_recording(longer, solved)
    read_first = reading.read_metadata

    def replace_after(path):
        metadata = read_first(path)
        if longer.exists():
            longer.replace(path)
        return metadata

    monkeypatch.setattr(reading, "read_metadata", replace_after)
    assert_same(solved.trace, read_recording(file).trace)


def test_a_solve_is_read_back_with_every_frame_equal(solved, tmp_path):
    file = tmp_path / "solve.trmrec"
    write_recording(file, solved)
    read = read_recording(file)
    assert_same(solved.trace, read.trace)
    assert dataclasses.replace(read, trace=solved.trace) == solved
    mine, theirs = (of.trace.judgement(-1).solution for of in (solved, read))
    assert np.array_equal(mine, theirs)
    for index in range(len(solved.trace)):
        assert read.trace.sentence(index) == solved.trace.sentence(index)
    path, again = (each.trace.curves.latent_path("z").points for each in (solved, read))
    np.testing.assert_array_equal(path, again)


def test_a_solve_of_16_supervision_steps_takes_less_than_300_kb(solved, tmp_path):
    write_recording(tmp_path / "solve.trmrec", solved)
    assert solved.trace.supervision_steps == 16
    assert (tmp_path / "solve.trmrec").stat().st_size < 300_000


def test_every_latent_step_is_read_back(solver, sudokus, tmp_path):
    trace = solver.start(sudokus[0], SolveSettings(2, None, True))
    for frame in solver.frames(trace):
        trace.append(frame)
    write_recording(tmp_path / "fine.trmrec", Recording(trace, "cpu", "float32", NOW))
    read = read_recording(tmp_path / "fine.trmrec").trace
    assert_same(trace, read)
    assert {frame.latent_step for frame in read.frames} == {1, 2, 3, None}


def test_a_solve_that_was_cut_off_in_a_supervision_step_is_read_back(solved, tmp_path):
    trace = solved.trace
    part = Trace(*(getattr(trace, name) for name in TRACE_PARTS))
    for frame in trace.frames[:5]:
        part.append(frame)
    write_recording(tmp_path / "part.trmrec", dataclasses.replace(solved, trace=part))
    assert_same(part, read_recording(tmp_path / "part.trmrec").trace)


def puzzle_alone(puzzle):
    return Recording(Trace(puzzle, puzzle.shape, "", 1, 1, NO_STEPS), "", "", NOW)


@pytest.mark.parametrize(
    "puzzle",
    [
        sudoku.generate(1, box_rows=2, box_cols=3, givens=12),
        sudoku.Sudoku(np.zeros((25, 25), np.int8), name="½ “empty”", rating=3.25),
        sudoku.Sudoku(np.full((9, 9), 9, np.int8)),  # against all rules
        generate_with_loops(3, 9, 13),
        Maze(np.zeros((2, 40), np.int8)),  # with nothing but walls
        arc_tasks.generate(5),
        Arc.of(Task("a", (Pair([[1]]), Pair([[2]], [[3]])), (Pair([[4]]), Pair([[5]]))), 1),
        Arc.of(Task("no examples", (), (Pair([[1, 2], [3, 4]], [[9]]),))),
    ],
    ids=lambda puzzle: puzzle.name or puzzle.kind,
)
def test_a_puzzle_alone_is_read_back_even_one_that_breaks_the_rules(puzzle, tmp_path):
    file = tmp_path / "puzzle.trmrec"
    write_recording(file, puzzle_alone(puzzle))
    header, read = read_header(file), read_recording(file).trace.puzzle
    assert read == puzzle == header.puzzle
    assert (header.frames, header.solved) == (0, None)
    assert read_answer(file)[1] is None
    for name in ("name", "source", "rating", "box_rows", "test_index", "task"):
        assert getattr(read, name, None) == getattr(puzzle, name, None), name
    if puzzle.solution is None:
        assert read.solution is None
    else:
        assert np.array_equal(read.solution, puzzle.solution)


def test_a_solution_that_was_worked_out_need_not_be_again(solver, sudokus, tmp_path):
    puzzle = dataclasses.replace(sudokus[0], solution=None)
    trace = solver.start(puzzle, SolveSettings(1))
    for frame in solver.frames(trace):
        trace.append(frame)
    write_recording(tmp_path / "a.trmrec", Recording(trace, "cpu", "float32", NOW))
    read = read_recording(tmp_path / "a.trmrec").trace
    assert np.array_equal(read.puzzle.solution, trace.judgement(-1).solution)


@st.composite
def recordings(draw):
    """Made-up solves of any length, with and without coordinates."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    shape = draw(
        st.sampled_from(
            [
                PuzzleShape("sudoku", 4, 4, 2),
                PuzzleShape("maze", 5, 6),
                PuzzleShape("arc", 3, 4),
            ]
        )
    )
    puzzle = {
        "sudoku": lambda: sudoku.generate(7, box_rows=2, box_cols=2, givens=6),
        "maze": lambda: Maze(rng.integers(0, 4, (4, 6))),
        "arc": lambda: Arc.of(
            Task("t", (Pair([[1]], [[2]]),), (Pair(rng.integers(0, 9, (3, 2))),))
        ),
    }[shape.kind]()
    cycles, latent_steps = draw(st.integers(1, 3)), draw(st.integers(0, 3))
    halting = draw(st.none() | st.floats(0, 1))
    solve = SolveSettings(draw(st.integers(1, 99)), halting, draw(st.booleans()))
    names = [draw(st.text(max_size=20)) for _ in range(2)]
    trace = Trace(puzzle, shape, names[0], cycles, latent_steps, solve, names[1])
    per_cycle = trace.frames_in("cycle")
    knows_path = draw(st.booleans())
    for index in range(draw(st.integers(0, 12))):
        step, within = divmod(index, trace.frames_per_step)
        cycle, latent = divmod(within, per_cycle)
        answer = latent == per_cycle - 1
        p = rng.random((shape.cells, shape.vocab_size)).astype(np.float16)
        axes = rng.integers(0, 5, 2)
        trace.append(
            Frame(
                step + 1,
                cycle + 1,
                None if answer else latent + 1,
                answer and cycle == cycles - 1,
                rng.integers(0, shape.vocab_size, shape.cells).astype(np.int32),
                p,
                float(rng.random()),
                *np.exp(rng.normal(0, 50, 2)).tolist(),
                *(rng.normal(size=n).astype(np.float32) if knows_path else None for n in axes),
            )
        )
    zone = timezone(timedelta(hours=draw(st.integers(-12, 12))))
    created = draw(
        st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(zone))
    )
    texts = [draw(st.text(max_size=20)) for _ in range(3)]
    return Recording(trace, *texts[:2], created, texts[2])


@settings(max_examples=60, deadline=None)
@given(recordings())
def test_any_solve_is_read_back(tmp_path_factory, recording):
    file = tmp_path_factory.getbasetemp() / "any.trmrec"
    write_recording(file, recording)
    read = read_recording(file)
    assert_same(recording.trace, read.trace)
    assert dataclasses.replace(read, trace=recording.trace) == recording
    assert read.created.tzinfo is UTC
    header, answer = read_answer(file)
    trace = recording.trace
    assert (header.frames, header.supervision_steps) == (len(trace), trace.supervision_steps)
    if trace.frames:
        assert np.array_equal(answer, trace.grid(-1))
        assert header.solved == trace.solved(-1)


def test_latents_are_there_only_when_they_were_asked_for(solved, tmp_path):
    frames, file = len(solved.trace), tmp_path / "latents.trmrec"
    rng = np.random.default_rng(1)
    y, z = (rng.normal(size=(frames, 81, 3)).astype(np.float32) for _ in "yz")
    write_recording(file, dataclasses.replace(solved, latents=Latents(y, z)))
    read = read_latents(file)
    assert np.array_equal(read.y, y)
    assert np.array_equal(read.z, z)
    assert_same(solved.trace, read_recording(file).trace)
    write_notes(file, "still there")
    assert np.array_equal(read_latents(file).z, z)
    write_recording(file, solved)
    assert read_latents(file) is None


def test_notes_are_replaced_and_nothing_else_is(solved, tmp_path):
    file = tmp_path / "solve.trmrec"
    write_recording(file, solved)
    write_notes(file, "Sie blieb\n»stehen«")
    read = read_recording(file)
    assert read.notes == "Sie blieb\n»stehen«"
    assert_same(solved.trace, read.trace)
    assert dataclasses.replace(read, trace=solved.trace, notes=solved.notes) == solved
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_what_could_not_be_read_is_not_written(solved, tmp_path):
    file = tmp_path / "solve.trmrec"
    write_recording(file, solved)
    before = file.read_bytes()
    bad = Trace(*(getattr(solved.trace, name) for name in TRACE_PARTS))
    probabilities = solved.trace[0].probabilities.copy()
    probabilities[3, 4] = np.nan
    bad.append(dataclasses.replace(solved.trace[0], probabilities=probabilities))
    for recording in (
        dataclasses.replace(solved, trace=bad),
        dataclasses.replace(solved, notes="x" * 5_000_000),
        dataclasses.replace(solved, notes="\ud800"),
    ):
        with pytest.raises(RecordingError) as refused:
            write_recording(file, recording)
        sentence = str(refused.value)
        assert sentence.startswith(f"{file} cannot be written: ")
        assert ".solve" not in sentence
        assert len(sentence) < 500
        assert file.read_bytes() == before
        assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("place", ["gone/a.trmrec", "folder"])
def test_a_place_that_cannot_be_written_to_is_told(solved, tmp_path, place):
    (tmp_path / "folder").mkdir()
    with pytest.raises(RecordingError, match="cannot be written"):
        write_recording(tmp_path / place, solved)
    assert [path.name for path in tmp_path.rglob("*")] == ["folder"]


def test_a_recording_is_opened_without_torch(solved, tmp_path):
    write_recording(tmp_path / "solve.trmrec", solved)
    code = (
        "import sys; from pathlib import Path; sys.modules['torch'] = None\n"
        "from trm_core.recordings import read_recording\n"
        "print(read_recording(Path(sys.argv[1])).trace.sentence(-1))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "solve.trmrec")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == f"{solved.trace.sentence(-1)}\n"
