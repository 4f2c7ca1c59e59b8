"""`trm eval`: accuracy of a model on many puzzles."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar
from zlib import crc32

import numpy as np
import typer
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from trm_core.checkpoints.info import CheckpointError, ModelInfo, find_model
from trm_core.cli.display import plain_console, progress_bar
from trm_core.cli.options import Device, Dtype, Json
from trm_core.data.layout import METADATA_FILE, SPLITS
from trm_core.evaluation import by_style
from trm_core.evaluation.scores import (
    Calibration,
    Evaluation,
    Score,
    solved_sentence,
    summarise,
    tasks_solved,
)
from trm_core.files import check_file
from trm_core.puzzles.base import Puzzle, PuzzleError
from trm_core.puzzles.files import load_puzzles
from trm_core.puzzles.sources import source_in_words

if TYPE_CHECKING:
    from trm_core.evaluation.batches import EvaluationSettings

_Found = TypeVar("_Found")

MADE = 100
"""How many puzzles of a style are made unless --limit says otherwise."""


def evaluate(
    model: Annotated[str, typer.Argument(help="Name of a bundled model, or a model directory.")],
    data: Annotated[
        Path | None,
        typer.Argument(
            help="A file of puzzles, such as a CSV, a folder of ARC task files, or a data set "
            "directory; if not given, the "
            "puzzles that the model's card speaks of are made anew."
        ),
    ] = None,
    split: Annotated[str, typer.Option(help="Which part of a data set.")] = "test",
    style: Annotated[
        str | None,
        typer.Option(
            help='In place of DATA: made-up puzzles of this style, such as "corridors" or "hard", '
            'or of "all" there are.'
        ),
    ] = None,
    side: Annotated[
        int | None,
        typer.Option(min=1, help="With --style: rows and columns; by default the model's."),
    ] = None,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help="With --style, or of a model for ARC: have the model's config and card say it.",
        ),
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Only so many puzzles, drawn at random by --seed; of each --style so many are "
            f"made, {MADE} by default.",
        ),
    ] = None,
    extra_givens: Annotated[
        int, typer.Option(min=0, help="Sudoku: so many more cells of the solution are given.")
    ] = 0,
    max_steps: Annotated[
        int | None, typer.Option(min=1, help="Supervision steps at most; by default the model's.")
    ] = None,
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="Halting probability that counts as halting.")
    ] = 0.5,
    adaptive: Annotated[
        bool,
        typer.Option(
            "--adaptive/--all-steps",
            help="End a solve when it halts, or run all steps and only record halting.",
        ),
    ] = False,
    trajectories: Annotated[
        int,
        typer.Option(
            min=1, help="Solves of each puzzle, all but one with noise; the surest answer is kept."
        ),
    ] = 1,
    noise: Annotated[
        float, typer.Option(min=0, help="Standard deviation of that noise on y and z.")
    ] = 0.2,
    votes: Annotated[
        int, typer.Option(min=1, help="ARC: up to so many variants of a task vote on its answer.")
    ] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of the noise, --limit and --extra-givens.")] = 0,
    batch_size: Annotated[int, typer.Option(min=1, help="Puzzles solved together.")] = 64,
    device: Device = "auto",
    dtype: Dtype = "float32",
    as_json: Json = False,
) -> None:
    """Measure exact accuracy, source by source, and how well the model knows when it is right."""
    if style is not None and data is not None:
        raise typer.BadParameter("give DATA or --style, not both", param_hint="--style")
    if style is None and side is not None:
        raise typer.BadParameter("expected --style beside it", param_hint="--side")
    info = find_model(model)
    if keep and style is None and info.puzzle.kind != "arc":
        raise typer.BadParameter("expected --style beside it", param_hint="--keep")
    if keep:
        check_file(info.directory / "config.json")
    side = side or min(info.puzzle.rows, info.puzzle.cols)
    with progress_bar() as progress:
        if style is not None:
            puzzles = _made(info, style, side, limit or MADE, progress)
        elif data is None:
            puzzles = _drawn(_held_out(info, progress), limit, seed)
        else:
            puzzles = read_puzzles(data, split, limit, seed)
        if extra_givens:
            puzzles = [_eased(puzzle, extra_givens, seed) for puzzle in puzzles]

        from trm_core.evaluation.batches import EvaluationSettings, solve_many
        from trm_core.solver import Solver

        settings = EvaluationSettings(
            max_steps,
            threshold,
            adaptive,
            batch_size,
            trajectories,
            noise,
            seed,
            votes,
        )
        solver = Solver.load(info, device, dtype)
        task = progress.add_task(escape(info.name), total=len(puzzles))
        outcomes = solve_many(
            solver, puzzles, settings, lambda done: progress.update(task, completed=done)
        )
    evaluation, tasks = summarise(outcomes), tasks_solved(outcomes)
    if as_json:
        for score in evaluation.sources:
            print(json.dumps(dataclasses.asdict(score)))
        if tasks:
            print(json.dumps({"tasks": tasks}))
        print(json.dumps({"overall": dataclasses.asdict(evaluation.overall)}))
        print(json.dumps({"calibration": dataclasses.asdict(evaluation.calibration)}))
    else:
        console = plain_console()
        console.print(_scores(evaluation, settings))
        if tasks:
            console.print(solved_sentence(tasks))
        console.print(_calibration(evaluation.calibration))
    if keep:
        by_style.keep(info, by_style.results_of(outcomes, side))


def _made(
    info: ModelInfo, style: str, side: int, count: int, progress: Progress
) -> Sequence[Puzzle]:
    """`count` puzzles of the style, or of each of "all"."""
    task = progress.add_task("making puzzles", total=None)
    kind = info.puzzle.kind
    return [
        puzzle
        for each in (by_style.styles_for(info, side) if style == "all" else (style,))
        for puzzle in by_style.made_puzzles(
            kind,
            side,
            each,
            count,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    ]


def _held_out(info: ModelInfo, progress: Progress) -> Sequence[Puzzle]:
    """The puzzles on which the model was measured, made anew."""
    if not info.held_out:
        raise CheckpointError(
            f"{info.name} does not say how to make the puzzles that it was measured on; give a "
            "file of puzzles or a data set directory after its name"
        )
    from trm_core.data.build import held_out_puzzles
    from trm_core.data.held_out import held_out_build

    task = progress.add_task("making puzzles", total=None)
    return held_out_puzzles(
        held_out_build(info),
        lambda done, total: progress.update(task, completed=done, total=total),
    )


def read_puzzles(
    data: Path, split: str = "test", limit: int | None = None, seed: int = 0
) -> Sequence[Puzzle]:
    """The puzzles in `data`, all or `limit` drawn: a file, a folder of ARC task files, or, of its
    `split`, a data set."""
    is_dataset = any((data / name / METADATA_FILE).exists() for name in SPLITS)
    if is_dataset or (data.is_dir() and not any(data.glob("*.json"))):
        from trm_core.data.dataset import read_dataset

        dataset = read_dataset(data, split)
        originals = dataset.originals()
        if not originals:
            raise PuzzleError(f"{data}: found no puzzles in {split!r}, expected at least one")
        return dataset.puzzles(_drawn(originals, limit, seed))
    return _drawn(load_puzzles(data), limit, seed)


def _eased(puzzle: Puzzle, extra_givens: int, seed: int) -> Puzzle:
    """The Sudoku with more givens, drawn by seed and grid, or all there are."""
    if puzzle.kind != "sudoku":
        raise PuzzleError(f"--extra-givens: found {puzzle.shape}, expected a Sudoku")
    solution = puzzle.solve()
    if solution is None:
        raise PuzzleError(f"--extra-givens: {puzzle.name} has no solution to give cells of")
    rng = np.random.default_rng([seed, crc32(puzzle.grid.tobytes())])
    grid = np.array(puzzle.grid)
    given = rng.permutation(np.flatnonzero(grid == 0))[:extra_givens]
    grid.flat[given] = solution.flat[given]
    return dataclasses.replace(puzzle, grid=grid)


def _drawn(found: Sequence[_Found], limit: int | None, seed: int) -> Sequence[_Found]:
    """All of `found`, or `limit` of them drawn at random."""
    if limit is None or limit >= len(found):
        return found
    drawn = np.sort(np.random.default_rng(seed).choice(len(found), limit, False)).tolist()
    return [found[at] for at in drawn]


def _scores(evaluation: Evaluation, settings: EvaluationSettings) -> Table:
    """One row a source; columns that would only repeat others are left out."""
    several = settings.trajectories > 1 or settings.votes > 1
    scores = [*evaluation.sources, evaluation.overall]
    columns: dict[str, Callable[[Score], str]] = {
        "puzzles": lambda score: f"{score.puzzles:,}",
        "exact": lambda score: _percent(score.exact),
    }
    if settings.trajectories > 1:
        columns["majority"] = lambda score: _percent(score.exact_by_majority)
    if several:
        columns["any"] = lambda score: _percent(score.exact_by_any)
    if evaluation.overall.arc_score is not None:
        columns["ARC score"] = lambda score: _percent(score.arc_score)
    columns["cells"] = lambda score: _percent(score.cell_accuracy)
    arc = evaluation.overall.arc_score is not None  # where any grid is valid
    if not arc and any(score.valid != score.exact for score in scores):
        columns["valid"] = lambda score: _percent(score.valid)
    columns["halts at"] = lambda score: f"{score.mean_halting_step:.1f}"
    if several or settings.adaptive:
        columns["steps"] = lambda score: f"{score.mean_supervision_steps:.1f}"

    table = Table()
    table.add_column("source", overflow="fold", min_width=10)
    for name in columns:
        table.add_column(name, no_wrap=True)
    for score in scores:
        if score is evaluation.overall:
            table.add_section()
        table.add_row(
            source_in_words(score.source), *(column(score) for column in columns.values())
        )
    return table


def _calibration(calibration: Calibration) -> Table:
    table = Table("halting probability", "puzzles", "mean", "exact")
    for each in calibration.bins:
        if each.puzzles:
            table.add_row(
                f"{each.low:.1f} to {each.high:.1f}",
                f"{each.puzzles:,}",
                _percent(each.mean_halt_probability),
                _percent(each.exact),
            )
    table.caption = f"Expected calibration error {_percent(calibration.expected_error)}."
    if calibration.confident:
        table.caption += (
            f" Of {calibration.confident:,} answers above 0.9, "
            f"{_percent(calibration.confident_exact)} are right."
        )
    return table


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
