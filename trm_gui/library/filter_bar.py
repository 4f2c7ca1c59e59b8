"""The search field and the choices that narrow the list of puzzles."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QToolButton, QWidget

from trm_gui import theme as themes
from trm_gui.hints import wrapped
from trm_gui.library.filter import ANY, GRADES, SIZES, Filter
from trm_gui.library.items import COLLECTIONS, KINDS


class SearchField(QLineEdit):
    """Down goes on to the list, Enter opens what stands first, Escape clears."""

    downwards = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Search, such as maze hard")
        self.setClearButtonEnabled(True)
        self.setAccessibleName("Search the library")
        self.setToolTip("Id, kind, size or difficulty, or “defeats” and a model's name (Ctrl+F)")
        clear = self.findChild(QToolButton)
        assert clear is not None
        clear.setAccessibleName("Clear the search")
        clear.setToolTip("Clear the search (Escape)")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.downwards.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.clear() if self.text() else self.downwards.emit()
        else:
            super().keyPressEvent(event)


class FilterBar(QWidget):
    """What is asked for, as a `Filter`."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.filter = Filter()
        self.search = SearchField()
        self.search.textChanged.connect(self._take_over)
        self.collection = _choice("Collection", "Where the puzzles come from")
        for name in COLLECTIONS:
            self.collection.addItem(name, name)
        self.kind = _choice("Kind", "Sudokus, mazes or ARC tasks alone")
        self.kind.addItem("Any kind", ANY)
        for kind, name in KINDS.items():
            self.kind.addItem(name, kind)
        self.size_range = _choice("Size", "By the longer side, in cells")
        self.size_range.addItem("Any size", None)
        for low, high in SIZES:
            self.size_range.addItem(f"{low} to {high} cells", (low, high))
        self.difficulty = _choice("Difficulty", "How hard for people; ARC tasks are not graded")
        self.difficulty.addItem("Any difficulty", ANY)
        for grade in GRADES:
            self.difficulty.addItem(grade.capitalize(), grade)
        self.fitting = QCheckBox("Fits a model here")
        self.fitting.setAccessibleName("Fits a model here")
        self.fitting.setToolTip(
            wrapped("Only puzzles that a model here can be given; of ARC the tasks that it learned")
        )
        self.fitting.toggled.connect(self._take_over)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(themes.SPACE // 2)
        layout.addWidget(self.search, 0, 0, 1, 2)
        for place, choice in enumerate(self._choices):
            choice.activated.connect(self._take_over)
            layout.addWidget(choice, 1 + place // 2, place % 2)
        layout.addWidget(self.fitting, 3, 0, 1, 2)
        for column in (0, 1):
            layout.setColumnStretch(column, 1)

    @property
    def _choices(self) -> tuple[QComboBox, ...]:
        return self.collection, self.kind, self.size_range, self.difficulty

    def set_filter(self, wanted: Filter) -> None:
        """Show another filter, and have it in force."""
        self.search.blockSignals(True)
        self.search.setText(wanted.text)
        self.search.blockSignals(False)
        for choice, value in zip(
            self._choices,
            (wanted.collection, wanted.kind, wanted.size, wanted.difficulty),
            strict=True,
        ):
            choice.setCurrentIndex(max(0, choice.findData(value)))
        self.fitting.blockSignals(True)
        self.fitting.setChecked(wanted.fitting)
        self.fitting.blockSignals(False)
        self._take_over()

    def show_collection(self, collection: str) -> None:
        """Everything in one collection."""
        self.set_filter(Filter(collection))

    def show_fitting(self) -> None:
        """Everything that a model here can be given."""
        self.set_filter(Filter(fitting=True))

    def clear(self) -> None:
        self.set_filter(Filter())

    def _take_over(self) -> None:
        wanted = replace(
            self.filter,
            collection=self.collection.currentData(),
            kind=self.kind.currentData(),
            size=self.size_range.currentData(),
            difficulty=self.difficulty.currentData(),
            text=self.search.text(),
            fitting=self.fitting.isChecked(),
        )
        if wanted != self.filter:
            self.filter = wanted
            self.changed.emit(wanted)


def _choice(name: str, hint: str) -> QComboBox:
    choice = QComboBox()
    choice.setAccessibleName(name)
    choice.setToolTip(hint)
    choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(11)
    return choice
