"""Two numbers to choose the cell that is looked at, for those who do not point at it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from trm_gui import theme as themes
from trm_gui.session import Session


class CellChooser(QWidget):
    """Row and column, counted from 1; follows the session's cell, and a dash where none is."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.row, self.col = QSpinBox(), QSpinBox()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(themes.SPACE // 2)
        for box, name in ((self.row, "Row"), (self.col, "Column")):
            box.setAccessibleName(f"{name} of the cell")
            box.setToolTip(f"{name} of the cell that is looked at; or point at it on the answer")
            box.setPrefix(f"{name[0].lower()} ")
            box.setSpecialValueText(f"{name[0].lower()} –")
            box.setKeyboardTracking(False)
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            box.valueChanged.connect(self._on_value)
            box.editingFinished.connect(box.clearFocus)  # arrows step again
            layout.addWidget(box)
        for signal in (session.moment.cell_changed, session.trace_changed):
            signal.connect(self._show)
        self._show()

    def _show(self) -> None:
        trace, cell = self._session.trace, self._session.moment.cell
        sizes = (1, 1) if trace is None else trace.puzzle.largest_answer(trace.shape)
        for box, size, at in zip((self.row, self.col), sizes, cell or (-1, -1), strict=True):
            box.blockSignals(True)
            box.setRange(0, size)
            box.setValue(at + 1)
            box.blockSignals(False)
        self.setEnabled(bool(trace))

    def _on_value(self) -> None:
        """A first number alone chooses the first of the other."""
        self._session.moment.look_at((max(0, self.row.value() - 1), max(0, self.col.value() - 1)))
