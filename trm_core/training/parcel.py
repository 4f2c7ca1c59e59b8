"""A run packed into small files, to be carried to another machine and to go on there.

    parcel.json           how far training is, the run's config, what the other files must hold
    config.json           the model's, without accuracies; identifiers.json, if it has any
    part-NN.safetensors   the tensors, flat and in order; what one has no room for, the next has

Weights in training travel as they are. Averaged weights and the optimizer's moments are rounded to
bfloat16, which halves a parcel; the accuracies measured before that stay behind. So does what deep
supervision carries from step to step, which may be gigabytes: the run goes on with new samples.
Neither the data set nor TensorBoard's files go along.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import math
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from trm_core.checkpoints.directory import read_tensors
from trm_core.checkpoints.info import ModelInfo, read_info
from trm_core.data.layout import METADATA_FILE, read_metadata
from trm_core.documents import DocumentError, Format, open_file, read_json, reading, sha256
from trm_core.errors import UserError, quoted, raised_as
from trm_core.files import check_free, whole_directory, writing
from trm_core.records import Values, record
from trm_core.training.card import card_of
from trm_core.training.checkpoint import Checkpoint, Progress, newest_readable, write_checkpoint
from trm_core.training.config import RunConfig
from trm_core.training.metrics import METRICS
from trm_core.training.run_directory import RunDirectory

FORMAT = Format("trm-studio-parcel", 1, "a parcel")
PARCEL = "parcel.json"

_AVERAGED = "averaged/"
_FRAME = 32  # bytes of a safetensors file before and around the entries of its header, at most
_ENTRY = 100  # bytes of such an entry without the name, at most
_FILE = re.compile(r"(config|identifiers)\.json|part-[0-9]{2,9}\.safetensors")
_EXPANSION = 200  # how many times as long metrics are at most as when they are packed


class ParcelError(UserError):
    """A run that cannot be packed, or a parcel that cannot be unpacked."""


@dataclass(frozen=True)
class Packed:
    """What was packed: the checkpoint of `step`, into so many `parts`.

    size: bytes of all files together. damage: what is wrong with a later checkpoint, if there is
    one.
    """

    step: int
    parts: int
    size: int
    damage: str


def pack(run: RunDirectory, target: Path, part_size: int) -> Packed:
    """Pack the newest checkpoint of `run` that can be read into the new directory `target`.

    part_size: bytes that a part has at most, headers included; from 1024 up.
    Raises ParcelError, or another UserError for what is wrong with the run.
    """
    check_free(target, ParcelError)
    checkpoint, damaged = newest_readable(run)
    if checkpoint is None:
        raise ParcelError(f"{run.path} has no checkpoint yet")
    step = checkpoint.progress.step
    info = replace(read_info(run.checkpoint(step)), results=())
    config = RunConfig.from_json(run.config, str(run.path))
    tensors = {**_rounded(checkpoint), METRICS: _compressed(run.path / METRICS)}
    with writing(target, ParcelError, SafetensorError), whole_directory(target) as unfinished:
        names = ["config.json"]
        _write_json(unfinished / names[0], info.to_json())
        if info.identifiers:
            names.append("identifiers.json")
            _write_json(unfinished / names[-1], info.identifiers)
        parts = 0
        for parts, part in enumerate(_parts(tensors, part_size), start=1):
            names.append(f"part-{parts:02}.safetensors")
            save_file(part, unfinished / names[-1])
        content = {
            "progress": dataclasses.asdict(checkpoint.progress),
            "run": config.to_json(),
            "shapes": {name: list(tensor.shape) for name, tensor in tensors.items()},
            "sha256": {name: sha256(unfinished / name) for name in names},
        }
        described = {**FORMAT.header, **content}
        _write_json(
            unfinished / PARCEL, {**described, "fingerprint": _fingerprint(described)}, indent=2
        )
    size = sum(file.stat().st_size for file in target.iterdir())
    return Packed(step, parts, size, next(iter(damaged.values()), ""))


def unpack(parcel: Path, target: Path, data: Path | None = None) -> RunDirectory:
    """The run in the directory `parcel`, as the new run directory `target`, to be gone on with.

    data: the data set that it trained on, where that is in another place now; its sizes are
    checked. Raises ParcelError, or another UserError for what is wrong with the data set.
    """
    check_free(target, ParcelError)
    described = _read(parcel)
    info = read_info(parcel)
    progress, config = described.progress, described.run
    if data is not None:
        config = _with_data(config, data, info)
    tensors = _joined(parcel, described)
    metrics = _unpacked(tensors.pop(METRICS), parcel)
    names = [name for name in tensors if name.startswith(_AVERAGED)]
    averaged = {name.removeprefix(_AVERAGED): tensors.pop(name) for name in names}
    with writing(target, ParcelError, SafetensorError), whole_directory(target) as unfinished:
        run = RunDirectory(unfinished, {}).changed(config.to_json())
        info = replace(info, directory=run.checkpoint(progress.step))
        info.directory.mkdir(parents=True)
        card = card_of(info, config, progress.step)
        write_checkpoint(info.directory, info, card, progress, averaged, tensors)
        (unfinished / METRICS).write_bytes(metrics)
    return RunDirectory.open(target)


def _rounded(checkpoint: Checkpoint) -> dict[str, Tensor]:
    """The tensors of `checkpoint` that are packed, as they are packed."""
    kept = {name: t for name, t in checkpoint.tensors.items() if not name.startswith("carry/")}
    packed = {
        name: tensor.bfloat16() if name.startswith("optimizer/") and tensor.dim() else tensor
        for name, tensor in kept.items()  # the optimizer's numbers without dimensions are counts
    }
    for name, tensor in checkpoint.averaged.items():
        is_average = f"weights/{name}" in kept  # start states and the puzzle embedding are none
        packed[_AVERAGED + name] = tensor.bfloat16() if is_average else tensor
    return packed


def _compressed(file: Path) -> Tensor:
    """(n,) uint8: the bytes of `file`, none if it is not there, in gzip's format."""
    content = b""
    with reading(file, ParcelError), suppress(FileNotFoundError), open_file(file) as stream:
        content = stream.read()
    return torch.frombuffer(bytearray(gzip.compress(content, mtime=0)), dtype=torch.uint8)


