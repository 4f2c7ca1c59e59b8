"""Tiny Recursive Model (arXiv 2510.04871): one small network updates both z and y."""

from __future__ import annotations

from torch import Tensor

from trm_core.model.blocks import AttentionBlock, Network, TokenMixingBlock
from trm_core.model.config import TRMConfig
from trm_core.model.recursion import FixedSizeModel, Places, RecursiveModel


class OneNetwork(RecursiveModel):
    """z ← network(z + y + x), `latent_steps` times; then y ← network(y + z)."""

    config: TRMConfig
    default_gradient = "full_cycle"
    network: Network

    def update_latent(self, z: Tensor, injected: Tensor, places: Places) -> Tensor:
        updated: Tensor = self.network(z, injected, places)
        return updated

    def update_answer(self, y: Tensor, z: Tensor, places: Places) -> Tensor:
        updated: Tensor = self.network(y, z, places)
        return updated


class TRM(OneNetwork, FixedSizeModel):
    """With attention or token-mixing MLP."""

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
