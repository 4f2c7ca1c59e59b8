"""Tiny Recursive Model (arXiv 2510.04871): one small network updates both z and y."""

from __future__ import annotations

from torch import Tensor

from trm_core.model.blocks import AttentionBlock, Network, Rotary, TokenMixingBlock
from trm_core.model.config import TRMConfig
from trm_core.model.recursion import RecursiveModel


class TRM(RecursiveModel):
    """z ← network(z + y + x), `latent_steps` times; then y ← network(y + z)."""

    config: TRMConfig
    default_gradient = "full_cycle"

    def __init__(self, config: TRMConfig) -> None:
        super().__init__(config)
        size, expansion, epsilon = config.hidden_size, config.expansion, config.norm_epsilon
        if config.mixer == "attention":
            self.network = Network(
                [
                    AttentionBlock(size, config.heads, expansion, epsilon)
                    for _ in range(config.layers)
                ]
            )
        else:
            self.network = Network(
                [
                    TokenMixingBlock(config.length, size, expansion, epsilon)
                    for _ in range(config.layers)
                ]
            )

    def update_latent(self, z: Tensor, injected: Tensor, rotary: Rotary | None) -> Tensor:
        updated: Tensor = self.network(z, injected, rotary)
        return updated

    def update_answer(self, y: Tensor, z: Tensor, rotary: Rotary | None) -> Tensor:
        updated: Tensor = self.network(y, z, rotary)
        return updated
