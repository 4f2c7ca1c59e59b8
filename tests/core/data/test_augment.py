"""Augmentation of Sudokus and mazes, and what the augmentations of all kinds have in common."""

from collections import Counter
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch._subclasses.fake_tensor import FakeTensorMode

from trm_core.data.augment import augmentation_for
from trm_core.data.batch import IGNORED, Batch
from trm_core.puzzles import sudoku
from trm_core.puzzles.base import PuzzleError, PuzzleShape
from trm_core.puzzles.dihedral import DIHEDRAL
from trm_core.puzzles.maze import Maze
from trm_core.puzzles.maze_generators import generate_with_loops
from trm_core.puzzles.sudoku import Sudoku, SudokuTransform

CPU = torch.device("cpu")
BOXES = {(2, 2): 6, (2, 3): 14, (3, 2): 14, (3, 3): 36}
"""Givens for each height and width of a box."""

seeds = st.integers(0, 2**40)
boxes = st.sampled_from(list(BOXES))


def generator(seed):
    return torch.Generator().manual_seed(seed)


def batch_of(tokens, labels, size):
    """`size` times the same puzzle."""
    tokens, labels = (
        torch.tensor(np.asarray(x).ravel(), dtype=torch.int64) for x in (tokens, labels)
    )
    return Batch(tokens.repeat(size, 1), labels.repeat(size, 1), torch.arange(size))


@cache
def generated(box_rows, box_cols):
    givens = BOXES[box_rows, box_cols]
    return sudoku.generate(1, box_rows=box_rows, box_cols=box_cols, givens=givens)


def sudoku_batch(puzzle, size):
    tokens, labels = (puzzle.encode(g, puzzle.shape) for g in (puzzle.grid, puzzle.solution))
    return batch_of(tokens, labels, size)


def augmentation(puzzle, extra_givens=0):
    return augmentation_for(puzzle.shape, ["<blank>"], CPU, extra_givens)


def as_sudokus(puzzle, batch):
    """The puzzles of a batch; making them checks that each answer solves its puzzle."""
    for tokens, labels in zip(batch.tokens.numpy(), batch.labels.numpy(), strict=True):
        grid, solution = (puzzle.decode(x, puzzle.shape) for x in (tokens, labels))
        yield Sudoku(grid, solution, box_rows=puzzle.box_rows)


def transforms_drawn(puzzle, size, seed):
    """The `SudokuTransform` of every sample, read off grids that tell where cells come from."""
    side = puzzle.side
    digits = np.arange(1, side + 1)

    def augmented(grid):
        """(size, side, side) digits"""
        batch = augmentation(puzzle)(batch_of(grid + 1, grid + 1, size), generator(seed))
        return batch.tokens.numpy().reshape(-1, side, side) - 1

    names = np.stack([augmented(np.full((side, side), digit))[:, 0, 0] for digit in digits], axis=1)
    old = names.argsort(axis=1)
    rows = augmented(np.repeat(digits, side).reshape(side, side))
    cols = augmented(np.tile(digits, side).reshape(side, side))
    for sample in range(size):
        row, col = old[sample][rows[sample] - 1], old[sample][cols[sample] - 1]
        transposed = row[0, 0] != row[0, 1]
        yield SudokuTransform(
            tuple(names[sample].tolist()),
            tuple((row[0] if transposed else row[:, 0]).tolist()),
            tuple((col[:, 0] if transposed else col[0]).tolist()),
            bool(transposed),
        )


# Sudoku


@settings(max_examples=30)
@given(box=boxes, seed=seeds)
def test_every_augmented_sudoku_is_the_puzzle_under_one_transform_and_solved_by_its_answer(
    box, seed
):
    puzzle = generated(*box)
    batch = augmentation(puzzle)(sudoku_batch(puzzle, 6), generator(seed))
    transforms = transforms_drawn(puzzle, 6, seed)
    for found, transform in zip(as_sudokus(puzzle, batch), transforms, strict=True):
        expected = puzzle.transformed(transform)
        np.testing.assert_array_equal(found.grid, expected.grid)
        np.testing.assert_array_equal(found.solution, expected.solution)
        assert box[0] == box[1] or not transform.transpose
    assert batch.puzzle_ids.tolist() == list(range(6))


