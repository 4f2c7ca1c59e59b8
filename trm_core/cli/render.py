"""`trm render`: recordings as pictures, films, pages and data, without a display."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Protocol

import typer
from rich.markup import escape

from trm_core.cli.display import progress_bar
from trm_core.cli.options import Json
from trm_core.data.parallel import ordered_map
from trm_core.errors import UserError
from trm_core.export import WRITERS, export_data
from trm_core.files import check_file, check_place, writing
from trm_core.recordings import SUFFIX, Recording, read_recording

DRAWN = ("png", "svg", "gif", "webp", "mp4", "frames")
"""Formats that a `Painter` draws; none is needed for the others."""

PAINTERS = "trm_core.painters"
"""Group of the entry points under which another package offers a `Painter`."""

FORMATS = (*DRAWN, *WRITERS)

SECONDS_EACH = 2.0
"""Of a film, about."""


@dataclass(frozen=True)
class Options:
    """How pictures look, as it was asked for. frame: from 1, or None for the last one."""

    side: int
    frames_per_second: float
    hold: float
    overlays: tuple[str, ...]
    title: str
    caption: bool
    legend: bool
    curve: bool
    theme: str
    frame: int | None


class Painter(Protocol):
    """Draws recordings; made for options that it can draw.

    Making one raises UserError where it cannot draw at all, and LookupError, with a sentence, for
    options with names that there are not.
    """

    def __init__(self, options: Options) -> None: ...

    def paint(
        self,
        recordings: list[Recording],
        name: str,
        target: Path,
        frame: int,
        told: Callable[[int], None],
    ) -> None:
        """Write `target` in the format `name` of DRAWN, whole or not at all.

        frame: from 0, which one a single picture shows; told: gets how many frames are done.
        Raises OSError and UserError.
        """


@dataclass(frozen=True)
class Job:
    """What to make of which recordings."""

    recordings: tuple[Path, ...]
    target: Path
    format: str
    options: Options


def render(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="RECORDING... OUT",
            help="What to render, then the file to write. Several recordings are drawn side by "
            "side. Of a folder, each is rendered to a file in the folder OUT, on all cores.",
        ),
    ],
    to: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            help="One of png, svg, gif, webp, mp4, frames, html, csv, jsonl and npz; by default "
            "what OUT ends in. "
            '"frames" fills the folder OUT with a PNG for every frame.',
        ),
    ] = None,
    side: Annotated[int, typer.Option(help="Pixels of the longer side of a board.")] = 720,
    fps: Annotated[float, typer.Option(help="Frames per second of a film.")] = 4,
    hold: Annotated[float, typer.Option(help="Seconds that its last frame stays.")] = 2,
    overlay: Annotated[
        list[str] | None,
        typer.Option(
            help="What is laid over the answer, may be repeated: values, confidence, candidates, "
            "changed, wrong, conflicts, first_right or flips; else values, changed, conflicts."
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="A line above all.")] = "",
    caption: Annotated[bool, typer.Option(help="Names above a board, words below it.")] = True,
    legend: Annotated[bool, typer.Option(help="What the overlays mean, below a board.")] = True,
    curve: Annotated[bool, typer.Option(help="The halting probability below a board.")] = True,
    theme: Annotated[str, typer.Option(help="light or dark.")] = "light",
    frame: Annotated[
        int | None, typer.Option(min=1, help="Which frame a single picture shows; else the last.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make pictures, films, a web page or data files of recordings."""
    if len(paths) < 2:
        raise typer.BadParameter("give one recording or several, then the file to write")
    *recordings, target = paths
    _spare_recordings(recordings, target)
    name = _format(to, target)
    overlays = ("values", "changed", "conflicts") if overlay is None else tuple(overlay)
    options = Options(side, fps, hold, overlays, title, caption, legend, curve, theme, frame)
    of_folder = any(recording.is_dir() for recording in recordings)
    if of_folder or name == "frames":
        check_place(target)
    else:
        check_file(target)
    if name in DRAWN:
        _painter(options)  # so that what cannot be is told before anything is read
    if of_folder:
        if len(recordings) > 1:
            raise typer.BadParameter("give one folder, or recordings, not both")
        _render_folder(recordings[0], target, name, options, as_json)
        return
    if len(recordings) > 1 and name not in DRAWN:
        raise typer.BadParameter(f"{name} is made of one recording, not of {len(recordings)}")
    job = Job(tuple(recordings), target, name, options)
    with progress_bar(transient=True) as progress:
        task = progress.add_task(escape(target.name), total=None)
        frames = _render(job, lambda done, of: progress.update(task, completed=done, total=of))
    _tell(job, frames, as_json)


