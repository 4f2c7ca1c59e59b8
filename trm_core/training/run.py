"""A training run from start to end: steps, evaluations, checkpoints, requests and mishaps."""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Callable
from contextlib import closing, nullcontext, suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch

from trm_core.checkpoints.info import ModelInfo
from trm_core.data.build import build
from trm_core.data.dataset import Dataset
from trm_core.data.parallel import Cancelled
from trm_core.errors import UserError
from trm_core.evaluation.scores import Evaluation
from trm_core.model.device import choose_dtype, named_dtype
from trm_core.training.checkpoint import Checkpoint, Progress
from trm_core.training.checks import training_data
from trm_core.training.compilation import compile_now, compiling_pays
from trm_core.training.config import RunConfig, data_build
from trm_core.training.distributed import Group
from trm_core.training.failures import TrainingError, understood
from trm_core.training.held_out import HeldOut, metrics_of, results_of
from trm_core.training.keeper import Keeper
from trm_core.training.learned import learned
from trm_core.training.metrics import METRICS, MetricsWriter, read_metrics
from trm_core.training.run_directory import DATA, Request, RunDirectory
from trm_core.training.run_files import RunError
from trm_core.training.signals import Interrupted, StopSignals
from trm_core.training.status import Reason, State, Status
from trm_core.training.telling import RunStatus
from trm_core.training.threads import Threads
from trm_core.training.trainer import Trainer

MOST_REWINDS = 3
"""Times that a run steps back from a loss that is no number before it fails, unless it saved."""

_PAUSE = 0.2  # seconds between looks for the request that ends a pause

Row = dict[str, Any]
End = tuple[State, str, Reason]
"""The last state, what there is to say, and why it stopped."""


class Wish(NamedTuple):
    """What a run is to do now; why it is to stop, and that in words."""

    what: Literal["go", "pause", "resume", "stop"]
    reason: Reason = ""
    words: str = ""


def train(
    directory: RunDirectory,
    device: torch.device,
    *,
    config: RunConfig | None = None,
    time_limit: float = math.inf,
    report: Callable[[Row], None] = lambda row: None,
    on_data: Callable[[int, int], None] = lambda done, total: None,
    on_doing: Callable[[str], None] = lambda what: None,
    say: Callable[[str], None] = lambda line: None,
) -> Status | None:
    """Train the run in `directory`, from its last checkpoint if it has one; how it ended.

    Every process that torchrun starts calls this. The first one writes the run directory; the
    others return None.

    config: takes the place of the run's own. time_limit: seconds after which it saves and stops.
    report: is told every row of metrics; on_data: how many puzzles of how many are made, where the
    preset says how to make them; on_doing: what it does before it trains, which `status.json` tells
    too; say: whatever else comes to pass, in a line.
    Raises UserError, which `status.json` then tells too.
    """
    deadline = time.monotonic() + time_limit
    group = Group.join(device)
    try:
        with directory.lock() if group.leads else nullcontext(), StopSignals() as signals:
            if config is None:
                config = RunConfig.from_json(directory.config, str(directory.path / "config.json"))
            elif group.leads:
                directory = directory.changed(config.to_json())
            status = RunStatus(directory, config.training.steps, group, say, on_doing)
            try:
                with Threads(config.training.threads) as threads:
                    run = _Run(
                        directory, config, device, group, signals, status, report, on_data, deadline
                    )
                    return status.end(*run.go(threads))
            except UserError as error:
                status.end("failed", str(error))
                raise
            except Exception as error:
                meaning = understood(error, log := f"error-{group.rank}.log", config)
                with suppress(OSError):
                    (directory.path / log).write_text(traceback.format_exc(), encoding="utf-8")
                status.end("failed", str(meaning))
                raise meaning from error
    finally:
        group.leave()


