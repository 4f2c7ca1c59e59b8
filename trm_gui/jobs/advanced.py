"""All settings of a new job but the main ones: hidden until asked for, and searched by words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QGroupBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.jobs.setting_field import SettingField

TABLES = {"training": "Training", "model": "Model", "data": "Data"}
LEAST_HEIGHT = 12 * themes.SPACE
USUAL_HEIGHT = 40 * themes.SPACE
ENTER = Qt.Key.Key_Return, Qt.Key.Key_Enter


class AdvancedSettings(QWidget):
    """A button, and below it the fields by table once it is pressed."""

    opened = Signal()
    """The fields are about to be seen."""
    seen_changed = Signal()
    """Others of the fields can be seen than before."""
    find: _Find  # type: ignore[assignment]  # QWidget has a method of that name

    def __init__(self) -> None:
        super().__init__()
        self._fields: Sequence[SettingField] = ()
        self._forms: dict[str, QFormLayout] = {}
        """By table."""
        self.button = _Opener()
        self.button.setText("Ad&vanced: all settings")
        self.button.setToolTip("Show all settings of the training, the model and the data")
        self.button.setAccessibleName("Advanced: all settings")
        self.button.setCheckable(True)
        self.button.setArrowType(Qt.ArrowType.RightArrow)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setAutoRaise(True)
        self.button.toggled.connect(self._open)
        self.find = _Find()
        self.find.setPlaceholderText("Find a setting")
        self.find.setAccessibleName("Find a setting")
        self.find.setToolTip("Show only settings with this in their name or description")
        self.find.setClearButtonEnabled(True)
        self.find.textChanged.connect(self._filter)
        self.find.entered.connect(self._enter_first)
        self._none = QLabel("No setting has this in its name or description.")
        self._none.setAccessibleName("Nothing found")
        self._groups = QWidget()
        self._groups_layout = QVBoxLayout(self._groups)
        self._groups_layout.addWidget(self._none)
        self._groups_layout.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setWidget(self._groups)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields have it, and scroll it
        self._area.setMinimumHeight(LEAST_HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(themes.SPACE)
        layout.addWidget(self.button)
        for widget in (self.find, self._area):
            layout.addWidget(widget)
            widget.hide()

    @property
    def in_order(self) -> list[QWidget]:
        """All that can have the focus, from top to bottom."""
        return [self.button, self.find, *(field.edit for field in self._fields)]

    def show_fields(self, fields: Sequence[SettingField]) -> None:
        """In the place of those before that are not among them, in the order of the tables."""
        before, wanted = set(self._fields), set(fields)
        for gone in before - wanted:
            self._forms[_table(gone)].removeRow(gone)
        self._fields = fields
        rows = dict.fromkeys(self._forms, 0)
        for field in fields:
            table = _table(field)
            if field not in before:
                self._form(table).insertRow(rows.get(table, 0), field.label, field)
            rows[table] = rows.get(table, 0) + 1
        widest = max(field.label.sizeHint().width() for field in fields)
        for field in fields:  # so that the columns of all groups are one, also with bold labels
            field.label.setMinimumWidth(widest + 2 * themes.SPACE)
        self._filter(self.find.text())

    def _form(self, table: str) -> QFormLayout:
        if table not in self._forms:
            group = QGroupBox(TABLES[table])
            self._forms[table] = QFormLayout(group)
            self._groups_layout.insertWidget(self._groups_layout.count() - 1, group)
        return self._forms[table]

    def _open(self, on: bool) -> None:
        self.button.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        if on:
            self.opened.emit()
        elif self.isAncestorOf(self.window().focusWidget()):
            self.button.setFocus()  # else Qt would give it to whatever comes next: Cancel
        self._area.setVisible(on)
        self.find.setVisible(on)
        self.seen_changed.emit()
        QTimer.singleShot(0, self, self._fit_window)

    def _fit_window(self) -> None:
        """Give the fields room, as far as the screen has it."""
        window, on_screen = self.window(), self.screen().availableGeometry()
        for layout in (self.layout(), window.layout()):
            assert layout is not None
            layout.activate()  # what it asks for is known only once it is laid out
        height = window.minimumSizeHint().height()
        if self.button.isChecked():
            height += USUAL_HEIGHT - LEAST_HEIGHT
        window.resize(window.width(), min(height, on_screen.height() - themes.FRAME))
        too_low = window.frameGeometry().bottom() - on_screen.bottom()
        if too_low > 0:
            window.move(window.x(), max(on_screen.top(), window.y() - too_low))

    def _filter(self, text: str) -> None:
        shown = dict.fromkeys(self._forms, 0)
        for field in self._fields:
            setting, table = field.setting, _table(field)
            is_it = text.strip().lower() in f"{setting.name} {setting.key} {setting.hint}".lower()
            self._forms[table].setRowVisible(field, is_it)
            shown[table] += is_it
        for table, form in self._forms.items():
            group = form.parentWidget()
            assert group is not None
            group.setVisible(shown[table] > 0)
        self._none.setVisible(not any(shown.values()))
        self.seen_changed.emit()

    def _enter_first(self) -> None:
        """Go to the first field that was found."""
        found = (field for field in self._fields if field.isVisible())
        if (first := next(found, None)) is not None:
            first.edit.setFocus(Qt.FocusReason.TabFocusReason)


def _table(field: SettingField) -> str:
    return field.setting.key.partition(".")[0]


class _Opener(QToolButton):
    """Enter presses it, and not the button of the dialog that is for Enter elsewhere."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            self.click()
        else:
            super().keyPressEvent(event)


class _Find(QLineEdit):
    """Enter goes to what was found; Escape empties it before it closes the dialog."""

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
