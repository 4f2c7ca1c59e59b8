"""How training begins: another model's weights, the board shown to attention, deepening."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from trm_core.checkpoints.directory import build_model, save_model
from trm_core.checkpoints.info import CheckpointError, ModelInfo
from trm_core.errors import UserError
from trm_core.model.config import HRMConfig, RecursionConfig, TRMConfig
from trm_core.puzzles.base import PuzzleShape
from trm_core.training.board_start import show_board
from trm_core.training.carry import most_steps
from trm_core.training.start import start_from

SUDOKU = PuzzleShape("sudoku", 6, 6, 2)
MAZE = PuzzleShape("maze", 7, 9)
ARC = PuzzleShape("arc", 8, 8)


def trm(shape: PuzzleShape, **changes: object) -> TRMConfig:
    sizes = {"cells": shape.cells, "vocab_size": shape.vocab_size, "puzzle_count": 1}
    settings = {"hidden_size": 96, "heads": 4, "positions": "learned", **sizes, **changes}
    return TRMConfig(**settings)  # type: ignore[arg-type]


def attention(config: RecursionConfig, shape: PuzzleShape, tokens: torch.Tensor) -> torch.Tensor:
    """(heads, cells, positions) that the first block pays at the start of a solve, the board
    shown; the puzzle embedding's positions come first."""
    torch.manual_seed(0)
    model = build_model(config)
    show_board(model, shape)
    state = model.initial_state(1)
    inputs = state.y + state.z + model.embed(tokens[None])
    layer = next(m for m in model.modules() if hasattr(m, "query_key_value"))
    q, k, _ = layer.query_key_value(inputs).view(config.length, 3, config.heads, -1).unbind(1)
    weights = torch.einsum("ihd,jhd->hij", q, k) * q.shape[-1] ** -0.5
    return weights.softmax(-1)[:, config.puzzle_positions :]


@pytest.mark.parametrize("prefix", [0, 2])
def test_heads_begin_at_the_four_neighbours_of_a_maze_s_cell(prefix: int) -> None:
    embedding = 2 * 96 if prefix else 0
    config = trm(MAZE, puzzle_positions=prefix, puzzle_embedding_size=embedding)
    tokens = torch.randint(1, MAZE.vocab_size, (MAZE.cells,))
    seen = attention(config, MAZE, tokens)[:, :, prefix:].view(4, 7, 9, 7, 9)
    for head, (down, right) in enumerate([(-1, 0), (1, 0), (0, -1), (0, 1)]):
        for row in range(1, 6):
            for col in range(1, 8):
                most = seen[head, row, col].flatten().argmax().item()
                assert divmod(most, 9) == (row + down, col + right)


@pytest.mark.parametrize("prefix", [1, 2])
def test_a_head_that_is_left_begins_at_the_puzzle_embedding(prefix: int) -> None:
    sizes = {"hidden_size": 128, "heads": 8, "puzzle_positions": prefix}
    config = trm(ARC, puzzle_embedding_size=128 * prefix, **sizes)
    tokens = torch.randint(2, ARC.vocab_size, (ARC.cells,))
    shares = attention(config, ARC, tokens)[:, :, :prefix].sum(2).mean(1)
    assert shares[4] > 0.8
    assert shares.sum() - shares[4] < 0.5
    neighbours = attention(config, ARC, tokens)[:4, :, prefix:].view(4, 8, 8, 8, 8)
    assert neighbours[1, 3, 3].argmax() == 4 * 8 + 3


