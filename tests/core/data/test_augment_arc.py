"""Augmentation of ARC examples: variants and offsets."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trm_core.data.augment import augmentation_for
from trm_core.data.augment_arc import TOP_LEFT
from trm_core.data.batch import IGNORED, Batch
from trm_core.puzzles.arc import Arc, ArcTransform, Pair, Task
from trm_core.puzzles.arc_variants import parse_variant, random_variants, variant_name
from trm_core.puzzles.base import PuzzleError, PuzzleShape
from trm_core.puzzles.dihedral import DIHEDRAL

CPU = torch.device("cpu")
CANVAS = PuzzleShape("arc", 8, 8)
ENCODER = Arc.of(Task("any", (), (Pair(np.zeros((1, 1))),)))

IDENTITY = ArcTransform()

seeds = st.integers(0, 2**40)


@dataclass(frozen=True)
class Example:
    """An input and its output (empty where unknown), and where both stand on the canvas."""

    input: npt.NDArray[np.int8]
    output: npt.NDArray[np.int8]
    offset: tuple[int, int] = (0, 0)

    def encoded(self, transform=IDENTITY, offset=None, shape=CANVAS):
        """Tokens and labels; the offset is that of the example unless told otherwise."""
        offset = self.offset if offset is None else offset
        grids = transform(self.input), transform(self.output)
        tokens, labels = (ENCODER.encode(g, shape, offset=offset).astype(np.int64) for g in grids)
        return tokens, np.where(labels == 0, IGNORED, labels)


@st.composite
def examples(draw, rows=CANVAS.rows, cols=CANVAS.cols):
    """Examples with grids of all sizes that fit, at any offset."""
    offset = draw(st.integers(0, rows - 1)), draw(st.integers(0, cols - 1))
    room = rows - offset[0], cols - offset[1]
    rng = np.random.default_rng(draw(st.integers(0, 2**30)))
    sizes = [[draw(st.integers(1, most)) for most in room] for _ in range(2)]
    return Example(*(rng.integers(0, 10, size, dtype=np.int8) for size in sizes), offset)


def batch_of(examples, ids, shape=CANVAS):
    encoded = [example.encoded(shape=shape) for example in examples]
    tokens, labels = (torch.from_numpy(np.stack(x)) for x in zip(*encoded, strict=True))
    return Batch(tokens, labels, torch.tensor(ids))


def augmented(batch, names, seed, shape=CANVAS):
    return augmentation_for(shape, names, CPU)(batch, torch.Generator().manual_seed(seed))


def first_coloured(tokens, shape=CANVAS):
    """The offset at which a grid stands on a canvas."""
    rows, cols = np.nonzero(tokens.reshape(shape.rows, shape.cols) >= 2)
    return rows.min(), cols.min()


def assert_is(example, found, transform, shape=CANVAS):
    """`found`, tokens and labels, is `example` under `transform` at some offset."""
    tokens, labels = (x.numpy() for x in found)
    offset = first_coloured(tokens, shape)
    for got, expected in zip(
        (tokens, labels), example.encoded(transform, offset, shape), strict=True
    ):
        np.testing.assert_array_equal(got, expected)


# Variants


@given(several=st.lists(examples(), min_size=1, max_size=6), seed=seeds)
def test_a_task_becomes_the_variant_whose_id_it_gets(several, seed):
    names = ["<blank>", *random_variants(["a", "b"], 4, seed)]
    ids = [names.index("ab"[number % 2]) for number in range(len(several))]
    batch = augmented(batch_of(several, ids), names, seed)
    found = zip(several, ids, batch.puzzle_ids, batch.tokens, batch.labels, strict=True)
    for example, old, new, tokens, labels in found:
        task, transform = parse_variant(names[new])
        assert task == names[old]
        assert_is(example, (tokens, labels), transform)


@given(several=st.lists(examples(), min_size=1, max_size=6), seed=seeds)
def test_a_variant_stays_what_it_is(several, seed):
    names = [*random_variants(["a"], 4, seed), *random_variants(["b"], 4, seed)[1:]]
    ids = [1 + number for number in range(len(several))]  # also some whose task has no id
    batch = augmented(batch_of(several, ids), names, seed)
    assert batch.puzzle_ids.tolist() == ids
    for example, *found in zip(several, batch.tokens, batch.labels, strict=True):
        assert_is(example, found, IDENTITY)


def test_every_variant_of_a_task_is_drawn_equally_often():
    variants = [variant_name("a", ArcTransform(symmetry)) for symmetry in DIHEDRAL]
    names = [variants[3], "b", *variants[:3], "c|||t1|||0123456789", *variants[4:]]
    example = Example(*np.arange(8, dtype=np.int8).reshape(2, 2, 2))
    batch = augmented(batch_of([example] * 4000, [names.index("a")] * 4000), names, 0)
    times = torch.bincount(batch.puzzle_ids, minlength=len(names))
    of_a = torch.tensor([parse_variant(name)[0] == "a" for name in names])
    assert not times[~of_a].any()
    assert times[of_a].min() > 430  # 500 expected
    assert times[of_a].max() < 570


@given(seed=seeds)
def test_a_task_without_variants_stays_itself(seed):
    example = Example(*np.arange(8, dtype=np.int8).reshape(2, 2, 2))
    batch = augmented(batch_of([example] * 3, [2, 1, 2]), ["<blank>", "a", "b"], seed)
    assert batch.puzzle_ids.tolist() == [2, 1, 2]
    for found in zip(batch.tokens, batch.labels, strict=True):
        assert_is(example, found, IDENTITY)


@given(seed=seeds)
def test_blank_examples_stay_blank(seed):
    names = ["<blank>", *random_variants(["a"], 3, 0)]
    blank = Batch(
        torch.zeros((3, 64), dtype=torch.int64),
        torch.full((3, 64), IGNORED),
        torch.zeros(3, dtype=torch.int64),
    )
    batch = augmented(blank, names, seed)
    assert torch.equal(batch.tokens, blank.tokens)
    assert torch.equal(batch.labels, blank.labels)
    assert not batch.puzzle_ids.any()


@given(seed=seeds)
def test_an_unknown_output_stays_unknown(seed):
    names = random_variants(["a"], 3, 0)
    example = Example(np.arange(9, dtype=np.int8).reshape(3, 3), np.zeros((0, 0), dtype=np.int8))
    batch = augmented(batch_of([example] * 4, [0] * 4), names, seed)
    assert (batch.labels == IGNORED).all()
    for number, *found in zip(batch.puzzle_ids, batch.tokens, batch.labels, strict=True):
        assert_is(example, found, parse_variant(names[number])[1])


@given(data=st.data(), seed=seeds)
def test_half_turns_and_mirrors_work_on_a_canvas_of_any_shape(data, seed):
    shape = PuzzleShape("arc", 5, 9)
    example = data.draw(examples(5, 9))
    names = ["a", *(f"a|||t{number}|||0213456789" for number in (2, 4, 5))]
    batch = augmented(batch_of([example] * 6, [0] * 6, shape), names, seed, shape)
    for number, *found in zip(batch.puzzle_ids, batch.tokens, batch.labels, strict=True):
        assert_is(example, found, parse_variant(names[number])[1], shape)


def test_a_quarter_turn_needs_a_square_canvas():
    names = ["a", "a|||t2|||0123456789", "a|||t6|||0123456789"]
    with pytest.raises(PuzzleError) as error:
        augmentation_for(PuzzleShape("arc", 5, 9), names, CPU)
    assert str(error.value) == (
        "found the ARC variant 'a|||t6|||0123456789', a quarter turn, on a canvas of 5×9, "
        "expected a square canvas"
    )


def test_a_name_that_is_no_variants_is_refused():
    with pytest.raises(PuzzleError, match=r"found the ARC variant 'a\|\|\|5', expected a task id"):
        augmentation_for(CANVAS, ["a", "a|||5"], CPU)


# Offsets


def offsets_of(example, size):
    """(8, 8) how often each offset is drawn; of the input, which is at the output's."""
    batch = augmented(batch_of([example] * size, [0] * size), ["a"], 0)
    times = np.zeros((CANVAS.rows, CANVAS.cols), dtype=int)
    for tokens in batch.tokens.numpy():
        times[first_coloured(tokens)] += 1
    return times


def test_every_offset_at_which_both_grids_fit_is_drawn_equally_often_or_the_corner():
    grids = np.ones((5, 2), dtype=np.int8), np.ones((1, 6), dtype=np.int8)
    times = offsets_of(Example(*grids, (2, 1)), 4000)
    expected = 4000 * (1 - TOP_LEFT) / 12
    fits = np.zeros_like(times, dtype=bool)
    fits[:4, :3] = True
    assert not times[~fits].any()
    times[0, 0] -= 4000 * TOP_LEFT
    assert times[fits].min() > 0.75 * expected
    assert times[fits].max() < 1.25 * expected


def test_a_grid_as_large_as_the_canvas_has_one_place():
    times = offsets_of(Example(np.ones((8, 8), dtype=np.int8), np.ones((1, 1), dtype=np.int8)), 20)
    assert times[0, 0] == 20
