"""Where the plots are: docks, tabs, room for the boards, themes."""

import numpy as np
import pyqtgraph as pg
import pytest
from plots_to_try import NAMES
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QDockWidget, QStyle, QStyleOptionFrame, QTabBar

from trm_gui import theme as themes
from trm_gui.plots.docks import PLOTS
from trm_gui.plots.frame_pane import Curve


def test_at_first_two_plots_are_in_front_and_each_other_is_a_tab_away(window, dock):
    assert all(not dock(name).isHidden() for name in NAMES)
    in_front = {name for name in NAMES if not dock(name).visibleRegion().isEmpty()}
    assert in_front == {"plot_change", "plot_latent_path"}
    bars = [bar for bar in window.findChildren(QTabBar) if bar.isVisible() and bar.count()]
    tabs = sorted(bar.tabText(i) for bar in bars for i in range(bar.count()))
    assert tabs == sorted(title for _, title, _ in PLOTS)


def test_every_plot_is_closed_and_opened_in_the_menu(window, dock):
    entries = {action.text(): action for action in window.plots.menu.actions()}
    for name, title, _ in PLOTS:
        assert entries[title].isChecked()
        entries[title].trigger()
        assert dock(name).isHidden()
        entries[title].trigger()
        assert not dock(name).isHidden()
        assert not dock(name).visibleRegion().isEmpty()


def test_the_places_of_plots_are_remembered(qtbot, window, open_window, dock):
    window.resize(1400, 800)
    dock("plot_certainty").close()
    dock("plot_cell").setFloating(True)
    left = Qt.DockWidgetArea.LeftDockWidgetArea
    window.addDockWidget(left, dock("plot_attention"))
    window.close()
    second = open_window()
    second.resize(1400, 800)  # the screen of the tests is small
    found = {name: second.findChild(QDockWidget, name) for name in NAMES}
    assert found["plot_certainty"].isHidden()
    assert found["plot_cell"].isFloating()
    assert second.dockWidgetArea(found["plot_attention"]) == left
    assert not found["plot_change"].isHidden()
    reset = second.plots.menu.actions()[-1]
    reset.trigger()
    qtbot.waitUntil(lambda: found["plot_cell"].isVisible() and not found["plot_cell"].isFloating())
    assert all(
        second.dockWidgetArea(each) == Qt.DockWidgetArea.RightDockWidgetArea and not each.isHidden()
        for each in found.values()
    )
    bars = [bar for bar in second.findChildren(QTabBar) if bar.isVisible() and bar.count()]
    assert sorted(bar.count() for bar in bars) == [3, 3]


class Shown(QObject):
    """The windows in the order in which they come on screen."""

    def __init__(self, app):
        super().__init__()
        self.windows = []
        app.installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Show and watched.isWidgetType() and watched.isWindow():
            self.windows.append(watched)
        return False


def test_a_dock_that_floated_comes_after_the_window_so_as_to_be_above_it(
    qtbot, qapp, window, open_window, dock
):
    dock("plot_cell").setFloating(True)
    window.close()
    shown = Shown(qapp)
    second = open_window()
    found = second.findChild(QDockWidget, "plot_cell")
    qtbot.waitUntil(found.isVisible)
    qapp.removeEventFilter(shown)
    assert shown.windows[-2:] == [second, found]
    qtbot.waitUntil(second.isActiveWindow)


def test_docks_make_room_for_the_boards_and_come_back(qtbot, window, widget, dock, trace):
    dock("library").close()
    for width in (1280, 1024, 800, 1024, 1280):
        window.resize(width, 700)
        qtbot.waitUntil(lambda: window.width() == window.rect().width())
        QApplication.processEvents()
        for board in ("input_board", "answer_board"):
            area = widget(board)._board_area()
            assert min(area.width(), area.height()) >= 320
        shown = [name for name in NAMES if not dock(name).isHidden()]
        assert shown == (NAMES if width > 1000 else [])


def test_at_the_smallest_supported_size_there_is_room_for_the_library_or_the_plots(
    window, dock, trace
):
    window.resize(1024, 700)
    assert not dock("library").isHidden()
    assert all(dock(name).isHidden() for name in NAMES)
    dock("library").close()
    window.resize(1024, 701)
    assert not any(dock(name).isHidden() for name in NAMES)


def test_docks_put_aside_are_there_again_in_a_wide_window(window, open_window, dock):
    window.resize(800, 650)
    assert all(dock(name).isHidden() for name in NAMES)
    window.close()
    second = open_window()
    second.resize(1280, 800)
    assert not any(second.findChild(QDockWidget, name).isHidden() for name in NAMES)


