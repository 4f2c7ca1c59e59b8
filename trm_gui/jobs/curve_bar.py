"""What is plotted, and how: which curves, smoothing, log scale, all steps again."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QMenu, QToolButton, QWidget

from trm_gui import theme as themes
from trm_gui.jobs.panels import FIRST, PANELS, Panel
from trm_gui.settings import stored_texts

SMOOTHING = {
    1: "not smoothed",
    5: "mean of 5 rows",
    25: "mean of 25 rows",
    100: "mean of 100 rows",
    500: "mean of 500 rows",
}
CHOSEN = "job_plots"


class CurveBar(QWidget):
    """Remembers in the settings which curves are shown."""

    panels_changed = Signal()

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self._settings = settings
        self.chosen = QToolButton()
        self.chosen.setText("Plots ▾")
        self.chosen.setToolTip("Which curves are shown")
        self.chosen.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.chosen.setMenu(self._menu())
        self.smoothing = QComboBox()
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setToolTip("How many rows each value is the mean of")
        for rows, words in SMOOTHING.items():
            self.smoothing.addItem(words, rows)
        self.logarithmic = QCheckBox("Log scale")
        self.logarithmic.setToolTip("Values on a logarithmic scale; zero and less are left out")
        self.whole = QToolButton()
        self.whole.setText("Whole run")
        self.whole.setToolTip("Show all steps again")
        for button, name in ((self.chosen, "Plots"), (self.whole, "Whole run")):
            button.setAccessibleName(name)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(themes.SPACE, 0, themes.SPACE // 2, 0)
        row.setSpacing(themes.SPACE)
        for widget in (self.chosen, self.smoothing, self.logarithmic, self.whole):
            row.addWidget(widget)
        row.addStretch(1)

    @property
    def panels(self) -> list[Panel]:
        """Those that are shown."""
        checked = [action.isChecked() for action in self.chosen.menu().actions()]
        return [panel for panel, on in zip(PANELS, checked, strict=True) if on]

    @property
    def smoothing_rows(self) -> int:
        rows: int = self.smoothing.currentData()
        return rows

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        first = [panel.title for panel in PANELS[:FIRST]]
        titles = stored_texts(self._settings, CHOSEN) or first
        for panel in PANELS:
            action = menu.addAction(panel.title)
            action.setCheckable(True)
            action.setChecked(panel.title in titles)
            action.toggled.connect(self._on_choice)
        return menu

    def _on_choice(self) -> None:
        self._settings.setValue(CHOSEN, [panel.title for panel in self.panels])
        self.panels_changed.emit()
