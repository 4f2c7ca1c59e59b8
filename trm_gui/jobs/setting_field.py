"""A field to type a setting into, whose label tells whether it was changed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from trm_gui.hints import wrapped
from trm_gui.jobs.config_settings import Setting


class Choice(QComboBox):
    """Turns with the wheel only where it has the focus, so that scrolling past changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class SettingField(QWidget):
    """One setting; an empty text leaves one without a value as it is."""

    changed = Signal()

    def __init__(self, setting: Setting, label: str = "") -> None:
        """label: with its mnemonic, if not the setting's own name."""
        super().__init__()
        self.setting = setting
        self.name = label.replace("&", "") or setting.name
        self.edit: Choice | QLineEdit
        if setting.choices:
            self.edit = Choice()
            for choice in setting.choices:
                self.edit.addItem(choice or "as usual", choice)
            self.edit.currentIndexChanged.connect(self._on_change)
        else:
            self.edit = QLineEdit()
            self.edit.textEdited.connect(self._on_change)
        table = setting.key.partition(".")[0]
        self.edit.setAccessibleName(self.name if label else f"{setting.name} ({table})")
        self.label = QLabel(label or setting.name)
        self.label.setBuddy(self.edit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.edit)
        self.setFocusProxy(self.edit)
        self.show_setting(setting)

    def is_for(self, setting: Setting) -> bool:
        """Whether it can show this one, whatever its value."""
        mine = self.setting
        return (mine.key, mine.choices, mine.hint) == (setting.key, setting.choices, setting.hint)

    def show_setting(self, setting: Setting) -> None:
        """Another value of the same setting, as one that nobody has changed."""
        self.setting = setting
        self.edit.blockSignals(True)
        if isinstance(self.edit, QComboBox):
            self.edit.setCurrentIndex(max(0, self.edit.findData(setting.text)))
        else:
            self.edit.setText(setting.text)
        self.edit.blockSignals(False)
        self._tell_change()

    @property
    def text(self) -> str:
        if isinstance(self.edit, QComboBox):
            return str(self.edit.currentData())
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """As if somebody typed it."""
        if isinstance(self.edit, QComboBox):
            self.edit.setCurrentIndex(self.edit.findData(text))
        else:
            self.edit.setText(text)
            self._on_change()

    @property
    def assignment(self) -> str | None:
        """The change that it stands for; None where it is as it was."""
        text = self.text
        if text == self.setting.text or (self.setting.value is None and not text):
            return None
        return self.setting.assignment(text)

    @property
    def before(self) -> str:
        """What it was, for people."""
        return self.setting.text or "empty"

    def _on_change(self) -> None:
        self._tell_change()
        self.changed.emit()

    def _tell_change(self) -> None:
        """In the label, and what it was in the tooltip."""
        is_changed = self.assignment is not None
        font = self.label.font()
        font.setWeight(QFont.Weight.Bold if is_changed else QFont.Weight.Normal)
        self.label.setFont(font)
        was = f"\nChanged; it was {self.before}." if is_changed else ""
        for part in (self.label, self.edit):
            part.setToolTip(wrapped(self.setting.hint + was))
