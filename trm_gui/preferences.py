"""What a user sets once for all windows: where solves run, how they begin, colours, folders."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar, get_args

from PySide6.QtCore import QObject, QSettings

from trm_gui import theme as themes
from trm_gui.session import Session
from trm_gui.session.engine import Compute
from trm_gui.session.solves import Extent
from trm_gui.settings import FOLDER, stored_number, stored_text, stored_whole
from trm_gui.theme_menu import THEMES, wear

if TYPE_CHECKING:
    from trm_gui.user_models import UserModels

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

DIALOG_FOLDERS = FOLDER, "export/folder", "recordings/dialog_folder"
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


class SolveMemory(QObject):
    """Has the settings remember how solves begin."""

    def __init__(self, session: Session, settings: QSettings, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._known = _solves(session)
        session.solves.settings_changed.connect(self._keep)

    def _keep(self) -> None:
        now = _solves(self._session)
        for name, value in now.items():
            if value != self._known[name]:
                self._settings.setValue(name, value)
        self._known = now


def begin(session: Session, settings: QSettings) -> None:
    """Have solves of a new window begin as was set, or else as they were last; the theme is worn
    already."""
    preferences = stored_preferences(settings)
    session.models.compute = preferences.compute
    _begin_as_before(session, settings)
    _begin_solves(session, preferences)
    _begin_in_folder(settings, preferences)


def use(
    preferences: Preferences, session: Session, settings: QSettings, user_models: UserModels
) -> None:
    """Have the window follow `preferences` at once, and later ones when they start."""
    before = stored_preferences(settings)
    if preferences == before:
        return
    keep(preferences, settings)
    session.models.compute = preferences.compute
    if preferences.start != before.start:
        _begin_solves(session, preferences)
    if (preferences.theme, preferences.scale) != (before.theme, before.scale):
        wear(settings)
    if preferences.models != before.models:
        user_models.change_folder()
    if preferences.files != before.files:
        _begin_in_folder(settings, preferences)


def _begin_as_before(session: Session, settings: QSettings) -> None:
    """With what makes sense of what was remembered."""
    try:
        steps = json.loads(stored_text(settings, "steps_by_hand", "{}"))
        by_hand: dict[Path | None, int | None] = {
            Path(model): int(most) for model, most in steps.items() if most
        }
    except (AttributeError, RecursionError, TypeError, ValueError):
        by_hand = {}
    if all(most is not None and 1 <= most <= MOST_STEPS for most in by_hand.values()):
        session.models.steps_by_hand = by_hand
    extents: tuple[Extent, ...] = get_args(Extent)
    for extent in extents:
        if extent == stored_text(settings, "extent"):
            session.solves.set_extent(extent)
    threshold = _number(settings, "threshold", float)
    if threshold is None or not 0 <= threshold <= 1:
        threshold = session.settings.halt_threshold
    session.solves.set_settings(
        replace(
            session.settings,
            halt_threshold=threshold,
            every_latent_step=bool(stored_whole(settings, "latent_steps", 0)),
        )
    )


def _solves(session: Session) -> dict[str, object]:
    """How solves begin, as the settings have it."""
    solve, by_hand = session.settings, session.models.steps_by_hand
    return {
        "extent": session.solves.extent,
        "latent_steps": int(solve.every_latent_step),
        "steps_by_hand": json.dumps({str(each): most for each, most in by_hand.items() if each}),
        "threshold": 0.5 if solve.halt_threshold is None else solve.halt_threshold,
    }


def _begin_solves(session: Session, preferences: Preferences) -> None:
    if (start := preferences.start) is not None:
        solve = replace(
            session.settings,
            halt_threshold=start.threshold,
            max_supervision_steps=start.max_supervision_steps,
        )
        session.solves.set_settings_for_all(solve)


def _begin_in_folder(settings: QSettings, preferences: Preferences) -> None:
    """Have it as what each of the dialogs knows as the folder that was used last."""
    if preferences.files is not None:
        for name in DIALOG_FOLDERS:
            settings.setValue(name, str(preferences.files))


def _number(settings: QSettings, name: str, kind: Callable[[str | float], T]) -> T | None:
    try:
        return kind(stored_number(settings, name))
    except (TypeError, ValueError):
        return None
