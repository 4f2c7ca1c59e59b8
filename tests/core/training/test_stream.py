"""Puzzles that are made while a model trains: a function of seeds and step, whoever makes them."""

import os
from dataclasses import replace
from itertools import islice

import numpy as np
import psutil
import pytest
import torch
from runs_to_try import train_here, write_preset
from safetensors.torch import load_file

from trm_core.checkpoints.info import read_info
from trm_core.data.batch import IGNORED
from trm_core.data.blocks import VARIANTS, Block, MazeBlocks, SudokuBlocks
from trm_core.puzzles.base import PuzzleError, PuzzleShape
from trm_core.puzzles.maze import Maze
from trm_core.puzzles.sudoku import Sudoku, usual_box_rows
from trm_core.training.config import TrainingConfigError, load_preset
from trm_core.training.estimate import estimate
from trm_core.training.losses import exactly_right, supervision_loss
from trm_core.training.run_directory import RunDirectory
from trm_core.training.stream import STEPS_EACH, Alternating, Stream

CPU = torch.device("cpu")
SIZE = 3


def stream(seeds=(1, 0), processes=0, **options):
    return Stream(MazeBlocks(9, 9, **options), SIZE, seeds, CPU, processes)


def same(one, other):
    return one.shape == other.shape and all(
        torch.equal(getattr(one, name), getattr(other, name)) for name in ("tokens", "labels")
    )


def test_batches_are_mazes_with_their_shortest_paths_and_of_one_size_for_a_while() -> None:
    sizes = []
    for step, batch in enumerate(islice(stream(), 6 * STEPS_EACH)):
        rows, cols = batch.shape.rows, batch.shape.cols
        if step % STEPS_EACH == 0:
            sizes.append((rows, cols))
        assert sizes[-1] == (rows, cols)
        assert batch.tokens.shape == batch.labels.shape == (SIZE, rows * cols)
        assert batch.puzzle_ids.tolist() == [0] * SIZE
        for tokens, labels in zip(batch.tokens.numpy(), batch.labels.numpy(), strict=True):
            maze = Maze(tokens.reshape(rows, cols) - Maze.first_token)
            assert maze.is_solved_by(labels.reshape(rows, cols) - Maze.first_token)
    assert len(set(sizes)) > 3
    assert 5 <= np.min(sizes) < np.max(sizes) <= 9


def test_no_label_counts_where_the_goal_is_out_of_reach() -> None:
    for batch in islice(stream(unreachable=0.5), STEPS_EACH):
        nothing = (batch.labels == IGNORED).all(-1)
        grids = batch.tokens.view(SIZE, batch.shape.rows, -1).numpy() - Maze.first_token
        assert nothing.tolist() == [Maze(grid).shortest_length is None for grid in grids]
        assert (batch.labels[~nothing] != IGNORED).all()


def test_no_answer_is_right_where_the_goal_is_out_of_reach_so_that_halting_is_never_rewarded() -> (
    None
):
    labels = torch.tensor([[2, IGNORED], [IGNORED, IGNORED], [3, 3]])
    logits = torch.nn.functional.one_hot(torch.tensor([[2, 1]] * 3), 6).float()
    assert exactly_right(logits, labels).tolist() == [True, False, False]
    losses = supervision_loss(logits[1:2], torch.zeros(1), labels[1:2])
    assert losses.answer == 0
    assert losses.halting == torch.tensor(2.0).log()
    assert losses.total == 0.5 * losses.halting
    less = supervision_loss(logits[1:2], torch.zeros(1), labels[1:2], halting_weight=0.1)
    assert less.total == 0.1 * less.halting


def test_a_step_offers_the_same_whoever_makes_it_and_wherever_one_begins() -> None:
    here, elsewhere = stream(), stream(processes=1)
    steps = 5 * STEPS_EACH - 1, 5 * STEPS_EACH
    there = [elsewhere.batch(step) for step in steps]
    elsewhere.close()
    for step in (0, STEPS_EACH, 2 * STEPS_EACH):
        here.batch(step)
    for step, (batch, draws) in zip(steps, there, strict=True):
        again, same_draws = here.batch(step)
        assert same(batch, again)
        assert torch.equal(*(torch.rand(3, generator=each) for each in (draws, same_draws)))
    assert same(here.batch(0)[0], stream().batch(0)[0])