def _parts(tensors: Mapping[str, Tensor], size: int) -> Iterator[dict[str, Tensor]]:
    """`tensors`, none of them empty, flat and cut so that no part makes a file above `size`."""
    part: dict[str, Tensor] = {}
    room = size - _FRAME
    for name, tensor in tensors.items():
        rest, entry = tensor.flatten(), _ENTRY + len(json.dumps(name))
        while rest.numel():
            fitting = (room - entry) // rest.element_size()
            if fitting < 1:
                yield part
                part, room = {}, size - _FRAME
                continue
            part[name], rest = rest[:fitting], rest[fitting:]
            room -= entry + part[name].nbytes
    yield part


def _unpacked(metrics: Tensor, parcel: Path) -> bytes:
    """What `_compressed` has packed, no more of it than it can have been."""
    most = 2**20 + _EXPANSION * metrics.nbytes
    try:
        with gzip.open(BytesIO(metrics.numpy().tobytes())) as stream:
            content = stream.read(most + 1)
    except (OSError, EOFError, zlib.error):
        content = b"" if not metrics.numel() else bytes(most + 1)
    if len(content) > most:
        raise ParcelError(f"{parcel}: the metrics in it are damaged")
    return content


def _joined(parcel: Path, described: _Described) -> dict[str, Tensor]:
    """The tensors in all parts, whole again, those that were rounded as float32."""
    pieces: dict[str, list[Tensor]] = {name: [] for name in described.shapes}
    for file in described.parts:
        for name, piece in read_tensors(parcel / file).items():
            if name not in pieces:
                raise ParcelError(f"{parcel / file}: tensor {quoted(name)} is not of this parcel")
            pieces[name].append(piece.flatten())
    tensors = {}
    for name, shape in described.shapes.items():
        found = sum(piece.numel() for piece in pieces[name])
        if found != math.prod(shape) or not pieces[name]:
            raise ParcelError(
                f"{parcel}: tensor {quoted(name)} has {found} numbers, expected {list(shape)}"
            )
        tensor = torch.cat(pieces[name]).reshape(shape)
        tensors[name] = tensor.float() if tensor.dtype == torch.bfloat16 else tensor
    if METRICS not in tensors or tensors[METRICS].dtype != torch.uint8:
        raise ParcelError(f"{parcel}: there are no metrics in it, expected bytes")
    return tensors


