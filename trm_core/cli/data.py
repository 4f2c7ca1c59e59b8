"""`trm data`: build data sets for training, and look into them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.table import Table

from trm_core.cli.display import coloured, plain_console, progress_bar
from trm_core.cli.options import Json
from trm_core.data.build import ArcBuild, Build, MazeBuild, SudokuBuild
from trm_core.data.build import build as build_dataset
from trm_core.data.build_maze import Style
from trm_core.data.dataset import Dataset, read_dataset
from trm_core.data.layout import METADATA_FILE, SPLITS, DatasetError
from trm_core.data.summary import Summary, summarise
from trm_core.errors import UserError
from trm_core.files import check_directory
from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.maze_generators import STYLES
from trm_core.records import words_of

data = typer.Typer(help="Build data sets for training, and look into them.", no_args_is_help=True)
build = typer.Typer(help="Build a data set in the official layout.", no_args_is_help=True)
data.add_typer(build, name="build")

Out = Annotated[Path, typer.Argument(help="The directory to write; must not exist.")]


def _option(
    kind: type[Build],
    name: str,
    *flags: str,
    least: int | None = None,
    most: int | None = None,
) -> Any:
    """That sets a field of `kind`, told in the words that stand there."""
    again = " May be repeated." if isinstance(getattr(kind, name), tuple) else ""
    return typer.Option(*flags, min=least, max=most, help=words_of(kind)[name] + again)


Train = Annotated[list[str] | None, _option(SudokuBuild, "files")]
Test = Annotated[list[str] | None, _option(SudokuBuild, "test_files")]
Generate = Annotated[int, _option(SudokuBuild, "generate", least=0)]
HeldOut = Annotated[int, _option(SudokuBuild, "held_out", least=0)]
MaxCount = Annotated[int | None, _option(SudokuBuild, "max_count", least=1)]
Seed = Annotated[int, _option(SudokuBuild, "seed", least=0)]
Processes = Annotated[int | None, typer.Option(min=1, help="By default as many as are worth it.")]


@build.command("sudoku")
def build_sudoku(
    out: Out,
    train: Train = None,
    test: Test = None,
    generate: Generate = SudokuBuild.generate,
    held_out: HeldOut = SudokuBuild.held_out,
    max_count: MaxCount = SudokuBuild.max_count,
    augmentations: Annotated[
        int, _option(SudokuBuild, "augmentations", least=0)
    ] = SudokuBuild.augmentations,
    min_rating: Annotated[
        float | None, _option(SudokuBuild, "min_rating")
    ] = SudokuBuild.min_rating,
    box_rows: Annotated[int, _option(SudokuBuild, "box_rows", least=2)] = SudokuBuild.box_rows,
    box_cols: Annotated[int, _option(SudokuBuild, "box_cols", least=2)] = SudokuBuild.box_cols,
    givens_from: Annotated[
        int, _option(SudokuBuild, "givens_from", least=0)
    ] = SudokuBuild.givens_from,
    givens_to: Annotated[int, _option(SudokuBuild, "givens_to", least=0)] = SudokuBuild.givens_to,
    seed: Seed = SudokuBuild.seed,
    processes: Processes = None,
) -> None:
    """Sudokus from files, such as Sudoku-Extreme's CSV, or made up."""
    _build(
        lambda: SudokuBuild(
            files=tuple(train or ()),
            test_files=tuple(test or ()),
            generate=generate,
            held_out=held_out,
            max_count=max_count,
            augmentations=augmentations,
            min_rating=min_rating,
            box_rows=box_rows,
            box_cols=box_cols,
            givens_from=givens_from,
            givens_to=givens_to,
            seed=seed,
        ),
        out,
        processes,
    )


@build.command("maze")
def build_maze(
    out: Out,
    train: Train = None,
    test: Test = None,
    generate: Generate = MazeBuild.generate,
    held_out: HeldOut = MazeBuild.held_out,
    max_count: MaxCount = MazeBuild.max_count,
    symmetries: Annotated[
        bool, _option(MazeBuild, "symmetries", "--symmetries")
    ] = MazeBuild.symmetries,
    style: Annotated[str, _option(MazeBuild, "style")] = MazeBuild.style,
    rows: Annotated[int, _option(MazeBuild, "rows", least=2)] = MazeBuild.rows,
    cols: Annotated[int, _option(MazeBuild, "cols", least=2)] = MazeBuild.cols,
    loops: Annotated[int, _option(MazeBuild, "loops", least=0)] = MazeBuild.loops,
    min_length: Annotated[int, _option(MazeBuild, "min_length", least=1)] = MazeBuild.min_length,
    smallest: Annotated[int, _option(MazeBuild, "smallest", least=0)] = MazeBuild.smallest,
    fewest_loops: Annotated[
        int | None, _option(MazeBuild, "fewest_loops", least=0)
    ] = MazeBuild.fewest_loops,
    styles: Annotated[list[str] | None, _option(MazeBuild, "styles")] = None,
    seed: Seed = MazeBuild.seed,
    processes: Processes = None,
) -> None:
    """Mazes from files, such as Maze-Hard's CSV, or made up, with a shortest path each."""
    _build(
        lambda: MazeBuild(
            files=tuple(train or ()),
            test_files=tuple(test or ()),
            generate=generate,
            held_out=held_out,
            max_count=max_count,
            symmetries=symmetries,
            style=cast(Style, style),  # which is checked there
            rows=rows,
            cols=cols,
            loops=loops,
            min_length=min_length,
            smallest=smallest,
            fewest_loops=fewest_loops,
            styles=tuple(styles or STYLES),
            seed=seed,
        ),
        out,
        processes,
    )