def test_other_seeds_and_other_steps_offer_other_mazes() -> None:
    here = stream()
    first = here.batch(0)[0]
    assert not same(first, here.batch(1)[0])
    assert not same(first, stream((2, 0)).batch(0)[0])
    assert not same(first, stream((1, 1)).batch(0)[0])


def test_the_processes_that_make_puzzles_end_when_it_is_closed() -> None:
    def makers() -> list[psutil.Process]:
        children = psutil.Process(os.getpid()).children()
        return [each for each in children if "--multiprocessing-fork" in each.cmdline()]

    alone = stream(processes=1)
    alone.batch(0)
    assert len(makers()) == 1
    alone.close()
    assert not makers()


def test_a_maker_of_other_puzzles_fits_in_as_well() -> None:
    shape = MazeBlocks(5, 5)(np.random.default_rng(0), 1).shape

    def counting(rng: np.random.Generator, size: int) -> Block:
        rows = np.arange(size * shape.cells, dtype=np.uint8).reshape(size, -1) % 5 + 1
        return Block(shape, rows, rows)

    batch, _ = Stream(counting, SIZE, (0,), CPU, 0).batch(1)
    assert batch.tokens[0].tolist() == [(SIZE * 25 + n) % 256 % 5 + 1 for n in range(25)]


@pytest.mark.parametrize("side", [4, 6, 9])
def test_sudokus_of_every_size_have_one_solution_and_from_few_givens_to_many(side):
    block = SudokuBlocks((side,))(np.random.default_rng(0), 2 * VARIANTS)
    assert block.shape == PuzzleShape("sudoku", side, side, usual_box_rows(side))
    givens = []
    for tokens, labels in zip(block.inputs, block.labels, strict=True):
        grid, answer = (row.reshape(side, side) - Sudoku.first_token for row in (tokens, labels))
        assert not Sudoku(grid, answer).problems()
        givens.append(int((grid > 0).sum()))
    fewest = 4 if side == 4 else side * side // 5
    assert fewest <= min(givens) < side * side / 3 < max(givens) < side * side


def test_a_block_of_sudokus_has_the_size_that_was_asked_for_and_their_sizes_vary():
    make = SudokuBlocks((4, 6))
    blocks = [make(np.random.default_rng(seed), VARIANTS + 1) for seed in range(8)]
    assert {block.shape.rows for block in blocks} == {4, 6}
    assert {len(block.inputs) for block in blocks} == {VARIANTS + 1}


def test_one_in_so_many_stretches_of_steps_is_of_other_sudokus_all_else_of_the_data_set():
    class Recorded:
        """Tells which step it was asked for."""

        def __init__(self, name: str) -> None:
            self.name = name

        def batch(self, step: int) -> tuple[str, int]:
            return self.name, step

    both = Alternating(Recorded("set"), Recorded("stream"), every=3)
    asked = [both.batch(step) for step in range(6 * STEPS_EACH)]
    assert asked[: 2 * STEPS_EACH] == [("set", step) for step in range(2 * STEPS_EACH)]
    others = [step for name, step in asked if name == "stream"]
    assert others == list(range(2 * STEPS_EACH))
    assert asked[2 * STEPS_EACH] == ("stream", 0)
    assert asked[5 * STEPS_EACH] == ("stream", STEPS_EACH)


def test_styles_and_sizes_that_there_are_not_are_refused() -> None:
    with pytest.raises(PuzzleError, match=r"7 is no side of a Sudoku, expected one of 4, 6, 8"):
        SudokuBlocks((9, 7))
    with pytest.raises(PuzzleError, match="found the style 'round'"):
        MazeBlocks(styles=("round",))
    with pytest.raises(PuzzleError, match="found 41×9 cells for mazes of all styles"):
        MazeBlocks(41, 9)
    with pytest.raises(PuzzleError, match="smallest is 8, expected 0, or 5 to the fewer of the 9"):
        MazeBlocks(9, 7, smallest=8)


