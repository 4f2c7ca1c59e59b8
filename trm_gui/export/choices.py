"""What the export dialog remembers from one time to the next."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from PySide6.QtCore import QSettings

from trm_gui.export.exporting import FORMATS
from trm_gui.export.look import LEAST_SIDE, MOST_HOLD, MOST_SIDE
from trm_gui.timeline.playback import SPEEDS

THEMES = ("window", "light", "dark")
"""Of an export: the one that the window has, or one of its own."""


@dataclass(frozen=True)
class Choices:
    """By name as stored: the format, the size of a board, the speed, and so on."""

    format: str = "gif"
    side: int = 720
    theme: str = "window"
    speed: int = 4
    hold: float = 2.0
    caption: bool = True
    legend: bool = True
    curve: bool = True


def stored_choices(settings: QSettings) -> Choices:
    """What was stored; whatever is missing or makes no sense is as if chosen never."""
    usual = asdict(Choices())
    found = {}
    for each in fields(Choices):
        value = settings.value(f"export/{each.name}")
        kind = type(usual[each.name])
        try:
            found[each.name] = bool(int(value)) if kind is bool else kind(value)
        except (TypeError, ValueError):
            continue
    return Choices(**usual | {name: value for name, value in found.items() if _fits(name, value)})


def store_choices(settings: QSettings, choices: Choices) -> None:
    for name, value in asdict(choices).items():
        settings.setValue(f"export/{name}", int(value) if isinstance(value, bool) else value)


def _fits(name: str, value: str | float) -> bool:
    number = 0 if isinstance(value, str) else value
    return {
        "format": value in [each.name for each in FORMATS],
        "theme": value in THEMES,
        "speed": value in SPEEDS,
        "side": LEAST_SIDE <= number <= MOST_SIDE,
        "hold": 0 <= number <= MOST_HOLD,
    }.get(name, True)
