"""Which theme the program wears, and the menu that says so."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSettings
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from trm_gui import theme as themes
from trm_gui.settings import stored_text

THEMES = {"system": "As the &system", "light": "&Light", "dark": "&Dark"}


def stored_theme(settings: QSettings) -> themes.Theme:
    """The theme that was chosen, or the system's, with the chosen scale of colours."""
    themes_by_choice = {"light": themes.LIGHT, "dark": themes.DARK}
    choice = stored_text(settings, "theme", "system")
    scale = stored_text(settings, "scale")
    theme = themes_by_choice.get(choice) or themes.system_theme()
    return themes.with_scale(theme, scale) if scale in themes.SCALES else theme


def wear(settings: QSettings) -> None:
    """Dress the whole program in the theme that was chosen."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    themes.apply(app, stored_theme(settings))


class ThemeMenu(QMenu):
    """Changes the theme at once, for this start and later ones; follows the system if so chosen."""

    def __init__(self, settings: QSettings, parent: QWidget) -> None:
        super().__init__("&Theme", parent)
        self._settings = settings
        self._choices = QActionGroup(self)
        for choice, words in THEMES.items():
            action = self.addAction(words)
            action.setObjectName(f"theme_{choice}")
            action.setCheckable(True)
            action.triggered.connect(partial(self._choose, choice))
            self._choices.addAction(action)
        self._show()
        self.aboutToShow.connect(self._show)  # it can be chosen elsewhere, too
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system)

    def _show(self) -> None:
        choice = stored_text(self._settings, "theme", "system")
        for action in self._choices.actions():
            action.setChecked(action.objectName() == f"theme_{choice}")

    def _choose(self, choice: str) -> None:
        self._settings.setValue("theme", choice)
        wear(self._settings)

    def _on_system(self) -> None:
        wear(self._settings)
