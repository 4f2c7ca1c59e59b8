"""How plots look: never black, lines of one thickness, words that can be read."""

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from trm_core.trace import SolveSettings
from trm_gui import theme as themes
from trm_gui.plots.docks import PLOTS
from trm_gui.plots.pens import line_pen
from trm_gui.plots.turns import Turns
from trm_gui.plots.words import OPACITY
from trm_gui.workbench import Workbench


@pytest.mark.parametrize("theme", [themes.LIGHT, themes.DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("make_pane", [make for _, _, make in PLOTS])
def test_a_plot_is_not_black_before_it_is_dressed(qtbot, qapp, window, theme, make_pane):
    themes.apply(qapp, theme)
    owner = QObject()
    shared = window.settings, window.commands, window.boards, window.room
    pane = make_pane(Workbench(window, window.session, *shared), Turns(owner))
    qtbot.addWidget(pane)
    pane.resize(320, 240)
    image = pane.canvas.grab().toImage()
    corners = (3, 3), (image.width() - 4, 3), (image.width() // 2, image.height() // 2)
    assert {image.pixelColor(*at).name().upper() for at in corners} == {theme.surface}


def test_no_plot_has_a_background_of_its_own_to_begin_with(qtbot):
    for canvas in (pg.PlotWidget(), pg.GraphicsLayoutWidget(), pg.GraphicsView()):
        qtbot.addWidget(canvas)
        assert canvas.backgroundBrush().style() == Qt.BrushStyle.NoBrush


class Dense(QWidget):
    """On a screen of twice the density."""

    def devicePixelRatioF(self):  # noqa: N802
        return 2.0


def test_lines_are_as_thick_on_a_dense_screen(qtbot):
    usual, dense = QWidget(), Dense()
    for widget in (usual, dense):
        qtbot.addWidget(widget)
    assert line_pen(usual, "#000000", 1.5).widthF() == 1.5 * usual.devicePixelRatioF()
    assert line_pen(dense, "#000000", 1.5).widthF() == 3


@pytest.mark.parametrize("threshold", [0.0, 0.01, 0.5, 0.9, 0.95, 1.0])
def test_the_threshold_is_named_within_the_plot(session, widget, solve, threshold):
    session.solves.set_settings(SolveSettings(2, threshold))
    plot = widget("halting_plot")
    plot.grab()
    label = plot.threshold_line.label
    words = label.mapRectToScene(label.boundingRect())
    assert plot.sceneRect().contains(words)


def test_the_probability_of_the_selected_cell_is_not_cut(qtbot, window, pane, trace):
    window.resize(1280, 800)
    shown = pane("plot_cell")
    reading = shown.reading
    assert reading.text()
    needed = reading.fontMetrics().horizontalAdvance("empty: 0.99")
    qtbot.waitUntil(lambda: reading.width() >= needed)


@pytest.mark.parametrize("theme", [themes.LIGHT, themes.DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("name", ["plot_change", "plot_latent_path", "plot_cell"])
def test_no_line_crosses_the_words_in_a_plot(qapp, pane, trace, name, theme):
    themes.apply(qapp, theme)
    shown = pane(name)
    items = shown.canvas.scene().items()
    words = [item for item in items if isinstance(item, pg.TextItem)]
    lines = [item for item in items if isinstance(item, (pg.PlotDataItem, pg.InfiniteLine))]
    assert words
    assert lines
    for each in words:
        assert each.fill.color() == themes.translucent(theme.surface, OPACITY)
        assert each.zValue() > max(line.zValue() for line in lines)
