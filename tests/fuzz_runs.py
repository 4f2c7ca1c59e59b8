"""Read runs, presets, parcels and what the window keeps, damaged in all ways (see `fuzzing`)."""

import dataclasses
import hashlib
import json
import os
import random
import shutil
import socket
import time

import torch
from fuzzing import Reader, main

from trm_core.checkpoints.directory import build_model
from trm_core.checkpoints.info import ModelInfo
from trm_core.model.config import TRMConfig
from trm_core.puzzles import sudoku
from trm_core.puzzles.base import PuzzleShape
from trm_core.recordings.puzzle_json import puzzle_to_json
from trm_core.training.checkpoint import Progress, save_checkpoint
from trm_core.training.config import RunConfig, load_preset, presets
from trm_core.training.metrics import MetricsReader, MetricsWriter, read_metrics
from trm_core.training.parcel import pack, unpack
from trm_core.training.run_directory import (
    FAILURE,
    RunDirectory,
    read_failure,
    read_request,
    request,
)
from trm_core.training.status import STATUS, Status, read_status
from trm_gui.jobs.curve_data import View
from trm_gui.jobs.joblist import Job, JobFile, JobList
from trm_gui.jobs.report import Report
from trm_gui.jobs.watch import Watch

SIZES = {"hidden_size": 8, "heads": 2, "layers": 1, "cycles": 1, "latent_steps": 1}
MODEL = TRMConfig(cells=16, vocab_size=6, mixer="mlp", positions="none", **SIZES)
GIVENS = {"givens_from": 5, "givens_to": 8}
RUN = {
    "preset": "tiny",
    "model": {"architecture": "trm", "mixer": "mlp", "positions": "none", **SIZES},
    "data": {"kind": "sudoku", "generate": 9, "held_out": 3, "box_rows": 2, "box_cols": 2} | GIVENS,
    "training": {"steps": 20},
}


def files_in(folder, *names):
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    found = {str(file.relative_to(folder)): file.read_bytes() for file in files}
    return {name: found[name] for name in names or found}


def run_in(folder):
    """A run with rows of metrics, a status and a request."""
    run = RunDirectory.create(folder / "run", RUN)
    status = Status(
        "running", os.getpid(), socket.gethostname(), time.time(), time.time() - 60, 12, 20
    )
    request(run.path, "pause")
    writer = MetricsWriter(run.path)
    for step in (*range(1, 13), 9, 10):
        if step == 9:
            writer.resume(8)
        writer.append({"step": step, "time": 1e9, "train/loss": 1 / step, "train/lr": 1e-3})
        if step % 4 == 0:
            writer.append({"step": step, "held_out/exact_accuracy": step / 20})
    (run.path / STATUS).write_text(json.dumps(dataclasses.asdict(status)))
    (run.path / "log.txt").write_text("training\nstep 12\ntrm: what it said last\n")
    (run.path / FAILURE).write_text(json.dumps({"pid": 5, "message": "why it failed"}))
    return run


def watched(folder):
    run = run_in(folder)
    names = "config.json", "control.json", "log.txt", "metrics.jsonl", STATUS
    running = files_in(run.path, *names)
    ended = dataclasses.replace(read_status(run.path), state="failed", message="no space left")
    (run.path / STATUS).write_text(json.dumps(dataclasses.asdict(ended)))
    return [running, files_in(run.path, *names)]


def part_of(*names):
    return lambda folder: [files_in(run_in(folder).path, *names)]


def look(folder):
    watch = Watch(folder)
    for launched in (0.0, time.time()):
        report = watch.look(Job(str(folder), launched=launched, host=socket.gethostname()))
        assert isinstance(report, Report)
        for sentence in (report.words, report.name, report.sentence, *report.notes):
            assert len(sentence.replace(str(folder), "")) < 700, sentence
            assert "\n" not in sentence
    for name in watch.curves.names():
        watch.curves.line(name, View(smoothing=3))
        watch.curves.near(name, 5.0)
    return report.condition


def metrics(folder):
    rows = read_metrics(folder / "metrics.jsonl")
    reader = MetricsReader(folder / "metrics.jsonl")
    while reader.new_rows(500) or reader.behind:
        pass
    return f"{len(rows) > 0} rows"


def config(folder):
    run = RunDirectory.open(folder)
    return RunConfig.from_json(run.config, str(folder)).training.dtype


def control(folder):
    asked = read_request(folder)
    return str(RunDirectory(folder, {}).take_request() or asked)


def joblists(folder):
    puzzle = json.dumps(puzzle_to_json(sudoku.generate(1, box_rows=2, box_cols=2, givens=6)))
    file = JobFile(folder / "jobs.json")
    jobs = (Job("/nowhere/one", pinned=puzzle), Job("/nowhere/two", "cpu", 60.0, waiting=True))
    file.change(lambda before: JobList(jobs, 2))
    return [files_in(folder, "jobs.json")]


def jobs(folder):
    file = JobFile(folder / "jobs.json")
    listed = file.read()
    for job in listed.jobs:
        assert Watch(job.path).look(job).condition
        job.pinned_puzzle()
    for aside in folder.glob("*damaged*"):
        aside.unlink()
    return file.trouble.split(":")[-1][:20] or "read"


def preset_files(folder):
    return [{"tiny.toml": file.read_bytes()} for file in presets()]


def preset(folder):
    return load_preset(str(folder / "tiny.toml")).training.optimizer


def parcels(folder):
    run = run_in(folder)
    torch.manual_seed(1)
    weights = build_model(MODEL).state_dict()
    info = ModelInfo(
        "trm", PuzzleShape("sudoku", 4, 4, 2), MODEL, directory=run.checkpoint(8).absolute()
    )
    info.directory.parent.mkdir()
    state = {f"weights/{name}": tensor for name, tensor in weights.items()}
    state["optimizer/step"] = torch.tensor(8)
    save_checkpoint(info, "# Tiny\n", Progress(8, 0, "float32", False), weights, state)
    pack(RunDirectory.open(run.path), folder / "parcel", 2000)
    return [files_in(folder / "parcel")]


def with_right_digests(files: dict[str, bytes], rng: random.Random) -> None:
    """Mostly, what is damaged says that it is not."""
    try:
        described = json.loads(files["parcel.json"])
        if rng.random() < 0.2:
            return
        for name in described["sha256"]:
            if rng.random() < 0.9:
                described["sha256"][name] = hashlib.sha256(files[name]).hexdigest()
        described.pop("fingerprint", None)
        text = json.dumps(described)
        described["fingerprint"] = hashlib.sha256(text.encode()).hexdigest()
        files["parcel.json"] = json.dumps(described).encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return


def parcel(folder):
    target = folder.parent / "unpacked"
    shutil.rmtree(target, ignore_errors=True)
    return unpack(folder, target).path.name


READERS = (
    Reader("status", part_of(STATUS), lambda folder: read_status(folder).state),
    Reader("control", part_of("control.json"), control),
    Reader("failure", part_of(FAILURE), lambda folder: read_failure(folder, 5)[:3]),
    Reader("metrics", part_of("metrics.jsonl"), metrics),
    Reader("watched-run", watched, look),
    Reader("run-config", part_of("config.json"), config),
    Reader("joblist", joblists, jobs),
    Reader("preset", preset_files, preset),
    Reader("parcel", parcels, parcel, with_right_digests),
)

if __name__ == "__main__":
    torch.set_num_threads(1)
    main(READERS, __doc__)
