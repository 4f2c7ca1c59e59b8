"""Curves, values and logs of jobs, looked up beside the GUI thread."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from trm_core.training.log import LOG
from trm_gui.jobs.curve_data import NO_POINTS, Line, View
from trm_gui.jobs.jobs import Jobs
from trm_gui.jobs.watch import tail


class Readings(QObject):
    """Answers with signals, and gives back what was asked, by which it is known."""

    lines_drawn = Signal(object, object)
    """What was asked for, and a list of Line."""
    values_read = Signal(object, object)
    """What was asked for, and a list of (step, value), None where there is none."""
    log_read = Signal(object, str)
    """Path, the end of its log."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs

    def ask_log(self, path: Path) -> None:
        self._jobs.on_its_thread(path, lambda: self.log_read.emit(path, tail(path / LOG)))

    def ask_lines(self, wanted: list[tuple[Path, str, View]]) -> None:
        """Curves by job and name in the metrics, as far as they are in view."""
        curves = [(self._jobs.curves(path), name, view) for path, name, view in wanted]

        def work() -> None:
            lines = [
                Line(NO_POINTS, NO_POINTS) if found is None else found.line(name, view)
                for found, name, view in curves
            ]
            self.lines_drawn.emit(wanted, lines)

        self._jobs.look_up(work)

    def ask_values(self, wanted: list[tuple[Path, str, float, int]]) -> None:
        """What curves are at a step, each by job, name, step and smoothing."""
        curves = [(self._jobs.curves(path), *rest) for path, *rest in wanted]

        def work() -> None:
            values = [None if found is None else found.near(*rest) for found, *rest in curves]
            self.values_read.emit(wanted, values)

        self._jobs.look_up(work)
