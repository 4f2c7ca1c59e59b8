"""Batches are what the official trainers draw, and a function of seed and step alone."""

import numpy as np
import pytest
import torch

from trm_core.data.augment import augmentation_for
from trm_core.data.batch import IGNORED
from trm_core.data.build import ArcBuild, SudokuBuild, build
from trm_core.data.dataset import read_dataset
from trm_core.data.writer import DatasetWriter, Group
from trm_core.puzzles.base import PuzzleShape
from trm_core.training.sampler import Sampler

CPU = torch.device("cpu")
SHAPE = PuzzleShape("sudoku", 4, 4, 2)


GROUPS = [([1, 2], [3, 3]), ([3], [1]), ([4, 5, 6], [2, 2, 2]), ([7], [4]), ([8], [1])]
EPOCH = 3 + 1 + 2 + 4 + 1


def numbered_set(directory, groups):
    """A data set of `groups`, of whose examples each has its number in its tokens, in base 6.

    Its labels are the same, so the digit 0 in them does not count.
    """
    with DatasetWriter(directory, SHAPE, [f"puzzle {i}" for i in range(9)]) as writer:
        number = 0
        for identifiers, sizes in groups:
            numbers = np.arange(number, number + sum(sizes))
            rows = (numbers[:, None] // 6 ** np.arange(16) % 6).astype(np.uint8)
            writer.add("train", Group("made up", identifiers, sizes, rows, rows))
            number += sum(sizes)
        writer.add("test", Group("made up", [0], [1], rows[:1], rows[:1]))
    return read_dataset(directory, "train")


@pytest.fixture(scope="module")
def numbered(tmp_path_factory):
    return numbered_set(tmp_path_factory.mktemp("numbered"), GROUPS)


def sampler(dataset, batch_size=EPOCH, seeds=(7, 0), augment=None):
    return Sampler(dataset, batch_size, seeds, CPU, augment)


def numbers(batch):
    """Which examples are in a batch."""
    return (batch.tokens @ 6 ** torch.arange(16)).tolist()


def puzzle_of(dataset, examples):
    return np.searchsorted(dataset.puzzle_indices, examples, side="right") - 1


def test_an_epoch_has_one_puzzle_of_every_group_with_all_its_examples(numbered):
    whole = sampler(numbered)
    for step in range(20):
        drawn = numbers(whole.batch(step)[0])
        puzzles = list(dict.fromkeys(puzzle_of(numbered, drawn).tolist()))
        groups = np.searchsorted(numbered.group_indices, puzzles, side="right") - 1
        assert sorted(groups) == [0, 1, 2, 3, 4]
        ranges = (numbered.puzzle_indices[[puzzle, puzzle + 1]] for puzzle in puzzles)
        assert sorted(drawn) == sorted(number for ends in ranges for number in range(*ends))
        # and those of a puzzle stand together
        assert np.count_nonzero(np.diff(puzzle_of(numbered, drawn))) == len(puzzles) - 1


def test_every_example_of_every_puzzle_comes_about_as_often(numbered):
    whole, epochs = sampler(numbered), 600
    drawn = [number for step in range(epochs) for number in numbers(whole.batch(step)[0])]
    counts = np.bincount(drawn, minlength=len(numbered))
    expected = np.concatenate([[epochs / len(sizes)] * sum(sizes) for _, sizes in GROUPS])
    assert counts.tolist() == pytest.approx(expected.tolist(), rel=0.25)


def test_all_examples_come_also_where_the_puzzles_of_a_group_have_different_numbers(tmp_path):
    uneven = sampler(numbered_set(tmp_path, [([1, 2], [1, 3])]), 1)
    drawn = [numbers(uneven.batch(step)[0])[0] for step in range(400)]
    shares = np.bincount(drawn, minlength=4) / 400
    assert shares.tolist() == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6], abs=0.08)


def test_the_groups_come_in_another_order_in_every_epoch(numbered):
    whole = sampler(numbered)
    orders = {tuple(whole.batch(step)[0].puzzle_ids.tolist()) for step in range(50)}
    assert len(orders) > 45


def test_an_example_comes_with_the_identifier_of_its_puzzle(numbered):
    batch, _ = sampler(numbered, 64).batch(3)
    puzzles = puzzle_of(numbered, numbers(batch))
    assert batch.puzzle_ids.tolist() == numbered.puzzle_identifiers[puzzles].tolist()


@pytest.mark.parametrize("batch_size", [1, 4, EPOCH, 50])
def test_epochs_go_on_where_a_batch_ends(numbered, batch_size):
    whole, parts = sampler(numbered), sampler(numbered, batch_size)
    in_epochs = [number for step in range(20) for number in numbers(whole.batch(step)[0])]
    steps = 20 * EPOCH // batch_size
    in_batches = [number for step in range(steps) for number in numbers(parts.batch(step)[0])]
    assert in_batches == in_epochs[: len(in_batches)]


def test_a_batch_depends_on_seed_and_step_alone(numbered):
    one, other = sampler(numbered, 8), sampler(numbered, 8)
    forwards = [one.batch(step) for step in range(6)]
    for step in reversed(range(6)):
        batch, generator = other.batch(step)
        then, generator_then = forwards[step]
        assert torch.equal(batch.tokens, then.tokens)
        assert torch.equal(
            torch.rand(3, generator=generator), torch.rand(3, generator=generator_then)
        )
    for seeds in ((8, 0), (7, 1)):
        changed = [numbers(sampler(numbered, 8, seeds).batch(step)[0]) for step in range(6)]
        assert changed != [numbers(batch) for batch, _ in forwards]


def test_what_else_is_drawn_differs_from_step_to_step(numbered):
    drawn = {
        torch.rand((), generator=sampler(numbered).batch(step)[1]).item() for step in range(50)
    }
    assert len(drawn) == 50


def test_labels_that_do_not_count_are_ignored(numbered):
    batch, _ = sampler(numbered).batch(0)
    assert torch.equal(batch.labels, batch.tokens.masked_fill(batch.tokens == 0, IGNORED))
    tensors = batch.tokens, batch.labels, batch.puzzle_ids
    assert {tensor.dtype for tensor in tensors} == {torch.int64}


def test_a_small_group_alone_fills_batches_of_any_size(tmp_path):
    build(
        SudokuBuild(generate=1, held_out=1, box_rows=2, box_cols=2, givens_from=4, givens_to=4),
        tmp_path / "one",
        lambda done, total: None,
    )
    batch, _ = sampler(read_dataset(tmp_path / "one", "train"), 5).batch(9)
    assert batch.tokens.shape == (5, 16)
    assert len(batch.tokens.unique(dim=0)) == 1


def test_augmented_examples_are_other_ones_in_every_step(tmp_path):
    build(
        ArcBuild(generate=1, canvas=10, augmentations=30, materialise=False),
        tmp_path / "arc",
        lambda done, total: None,
    )
    dataset = read_dataset(tmp_path / "arc", "train")
    augment = augmentation_for(dataset.shape, dataset.identifiers, CPU)
    augmented = sampler(dataset, 8, augment=augment)
    one, again, other = (augmented.batch(step)[0] for step in (0, 0, 1))
    assert torch.equal(one.tokens, again.tokens)
    assert torch.equal(one.puzzle_ids, again.puzzle_ids)
    assert len({*one.puzzle_ids.tolist(), *other.puzzle_ids.tolist()}) > 8