def test_a_plot_that_is_asked_for_in_a_narrow_window_floats(window, dock):
    window.resize(800, 650)
    action = dock("plot_change").toggleViewAction()
    assert not action.isChecked()
    action.trigger()
    assert dock("plot_change").isFloating()
    assert dock("plot_change").isVisible()


@pytest.mark.parametrize("theme", [themes.LIGHT, themes.DARK], ids=lambda theme: theme.name)
def test_plots_take_over_a_theme_at_run_time(qapp, pane, trace, theme):
    shown = {name: pane(name) for name in ("plot_change", "plot_latent_path")}
    themes.apply(qapp, themes.DARK if theme is themes.LIGHT else themes.LIGHT)
    themes.apply(qapp, theme)
    for each in shown.values():
        assert each.canvas.backgroundBrush().color().name().upper() == theme.surface
        assert each.plots[0].getAxis("left").textPen().color().name().upper() == (
            theme.secondary_text
        )
    line = shown["plot_change"].curves["y"].line
    assert line.opts["pen"].color().name().upper() == theme.accent


@pytest.mark.parametrize("name", NAMES)
def test_no_word_of_a_pane_is_clipped_and_every_control_has_a_name(window, pane, trace, name):
    window.resize(1024, 700)
    shown = pane(name)
    assert not window.grab().isNull()
    assert shown.width() >= shown.minimumSizeHint().width()
    for control in (shown.export_button, shown.canvas):
        assert control.accessibleName()
        assert control.toolTip()
    for part in (shown.export_button, shown.canvas.viewport()):
        assert part.visibleRegion().boundingRect() == part.rect()
    assert shown.canvas.accessibleDescription() == shown.reading.text()


@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize("values", [[9, 1], [1, 9, 1], [5, 5, 2, 8, 3], list(range(40, 0, -1))])
def test_the_name_of_a_curve_does_not_lie_on_it(qtbot, above, values):
    widget = pg.PlotWidget()
    qtbot.addWidget(widget)
    widget.resize(320, 240)
    widget.show()
    qtbot.waitExposed(widget)
    curve = Curve(widget.getPlotItem(), "mean entropy", True)
    x, y = np.arange(1.0, len(values) + 1), np.array(values, float)
    widget.setXRange(0, len(values), padding=0.02)
    widget.setYRange(-60, 60)
    for width in (320, 200, 500):
        curve.set(x, y, above)
        widget.resize(width, 240)
        widget.grab()  # lays out
        name = curve.label.mapRectToScene(curve.label.boundingRect())
        to_view = widget.getPlotItem().vb.mapSceneToView
        left, right = (to_view(corner) for corner in (name.topLeft(), name.bottomRight()))
        under = np.linspace(max(left.x(), 1), min(right.x(), x[-1]), 50)
        line = np.interp(under, x, y)
        slack = 1e-6
        assert (line <= right.y() + slack).all() if above else (line >= left.y() - slack).all()


def test_a_theme_put_on_right_after_the_trace_has_gone(qapp, mixing, session, puzzles):
    shown = mixing()
    session.set_puzzle(puzzles[1])
    assert session.trace is None
    themes.apply(qapp, themes.DARK)
    assert shown.empty


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_can_still_be_read_however_low_its_dock_is_made(qapp, window, dock, pane, name):
    window.resize(1280, 800)
    canvas, least = pane(name).canvas, 136 if name == "plot_attention" else 96
    for area in (Qt.DockWidgetArea.BottomDockWidgetArea, Qt.DockWidgetArea.LeftDockWidgetArea):
        window.addDockWidget(area, dock(name))
        qapp.processEvents()
        window.resizeDocks([dock(name)], [1], Qt.Orientation.Vertical)
        qapp.processEvents()
        assert canvas.height() >= least
    dock(name).setFloating(True)
    dock(name).resize(1, 1)
    qapp.processEvents()
    assert canvas.height() >= least


@pytest.mark.parametrize("theme", [themes.LIGHT, themes.DARK], ids=lambda theme: theme.name)
def test_a_dock_that_floats_has_an_edge_where_the_system_draws_none(qapp, window, theme):
    themes.apply(qapp, theme)
    for dock in window.findChildren(QDockWidget):
        picture = QImage(100, 50, QImage.Format.Format_RGB32)
        picture.fill(theme.background)
        option = QStyleOptionFrame()
        option.rect = picture.rect()
        painter = QPainter(picture)
        dock.style().drawPrimitive(
            QStyle.PrimitiveElement.PE_FrameDockWidget, option, painter, dock
        )
        painter.end()
        for x, y in ((0, 20), (99, 20), (40, 0), (40, 49)):
            assert picture.pixelColor(x, y).name().upper() == theme.strong_line
        width = QStyle.PixelMetric.PM_DockWidgetFrameWidth
        assert dock.style().pixelMetric(width, None, dock) == 1
