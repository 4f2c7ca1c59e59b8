"""What the window remembers from one start to the next."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from zlib import crc32

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths, Qt
from PySide6.QtWidgets import QDockWidget

from trm_gui.board.overlays import OVERLAYS
from trm_gui.first_paint import FirstPaint
from trm_gui.preferences import MOST_STEPS
from trm_gui.session import Extent
from trm_gui.session.shown import Kept, read_kept, write_kept
from trm_gui.stored import stored_number, stored_text
from trm_gui.timeline.playback import SPEEDS

if TYPE_CHECKING:
    from trm_gui.main_window import MainWindow

SEAL = 4
"""Bytes of a checksum."""


def usual_directory() -> Path:
    """Where settings are, in the user's configuration folder."""
    location = QStandardPaths.StandardLocation.GenericConfigLocation
    return Path(QStandardPaths.writableLocation(location), "trm-studio")


def open_settings(directory: Path | None) -> QSettings:
    """The settings file in `directory`, or in the usual one if None."""
    directory = usual_directory() if directory is None else directory
    return QSettings(str(Path(directory) / "window.ini"), QSettings.Format.IniFormat)


def save(window: MainWindow) -> None:
    solve = window.session.settings
    for key, value in {
        "geometry": _sealed(window.saveGeometry()),
        "rows": _sealed(window.rows.saveState()),
        "docks": _sealed(window.saveState()),
        "dock_sizes": window.room.save(),
        "speed": window.playback.speed,
        "loops": int(window.playback.loops),
        "solution": int(window.actions_by_name["solution"].isChecked()),
        "overlays": ",".join(each.name for each in OVERLAYS if each in window.overlays),
        "extent": window.session.solves.extent,
        "latent_steps": int(solve.every_latent_step),
        "steps_by_hand": json.dumps(
            {
                str(model): steps
                for model, steps in window.session.models.steps_by_hand.items()
                if model
            }
        ),
        "threshold": 0.5 if solve.halt_threshold is None else solve.halt_threshold,
    }.items():
        window.settings.setValue(key, value)
    window.settings.sync()


def save_shown(window: MainWindow) -> None:
    """What is on screen, for the next window; where it can be written, as with the settings."""
    if (kept := window.session.kept) is not None:
        window.session.writer.surely(write_kept, kept, _shown_file(window.settings))


def last_shown(settings: QSettings) -> Kept | None:
    """What the window that closed last has shown, if there is such a thing."""
    return read_kept(_shown_file(settings))


def _shown_file(settings: QSettings) -> Path:
    return Path(settings.fileName()).with_name("shown.json")


def restore(window: MainWindow) -> None:
    """Take over what was saved; whatever is missing or makes no sense stays as it is."""
    stored = window.settings
    geometry, rows, docks = (_unsealed(stored.value(key)) for key in ("geometry", "rows", "docks"))
    if geometry is not None:
        window.restoreGeometry(geometry)
    if rows is not None:
        window.rows.restoreState(rows)
    if docks is None or not _restore_docks(window, docks):
        window.plots.reset()
    window.room.restore(stored.value("dock_sizes"))
    try:
        speed = int(stored_number(stored, "speed", window.playback.speed))
        steps = json.loads(stored_text(stored, "steps_by_hand", "{}"))
        steps_by_hand: dict[Path | None, int | None] = {
            Path(model): int(most) for model, most in steps.items() if most
        }
        threshold = float(stored_number(stored, "threshold", 0.5))
        loops = bool(int(stored_number(stored, "loops", 0)))
        solution = bool(int(stored_number(stored, "solution", 0)))
        latent_steps = bool(int(stored_number(stored, "latent_steps", 0)))
    except (AttributeError, TypeError, ValueError):
        return
    if speed in SPEEDS:
        window.playback.speed = speed
    if isinstance(overlays := stored.value("overlays"), str | list):
        names = overlays.split(",") if isinstance(overlays, str) else overlays
        for each in OVERLAYS:
            window.overlays.set_on(each, each.name in names)
    window.actions_by_name["loop"].setChecked(loops)
    window.actions_by_name["solution"].setChecked(solution)
    extents: tuple[Extent, ...] = get_args(Extent)
    for extent in extents:
        if extent == stored.value("extent", "halting"):
            window.session.solves.set_extent(extent)
    if all(most is None or 1 <= most <= MOST_STEPS for most in steps_by_hand.values()):
        window.session.models.steps_by_hand = steps_by_hand
    if 0 <= threshold <= 1:
        window.session.solves.set_settings(
            replace(
                window.session.settings,
                halt_threshold=threshold,
                every_latent_step=latent_steps,
            )
        )


def _sealed(state: QByteArray) -> QByteArray:
    """What Qt has saved, and a checksum of it: Qt takes damaged states for good ones, and crashes
    when their docks are moved."""
    content = bytes(state.data())
    return QByteArray(content + _checksum(content))


def _unsealed(value: object) -> QByteArray | None:
    """What Qt had saved; None where it is not there, or not as it was."""
    if not isinstance(value, QByteArray):
        return None
    content = bytes(value.data())
    state, seal = content[:-SEAL], content[-SEAL:]
    return QByteArray(state) if seal == _checksum(state) else None


def _checksum(state: bytes) -> bytes:
    return crc32(state).to_bytes(SEAL)


def _restore_docks(window: MainWindow, state: QByteArray) -> bool:
    """Those that float come on screen after the window, which would cover them else."""
    docks = window.findChildren(QDockWidget)
    for dock in docks:
        dock.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    restored = window.restoreState(state)
    floating = [dock for dock in docks if dock.isFloating() and not dock.isHidden()]
    for dock in floating:
        dock.hide()
    for dock in docks:
        dock.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen, False)

    def come() -> None:
        for dock in floating:
            dock.show()
        window.activateWindow()

    if floating:
        FirstPaint(window).happened.connect(come)
    return restored
