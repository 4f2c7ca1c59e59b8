"""The layers that TRM and HRM are made of. B batch, L positions, D hidden size."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from einops import rearrange
from torch import Tensor, nn

Rotary = tuple[Tensor, Tensor]

SHORT = 256
"""Positions up to which attention on a CPU is quicker written out than by PyTorch's kernel: with 81
positions in bfloat16, training goes almost twice as fast."""


def init_truncated_normal_(tensor: Tensor, std: float) -> Tensor:
    """Fill with a normal cut off at ±2 sigma, widened so that the standard deviation is `std`."""
    sigma = std / 0.87962566103423978  # standard deviation of the unit normal cut off at ±2
    return nn.init.trunc_normal_(tensor, std=sigma, a=-2 * sigma, b=2 * sigma)


def linear(inputs: int, outputs: int) -> nn.Linear:
    """A linear layer without bias, LeCun initialised."""
    layer = nn.Linear(inputs, outputs, bias=False)
    init_truncated_normal_(layer.weight, inputs**-0.5)
    return layer


def embedding(rows: int, size: int, std: float) -> nn.Embedding:
    """A table of `rows` vectors, normally distributed; all zeros where `std` is 0."""
    table = torch.zeros(rows, size)
    return nn.Embedding(rows, size, _weight=init_truncated_normal_(table, std) if std else table)


def rms_norm(x: Tensor, epsilon: float) -> Tensor:
    """Divide by the root mean square over the last axis, in float32; there is no weight.

    Written out, because the recursion amplifies rounding: `F.rms_norm` rounds differently from
    the official code, and after four supervision steps an untrained model's logits are 2.0 apart.
    """
    wide = x.float()
    return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + epsilon)).to(x.dtype)


def rotary_angles(length: int, head_size: int, base: float, device: torch.device) -> Rotary:
    """Cosine and sine, each (length, head_size) float32, for `rotate`."""
    frequencies = base ** (-torch.arange(0, head_size, 2, device=device).float() / head_size)
    angles = torch.outer(torch.arange(length, device=device).float(), frequencies).repeat(1, 2)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, rotary: Rotary) -> Tensor:
    """Turn each pair (i, i + head_size / 2) of x (B, heads, L, head_size) by its angle.

    Half by half, as half of the angles is the other half again: it takes half the time.
    """
    cos, sin = (angles[:, : x.shape[-1] // 2] for angles in rotary)
    first, second = x.float().chunk(2, dim=-1)
    turned = torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)
    return turned.to(x.dtype)


class SwiGLU(nn.Module):
    """Gated MLP over the last axis; its inner width is rounded up to a multiple of 256."""

    def __init__(self, size: int, expansion: float) -> None:
        super().__init__()
        inner = -(-round(expansion * size * 2 / 3) // 256) * 256
        self.gate_up = linear(size, 2 * inner)
        self.down = linear(inner, size)

    def forward(self, x: Tensor) -> Tensor:
        gate, up = self.gate_up(x).chunk(2, dim=-1)
        mixed: Tensor = self.down(F.silu(gate) * up)
        return mixed

    def weights(self, x: Tensor, output: int) -> Tensor:
        """How number `output` of what comes out is made of what goes in, the gates as they are.

        In the shape of x (..., size): times x, added up over the last axis, it is the output.
        """
        gate = F.silu(self.gate_up(x).chunk(2, dim=-1)[0])
        _, up = self.gate_up.weight.chunk(2)
        weights: Tensor = (gate * self.down.weight[output]) @ up
        return weights


class Attention(nn.Module):
    """Multi-head self-attention over all positions, not causal."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query_key_value = linear(size, 3 * size)
        self.output = linear(size, size)

    def forward(self, x: Tensor, rotary: Rotary | None) -> Tensor:
        q, k, v = self._query_key_value(x, rotary)
        if x.device.type == "cpu" and x.shape[1] <= SHORT:
            mixed = (q @ k.mT * q.shape[-1] ** -0.5).softmax(-1) @ v
        else:
            mixed = F.scaled_dot_product_attention(q, k, v)
        out: Tensor = self.output(rearrange(mixed, "b h l d -> b l (h d)"))
        return out

    def weights(self, x: Tensor, rotary: Rotary | None, position: int) -> Tensor:
        """(B, heads, L) how much of every position `position` takes; each head's add up to 1."""
        q, k, _ = self._query_key_value(x, rotary)
        asked = q[:, :, position : position + 1]
        weights: Tensor = (asked @ k.mT * q.shape[-1] ** -0.5).softmax(-1)
        return weights[:, :, 0]

    def _query_key_value(self, x: Tensor, rotary: Rotary | None) -> tuple[Tensor, Tensor, Tensor]:
        """Each (B, heads, L, D / heads), query and key turned by their positions."""
        q, k, v = rearrange(
            self.query_key_value(x), "b l (qkv h d) -> qkv b h l d", qkv=3, h=self.heads
        )
        if rotary is not None:
            q, k = rotate(q, rotary), rotate(k, rotary)
        return q, k, v


class AttentionBlock(nn.Module):
    """Attention, then SwiGLU; each is added to its input and the sum normalised (post-norm)."""

    def __init__(self, size: int, heads: int, expansion: float, epsilon: float) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.attention = Attention(size, heads)
        self.mlp = SwiGLU(size, expansion)

    def forward(self, x: Tensor, rotary: Rotary | None) -> Tensor:
        x = rms_norm(x + self.attention(x, rotary), self.epsilon)
        return rms_norm(x + self.mlp(x), self.epsilon)

    def mixing_weights(self, x: Tensor, rotary: Rotary | None, position: int) -> Tensor:
        """(B, heads, L) how much of every position `position` takes."""
        return self.attention.weights(x, rotary, position)


class TokenMixingBlock(nn.Module):
    """SwiGLU over the positions in place of attention, normalised over the positions too."""

    def __init__(self, length: int, size: int, expansion: float, epsilon: float) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.token_mlp = SwiGLU(length, expansion)
        self.mlp = SwiGLU(size, expansion)

    def forward(self, x: Tensor, rotary: Rotary | None) -> Tensor:
        across = x.mT  # (B, D, L)
        x = rms_norm(across + self.token_mlp(across), self.epsilon).mT
        return rms_norm(x + self.mlp(x), self.epsilon)

    def mixing_weights(self, x: Tensor, rotary: Rotary | None, position: int) -> Tensor:
        """(B, 1, L) how strongly `position` weighs every position, the root mean square over D."""
        by_channel = self.token_mlp.weights(x.mT, position)  # (B, D, L)
        return by_channel.float().square().mean(1, keepdim=True).sqrt()


class Network(nn.Module):
    """Blocks in a row, applied to the sum of a latent and what is injected into it."""

    def __init__(self, blocks: Sequence[nn.Module]) -> None:
        """blocks: called with x (B, L, D) and what they are to know of the places of positions."""
        super().__init__()
        self.blocks = nn.ModuleList(blocks)

    def forward(self, latent: Tensor, injected: Tensor, places: object) -> Tensor:
        x = latent + injected
        for block in self.blocks:
            x = block(x, places)
        return x
