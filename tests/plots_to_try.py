"""The plots in docks: their names, and what they hold."""

from PySide6.QtCore import QPointF, Qt

from trm_gui.plots.docks import PLOTS

NAMES = [name for name, _, _ in PLOTS]


OVER_FRAMES = ["plot_change", "plot_certainty", "plot_correctness", "plot_cell"]


def click(qtbot, pane, plot, x, y):
    """Click a place of a plot, given in its own coordinates."""
    scene = plot.vb.mapViewToScene(QPointF(x, y))
    place = pane.canvas.mapFromScene(scene)
    qtbot.mouseClick(pane.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)


def data(curve):
    x, y = curve.getOriginalDataset()
    return ([], []) if x is None else (x.tolist(), y.tolist())
