"""What the dialog for a new job has read, checked, estimated and made beside the GUI thread."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from trm_core.checkpoints.info import find_model
from trm_core.errors import UserError
from trm_core.puzzles.base import PuzzleShape
from trm_gui.jobs.helpers import Helper
from trm_gui.jobs.joblist import Job
from trm_gui.jobs.jobs import HANGS, Jobs
from trm_gui.jobs.watching import OVERDUE
from trm_gui.names import trouble_with_name

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
    checked = Signal(object, str, str)
    """A NewJob, the key of what keeps it from being made ("name", "folder", a setting's, or ""
    where the sentence begins with it), and why, in a sentence; "" if it can be made."""
    not_added = Signal(str)
    """Why a job could not be made, in a sentence."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.jobs = jobs
        self.estimator = Helper()
        """Answers with a NewJob, and an Estimate as JSON."""
        self._unanswered: set[NewJob] = set()
        self.checked.connect(self._on_checked)

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
        """Whether what it needs is there and its directory is not, for `checked`."""

        def work() -> None:
            key, sentence = "", ""
            try:
                if sentence := _trouble_with_name(new.job.path):
                    key = "name"
                elif sentence := _trouble_with_folder(new.job.path.parent):
                    key = "folder"
                else:
                    new.config.with_data_found()
                    if model := new.config.training.start_from:
                        key = "training.start_from"
                        find_model(model)
            except UserError as error:
                sentence = str(error).partition(", name yours with")[0]
            except OSError as error:
                sentence = f"{error.filename}: {error.strerror}"
            self.checked.emit(new, key, sentence)

        self._unanswered.add(new)
        self.jobs.in_background(work)
        QTimer.singleShot(int(1000 * OVERDUE), self, partial(self._tell_unanswered, new))

    def _on_checked(self, new: NewJob) -> None:
        self._unanswered.discard(new)

    def _tell_unanswered(self, new: NewJob) -> None:
        if new in self._unanswered:
            self.checked.emit(new, "", f"A folder named here does not answer: {HANGS}")

    def estimate(self, new: NewJob) -> None:
        """Train a few of its steps, for `estimator` to answer."""
        config = json.dumps(new.config.to_json())
        self.estimator.ask(new, ESTIMATE, [new.job.device], config)

    def add(self, new: NewJob) -> None:
        """Make the run directory, and put it at the end of those that wait."""

        def work() -> None:
            from trm_gui.jobs import launching

            try:
                launching.create(new.job.path, new.config, new.job.device)
                self.jobs.put(replace(new.job, waiting=True))
            except UserError as error:
                self.not_added.emit(str(error))

        self.jobs.in_background(work)


def _trouble_with_name(path: Path) -> str:
    """Why there cannot be a new directory of this name, "" if there can."""
    try:
        taken = [other.name for other in path.parent.iterdir()]
    except OSError:  # it is made with the first job, or is told about otherwise
        taken = []
    return trouble_with_name(path.name, taken)


def _trouble_with_folder(folder: Path) -> str:
    """Why there cannot be directories in it, "" if there can."""
    there = next((place for place in (folder, *folder.parents) if place.exists()), None)
    if there is None or there.is_dir():
        return ""
    return f"Folder: {there} is a file, expected a folder."


def preset_shape(config: RunConfig) -> PuzzleShape | None:
    """The boards that a preset's data has; None where only its files tell."""
    from trm_core.data.build import ArcBuild, MazeBuild, SudokuBuild
    from trm_core.training.config import data_build

    if config.data.get("path"):
        return None
    build = data_build(config.data)
    if isinstance(build, SudokuBuild):
        side = build.box_rows * build.box_cols
        return PuzzleShape("sudoku", side, side, build.box_rows)
    if isinstance(build, MazeBuild):
        return PuzzleShape("maze", build.rows, build.cols)
    assert isinstance(build, ArcBuild)
    return PuzzleShape("arc", build.canvas, build.canvas)


@cache
def read_presets() -> dict[str, Preset]:
    """The presets that come with the program."""
    from trm_core.training.config import load_preset, presets, read_toml

    return {
        file.stem: Preset(load_preset(file.stem), str(read_toml(file).get("description", "")))
        for file in presets()
    }