def _spare_recordings(recordings: list[Path], target: Path) -> None:
    """Raise BadParameter where the file to write is one of those to read, or any recording."""
    if target.suffix.lower() == SUFFIX:
        raise typer.BadParameter(
            f"found {target.name!r} as OUT, a recording; expected the file to write last"
        )
    if target.is_file() and any(
        recording.exists() and target.samefile(recording) for recording in recordings
    ):
        raise typer.BadParameter(f"OUT is {target.name!r}, which is to be rendered")


def _format(to: str | None, target: Path) -> str:
    name = target.suffix.removeprefix(".").lower() if to is None else to
    if name not in FORMATS:
        found = f"--to: found {name!r}" if to is not None else f"found {target.name!r} as OUT"
        endings = ", ".join(FORMATS)
        hint = "" if to is not None else " as its ending, or --to with one of them"
        raise typer.BadParameter(f"{found}, expected {endings}{hint}")
    return name


def _render_folder(folder: Path, target: Path, name: str, options: Options, as_json: bool) -> None:
    files = sorted(folder.glob(f"*{SUFFIX}"))
    if not files:
        raise UserError(f"{folder}: found no recordings, expected files that end in {SUFFIX}")
    ending = "" if name == "frames" else f".{name}"
    with writing(target, UserError):
        target.mkdir(parents=True, exist_ok=True)
    jobs = [Job((file,), target / f"{file.stem}{ending}", name, options) for file in files]
    failures = 0
    with progress_bar(transient=True) as progress:
        task = progress.add_task(escape(folder.name), total=len(jobs))
        results = ordered_map(_render_or_fail, jobs, seconds_each=SECONDS_EACH)
        for job, result in zip(jobs, results, strict=True):
            progress.advance(task)
            if isinstance(result, int):
                _tell(job, result, as_json)
            else:
                failures += 1
                _tell_failure(job, result, as_json)
    if failures:
        raise UserError(f"{failures} of {len(jobs)} recordings could not be rendered")


def _render_or_fail(job: Job) -> int | str:
    """How many frames were rendered, or why not."""
    try:
        return _render(job, lambda done, of: None)
    except UserError as error:
        return str(error)


def _render(job: Job, told: Callable[[int, int], None]) -> int:
    """Write the job's file, and say how many frames there are. `told` gets those done and all."""
    recordings = [read_recording(file) for file in job.recordings]
    frames = max(len(recording.trace) for recording in recordings)
    with writing(job.target, UserError):
        if job.format not in DRAWN:
            export_data(recordings[0], job.format, job.target)
            return frames
        index = frames - 1 if job.options.frame is None else job.options.frame - 1
        _painter(job.options).paint(
            recordings, job.format, job.target, index, lambda done: told(done, frames)
        )
    return frames


def _painter(options: Options) -> Painter:
    """Raises UserError where nothing is installed that draws, and BadParameter."""
    offered = next(iter(entry_points(group=PAINTERS)), None)
    if offered is None:
        raise UserError(f"nothing here draws pictures, expected an entry point {PAINTERS}")
    try:
        painter: Painter = offered.load()(options)
    except LookupError as error:
        raise typer.BadParameter(str(error)) from None
    return painter


def _tell(job: Job, frames: int, as_json: bool) -> None:
    size = sum(file.stat().st_size for file in _files(job.target))
    if as_json:
        event = {"event": "written", "recordings": [str(file) for file in job.recordings]}
        print(json.dumps({**event, "file": str(job.target), "frames": frames, "bytes": size}))
    else:
        print(f"{job.target}: {frames} frames, {size / 1000:,.0f} kB", flush=True)


def _tell_failure(job: Job, why: str, as_json: bool) -> None:
    if as_json:
        print(
            json.dumps(
                {"event": "failed", "recordings": list(map(str, job.recordings)), "why": why}
            )
        )
    else:
        print(f"trm: {why}", file=sys.stderr)


def _files(target: Path) -> list[Path]:
    return list(target.iterdir()) if target.is_dir() else [target]