@dataclass(frozen=True)
class _Described:
    """What `parcel.json` says. parts: the files with tensors, in order."""

    progress: Progress
    run: RunConfig
    shapes: dict[str, tuple[int, ...]]
    sha256: dict[str, str]

    @property
    def parts(self) -> list[str]:
        return [name for name in self.sha256 if name.startswith("part-")]


def _read(parcel: Path) -> _Described:
    """What `parcel.json` says, after a look at all files that it names. Raises ParcelError."""
    file = parcel / PARCEL
    try:
        raw = read_json(file)
    except DocumentError as error:
        raise ParcelError(f"{parcel} is no parcel of a run ({error})") from None
    with raised_as(ParcelError, file):
        raw = FORMAT.check(raw)
        if raw.pop("fingerprint", None) != _fingerprint(raw):
            raise DocumentError("damaged, it says something else than was packed")
        described = _described(Values(raw, "the parcel"))
    parts = described.parts
    for name, digest in described.sha256.items():
        if not os.path.exists(parcel / name):
            raise ParcelError(
                f"{parcel / name} is missing, expected {len(parts)} parts and all that came along"
            )
        with reading(parcel / name, ParcelError):
            found = sha256(parcel / name)
        if found != digest:
            raise ParcelError(f"{parcel / name}: damaged, or of another parcel")
    for extra in sorted(parcel.glob("part-*")):
        if extra.name not in parts:
            raise ParcelError(f"{extra} is not of this parcel, which has {len(parts)} parts")
    return described


def _described(values: Values) -> _Described:
    shapes, digests = values.inner("shapes"), values.inner("sha256")
    for name in digests:
        if not _FILE.fullmatch(name):
            raise DocumentError(f"sha256 names {quoted(name)}, which no parcel has")
    for name in shapes:
        sizes = shapes.list(name)
        if any(type(size) is not int or not 0 <= size < 2**40 for size in sizes):
            raise DocumentError(f"{shapes.place}: {quoted(name)} has the shape {quoted(sizes)}")
    return _Described(
        progress=record(Progress, values.any("progress"), f"{values.place}.progress"),
        run=RunConfig.from_json(values.any("run"), "run"),
        shapes={name: tuple(shapes.list(name)) for name in shapes},
        sha256={name: digests.text(name) for name in digests},
    )


def _with_data(config: RunConfig, data: Path, info: ModelInfo) -> RunConfig:
    """`config` with the data set in `data`, which must have the sizes that the model has."""
    found_there = replace(config, data={**config.data, "path": str(data)}).with_data_found()
    metadata = read_metadata(data / "train" / METADATA_FILE)
    found = metadata.seq_len, metadata.vocab_size, metadata.num_puzzle_identifiers
    expected = info.config.cells, info.config.vocab_size, info.config.puzzle_count
    for what, one, other in zip(("cells", "tokens", "identifiers"), found, expected, strict=True):
        if one != other:
            raise ParcelError(f"{data}: found puzzles with {one} {what}, the run has {other}")
    return found_there


def _write_json(file: Path, value: object, indent: int | None = None) -> None:
    file.write_text(json.dumps(value, indent=indent) + "\n", encoding="utf-8")


def _fingerprint(described: Mapping[str, Any]) -> str:
    """SHA-256 over all that `parcel.json` says but this, in its order, which is that of parts."""
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()
