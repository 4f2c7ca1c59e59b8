"""How much y and z move, how sure the answer is, and how right."""

from __future__ import annotations

import numpy as np

from trm_core.curves import Latent
from trm_gui.plots.frame_pane import Curve, FramePane
from trm_gui.plots.turns import Turns
from trm_gui.theme import Theme
from trm_gui.workbench import Workbench


class ChangePane(FramePane):
    """How far y and z moved since the frame before, on a logarithmic axis."""

    def __init__(self, bench: Workbench, turns: Turns) -> None:
        super().__init__(
            bench,
            turns,
            "Change",
            "How far the two latents moved since the frame before: ‖Δy‖ for y, the answer, and "
            "‖Δz‖ for z, the reasoning, on a logarithmic axis. A latent is the list of numbers "
            "that the model keeps for each cell; where it hardly moves, its mind is made up",
            "How far the answer y and the reasoning z moved since the frame before",
        )
        plot = self.add_frame_plot("distance")
        plot.setLogMode(y=True)
        self.curves: dict[Latent, Curve] = {
            "y": Curve(plot, "‖Δy‖", True),
            "z": Curve(plot, "‖Δz‖", False),
        }
        self.name_frames()

    def show_trace(self) -> None:
        super().show_trace()
        trace, x = self.session.trace, self.frame_places()
        moved = {}
        for name in self.curves:
            changes = np.array([]) if trace is None else trace.curves.changes(name)
            there = changes > 0  # y stands still in latent steps, z in answer updates
            moved[name] = x[there], changes[there]
        ends = {name: y[-1] if len(y) else 0 for name, (_, y) in moved.items()}
        for name, curve in self.curves.items():
            curve.set(*moved[name], above=ends[name] == max(ends.values()))
        drawn = np.concatenate([y for _, y in moved.values()])
        if len(drawn):
            low, high = np.log10(drawn.min()), np.log10(drawn.max())
            self.plots[0].setYRange(low, high, padding=0.15 if high > low else 1)
            self.plots[0].getAxis("left").setTicks([_round_numbers(low, high)])

    def show_cursor(self) -> None:
        super().show_cursor()
        frame = self.session.frame
        if frame is None:
            self.set_reading("")
        else:
            self.set_reading(f"‖Δy‖ {frame.y_change:.3g}   ‖Δz‖ {frame.z_change:.3g}")

    def dress(self, theme: Theme) -> None:
        super().dress(theme)
        for curve in self.curves.values():
            curve.dress(theme)


class CertaintyPane(FramePane):
    """The entropy of the cells, the less the surer; their mean at every frame."""

    def __init__(self, bench: Workbench, turns: Turns) -> None:
        super().__init__(
            bench,
            turns,
            "Certainty",
            "Mean entropy of the cells: 0 bits where the model gives all its probability to one "
            "symbol in each, 1 bit where two are equally likely",
            "How unsure the answer is: 0 bits where every cell is certain",
        )
        plot = self.add_frame_plot("bits per cell")
        self.curve = Curve(plot, "mean entropy", True)
        self.name_frames()

    def show_trace(self) -> None:
        super().show_trace()
        trace = self.session.trace
        bits = np.array([]) if trace is None else trace.curves.mean_entropies()
        self.curve.set(self.frame_places(), bits, above=True)
        self.plots[0].setYRange(0, 1.2 * max(bits.max(initial=0), 0.01), padding=0.02)

    def show_cursor(self) -> None:
        super().show_cursor()
        cursor, trace = self.session.cursor, self.session.trace
        if trace is None or cursor is None:
            self.set_reading("")
        else:
            self.set_reading(f"{trace.curves.mean_entropies()[cursor]:.3f} bits")

    def dress(self, theme: Theme) -> None:
        super().dress(theme)
        self.curve.dress(theme)


RIGHT = "How many open cells are right"
RIGHT_AND_BROKEN = f"{RIGHT}, and how many rules are broken"


class CorrectnessPane(FramePane):
    """How many open cells are right, where the solution is known, above how many rules break.

    There is no plot of broken rules for a puzzle that has none, as ARC.
    """

    def __init__(self, bench: Workbench, turns: Turns) -> None:
        super().__init__(
            bench,
            turns,
            "Correctness",
            "Right open cells, and rules of the puzzle that are broken",
            RIGHT_AND_BROKEN,
        )
        right, broken = self.add_frame_plot("right, %"), self.add_frame_plot("broken")
        self.right = Curve(right, "right cells", True)
        self.conflicts = Curve(broken, "broken rules", False)
        right.setYRange(0, 100, padding=0.12)
        right.getAxis("left").setTicks([[(0, "0"), (50, "50"), (100, "100")]])
        self.name_frames()

    def show_trace(self) -> None:
        super().show_trace()
        trace, x = self.session.trace, self.frame_places()
        self._show_broken(trace is None or trace.puzzle.has_rules)
        empty = np.array([])
        right, broken = (
            (empty, empty)
            if trace is None
            else (trace.curves.right_shares(), trace.curves.conflicts())
        )
        known = np.isfinite(right)
        low = known.any() and right[known][-1] < 50
        self.right.set(x[known], right[known], above=bool(low))
        self.conflicts.set(x, broken, above=True)
        most = max(1, int(broken.max(initial=0)))
        self.plots[1].setYRange(0, 1.4 * most, padding=0.05)
        self.plots[1].getAxis("left").setTicks([[(0, "0"), (most, str(most))]])

    def show_cursor(self) -> None:
        super().show_cursor()
        cursor, trace = self.session.cursor, self.session.trace
        if trace is None or cursor is None:
            self.set_reading("")
            return
        count, said = len(trace.conflicts(cursor)), []
        if trace.puzzle.has_rules:
            said.append(f"{count} broken rule{'' if count == 1 else 's'}")
        if counts := trace.right_cells(cursor):
            right, of = counts
            said.insert(0, f"{right} of {of} open cells right")
        elif (solutions := trace.puzzle.solution_count) == 0:
            said.append("(no solution exists)")
        else:
            said.append(f"({'solution not known' if solutions is None else 'several solutions'})")
        self.set_reading("   ".join(said))

    def dress(self, theme: Theme) -> None:
        super().dress(theme)
        self.right.dress(theme)
        self.conflicts.dress(theme)

    def _show_broken(self, shown: bool) -> None:
        broken = self.plots[1]
        if broken.isVisible() != shown:
            broken.setVisible(shown)
            self.subtitle.setText(RIGHT_AND_BROKEN if shown else RIGHT)
            self.name_frames()


def _round_numbers(low: float, high: float) -> list[tuple[float, str]]:
    """Powers of ten between two decimal logarithms, and 2 and 5 times them where it is few."""
    factors = (1,) if high - low > 2 else (1, 2, 5)
    decades = range(int(np.floor(low)) - 1, int(np.ceil(high)) + 1)
    numbers = [factor * 10.0**decade for decade in decades for factor in factors]
    return [(np.log10(number), f"{number:g}") for number in numbers]