def test_every_symmetry_of_a_small_sudoku_is_drawn_equally_often():
    puzzle = generated(2, 2)
    times = Counter(transforms_drawn(puzzle, 30_000, 0))
    assert len(times) == 24 * 8 * 8 * 2
    assert max(times.values()) < 30  # 10 expected


def test_every_digit_becomes_every_digit_equally_often():
    drawn = transforms_drawn(generated(3, 3), 2000, 0)
    names = np.array([transform.digits for transform in drawn])
    for digit in range(9):
        times = np.bincount(names[:, digit], minlength=10)[1:]
        assert times.min() > 170  # 222 expected
        assert times.max() < 280


@settings(max_examples=30)
@given(box=boxes, seed=seeds, extra_givens=st.integers(0, 90))
def test_extra_givens_come_from_the_answer_and_keep_the_givens(box, seed, extra_givens):
    puzzle = generated(*box)
    plain = augmentation(puzzle)(sudoku_batch(puzzle, 6), generator(seed))
    more = augmentation(puzzle, extra_givens)(sudoku_batch(puzzle, 6), generator(seed))
    assert torch.equal(more.labels, plain.labels)
    for before, after in zip(as_sudokus(puzzle, plain), as_sudokus(puzzle, more), strict=True):
        assert ((before.grid == 0) | (after.grid == before.grid)).all()
        assert np.count_nonzero(after.grid != before.grid) <= extra_givens


def test_the_number_of_extra_givens_is_drawn_equally_often_from_0_to_the_most():
    puzzle = generated(3, 3)
    batch = augmentation(puzzle, 7)(sudoku_batch(puzzle, 4000), generator(0))
    times = torch.bincount((batch.tokens > 1).sum(1))
    assert times[:36].sum() == 0
    assert len(times) == 36 + 8
    assert times[36:].min() > 420  # 500 expected
    assert times[36:].max() < 580


def test_where_fewer_cells_are_empty_than_drawn_all_are_revealed():
    puzzle = generated(2, 2)
    batch = augmentation(puzzle, 500)(sudoku_batch(puzzle, 100), generator(0))
    full = (batch.tokens == batch.labels).all(1)
    assert full.float().mean() > 0.9
    assert (batch.tokens[full] > 1).all()


def test_every_empty_cell_is_revealed_equally_often():
    """The label of a cell says which it was: here every cell has its own digit."""
    tokens, labels = np.ones(16), np.tile(np.arange(2, 6), 4)
    batch = augmentation(generated(2, 2), 1)(batch_of(tokens, labels, 8000), generator(0))
    revealed = batch.tokens > 1
    assert torch.equal(batch.tokens[revealed], batch.labels[revealed])
    times = revealed.sum(0)
    assert times.min() > 190  # 250 expected
    assert times.max() < 310


@given(seed=seeds)
def test_ignored_labels_and_padding_stay_with_their_cells(seed):
    puzzle = generated(2, 3)
    batch = sudoku_batch(puzzle, 4)
    padding = torch.zeros_like(batch.tokens, dtype=torch.bool)
    padding[:, 5] = True
    tokens = batch.tokens.masked_fill(padding, 0)
    labels = batch.labels.masked_fill(tokens != 1, IGNORED)
    augmented = augmentation(puzzle)(Batch(tokens, labels, batch.puzzle_ids), generator(seed))
    assert torch.equal(augmented.labels == IGNORED, augmented.tokens != 1)
    assert ((augmented.tokens == 0).sum(1) == padding.sum(1)).all()
    counted = augmented.labels != IGNORED
    assert ((augmented.labels >= 2) & (augmented.labels <= 7))[counted].all()


def test_no_cell_is_revealed_whose_label_is_ignored():
    puzzle = generated(2, 2)
    batch = sudoku_batch(puzzle, 50)
    hidden = torch.full_like(batch.labels, IGNORED)
    augmented = augmentation(puzzle, 16)(
        Batch(batch.tokens, hidden, batch.puzzle_ids), generator(0)
    )
    assert ((augmented.tokens == 1).sum(1) == (batch.tokens == 1).sum(1)).all()
    assert torch.equal(augmented.labels, hidden)


# Mazes


