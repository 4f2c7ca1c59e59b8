"""What the header of a recording says, read without its tensors and checked in every part."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trm_core.documents import DocumentError, Format, is_text, open_file, parse_json, reading
from trm_core.errors import UserError, quoted, raised_as
from trm_core.puzzles.base import Puzzle, PuzzleShape
from trm_core.recordings.puzzle_json import puzzle_from_json, puzzle_to_json
from trm_core.recordings.recording import Recording
from trm_core.records import Values, record
from trm_core.trace import Frame, SolveSettings, Trace

FORMAT = Format("trm-studio-recording", "1", "a recording")

MAX_HEADER = 4 * 2**20
"""Bytes; the largest ARC task of thirty pairs takes 150,000."""

MAX_FRAMES = 20_000
MAX_SIDE = 64
MAX_CYCLES = 1000
"""Cycles, or latent steps in a cycle."""

_LONGEST_SENTENCE = 300


class RecordingError(UserError):
    """A recording that cannot be read or written."""


@dataclass(frozen=True)
class Header:
    """All about a recording but its frames; see `Recording` and `Trace`.

    frames, supervision_steps: how many there are.
    solved: whether the last answer is right; None where that is not known, or without frames.
    """

    puzzle: Puzzle
    shape: PuzzleShape
    model_name: str
    cycles: int
    latent_steps: int
    settings: SolveSettings
    weights_hash: str
    device: str
    dtype: str
    created: datetime
    notes: str
    frames: int
    supervision_steps: int
    solved: bool | None

    def empty_trace(self) -> Trace:
        """A trace for the frames."""
        return Trace(
            self.puzzle,
            self.shape,
            self.model_name,
            self.cycles,
            self.latent_steps,
            self.settings,
            self.weights_hash,
        )


def read_header(file: Path) -> Header:
    """What the header of the recording `file` says. Raises RecordingError."""
    return header_of(read_metadata(file), file)


def metadata_of(recording: Recording, frames: Sequence[Frame]) -> dict[str, str]:
    """The header metadata of a recording, of which `frames` are written."""
    trace = recording.trace
    puzzle, shape, solved, steps = trace.puzzle, trace.shape, None, 0
    if frames:
        judgement, steps = trace.judgement(len(frames) - 1), frames[-1].supervision_step
        solved = judgement.solved
        if puzzle.solution is None:
            puzzle = replace(puzzle, solution=judgement.solution)
    parts: dict[str, Any] = {
        "puzzle": puzzle_to_json(puzzle),
        "shape": asdict(shape),
        "model": {
            "name": trace.model_name,
            "weights_sha256": recording.weights_hash,
            "cycles": trace.cycles,
            "latent_steps": trace.latent_steps,
        },
        "settings": asdict(trace.settings) | {"max_supervision_steps": trace.max_supervision_steps},
        "outcome": {"frames": len(frames), "supervision_steps": steps, "solved": solved},
    }
    return {
        **FORMAT.header,
        "device": recording.device,
        "dtype": recording.dtype,
        "created": recording.created.astimezone(UTC).isoformat(),
        "notes": recording.notes,
        **{name: json.dumps(part, separators=(",", ":")) for name, part in parts.items()},
    }


def header_of(metadata: dict[str, str], file: Path) -> Header:
    """The header that `metadata` of `file` stands for. Raises RecordingError."""
    try:
        return _header(metadata)
    except UserError as error:
        sentence = str(error)
        if len(sentence) > _LONGEST_SENTENCE:
            sentence = f"{sentence[:_LONGEST_SENTENCE]} ..."
        raise RecordingError(f"{file}: damaged: {sentence}") from None


def read_metadata(file: Path) -> dict[str, str]:
    """The header metadata of `file`, a recording of this version that is as long as it says.

    Raises RecordingError; nothing is read beyond the header, and no header beyond MAX_HEADER.
    """
    with reading(file, RecordingError), open_file(file) as stream:
        size = os.fstat(stream.fileno()).st_size
        start = stream.read(9)
        length = struct.unpack("<Q", start[:8])[0] if len(start) == 9 else 0
        if start[8:] != b"{" or not 2 <= length <= MAX_HEADER:
            raise RecordingError(f"{file}: not a recording; expected a .trmrec file")
        content = start[8:] + stream.read(length - 1)
    if len(content) < length:
        raise RecordingError(
            f"{file}: cut short in its header, {size} bytes are left of at least {8 + length}"
        )
    try:
        header = Values(parse_json(content, "the header"), "the header")
        metadata = _texts(header)
        with raised_as(RecordingError, file):
            FORMAT.check(metadata)
        expected = 8 + length + _tensor_bytes(header)
    except DocumentError as error:
        raise RecordingError(f"{file}: damaged: {error}") from None
    if size < expected:
        raise RecordingError(f"{file}: cut short, {size} bytes are left of {expected}")
    if size > expected:
        raise RecordingError(f"{file}: damaged: {size} bytes long, expected {expected}")
    return metadata


def _texts(header: Values) -> dict[str, str]:
    found = header.get("__metadata__", {})
    if not isinstance(found, dict) or not all(
        isinstance(value, str) and is_text(value) for value in found.values()
    ):
        raise DocumentError("the metadata is not an object of texts")
    return found


def _tensor_bytes(header: Values) -> int:
    """How many bytes of tensors follow the header."""
    ends = [0]
    for name in set(header) - {"__metadata__"}:
        offsets = header.inner(name).list("data_offsets")
        if len(offsets) != 2 or not all(type(at) is int and 0 <= at < 2**63 for at in offsets):
            raise DocumentError(f"the offsets of tensor {name[:40]!r} are no two places in a file")
        ends.append(offsets[1])
    return max(ends)


def _header(metadata: dict[str, str]) -> Header:
    texts = Values(metadata, "the header")
    puzzle_raw, shape_raw, model_raw, settings_raw, outcome_raw = (
        parse_json(texts.text(name), name)
        for name in ("puzzle", "shape", "model", "settings", "outcome")
    )
    puzzle, shape = puzzle_from_json(puzzle_raw, "puzzle"), _shape(shape_raw)
    if not puzzle.fits(shape):
        raise DocumentError(f"the puzzle is {puzzle.shape}, which does not fit {shape}")
    model, outcome = Values(model_raw, "model"), Values(outcome_raw, "outcome")
    return Header(
        puzzle=puzzle,
        shape=shape,
        model_name=model.text("name"),
        cycles=model.whole("cycles", 1, MAX_CYCLES),
        latent_steps=model.whole("latent_steps", 0, MAX_CYCLES),
        settings=_settings(Values(settings_raw, "settings")),
        weights_hash=model.text("weights_sha256"),
        device=texts.text("device"),
        dtype=texts.text("dtype"),
        created=_time(texts.text("created")),
        notes=texts.text("notes"),
        frames=outcome.whole("frames", 0, MAX_FRAMES),
        supervision_steps=outcome.whole("supervision_steps", 0, MAX_FRAMES),
        solved=outcome.truth_or_none("solved"),
    )


def _shape(raw: object) -> PuzzleShape:
    shape = record(PuzzleShape, raw, "shape", others=True)
    shape.check("shape")
    if max(shape.rows, shape.cols) > MAX_SIDE:
        raise DocumentError(f"shape is {shape}, expected at most {MAX_SIDE}×{MAX_SIDE}")
    return shape


def _settings(values: Values) -> SolveSettings:
    return SolveSettings(
        values.whole("max_supervision_steps", 0, 10**9),
        values.share("halt_threshold"),
        values.truth("every_latent_step"),
    )


def _time(text: str) -> datetime:
    try:
        created = datetime.fromisoformat(text)
        if created.tzinfo is None:
            raise ValueError
        return created.astimezone(UTC)
    except (ValueError, OverflowError):
        raise DocumentError(
            f"created is {quoted(text)}, expected a time such as 2030-01-31T12:00:00+00:00"
        ) from None