class _Run:
    """One process's part in a run."""

    def __init__(
        self,
        directory: RunDirectory,
        config: RunConfig,
        device: torch.device,
        group: Group,
        signals: StopSignals,
        status: RunStatus,
        report: Callable[[Row], None],
        on_data: Callable[[int, int], None],
        deadline: float,
    ) -> None:
        self._directory = directory
        self._config = config
        self._settings = config.training
        self._device = device
        self._group = group
        self._signals = signals
        self._status = status
        self._report = report
        self._on_data = on_data
        self._deadline = deadline
        self._request: Request | None = None
        if group.leads:
            with suppress(RunError):
                directory.take_request()  # one from before this start is not for it
        self._keeper = Keeper(directory, config, group)
        self._rewinds_since_saved = 0
        self._since = time.monotonic(), 0  # from which step on the speed is measured
        self._evaluation: Evaluation | None = None  # at this very step
        self._owes_evaluation = False
        self._has_row = False  # whether the metrics of the evaluation that is owed are written

        if config.training.batch_size % group.size:
            raise TrainingError.about(
                "training.batch_size",
                config.training.batch_size,
                f"a multiple of the {group.size} processes",
            )

    def _is_ready(self) -> bool:
        """Do all that comes before the first step; whether nothing has put an end to it."""
        data = self._group.led(self._data)
        if data is None:
            return False
        with suppress(Interrupted), self._signals.interruptible():
            self._get_ready(data)
            return True
        return False

    def _get_ready(self, data: Path) -> None:
        """Nothing is lost where a signal ends it midway."""
        config, settings, group = self._config, self._settings, self._group
        device = self._device
        doing = self._status.doing
        with doing("reading the data"):
            dataset = training_data(config, data)
        with doing("choosing puzzles to be tested on"):
            self._held_out = HeldOut(data, settings.evaluate_puzzles, settings.seed, group)
        checkpoint = self._keeper.newest()
        self._status.notice(self._keeper.damage)
        self._dtype = choose_dtype(
            checkpoint.progress.dtype if checkpoint else settings.dtype, device
        )
        with doing("making the model"):
            self._trainer = Trainer(
                config, dataset, device, self._dtype, group, resuming=checkpoint is not None
            )
        self._info = self._model_info(dataset)
        self._metrics = MetricsWriter(self._directory.path) if group.leads else None
        if checkpoint:
            if checkpoint.progress.step > settings.steps:
                raise TrainingError(
                    f"training.steps is {settings.steps}, but {checkpoint.progress.step} are done"
                )
            self._tell_what_is_dropped(checkpoint.progress.step)
            self._restore(checkpoint, checkpoint.progress.rewinds)
            self._compiled = checkpoint.progress.compiled
        else:
            self._compiled = self._choose_compiled()
            self._save()
        if self._compiled:
            self._status.say("compiling the networks")
            with doing("compiling the networks"):
                compile_now(self._trainer.model, self._trainer.micro_size, settings.gradient)

    def go(self, threads: Threads) -> End:
        """Train to the end, or until something makes it stop."""
        if not self._is_ready():
            wish = self._wish()
            return "stopped", f"{wish.words} before training began", wish.reason
        with closing(self._trainer):
            return self._train(threads)

    def _train(self, threads: Threads) -> End:
        trainer, settings = self._trainer, self._settings
        self._status.begin(trainer.step)
        self._since = time.monotonic(), trainer.step
        while trainer.step < settings.steps or self._owes_evaluation:
            wish = self._agreed_wish()
            if wish.what == "pause":
                wish = self._pause()
            if wish.what == "stop":
                self._save()
                return "stopped", wish.words, wish.reason
            if self._owes_evaluation:
                self._evaluate()
                self._save()
                continue
            threads.adapt()
            trainer.take_step()
            self._evaluation = None
            at_end = trainer.step == settings.steps
            log, evaluate, save = (
                at_end or trainer.step % every == 0
                for every in (
                    settings.log_every,
                    settings.evaluate_every,
                    settings.checkpoint_every,
                )
            )
            if (log or evaluate or save) and not trainer.is_finite():
                self._rewind()
                continue
            if log:
                self._log()
            if evaluate:
                self._evaluate()
            if save:
                self._save()
        return "finished", "", ""

    def _data(self) -> Path | None:
        """The data set to train on, which is built first where the preset says how; None if asked
        to stop meanwhile."""
        if path := self._config.data.get("path"):
            return Path(path)
        target = self._directory.path / DATA
        if not target.exists():
            told = -math.inf

            def progress(done: int, total: int) -> None:
                nonlocal told
                self._on_data(done, total)
                if time.monotonic() - told > 1:  # each message is a file, written to the disk
                    told = time.monotonic()
                    said = f"making puzzles to train on: {done:,} of {total:,}"
                    self._status.update(message=said)

            try:
                spec = data_build(self._config.data)
                build(spec, target, progress, self._asked_to_stop, on_warning=self._warn)
            except Cancelled:
                return None
            self._status.update(message="")
        return target

    def _warn(self, told: str) -> None:
        self._status.say(f"warning: {told}")

    def _model_info(self, dataset: Dataset) -> ModelInfo:
        several = self._trainer.config.puzzle_embedding_size and len(dataset.identifiers) > 1
        return ModelInfo(
            architecture=self._config.model["architecture"],
            puzzle=dataset.shape,
            config=self._trainer.config,
            identifiers=dataset.identifiers if several else (),
            learned=learned(self._config),
        )

    def _choose_compiled(self) -> bool:
        settings, trainer = self._settings, self._trainer
        if settings.compile != "auto":
            return settings.compile == "on"
        if self._config.data.get("smallest") and self._config.blocks:
            return False  # a network is compiled for one size
        passes = settings.steps * settings.batch_size // self._group.size // trainer.micro_size
        with self._status.doing("trying whether compiling the networks pays"):
            return self._group.agreed(
                self._group.leads
                and compiling_pays(trainer.model, trainer.micro_size, passes, settings.gradient)
            )

    def _agreed_wish(self) -> Wish:
        """What all processes are to do: stop if any of them is to, else what the leader says."""
        wishes = self._group.gather_objects(self._wish())
        return next((wish for wish in wishes if wish.what == "stop"), wishes[0])

    def _wish(self) -> Wish:
        if (wish := self._wish_to_stop()) is not None:
            return wish
        request, self._request = self._request, None
        return Wish(request or "go")

    def _wish_to_stop(self) -> Wish | None:
        """None if nothing asks for it. A request, once taken, is remembered, and goes before the
        signal that its watcher may send to be heard sooner."""
        if self._group.leads:
            self._look_for_request()
        if self._request == "stop":
            return Wish("stop", "asked", "stopped on request")
        if self._signals.received:
            return Wish("stop", "signal", f"stopped by {self._signals.received}")
        if time.monotonic() > self._deadline:
            return Wish("stop", "time limit", "the time limit was reached")
        return None

    def _look_for_request(self) -> None:
        try:
            self._request = self._directory.take_request() or self._request
        except RunError as error:
            self._status.tell(str(error))

    def _pause(self) -> Wish:
        """Save, then wait for a reason to go on or to stop."""
        self._save()
        self._status.update(state="paused", samples_per_second=None, remaining_seconds=None)
        self._status.say(f"paused at step {self._trainer.step:,}")
        wish = self._agreed_wish()
        while wish.what not in ("resume", "stop"):
            time.sleep(_PAUSE)
            wish = self._agreed_wish()
        self._status.update(state="running", message="")
        if wish.what == "resume":
            self._status.say("going on")
        self._since = time.monotonic(), self._trainer.step
        return wish

    def _log(self) -> None:
        """Write a row of metrics, and how fast it goes."""
        trainer, (then, step) = self._trainer, self._since
        now = time.monotonic()
        speed = (trainer.step - step) * self._settings.batch_size / max(now - then, 1e-9)
        self._since = now, trainer.step
        self._write({**trainer.take_metrics(), "samples_per_second": speed}, "train")
        left = (self._settings.steps - trainer.step) * self._settings.batch_size
        self._status.update(
            step=trainer.step, samples_per_second=speed, remaining_seconds=left / speed
        )

    def _write(self, numbers: dict[str, float], kind: str) -> None:
        row = {
            "step": self._trainer.step,
            "time": time.time(),
            **{f"{kind}/{name}": value for name, value in numbers.items()},
        }
        if self._metrics is not None:
            self._metrics.append(row)
            self._report(row)

    def _evaluate(self) -> None:
        """Try the averaged weights on held-out puzzles, or owe it if asked to stop meanwhile."""
        then = time.monotonic()
        evaluation = self._held_out.evaluate(
            self._trainer.averaged_model(self._dtype), self._info, self._asked_to_stop
        )
        if evaluation and not self._has_row:
            self._write(metrics_of(evaluation), "held_out")
        self._has_row = False
        self._evaluation, self._owes_evaluation = evaluation, evaluation is None
        self._not_training_since(then)

    def _asked_to_stop(self) -> bool:
        return self._wish_to_stop() is not None

    def _save(self) -> None:
        """Write a checkpoint, unless this step has one, and remove those that are not kept."""
        then, trainer = time.monotonic(), self._trainer
        progress = Progress(trainer.step, trainer.rewinds, named_dtype(self._dtype), self._compiled)
        evaluation = self._evaluation
        results = results_of(evaluation, self._held_out.name) if evaluation else ()
        if self._keeper.save(trainer, progress, self._info, results, self._flush):
            self._rewinds_since_saved = 0
        self._status.update(checkpoint=f"step_{trainer.step}", step=trainer.step)
        self._not_training_since(then)

    def _flush(self) -> None:
        if self._metrics is not None:
            self._metrics.flush()

    def _restore(self, checkpoint: Checkpoint, rewinds: int) -> None:
        step, settings = checkpoint.progress.step, self._settings
        self._trainer.restore(step, rewinds, checkpoint.tensors, checkpoint.averaged)
        due = step > 0 and (step % settings.evaluate_every == 0 or step >= settings.steps)
        self._owes_evaluation = due and not checkpoint.evaluated
        if self._owes_evaluation and self._metrics is not None:  # killed before it was on the card
            rows = read_metrics(self._directory.path / METRICS)
            self._has_row = any(
                row["step"] == step and any(name.startswith("held_out/") for name in row)
                for row in rows
            )
        self._status.update(step=step, checkpoint=self._directory.checkpoint(step).name)
        if self._metrics is not None:
            self._metrics.resume(step)

    def _tell_what_is_dropped(self, step: int) -> None:
        """The metrics of steps that are gone with a process that was killed."""
        if self._metrics is not None:
            rows = read_metrics(self._directory.path / METRICS)
            last = max((row["step"] for row in rows), default=0)
            if last > step:
                self._status.notice(
                    f"goes on from step {step:,}; what came after it, up to step {last:,}, was not "
                    "saved and is dropped from the curves"
                )

    def _rewind(self) -> None:
        """Go back to the last checkpoint, as the loss is no number any more."""
        step = self._trainer.step
        self._rewinds_since_saved += 1
        checkpoint = self._keeper.newest()
        if checkpoint is None or self._rewinds_since_saved > MOST_REWINDS:
            raise TrainingError(
                f"the loss was not a number at step {step}, as {MOST_REWINDS} times before since "
                "the last checkpoint; a lower learning_rate or a clip_norm may help"
            )
        self._restore(checkpoint, self._trainer.rewinds + 1)
        self._since = time.monotonic(), self._trainer.step
        said = (
            f"the loss was not a number at step {step}; went back to step {self._trainer.step} and "
            "takes the puzzles in another order"
        )
        if self._keeper.damage:
            said += f" ({self._keeper.damage})"
        self._status.tell(said, step=self._trainer.step)

    def _not_training_since(self, then: float) -> None:
        """Leave the time since `then` out of the speed of training."""
        self._since = self._since[0] + time.monotonic() - then, self._since[1]
