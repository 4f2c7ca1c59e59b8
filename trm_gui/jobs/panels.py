"""Which plots there are of a run's metrics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Curve:
    """A column of the metrics. words: what it is beside others, "" where it is the only one.

    faint: from 0, how far it stands back behind others. dots: whether its points are few, and shown
    as dots.
    """

    name: str
    words: str = ""
    faint: float = 0.0
    dots: bool = False


@dataclass(frozen=True)
class Panel:
    """One plot. share: whether its values are shares of 1, to be read as per cent."""

    title: str
    curves: tuple[Curve, ...]
    share: bool = False

    def name_of(self, curve: Curve) -> str:
        """What a curve is called in a sentence."""
        title = self.title.lower()
        if not curve.words or curve.words == title:
            return title
        return curve.words if self.title == "Loss" else f"{title} ({curve.words})"

    def value(self, value: float) -> str:
        """`value` for people."""
        if self.share:
            return f"{value:.1%}"
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}"


PANELS = (
    Panel(
        "Loss",
        (
            Curve("train/loss", "loss"),
            Curve("train/answer_loss", "answer", faint=0.35),
            Curve("train/halting_loss", "halting", faint=0.6),
        ),
    ),
    Panel(
        "Exactly right",
        (
            Curve("train/exact_accuracy", "training", faint=0.35),
            Curve("held_out/exact_accuracy", "held-out", dots=True),
        ),
        share=True,
    ),
    Panel(
        "Right cells",
        (
            Curve("train/cell_accuracy", "training", faint=0.35),
            Curve("held_out/cell_accuracy", "held-out", dots=True),
        ),
        share=True,
    ),
    Panel(
        "Supervision steps",
        (
            Curve("train/supervision_steps", "training", faint=0.35),
            Curve("held_out/halting_step", "held-out", dots=True),
        ),
    ),
    Panel("Learning rate", (Curve("train/learning_rate"),)),
    Panel("Samples per second", (Curve("train/samples_per_second"),)),
)
FIRST = 2
"""Of the panels, so many are shown at first."""
