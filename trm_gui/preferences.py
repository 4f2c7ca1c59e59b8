"""What a user sets once for all windows: where solves run, how they begin, colours, folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from PySide6.QtCore import QSettings

from trm_gui import theme as themes
from trm_gui.session.engine import Compute
from trm_gui.stored import stored_number, stored_text
from trm_gui.theme_menu import THEMES, wear

if TYPE_CHECKING:
    from trm_gui.main_window import MainWindow

DEVICES = {
    "auto": "automatic: a GPU if there is one, else CPU",
    "cpu": "CPU",
    "cuda": "NVIDIA or AMD GPU (cuda)",
    "mps": "Apple GPU (mps)",
}
DTYPES = {
    "auto": "automatic: 16 bits where they are quick",
    "float32": "32 bits: exact (float32)",
    "bfloat16": "16 bits: quick on GPUs (bfloat16)",
}
MOST_STEPS = 256

T = TypeVar("T", int, float)

DIALOG_FOLDERS = "folder", "export/folder", "recordings/dialog_folder"
"""Settings of the dialogs for puzzles and plots, for exports, and for recordings."""


class Start(NamedTuple):
    """What every new window starts with."""

    threshold: float = 0.5
    max_supervision_steps: int | None = None
    """None for the model's own."""


@dataclass(frozen=True)
class Preferences:
    """start: None where a window starts with what the one before ended with, its puzzle too.
    theme: a key of THEMES. scale: one of `theme.SCALES`.
    models: where user models are; None for the folder beside the settings.
    files: where dialogs that open and save begin; None for the folder that was used last.
    """

    compute: Compute = field(default_factory=Compute)
    start: Start | None = None
    theme: str = "system"
    scale: str = themes.SCALES[0]
    models: Path | None = None
    files: Path | None = None


def most_threads() -> int:
    return os.cpu_count() or 1


def stored_preferences(settings: QSettings) -> Preferences:
    """What was set before; whatever is missing or makes no sense is as in `Preferences()`."""

    def one_of(name: str, known: Container[str]) -> str:
        usual: str = getattr(Compute() if name in Compute._fields else Preferences(), name)
        value = stored_text(settings, name, usual)
        return value if value in known else usual

    def folder(name: str) -> Path | None:
        value = stored_text(settings, name)
        return Path(value) if value else None

    threads = _number(settings, "threads", int)
    threshold = _number(settings, "start_threshold", float)
    steps = _number(settings, "start_max_supervision_steps", int)
    start = None
    if threshold is not None and 0 <= threshold <= 1:
        known = steps is not None and 1 <= steps <= MOST_STEPS
        start = Start(threshold, steps if known else None)
    return Preferences(
        Compute(
            one_of("device", DEVICES),
            one_of("dtype", DTYPES),
            threads if threads is not None and 0 <= threads <= most_threads() else 0,
        ),
        start,
        one_of("theme", THEMES),
        one_of("scale", themes.SCALES),
        folder("models_folder"),
        folder("files_folder"),
    )


def keep(preferences: Preferences, settings: QSettings) -> None:
    """Have `stored_preferences` find them, at the next start too."""
    start = preferences.start
    for name, value in {
        **preferences.compute._asdict(),
        "start_threshold": None if start is None else start.threshold,
        "start_max_supervision_steps": None if start is None else start.max_supervision_steps,
        "theme": preferences.theme,
        "scale": preferences.scale,
        "models_folder": preferences.models,
        "files_folder": preferences.files,
    }.items():
        if value is None:
            settings.remove(name)
        else:
            settings.setValue(name, str(value) if isinstance(value, Path) else value)


def begin(window: MainWindow) -> None:
    """Have a new window start as was set; the theme is worn already."""
    preferences = stored_preferences(window.settings)
    window.session.models.compute = preferences.compute
    _begin_solves(window, preferences)
    _begin_in_folder(window, preferences)


def use(preferences: Preferences, window: MainWindow) -> None:
    """Have the window follow `preferences` at once, and later ones when they start."""
    before = stored_preferences(window.settings)
    if preferences == before:
        return
    keep(preferences, window.settings)
    window.session.models.compute = preferences.compute
    if preferences.start != before.start:
        _begin_solves(window, preferences)
    if (preferences.theme, preferences.scale) != (before.theme, before.scale):
        wear(window.settings)
    if preferences.models != before.models:
        window.user_models.change_folder()
    if preferences.files != before.files:
        _begin_in_folder(window, preferences)


def _begin_solves(window: MainWindow, preferences: Preferences) -> None:
    if (start := preferences.start) is not None:
        solve = replace(
            window.session.settings,
            halt_threshold=start.threshold,
            max_supervision_steps=start.max_supervision_steps,
        )
        window.session.solves.set_settings_for_all(solve)


def _begin_in_folder(window: MainWindow, preferences: Preferences) -> None:
    """Have it as what each of the dialogs knows as the folder that was used last."""
    if preferences.files is not None:
        for name in DIALOG_FOLDERS:
            window.settings.setValue(name, str(preferences.files))


def _number(settings: QSettings, name: str, kind: Callable[[str | float], T]) -> T | None:
    try:
        return kind(stored_number(settings, name))
    except (TypeError, ValueError):
        return None
