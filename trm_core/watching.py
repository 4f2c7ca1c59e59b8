"""Looking at one network call of a solve again: what its layers were given, how they mix it."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from trm_core.mixing import Mixing, NetworkCall
from trm_core.model.blocks import AttentionBlock, TokenMixingBlock
from trm_core.model.config import Mixer
from trm_core.model.recursion import RecursiveModel, State, Step
from trm_core.model.relations import RelationBlock

Block = AttentionBlock | TokenMixingBlock | RelationBlock


class BlockInput(NamedTuple):
    """What a block was given: x (1, L, D), and what it is told of where the positions are."""

    block: Block
    x: Tensor
    places: Any


class _Found(Exception):  # noqa: N818
    """Leaves a supervision step after the call that was looked for."""


def block_inputs(
    model: RecursiveModel, tokens: Tensor, puzzle_ids: Tensor, state: State, call: NetworkCall
) -> list[BlockInput]:
    """What each layer is given in `call`, run again from the `state` before its supervision step.

    The model is watched from outside and is afterwards as before. Raises ValueError if it has no
    such call.
    """
    seen: list[BlockInput] = []

    def on_step(step: Step) -> None:
        if (step.cycle, step.latent_step) == call[1:]:
            raise _Found
        seen.clear()

    def watch(block: Block, given: tuple[Tensor, Any]) -> None:
        seen.append(BlockInput(block, *given))

    hooks = [
        module.register_forward_pre_hook(watch)
        for module in model.modules()
        if isinstance(module, Block)
    ]
    try:
        with torch.inference_mode():
            model.supervision_step(tokens, state, puzzle_ids, on_step)
    except _Found:
        return seen
    finally:
        for hook in hooks:
            hook.remove()
    raise ValueError(f"the model has no {call}")


def mixing(inputs: list[BlockInput], call: NetworkCall, cell: int, before_cells: int) -> Mixing:
    """How much `cell` takes from everywhere in the layers whose `inputs` these are."""
    position = before_cells + cell
    with torch.inference_mode():
        weights = [block.mixing_weights(x, places, position)[0] for block, x, places in inputs]
    shares = torch.stack(weights).float().cpu().numpy()
    mixer, heads = _heads(inputs[0].block, shares.shape[1])
    return Mixing(call, cell, mixer, heads, shares, before_cells)


def _heads(block: Block, count: int) -> tuple[Mixer, tuple[str, ...]]:
    """By what the block mixes, and the names of its heads."""
    if isinstance(block, RelationBlock):
        return "relations", block.pools
    if isinstance(block, AttentionBlock):
        return "attention", tuple(f"head {number + 1}" for number in range(count))
    return "mlp", ("all channels",)
