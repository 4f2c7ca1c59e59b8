"""What the dialog for a new job has read, checked, estimated and made beside the GUI thread."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from trm_core.errors import UserError
from trm_gui.jobs.helpers import Helper
from trm_gui.jobs.joblist import Job
from trm_gui.jobs.jobs import Jobs

if TYPE_CHECKING:
    from trm_core.training.config import RunConfig

ESTIMATE = "trm_core.training.estimate"


class Preset(NamedTuple):
    config: RunConfig
    description: str


@dataclass(frozen=True, eq=False)
class NewJob:
    """What a new job is made of."""

    job: Job
    config: RunConfig


class NewJobs(QObject):
    """Answers with signals; `added` of the jobs tells of a job that was made."""

    presets_read = Signal(object)
    """By name, a Preset."""
    checked = Signal(object, str)
    """A NewJob, and why it cannot be made, "" if it can."""
    not_added = Signal(str)
    """Why a job could not be made, in a sentence."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.jobs = jobs
        self.estimator = Helper()
        """Answers with a NewJob, and an Estimate as JSON."""

    def prepare(self) -> None:
        """Import what the dock and its first dialog need, which takes long."""

        def work() -> None:
            import trm_gui.jobs.new_job
            import trm_gui.jobs.pane  # noqa: F401

            read_presets()

        self.jobs.in_background(work)

    def close(self) -> None:
        self.estimator.close()

    def read_presets(self) -> None:
        """For `presets_read`."""
        self.jobs.in_background(lambda: self.presets_read.emit(read_presets()))

    def check(self, new: NewJob) -> None:
        """Whether its data are there and its directory is not, for `checked`."""

        def work() -> None:
            sentence = ""
            try:
                new.config.with_data_found()
                if new.job.path.exists():
                    sentence = f"There is a folder {new.job.path} already; choose another name."
            except UserError as error:
                sentence = str(error)
            except OSError as error:
                sentence = f"{error.filename}: {error.strerror}"
            self.checked.emit(new, sentence)

        self.jobs.in_background(work)

    def estimate(self, new: NewJob) -> None:
        """Train a few of its steps, for `estimator` to answer."""
        config = json.dumps(new.config.to_json())
        self.estimator.ask(new, ESTIMATE, [new.job.device], config)

    def add(self, new: NewJob) -> None:
        """Make the run directory, and put it at the end of those that wait."""

        def work() -> None:
            from trm_gui.jobs import launching

            try:
                launching.create(new.job.path, new.config)
                self.jobs.put(replace(new.job, waiting=True))
            except UserError as error:
                self.not_added.emit(str(error))

        self.jobs.in_background(work)


def read_presets() -> dict[str, Preset]:
    """The presets that come with the program."""
    from trm_core.training.config import load_preset, presets, read_toml

    return {
        file.stem: Preset(load_preset(file.stem), str(read_toml(file).get("description", "")))
        for file in presets()
    }
