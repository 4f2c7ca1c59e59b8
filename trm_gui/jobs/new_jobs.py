"""What the dialog for a new job has read, checked, estimated and made."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from trm_core.checkpoints.info import find_model
from trm_core.errors import UserError, raised_as
from trm_core.puzzles.base import PuzzleShape
from trm_gui.jobs.joblist import Job
from trm_gui.jobs.jobs import Jobs
from trm_gui.names import trouble_with_name
from trm_gui.work import start_module

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


class NewJobs:
    """Reads presets, checks what was typed, estimates, and makes jobs."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs

    async def prepare(self) -> None:
        """Import what the dock and its first dialog need, which takes long."""

        def work() -> None:
            import trm_gui.jobs.new_job
            import trm_gui.jobs.pane  # noqa: F401

            read_presets()

        await self.jobs.work.aside(work)

    async def presets(self) -> dict[str, Preset]:
        """By name."""
        return await self.jobs.work.aside(read_presets)

    async def check(self, new: NewJob) -> UserError | None:
        """What keeps it from being made, about "name", "folder" or a setting; None if it can be
        made: what it needs is there and its directory is not."""
        try:
            await self.jobs.work.aside(_check, new, of="A folder named here")
        except UserError as error:
            return error
        return None

    async def estimate(self, new: NewJob) -> dict[str, Any]:
        """What training a few of its steps tells: the fields of an Estimate. Raises UserError."""
        content = json.dumps(new.config.to_json()).encode()
        start = partial(start_module, ESTIMATE, [new.job.device])
        estimate: dict[str, Any] = await self.jobs.work.handed_over_by(start, content)
        return estimate

    async def add(self, new: NewJob) -> None:
        """Make the run directory, and put it at the end of those that wait. Raises UserError."""
        await self.jobs.work.aside(_create, new)
        await self.jobs.put(replace(new.job, waiting=True))


def _check(new: NewJob) -> None:
    """Raises UserError where it cannot be made."""
    try:
        _check_name(new.job.path)
        _check_folder(new.job.path.parent)
        new.config.with_data_found()
        if model := new.config.training.start_from:
            with raised_as(UserError, key="training.start_from"):
                find_model(model)
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}") from None


def _create(new: NewJob) -> None:
    from trm_gui.jobs import launching

    launching.create(new.job.path, new.config, new.job.device)


def _check_name(path: Path) -> None:
    """Raises UserError where there cannot be a new directory of this name."""
    try:
        taken = [other.name for other in path.parent.iterdir()]
    except OSError:  # it is made with the first job, or is told about otherwise
        taken = []
    if sentence := trouble_with_name(path.name, taken):
        raise UserError(sentence, key="name")


def _check_folder(folder: Path) -> None:
    """Raises UserError where there cannot be directories in it."""
    there = next((place for place in (folder, *folder.parents) if place.exists()), None)
    if there is not None and not there.is_dir():
        raise UserError(f"Folder: {there} is a file, expected a folder.", key="folder")


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
