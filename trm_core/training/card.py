"""The cards of a run's models: what they learned from, for how long, how well they do."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trm_core.checkpoints.card_text import table
from trm_core.checkpoints.info import ModelInfo
from trm_core.data.build import FILES
from trm_core.errors import counted
from trm_core.evaluation.scores import CONFIDENT, Calibration, Evaluation, Score, solved_sentence
from trm_core.model.config import HRMConfig, RecursionConfig, TRMConfig
from trm_core.puzzles.sources import source_in_words
from trm_core.training.config import RunConfig

MOST_ROWS = 12
"""Of the table that tells how accuracy grew."""


@dataclass(frozen=True)
class Measured:
    """How a model was measured for its card, and what came of it.

    data: what to give to `trm eval`, empty where the model itself says how to make the puzzles.
    limit: how many of them were drawn, None for all.
    votes: variants of an ARC task that voted on its answer at most.
    tasks: as `tasks_solved` gives them, empty where no puzzle is of ARC.
    """

    evaluation: Evaluation
    data: str = ""
    limit: int | None = None
    votes: int = 1
    tasks: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Effort:
    """What training took, as far as the run knows.

    seconds: of optimizer steps alone. cpu_threads, processes: of the machine on which the run went
    last. evaluations: seconds and steps so far, and the share of held-out puzzles that were exactly
    right then.
    """

    seconds: float | None = None
    cpu_threads: int | None = None
    processes: int | None = None
    evaluations: Sequence[tuple[float, int, float]] = ()


def card_of(info: ModelInfo, run: RunConfig, step: int) -> str:
    """The text of a checkpoint's README.md."""
    lines = [
        f"# {info.name}",
        "",
        f"{info.title}, after {_steps(run, step)}",
        "",
        f"Preset: {run.preset}. Data: {_data(run)}. Weights: averaged, "
        f"decay {run.training.ema_decay}.",
        "",
    ]
    if info.results:
        head = "held-out puzzles", "number", "exact, all supervision steps"
        rows = [
            (source_in_words(r.source), f"{r.puzzles:,}", f"{r.exact:.1%}") for r in info.results
        ]
        lines += [
            table(head, *rows),
            "",
            f"Measured during training; `trm eval {info.name} DATA` measures again.",
        ]
    else:
        lines += ["Its accuracy has not been measured at this step; `trm eval` does that."]
    return "\n".join(lines) + "\n"


def published_card(
    info: ModelInfo,
    run: RunConfig,
    step: int,
    weights: tuple[int, int],
    effort: Effort,
    measured: Measured,
) -> str:
    """The text of a published model's README.md. weights: parameters, and bytes of all tensors."""
    parameters, size = weights
    paragraphs = [
        f"# {info.name}",
        f"{info.title}: {_sizes(info.config)}. {parameters:,} parameters; {size / 2**20:.2f} MiB "
        "in bfloat16.",
        "## Training",
        _steps(run, step),
        f"Preset: {run.preset}. Data: {_data(run)}. Optimizer: {run.training.optimizer}, learning "
        f"rate {run.training.learning_rate:g}. Start: {_start(run)}. Weights: averaged, decay "
        f"{run.training.ema_decay}, then rounded to bfloat16.",
        *_effort(effort),
        *_progress(effort),
        "## Accuracy",
        _how(info.config, run, measured),
        _accuracy(measured.evaluation),
        *([solved_sentence(measured.tasks)] if measured.tasks else []),
        "## Calibration",
        "The halting probability after the last supervision step, and how many answers are right:",
        _calibration(measured.evaluation.calibration),
        _confidence(measured.evaluation.calibration),
        f"`{_command(info, measured)}` measures all of this again.",
    ]
    return "\n\n".join(paragraphs) + "\n"


def _steps(run: RunConfig, step: int) -> str:
    """How far training was, as the end of a sentence or one of its own."""
    settings = run.training
    return (
        f"{step:,} of {settings.steps:,} optimizer steps of {settings.batch_size} samples "
        f"({step * settings.batch_size:,} supervision steps in all)."
    )


def _data(run: RunConfig) -> str:
    if path := run.data.get("path"):
        return f"`{Path(path).name}`"
    names = {option: [Path(file).name for file in run.data.get(option, ())] for option in FILES}
    options = {**run.data, **{option: found for option, found in names.items() if found}}
    return ", ".join(f"{name} {value}" for name, value in options.items())