def test_heads_begin_at_row_column_and_box_of_a_sudoku_s_cell() -> None:
    config = HRMConfig(
        cells=36, vocab_size=8, hidden_size=96, heads=4, positions="learned", puzzle_count=1
    )
    seen = attention(config, SUDOKU, torch.randint(1, 8, (36,)))
    cells = torch.arange(36)
    row, col = cells // 6, cells % 6
    for head, unit in enumerate([row, col, row // 2 * 2 + col // 3]):
        same = unit[:, None] == unit
        assert (seen[head] * same).sum(1).min() > 0.8
        assert seen[head][same].max() < 0.5  # no single cell of it is preferred


def test_a_model_too_narrow_for_the_units_of_a_sudoku_is_refused() -> None:
    model = build_model(trm(SUDOKU, hidden_size=16))
    with pytest.raises(UserError, match="hidden_size is 16, expected at least 18, the rows, "):
        show_board(model, SUDOKU)


def test_the_board_leaves_start_states_tokens_and_values_as_they_were() -> None:
    torch.manual_seed(0)
    fresh = build_model(trm(MAZE)).state_dict()
    torch.manual_seed(0)
    model = build_model(trm(MAZE))
    show_board(model, MAZE)
    changed = {name for name, t in model.state_dict().items() if not t.equal(fresh[name])}
    blocks = {f"network.blocks.{n}.attention.query_key_value.weight" for n in (0, 1)}
    assert changed == {"position_embedding.weight", *blocks}
    for name in blocks:
        assert model.state_dict()[name][192:].equal(fresh[name][192:])


def test_a_run_starts_from_the_weights_of_a_model(tmp_path: Path) -> None:
    trained = build_model(trm(MAZE))
    save_model(trained, ModelInfo("trm", MAZE, trm(MAZE), directory=tmp_path / "maze"), "card")
    model = build_model(trm(MAZE))
    start_from(str(tmp_path / "maze"), model, MAZE)
    for name, tensor in model.state_dict().items():
        assert tensor.equal(trained.state_dict()[name])


def test_a_model_of_other_sizes_is_no_start(tmp_path: Path) -> None:
    trained = build_model(trm(MAZE))
    save_model(trained, ModelInfo("trm", MAZE, trm(MAZE), directory=tmp_path / "maze"), "card")
    with pytest.raises(CheckpointError) as error:
        start_from(str(tmp_path / "maze"), build_model(trm(MAZE, hidden_size=64)), MAZE)
    assert "model.safetensors has y_init as [96], expected [64]" in str(error.value)
    bare = trm(MAZE, positions="none")
    save_model(build_model(bare), ModelInfo("trm", MAZE, bare, directory=tmp_path / "bare"), "card")
    with pytest.raises(CheckpointError, match=r"position_embedding\.weight as nothing"):
        start_from(str(tmp_path / "bare"), build_model(trm(MAZE)), MAZE)


@pytest.mark.parametrize("prefix", [0, 1])
def test_a_model_for_smaller_mazes_starts_one_for_larger_ones(tmp_path: Path, prefix: int) -> None:
    larger = PuzzleShape("maze", 9, 11)
    changes = {"puzzle_positions": prefix, "puzzle_embedding_size": 96 * prefix}
    trained = build_model(trm(MAZE, **changes))
    info = ModelInfo("trm", MAZE, trm(MAZE, **changes), directory=tmp_path / "maze")
    save_model(trained, info, "card")
    model = build_model(trm(larger, **changes))
    before = model.position_embedding.weight[prefix:].view(9, 11, 96).clone()
    start_from(str(tmp_path / "maze"), model, larger)
    after = model.position_embedding.weight[prefix:].view(9, 11, 96)
    assert after[:7, :9].equal(trained.position_embedding.weight[prefix:].view(7, 9, 96))
    assert after[7:].equal(before[7:])
    assert after[:, 9:].equal(before[:, 9:])
    assert model.answer_head.weight.equal(trained.answer_head.weight)


def test_samples_get_ever_more_supervision_steps() -> None:
    steps = [most_steps(step, 400, 16) for step in range(0, 500, 50)]
    assert steps == [1, 1, 2, 2, 4, 4, 8, 8, 16, 16]
    assert [most_steps(step, 4, 6) for step in range(6)] == [1, 1, 2, 4, 6, 6]
    assert most_steps(0, 0, 16) == 16
    assert most_steps(0, 100, 1) == 1
