"""All settings of a new job but the main ones: hidden until asked for, and searched by words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFormLayout,
    QGroupBox,
    QLineEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.jobs.setting_fields import SettingField

TABLES = {"training": "Training", "model": "Model", "data": "Data"}
HEIGHT = 28 * themes.SPACE


class AdvancedSettings(QWidget):
    """A button, and below it the fields by table once it is pressed."""

    def __init__(self) -> None:
        super().__init__()
        self._fields: Sequence[SettingField] = ()
        self.button = QToolButton(text="Advanced: all settings")
        self.button.setToolTip("Show all settings of the training, the model and the data")
        self.button.setAccessibleName(self.button.text())
        self.button.setCheckable(True)
        self.button.setArrowType(Qt.ArrowType.RightArrow)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setAutoRaise(True)
        self.button.toggled.connect(self._open)
        self.find = QLineEdit()
        self.find.setPlaceholderText("Find a setting")
        self.find.setAccessibleName("Find a setting")
        self.find.setToolTip("Show only settings with this in their name or description")
        self.find.setClearButtonEnabled(True)
        self.find.textChanged.connect(self._filter)
        self._groups = QWidget()
        self._groups_layout = QVBoxLayout(self._groups)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setWidget(self._groups)
        self._area.setMinimumHeight(HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(themes.SPACE)
        layout.addWidget(self.button)
        for widget in (self.find, self._area):
            layout.addWidget(widget)
            widget.hide()

    def show_fields(self, fields: Sequence[SettingField]) -> None:
        """In the place of those before."""
        self._fields = fields
        while (item := self._groups_layout.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        forms: dict[str, QFormLayout] = {}
        for field in fields:
            table = field.setting.key.partition(".")[0]
            if table not in forms:
                group = QGroupBox(TABLES[table])
                forms[table] = QFormLayout(group)
                self._groups_layout.addWidget(group)
            forms[table].addRow(field.setting.name, field)
        self._groups_layout.addStretch(1)
        self._filter(self.find.text())

    def _open(self, on: bool) -> None:
        self.button.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        self._area.setVisible(on)
        self.find.setVisible(on)
        window = self.window()
        if on:
            window.resize(window.width(), window.height() + HEIGHT)
        else:
            fit = lambda: window.resize(window.width(), window.sizeHint().height())  # noqa: E731
            QTimer.singleShot(0, window, fit)

    def _filter(self, text: str) -> None:
        for field in self._fields:
            words = f"{field.setting.name} {field.setting.hint}".lower()
            field.parentWidget().layout().setRowVisible(field, text.lower() in words)