def _sizes(config: RecursionConfig) -> str:
    """The sizes that tell models of one architecture apart."""
    layers = ""
    if isinstance(config, TRMConfig):
        layers = counted(config.layers, "layer")
    elif isinstance(config, HRMConfig):
        layers = f"{config.latent_layers} latent and {config.answer_layers} answer layers"
    embedding = "no puzzle embedding"
    if config.puzzle_embedding_size:
        rows = counted(config.puzzle_count, "row")
        embedding = f"a puzzle embedding of {rows} of width {config.puzzle_embedding_size}"
    return (
        f"hidden size {config.hidden_size}, {layers}, {counted(config.cycles, 'cycle')} of "
        f"{counted(config.latent_steps, 'latent step')}, up to "
        f"{counted(config.max_supervision_steps, 'supervision step')}, {embedding}"
    )


def _start(run: RunConfig) -> str:
    if not run.training.start_from:
        return "fresh weights"
    return f"the weights of `{Path(run.training.start_from).name}`"


def _effort(effort: Effort) -> list[str]:
    """A paragraph on what training took, none where nothing is known."""
    facts = []
    if effort.seconds is not None:
        facts.append(f"The optimizer steps took {_duration(effort.seconds)}.")
    if effort.cpu_threads is not None:
        processes = effort.processes or 1
        by = f" in {processes} processes" if processes > 1 else ""
        facts.append(f"The run went last on a machine with {effort.cpu_threads} CPU threads{by}.")
    return [" ".join(facts)] if facts else []


def _progress(effort: Effort) -> list[str]:
    """A sentence and a table of how accuracy grew, at most `MOST_ROWS` rows and the last one."""
    every = -(-len(effort.evaluations) // MOST_ROWS)
    if not every:
        return []
    chosen = effort.evaluations[::-1][::every][::-1]
    rows = [(f"{seconds / 60:.1f}", f"{step:,}", f"{exact:.1%}") for seconds, step, exact in chosen]
    return [
        "How many of the run's held-out puzzles were right on the way:",
        table(("minutes", "optimizer steps", "exact"), *rows),
    ]


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"


def _how(config: RecursionConfig, run: RunConfig, measured: Measured) -> str:
    """Under which conditions the model was measured."""
    steps = config.max_supervision_steps
    trained = run.model.get("max_supervision_steps", RecursionConfig.max_supervision_steps)
    said = f"All {steps} supervision steps" + (
        f" (trained with at most {trained})" if trained != steps else ""
    )
    said += ", float32 computation with these weights, no trajectories."
    if measured.votes > 1:
        said += f" Up to {measured.votes:,} variants of an ARC task vote on its answer."
    made = "the test split of the training data"
    puzzles = f"those of `{measured.data}`" if measured.data else made
    drawn = f"{measured.limit:,} drawn from " if measured.limit else ""
    return f"{said} Puzzles: {drawn}{puzzles}."


def _accuracy(evaluation: Evaluation) -> str:
    """A table with a row a source, and one for all where there are several."""
    scores = list(evaluation.sources)
    if len(scores) > 1:
        scores.append(evaluation.overall)
    arc = evaluation.overall.arc_score is not None
    columns = ["puzzles", "number", "exact"]
    columns += ["within two guesses, mean over tasks"] if arc else []
    columns += ["mean halting step"]

    def row(score: Score) -> list[str]:
        guesses = [] if score.arc_score is None else [f"{score.arc_score:.1%}"]
        shares = [f"{score.puzzles:,}", f"{score.exact:.1%}", *guesses]
        return [source_in_words(score.source), *shares, f"{score.mean_halting_step:.1f}"]

    return table(columns, *map(row, scores))


def _calibration(calibration: Calibration) -> str:
    rows = [
        [f"{each.low:.1f} to {each.high:.1f}", f"{each.puzzles:,}", f"{each.exact:.1%}"]
        for each in calibration.bins
        if each.exact is not None
    ]
    return table(["halting probability", "number", "exact"], *rows)


def _confidence(calibration: Calibration) -> str:
    if calibration.confident_exact is None:
        return f"No answer has a halting probability above {CONFIDENT}."
    return (
        f"Of {calibration.confident:,} answers with a halting probability above {CONFIDENT}, "
        f"{calibration.confident_exact:.1%} are right."
    )


def _command(info: ModelInfo, measured: Measured) -> str:
    words = ["trm", "eval", info.name, *([measured.data] if measured.data else [])]
    if measured.limit:
        words += ["--limit", str(measured.limit)]
    if measured.votes > 1:
        words += ["--votes", str(measured.votes)]
    return shlex.join(words)
