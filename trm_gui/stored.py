"""Texts of the settings, which may be damaged: what is no text is as if it were not there."""

from __future__ import annotations

from PySide6.QtCore import QSettings


def stored_text(settings: QSettings, name: str, usual: str = "") -> str:
    value = settings.value(name)
    return value if isinstance(value, str) else usual


def stored_number(settings: QSettings, name: str, usual: float | None = None) -> str | float:
    """What should stand for a number. Raises TypeError where it is neither that nor a text."""
    value = settings.value(name, usual)
    if not isinstance(value, str | float | int):
        raise TypeError(f"{name} is {value!r}, expected a number")
    return value


def stored_texts(settings: QSettings, name: str) -> list[str]:
    """A list of texts, of which Qt's files make a text where there is one alone; empty for none."""
    value = settings.value(name)
    texts = value if isinstance(value, list) else [value]
    return [text for text in texts if isinstance(text, str)]
