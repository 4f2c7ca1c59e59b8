"""The values of all curves at the step under the mouse, in a sentence."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy

from trm_gui import theme as themes
from trm_gui.jobs.jobs import Jobs
from trm_gui.jobs.panels import Panel


class CurveReading(QLabel):
    """Two lines of words."""

    read = Signal(float)
    """The step whose values it tells from now on."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self._runs: list[Path] = []
        self._panels: list[Panel] = []
        self.setFont(themes.font(themes.SMALL))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setFixedHeight(2 * self.fontMetrics().lineSpacing() + 2)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Values at the mouse")

    def ask(self, step: float, runs: list[Path], panels: list[Panel], smoothing: int) -> None:
        self._runs, self._panels = runs, panels
        asked = [
            (run, curve.name, step, smoothing)
            for run in runs
            for panel in panels
            for curve in panel.curves
        ]
        if asked:
            self._jobs.tasks.start(self._tell(asked), place=self)

    def forget(self) -> None:
        """Tell nothing until something is asked for again."""
        self._jobs.tasks.cancel(self)
        self.clear()
        self.setToolTip("")

    async def _tell(self, asked: list[tuple[Path, str, float, int]]) -> None:
        values = await self._jobs.values(asked)
        found = {
            (run, name): value
            for (run, name, *_), value in zip(asked, values, strict=True)
            if value is not None
        }
        if found:
            step = next(iter(found.values()))[0]
            self.setText(self._sentence(step, found))
            self.setToolTip(self.text())  # which may have more lines than there is room for
            self.read.emit(step)

    def _sentence(self, step: float, found: dict[tuple[Path, str], tuple[float, float]]) -> str:
        """All values at a step, run by run."""
        parts = []
        for mark, run in enumerate(self._runs, start=1):
            told = [
                f"{panel.name_of(curve)} {panel.value(value[1])}"
                for panel in self._panels
                for curve in panel.curves
                if (value := found.get((run, curve.name))) is not None
            ]
            name = f"{mark} {run.name}: " if len(self._runs) > 1 else ""
            parts.append(name + ", ".join(told))
        return f"Step {step:,.0f} · " + " · ".join(parts)
