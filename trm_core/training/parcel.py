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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from trm_core.checkpoints.directory import read_tensors
from trm_core.checkpoints.info import CheckpointError, ModelInfo, read_info, read_json
from trm_core.data.layout import METADATA_FILE, read_metadata
from trm_core.errors import UserError
from trm_core.files import whole_directory
from trm_core.records import record
from trm_core.training.card import card_of
from trm_core.training.checkpoint import Checkpoint, Progress, newest_readable, write_checkpoint
from trm_core.training.config import RunConfig
from trm_core.training.metrics import METRICS
from trm_core.training.run_directory import RunDirectory

FORMAT = "trm-studio-parcel"
FORMAT_VERSION = 1
PARCEL = "parcel.json"

_AVERAGED = "averaged/"
_FRAME = 32  # bytes of a safetensors file before and around the entries of its header, at most
_ENTRY = 100  # bytes of such an entry without the name, at most


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
    _check_free(target)
    checkpoint, damaged = newest_readable(run.checkpoints())
    damage = next(iter(damaged.values()), "")
    if checkpoint is None:
        raise ParcelError(
            f"{run.path}: no checkpoint can be read: {damage}"
            if damage
            else f"{run.path} has no checkpoint yet"
        )
    step = checkpoint.progress.step
    info = replace(read_info(run.checkpoint(step)), results=())
    config = RunConfig.from_json(run.config, str(run.path))
    tensors = {**_rounded(checkpoint), METRICS: _compressed(run.path / METRICS)}
    with _written_whole(target) as unfinished:
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
            "sha256": {name: _digest(unfinished / name) for name in names},
        }
        described = {"format": FORMAT, "format_version": FORMAT_VERSION, **content}
        _write_json(
            unfinished / PARCEL, {**described, "fingerprint": _fingerprint(described)}, indent=2
        )
    return Packed(step, parts, sum(file.stat().st_size for file in target.iterdir()), damage)


def unpack(parcel: Path, target: Path, data: Path | None = None) -> RunDirectory:
    """The run in the directory `parcel`, as the new run directory `target`, to be gone on with.

    data: the data set that it trained on, where that is in another place now; its sizes are
    checked. Raises ParcelError, or another UserError for what is wrong with the data set.
    """
    _check_free(target)
    described = _read(parcel)
    info = read_info(parcel)
    progress = record(Progress, described["progress"], "progress")
    config = RunConfig.from_json(described["run"], str(parcel / PARCEL))
    if data is not None:
        config = _with_data(config, data, info)
    tensors = _joined(parcel, described)
    metrics = gzip.decompress(tensors.pop(METRICS).numpy().tobytes())
    names = [name for name in tensors if name.startswith(_AVERAGED)]
    averaged = {name.removeprefix(_AVERAGED): tensors.pop(name) for name in names}
    with _written_whole(target) as unfinished:
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
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        content = b""
    except OSError as error:
        raise ParcelError(f"{file}: {error.strerror}") from None
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


def _joined(parcel: Path, described: Mapping[str, Any]) -> dict[str, Tensor]:
    """The tensors in all parts, whole again, those that were rounded as float32."""
    pieces: dict[str, list[Tensor]] = {name: [] for name in described["shapes"]}
    for file in _part_names(described):
        for name, piece in read_tensors(parcel / file).items():
            pieces[name].append(piece)
    tensors = {
        name: torch.cat(pieces[name]).reshape(shape) for name, shape in described["shapes"].items()
    }
    return {
        name: tensor.float() if tensor.dtype == torch.bfloat16 else tensor
        for name, tensor in tensors.items()
    }


def _read(parcel: Path) -> dict[str, Any]:
    """What `parcel.json` says, after a look at all files that it names. Raises ParcelError."""
    file = parcel / PARCEL
    try:
        described = read_json(file)
    except CheckpointError as error:
        raise ParcelError(f"{parcel} is no parcel of a run ({error})") from None
    if not isinstance(described, dict) or described.get("format") != FORMAT:
        raise ParcelError(f"{file}: expected a parcel with format {FORMAT!r}")
    if described.get("format_version") != FORMAT_VERSION:
        raise ParcelError(
            f"{file}: format_version is {described.get('format_version')!r}, this program reads "
            f"{FORMAT_VERSION}"
        )
    if described.pop("fingerprint", None) != _fingerprint(described):
        raise ParcelError(f"{file}: damaged, it says something else than was packed")
    parts = _part_names(described)
    for name, digest in described["sha256"].items():
        try:
            found = _digest(parcel / name)
        except FileNotFoundError:
            raise ParcelError(
                f"{parcel / name} is missing, expected {len(parts)} parts and all that came along"
            ) from None
        except OSError as error:
            raise ParcelError(f"{parcel / name}: {error.strerror}") from None
        if found != digest:
            raise ParcelError(f"{parcel / name}: damaged, or of another parcel")
    for extra in sorted(parcel.glob("part-*")):
        if extra.name not in parts:
            raise ParcelError(f"{extra} is not of this parcel, which has {len(parts)} parts")
    return described


def _part_names(described: Mapping[str, Any]) -> list[str]:
    """The files with tensors, in order."""
    return [name for name in described["sha256"] if name.startswith("part-")]


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


def _check_free(target: Path) -> None:
    if target.exists():
        raise ParcelError(f"{target} exists already; choose a directory that does not")


@contextmanager
def _written_whole(target: Path) -> Iterator[Path]:
    """A directory to fill, which becomes `target`. Raises ParcelError where it cannot be."""
    try:
        with whole_directory(target) as unfinished:
            yield unfinished
    except (SafetensorError, OSError) as error:
        said = getattr(error, "strerror", None) or error
        raise ParcelError(f"{target} cannot be written: {said}") from None


def _write_json(file: Path, value: object, indent: int | None = None) -> None:
    file.write_text(json.dumps(value, indent=indent) + "\n", encoding="utf-8")


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _fingerprint(described: Mapping[str, Any]) -> str:
    """SHA-256 over all that `parcel.json` says but this, in its order, which is that of parts."""
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()
