"""Colours, spacing and type of the program: a light and a dark theme, greys and one accent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from trm_core.puzzles.arc import COLOURS

SPACE = 8
"""Logical pixels of one step of the spacing grid; halves and multiples of it are in use."""

FRAME = 6 * SPACE
"""Of a window, at most: its title and edges."""

SCALES = ("viridis", "cividis", "magma", "inferno")
"""Scales of colours for amounts: each even to the eye, brighter for more, and told apart by
colour-blind readers; the names are pyqtgraph's and matplotlib's."""

SMALL, BODY, TITLE = 0.9, 1.0, 1.35
"""The three text sizes, relative to the system font."""

_SCALE = "scale of colours"
"""The application's property that holds what a palette has no place for."""


@dataclass(frozen=True)
class Theme:
    """Every colour on screen as `#RRGGBB`. The names say what a colour is for."""

    name: str
    background: str
    """Windows, toolbars, docks."""
    surface: str
    """Lists, editors, plots and empty boards."""
    board: str
    """Cells of a board."""
    line: str
    strong_line: str
    text: str
    secondary_text: str
    accent: str
    """What the model did, what is selected, what has the focus."""
    on_accent: str
    """Text on the accent colour."""
    conflict_text: str
    ok: str
    wall: str
    floor: str
    start: str
    on_start: str
    goal: str
    on_goal: str
    conflict: str = "#D55E00"
    """Vermillion of Okabe & Ito (2008), which colour-blind readers tell from the accent."""
    arc: tuple[str, ...] = COLOURS
    arc_line: str = "#5C5C5C"
    scale: str = SCALES[0]
    """One of SCALES, for heat maps and for the course of time."""


LIGHT = Theme(
    name="light",
    background="#F2F2F3",
    surface="#FFFFFF",
    board="#FFFFFF",
    line="#C6C8CC",
    strong_line="#3B3E43",
    text="#1B1D20",
    secondary_text="#585C63",
    accent="#0072B2",
    on_accent="#FFFFFF",
    conflict_text="#A84300",
    ok="#00704F",
    wall="#33363B",
    floor="#F7F7F8",
    start="#00704F",
    on_start="#FFFFFF",
    goal="#E69F00",
    on_goal="#1B1D20",
)

DARK = Theme(
    name="dark",
    background="#1E1F22",
    surface="#27292D",
    board="#2A2C30",
    line="#4A4D53",
    strong_line="#A6A9B0",
    text="#ECEDEE",
    secondary_text="#A9ADB4",
    accent="#56B4E9",
    on_accent="#10161B",
    conflict_text="#FF9A5C",
    ok="#4CC9A0",
    wall="#0B0C0E",
    floor="#4A4E55",
    start="#4CC9A0",
    on_start="#10161B",
    goal="#E69F00",
    on_goal="#10161B",
)


if TYPE_CHECKING:

    class _Widget:
        def changeEvent(self, event: QEvent) -> None: ...

else:
    _Widget = object


class FollowsTheme(_Widget):
    """Mixed in before the class of a widget: `_dress` gives it the colours of the theme, at first
    when `follow_theme` is called, and from then on whenever there is another theme."""

    _follows = False

    def follow_theme(self) -> None:
        self._follows = True
        self._dress()

    def _dress(self) -> None:
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._follows:
            self._dress()


def system_theme() -> Theme:
    """The theme that the system's colour scheme asks for; light where it asks for none."""
    scheme = QGuiApplication.styleHints().colorScheme()
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def current(source: QGuiApplication | QWidget) -> Theme:
    """The theme in force for the application or for one widget, read from its palette."""
    theme = DARK if source.palette().window().color().lightness() < 128 else LIGHT
    app = QGuiApplication.instance()
    assert app is not None
    return with_scale(theme, app.property(_SCALE) or theme.scale)


@cache
def with_scale(theme: Theme, scale: str) -> Theme:
    """`theme` with another scale of colours for amounts."""
    return theme if scale == theme.scale else replace(theme, scale=scale)


def apply(app: QApplication, theme: Theme) -> None:
    """Dress the whole application in `theme`; widgets on screen follow at once."""
    other_scale = current(app).scale != theme.scale
    app.setProperty(_SCALE, theme.scale)
    app.setStyle("Fusion")
    app.setPalette(_palette(theme))
    app.setStyleSheet(_style_sheet(theme))
    if other_scale:  # which a palette does not have, so that Qt does not tell of it
        for widget in app.allWidgets():
            app.sendEvent(widget, QEvent(QEvent.Type.PaletteChange))
            widget.update()


def font(size: float = BODY, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The system font in one of the three sizes."""
    font = QGuiApplication.font()
    font.setPointSizeF(font.pointSizeF() * size)
    font.setWeight(weight)
    return font


def translucent(colour: str, opacity: float) -> QColor:
    """`colour` with an opacity from 0 to 1."""
    result = QColor(colour)
    result.setAlphaF(opacity)
    return result


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, section 1.4.3)."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1."""
    read = QColor(colour)
    channels = read.redF(), read.greenF(), read.blueF()
    linear = [c / 12.92 if c <= 0.04045 else float(((c + 0.055) / 1.055) ** 2.4) for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette(QColor(theme.background), QColor(theme.background))
    for target, colour in {
        role.Window: theme.background,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.background,
        role.Text: theme.text,
        role.PlaceholderText: theme.secondary_text,
        role.Button: theme.background,
        role.ButtonText: theme.text,
        role.BrightText: theme.on_accent,
        role.ToolTipBase: theme.surface,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
    }.items():
        palette.setColor(target, QColor(colour))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(
            QPalette.ColorGroup.Disabled, target, translucent(theme.secondary_text, 0.6)
        )
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.line))
    return palette


def _style_sheet(theme: Theme) -> str:
    return f"""
    QToolTip {{
        color: {theme.text}; background: {theme.surface};
        border: 1px solid {theme.line}; padding: {SPACE // 2}px;
    }}
    QToolBar {{
        background: {theme.background}; border: none; border-bottom: 1px solid {theme.line};
        padding: {SPACE // 2}px; spacing: {SPACE // 2}px;
    }}
    QDockWidget {{ border: 1px solid {theme.strong_line}; }}
    QDockWidget::title {{
        background: {theme.background}; padding: {SPACE // 2}px {SPACE}px;
    }}
    QToolButton::menu-indicator {{ image: none; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QStatusBar::item {{ border: none; }}
    QMainWindow::separator {{ background: {theme.line}; width: 1px; height: 1px; }}
    """
