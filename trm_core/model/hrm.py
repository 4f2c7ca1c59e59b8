"""Hierarchical Reasoning Model (arXiv 2506.21734): one network for z, another for y."""

from __future__ import annotations

from torch import Tensor

from trm_core.model.blocks import AttentionBlock, Network, Rotary
from trm_core.model.config import HRMConfig
from trm_core.model.recursion import FixedSizeModel


class HRM(FixedSizeModel):
    """z ← latent_network(z + y + x), `latent_steps` times; then y ← answer_network(y + z).

    The paper calls z the low-level and y the high-level module.
    """

    config: HRMConfig
    default_gradient = "one_step"

    def __init__(self, config: HRMConfig) -> None:
        super().__init__(config)
        self.latent_network = self._network(config.latent_layers)
        self.answer_network = self._network(config.answer_layers)

    def update_latent(self, z: Tensor, injected: Tensor, places: Rotary | None) -> Tensor:
        updated: Tensor = self.latent_network(z, injected, places)
        return updated

    def update_answer(self, y: Tensor, z: Tensor, places: Rotary | None) -> Tensor:
        updated: Tensor = self.answer_network(y, z, places)
        return updated

    def _network(self, layers: int) -> Network:
        config = self.config
        return Network(
            [
                AttentionBlock(
                    config.hidden_size, config.heads, config.expansion, config.norm_epsilon
                )
                for _ in range(layers)
            ]
        )
