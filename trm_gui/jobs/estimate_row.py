"""How long a new job would take, and how much memory: a button, and what it has found."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from trm_gui import theme as themes
from trm_gui.jobs.new_jobs import NewJob, NewJobs
from trm_gui.jobs.pulse import words


class EstimateRow(QWidget):
    """Has a few steps of the job trained when it is asked."""

    def __init__(self, new_jobs: NewJobs) -> None:
        super().__init__()
        self._new_jobs = new_jobs
        self._job: NewJob | None = None
        self.button = QPushButton("&Estimate")
        self.button.setAccessibleName("Estimate time and memory")
        self.button.setToolTip("Train a few steps to see how long it would take, in which memory")
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._ask)
        self.told = QLabel(wordWrap=True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setFont(themes.font(themes.SMALL))
        self.told.setAccessibleName("Estimated time and memory")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(themes.SPACE)
        row.addWidget(self.button)
        row.addWidget(self.told, 1)
        new_jobs.estimator.done.connect(self._show)
        new_jobs.estimator.failed.connect(self._on_failure)

    def show_job(self, job: NewJob | None) -> None:
        """What would be estimated; what is known of another one is cleared."""
        if self._job is not None and job is None:
            self._new_jobs.estimator.cancel()
        self._job = job
        self.told.clear()
        self.button.setEnabled(job is not None)

    def _ask(self) -> None:
        if self._job is not None:
            self.button.setEnabled(False)
            self.told.setText("Training a few steps…")
            self._new_jobs.estimate(self._job)

    def _show(self, job: NewJob, printed: str) -> None:
        if job is self._job:
            self.button.setEnabled(True)
            self.told.setText(sentence(json.loads(printed)))

    def _on_failure(self, job: NewJob, why: str) -> None:
        if job is self._job:
            self.button.setEnabled(True)
            self.told.setText(f"⚠ {why}")


def sentence(estimate: dict[str, Any]) -> str:
    """An Estimate for people."""
    used, free = (estimate[name] / 2**30 for name in ("memory", "free"))
    told = f"About {words(estimate['seconds'])} on {estimate['device'].upper()}"
    told += f", {1000 * estimate['seconds_per_step']:,.3g} ms a step, in {used:.1f} GiB of memory"
    return f"{told}. ⚠ Only {free:.1f} GiB are free." if used > free else f"{told}."
