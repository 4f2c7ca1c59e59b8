"""The plots in docks, on a real solve."""

import pytest
from PySide6.QtWidgets import QDockWidget

from trm_core.trace import SolveSettings
from trm_gui.plots.pane import PlotPane


@pytest.fixture
def dock(window):
    return lambda name: window.findChild(QDockWidget, name)


@pytest.fixture
def pane(qtbot, dock):
    """The pane of a dock, brought to the front and up to date."""

    def pane(name):
        dock(name).show()
        dock(name).raise_()
        qtbot.waitUntil(lambda: dock(name).findChild(PlotPane) is not None)
        (found,) = dock(name).findChildren(PlotPane)
        qtbot.waitUntil(lambda: found.on_screen and not found._late)
        return found

    return pane


@pytest.fixture
def trace(session, solve):
    """Three supervision steps of TRM-MLP with all latent steps, looked at from row 3, column 4."""
    session.set_model("sudoku-9x9")
    session.solves.set_settings(SolveSettings(3, None, every_latent_step=True))
    solve()
    session.moment.look_at((2, 3))
    return session.trace


@pytest.fixture
def mixing(qtbot, session, pane, trace):
    """The pane of the attention, with what it shows of the frame at the cursor."""
    shown = pane("plot_attention")

    def mixing():
        wanted = session.frame.call, session.trace.cell_index(*session.moment.cell)
        qtbot.waitUntil(
            lambda: shown.mixing is not None and (shown.mixing.call, shown.mixing.cell) == wanted,
        )
        return shown

    return mixing