@given(rows=st.integers(2, 7), cols=st.integers(2, 7), seed=seeds)
def test_every_augmented_maze_is_the_maze_under_one_symmetry(rows, cols, seed):
    rng = np.random.default_rng(seed)
    tokens, labels = rng.integers(1, 6, (rows, cols)), rng.integers(1, 6, (rows, cols))
    labels[0, 0] = IGNORED
    augment = augmentation_for(PuzzleShape("maze", rows, cols), [], CPU)
    batch = augment(batch_of(tokens, labels, 20), generator(seed))
    symmetries = [s for s in DIHEDRAL if s(tokens).shape == tokens.shape]
    possible = [(s(tokens).tolist(), s(labels).tolist()) for s in symmetries]
    for found in zip(batch.tokens, batch.labels, strict=True):
        assert tuple(x.reshape(rows, cols).tolist() for x in found) in possible
    assert batch.puzzle_ids.tolist() == list(range(20))


@pytest.mark.parametrize(("cols", "count"), [(5, 8), (4, 4)])
def test_every_symmetry_of_a_maze_is_drawn_equally_often(cols, count):
    tokens = np.arange(5 * cols)
    augment = augmentation_for(PuzzleShape("maze", 5, cols), [], CPU)
    batch = augment(batch_of(tokens, tokens, 400 * count), generator(0))
    times = batch.tokens.unique(dim=0, return_counts=True)[1]
    assert len(times) == count
    assert times.min() > 330  # 400 expected
    assert times.max() < 470


@pytest.mark.parametrize("cols", [9, 13])
def test_an_augmented_maze_is_solved_by_its_answer(cols):
    maze = generate_with_loops(3, 9, cols)
    tokens, labels = (maze.encode(grid, maze.shape) for grid in (maze.grid, maze.solve()))
    batch = augmentation_for(maze.shape, [], CPU)(batch_of(tokens, labels, 20), generator(0))
    for grid, answer in zip(batch.tokens.numpy(), batch.labels.numpy(), strict=True):
        turned = Maze(maze.decode(grid, maze.shape))
        assert turned.is_solved_by(maze.decode(answer, maze.shape))


# Any kind

SHAPES = [PuzzleShape("sudoku", 9, 9, 3), PuzzleShape("maze", 9, 9), PuzzleShape("arc", 9, 9)]


def any_batch(shape):
    rng = np.random.default_rng(0)
    tokens, labels = rng.integers(1, 6, (2, shape.cells))
    labels[::3] = IGNORED
    batch = batch_of(tokens, labels, 8)
    return Batch(batch.tokens, batch.labels, torch.ones(8, dtype=torch.int64))


def any_augmentation(shape):
    return augmentation_for(shape, ["<blank>", "t", "t|||t5|||0987654321"], CPU, 20)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_same_seed_gives_the_same_batch_and_the_given_one_stays(shape):
    given_batch = any_batch(shape)
    first, again, other = (
        any_augmentation(shape)(given_batch, generator(seed)) for seed in (1, 1, 2)
    )
    for name in ("tokens", "labels", "puzzle_ids"):
        assert getattr(first, name).dtype == torch.int64
        assert torch.equal(getattr(first, name), getattr(again, name))
        assert torch.equal(getattr(given_batch, name), getattr(any_batch(shape), name))
    assert not torch.equal(first.tokens, other.tokens)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_nothing_waits_for_a_number_from_the_device(shape):
    """Fake tensors have no numbers: they refuse whatever would need one."""
    augment, batch = any_augmentation(shape), any_batch(shape)
    with FakeTensorMode(allow_non_fake_inputs=True):
        augmented = augment(batch, generator(0))
    assert augmented.tokens.shape == batch.tokens.shape


def test_a_sudoku_needs_the_height_of_its_boxes_and_no_fewer_givens():
    with pytest.raises(PuzzleError) as error:
        augmentation_for(PuzzleShape("sudoku", 9, 9), [], CPU)
    assert str(error.value) == "found Sudoku 9×9 without box_rows, expected the height of its boxes"
    with pytest.raises(PuzzleError) as error:
        augmentation_for(SHAPES[0], [], CPU, -1)
    assert str(error.value) == "found -1 as extra_givens, expected 0 or more"
