"""How much room a solve has."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """Supervision steps, cycles in each, and frames in each of those."""

    supervision_steps: int
    cycles: int
    per_cycle: int

    @property
    def per_step(self) -> int:
        return self.cycles * self.per_cycle

    @property
    def frames(self) -> int:
        return self.supervision_steps * self.per_step
