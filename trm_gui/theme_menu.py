"""The menu that says which theme the program wears."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSettings
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from trm_gui import theme as themes

CHOICES = {"system": "As the &system", "light": "&Light", "dark": "&Dark"}


def stored_theme(settings: QSettings) -> themes.Theme:
    """The theme that was chosen, or the system's."""
    themes_by_choice = {"light": themes.LIGHT, "dark": themes.DARK}
    choice = settings.value("theme", "system", str)
    return themes_by_choice.get(choice) or themes.system_theme()


class ThemeMenu(QMenu):
    """Changes the theme at once, for this start and later ones; follows the system if so chosen."""

    def __init__(self, settings: QSettings, parent: QWidget) -> None:
        super().__init__("&Theme", parent)
        self._settings = settings
        group = QActionGroup(self)
        current = settings.value("theme", "system", str)
        for choice, words in CHOICES.items():
            action = self.addAction(words)
            action.setObjectName(f"theme_{choice}")
            action.setCheckable(True)
            action.setChecked(choice == current)
            action.triggered.connect(partial(self._choose, choice))
            group.addAction(action)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)

    def _choose(self, choice: str) -> None:
        self._settings.setValue("theme", choice)
        self._apply()

    def _apply(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        themes.apply(app, stored_theme(self._settings))
