"""The file of settings, whose values may be damaged: what makes no sense is as if not there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, QStandardPaths

FOLDER = "folder"
"""The setting that says where the last puzzle or plot was opened or saved."""


def usual_directory() -> Path:
    """Where settings are, in the user's configuration folder."""
    location = QStandardPaths.StandardLocation.GenericConfigLocation
    return Path(QStandardPaths.writableLocation(location), "trm-studio")


def open_settings(directory: Path | None) -> QSettings:
    """The settings file in `directory`, or in the usual one if None."""
    directory = usual_directory() if directory is None else directory
    return QSettings(str(Path(directory) / "window.ini"), QSettings.Format.IniFormat)


def beside(settings: QSettings, name: str) -> Path:
    """A file or folder in the directory of the settings."""
    return Path(settings.fileName()).absolute().with_name(name)


def remember_folder(settings: QSettings, file: Path) -> None:
    """Have the next dialog for puzzles and plots begin where `file` is."""
    settings.setValue(FOLDER, str(file.parent))


def stored_text(settings: QSettings, name: str, usual: str = "") -> str:
    value = settings.value(name)
    return value if isinstance(value, str) else usual


def stored_number(settings: QSettings, name: str, usual: float | None = None) -> str | float:
    """What should stand for a number. Raises TypeError where it is neither that nor a text."""
    value = settings.value(name, usual)
    if not isinstance(value, str | float | int):
        raise TypeError(f"{name} is {value!r}, expected a number")
    return value


def stored_whole(settings: QSettings, name: str, usual: int) -> int:
    """A whole number; `usual` where there is none."""
    try:
        return int(stored_number(settings, name, usual))
    except (OverflowError, TypeError, ValueError):
        return usual


def stored_texts(settings: QSettings, name: str) -> list[str]:
    """A list of texts, of which Qt's files make a text where there is one alone; empty for none."""
    value = settings.value(name)
    texts = value if isinstance(value, list) else [value]
    return [text for text in texts if isinstance(text, str)]
