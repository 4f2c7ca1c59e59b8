"""How long a new job would take, and how much memory: a button, and what it has found."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from trm_gui import theme as themes
from trm_gui.jobs.new_jobs import NewJob, NewJobs
from trm_gui.jobs.pulse import words

COMPILING = {
    "no": "",
    "tried": " Before that, a minute or more goes into trying whether compiled networks are "
    "quicker; if so, its steps take less.",
    "yes": " Before that its networks are compiled, which takes a minute or more; its steps take "
    "less then.",
}
"""What to say of Estimate.compiling."""


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
        self._tasks = new_jobs.jobs.work.tasks(self._fail, "It cannot be estimated")
        self.told = QLabel(wordWrap=True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setFont(themes.font(themes.SMALL))
        self.told.setAccessibleName("Estimated time and memory")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(themes.SPACE)
        row.addWidget(self.button)
        row.addWidget(self.told, 1)

    def show_job(self, job: NewJob | None) -> None:
        """What would be estimated; what is known of another one is cleared."""
        if self._job is not None and job is None:
            self.cancel()
        self._job = job
        self.told.clear()
        self.button.setEnabled(job is not None)

    def _ask(self) -> None:
        if self._job is not None:
            self.button.setEnabled(False)
            self.told.setText("Training a few steps…")
            self._tasks.start(self._estimate(self._job), place="estimate")

    def cancel(self) -> None:
        """End what trains."""
        self._tasks.cancel("estimate")

    async def _estimate(self, job: NewJob) -> None:
        estimate = await self._new_jobs.estimate(job)
        self.button.setEnabled(True)
        self.told.setText(sentence(estimate, job.job.time_limit))

    def _fail(self, why: str, details: str) -> None:
        self.button.setEnabled(True)
        self.told.setText(f"⚠ {why}")


def sentence(estimate: dict[str, Any], time_limit: float | None) -> str:
    """An Estimate for people. time_limit: seconds after which the job stops by itself."""
    used, free = (estimate[name] / 2**30 for name in ("memory", "free"))
    seconds, each = estimate["seconds"], estimate["seconds_per_step"]
    on = "the CPU" if estimate["device"] == "cpu" else "the GPU"
    step = f"{each:,.2f} s" if each >= 1 else f"{1000 * each:.3g} ms"
    told = f"About {words(seconds)} on {on}, {step} a step, in {used:.1f} GiB of memory."
    if used > free:
        told += f" ⚠ Only {free:.1f} GiB are free."
    if time_limit is not None and seconds > time_limit:
        told += f" The time limit stops it after {words(time_limit)}."
    return told + COMPILING[estimate["compiling"]]