PARTS = "model", "trainer"
ENDLESS = {
    "kind": "maze",
    "style": "mixed",
    "rows": 7,
    "cols": 9,
    "generate": 2,
    "held_out": 4,
    "endless": True,
    "unreachable": 0.2,
}


@pytest.fixture
def endless(tmp_path, monkeypatch):
    """The config of a run whose mazes are made up as it goes, by the very process that trains."""
    monkeypatch.setattr("trm_core.training.stream.cores", lambda: 1)
    return replace(load_preset(str(write_preset(tmp_path / "tiny.toml", "none"))), data=ENDLESS)


RELATIONS = "mixer=relations", 'relations=["neighbours"]', "smallest=5"


@pytest.mark.parametrize("changes", [(), RELATIONS], ids=["one size", "several sizes"])
def test_a_run_trains_on_mazes_that_are_made_up_and_goes_on_from_where_it_ended(
    endless, tmp_path, monkeypatch, changes
):
    monkeypatch.setattr("trm_core.training.stream.STEPS_EACH", 5)  # it ends amid such five
    endless = endless.changed(changes)
    ends = []
    for name, parts in (("whole", (24,)), ("parted", (16, 24))):
        run = RunDirectory.create(tmp_path / name, endless.to_json())
        for steps in parts:
            status = train_here(run, config=endless.changed([f"steps={steps}"]))
            assert (status.state, status.step) == ("finished", steps)
        ends.append([load_file(run.checkpoint(24) / f"{part}.safetensors") for part in PARTS])
    for one, other in zip(*ends, strict=True):
        assert one.keys() == other.keys()
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_how_long_a_run_with_mazes_that_are_made_up_would_take_can_be_told(endless):
    told = estimate(endless, CPU)
    assert 0 < told.seconds_per_step < told.seconds


def test_puzzles_of_several_sizes_are_refused_for_a_model_of_one_size(endless):
    with pytest.raises(TrainingConfigError, match=r"data.smallest is 5, expected 0 where data.end"):
        endless.changed(["smallest=5"])


SUDOKUS_4 = {
    **{"kind": "sudoku", "generate": 30, "held_out": 4},
    **{"box_rows": 2, "box_cols": 2, "givens_from": 6, "givens_to": 9},
}
CANDIDATES = "mixer=relations", 'relations=["lines", "box", "cell"]', "candidates=true"


def test_a_run_trains_on_sudokus_of_other_sizes_beside_those_of_its_data_set(endless, tmp_path):
    sudokus = replace(endless, data=SUDOKUS_4).changed(
        [*CANDIDATES, "other_sides=[6]", "other_sides_every=2", f"steps={STEPS_EACH + 2}"]
    )
    run = RunDirectory.create(tmp_path / "run", sudokus.to_json())
    status = train_here(run, config=sudokus)
    assert (status.state, status.step) == ("finished", STEPS_EACH + 2)
    state = load_file(run.checkpoint(status.step) / f"{PARTS[1]}.safetensors")
    assert state["board"].tolist() == [6, 6, 2]
    assert state["carry/tokens"].shape[1] == 36
    info = read_info(run.checkpoint(status.step))
    assert info.learned.words == ("made-up Sudokus 4×4 with 6 to 9 givens, and made-up Sudokus 6×6")


@pytest.mark.parametrize("changes", [(), (*CANDIDATES, "data.kind=maze")])
def test_sudokus_of_other_sizes_are_refused_for_other_models_and_other_puzzles(endless, changes):
    with pytest.raises(TrainingConfigError, match="other_sides names sides, expected none unless"):
        endless.changed(["other_sides=[6]", *changes])


def test_sides_that_no_sudoku_has_are_refused(endless):
    with pytest.raises(TrainingConfigError, match=r"training.other_sides: 7 is no side"):
        endless.changed(["other_sides=[7]"])