@build.command("arc")
def build_arc(
    out: Out,
    dataset: Annotated[list[str] | None, _option(ArcBuild, "datasets")] = None,
    file: Annotated[list[str] | None, _option(ArcBuild, "files")] = None,
    generate: Annotated[int, _option(ArcBuild, "generate", least=0)] = ArcBuild.generate,
    part: Annotated[list[str] | None, _option(ArcBuild, "parts")] = None,
    task: Annotated[list[str] | None, _option(ArcBuild, "tasks")] = None,
    more_pairs: Annotated[list[str] | None, _option(ArcBuild, "more_pairs")] = None,
    canvas: Annotated[int, _option(ArcBuild, "canvas", least=1, most=30)] = ArcBuild.canvas,
    augmentations: Annotated[
        int, _option(ArcBuild, "augmentations", least=0)
    ] = ArcBuild.augmentations,
    materialise: Annotated[bool, _option(ArcBuild, "materialise")] = ArcBuild.materialise,
    train_on_tests: Annotated[bool, _option(ArcBuild, "train_on_tests")] = ArcBuild.train_on_tests,
    seed: Seed = ArcBuild.seed,
    processes: Processes = None,
) -> None:
    """ARC tasks: the train pairs to train on, the test pairs to test on."""
    _build(
        lambda: ArcBuild(
            datasets=tuple(dataset or ()),
            files=tuple(file or ()),
            generate=generate,
            parts=tuple(part or ArcBuild.parts),
            tasks=tuple(task or ()),
            more_pairs=tuple(more_pairs or ()),
            canvas=canvas,
            augmentations=augmentations,
            materialise=materialise,
            train_on_tests=train_on_tests,
            seed=seed,
        ),
        out,
        processes,
    )


def _build(make_spec: Callable[[], Build], out: Path, processes: int | None) -> None:
    try:
        spec = make_spec()
    except DatasetError as error:
        raise typer.BadParameter(str(error)) from None
    check_directory(out)
    with progress_bar() as progress:
        task = progress.add_task("reading", total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, description="building", completed=done, total=total)

        def warn(told: str) -> None:
            progress.console.print(
                f"warning: {told}", markup=False, highlight=False, soft_wrap=True
            )

        try:
            left_out = build_dataset(spec, out, show, processes=processes, on_warning=warn)
        except PuzzleError as error:
            told = error.named(lambda key: f"--{key.replace('_', '-')}")
            raise UserError(told) from None
    for split in SPLITS:
        dataset = read_dataset(out, split)
        print(f"{out}: {dataset.shape}, {split}: {len(dataset):,} examples")
    if left_out:
        print(f"{left_out:,} of the puzzles to train on were left out: they are in the test split")


@data.command("inspect")
def inspect(
    directory: Annotated[Path, typer.Argument(help="A data set in the official layout.")],
    as_json: Json = False,
) -> None:
    """Show what a data set holds, and one of its puzzles."""
    splits = [split for split in SPLITS if (directory / split / METADATA_FILE).exists()]
    datasets = [read_dataset(directory, split) for split in splits or SPLITS]
    summaries = [summarise(dataset) for dataset in datasets]
    if as_json:
        names = {"identifiers": len(datasets[0].identifiers)}
        found = {summary.split: dataclasses.asdict(summary) for summary in summaries}
        print(json.dumps({"puzzle": datasets[0].shape.to_json(), **names, "splits": found}))
        return
    console = plain_console()
    console.print(f"{datasets[0].shape}, {len(datasets[0].identifiers):,} puzzle identifiers")
    console.print(_sizes(summaries))
    console.print(_sources(summaries))
    _show_first(console, datasets[-1])


def _sizes(summaries: list[Summary]) -> Table:
    table = Table("split", "examples", "puzzles", "groups", summaries[0].measured)
    for summary in summaries:
        counts = summary.examples, summary.puzzles, summary.groups
        table.add_row(summary.split, *(f"{count:,}" for count in counts), summary.spread)
    return table


def _sources(summaries: list[Summary]) -> Table:
    """Examples of each source, a column per split."""
    table = Table("source", *(summary.split for summary in summaries))
    for name in dict.fromkeys(name for summary in summaries for name in summary.sources):
        table.add_row(name, *(f"{summary.sources.get(name, 0):,}" for summary in summaries))
    return table


def _show_first(console: Console, dataset: Dataset) -> None:
    """The first puzzle and its solution, as far as the data set tells it."""
    (puzzle,) = dataset.puzzles([0])
    console.print(puzzle.name)
    console.print(coloured(puzzle))
    if puzzle.solution is not None:
        console.print(coloured(puzzle, puzzle.solution))
