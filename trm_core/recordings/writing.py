"""Recordings to files, which appear whole or not at all, and only if they can be read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from safetensors import SafetensorError, safe_open

from trm_core.files import whole_file, writing
from trm_core.recordings.header import RecordingError, metadata_of, read_header, read_metadata
from trm_core.recordings.reading import read_recording
from trm_core.recordings.recording import Recording
from trm_core.recordings.tensors import Array, tensors_of


def write_recording(file: Path, recording: Recording) -> None:
    """Write what `read_recording` reads back with every frame equal.

    The puzzle gets the solution that its trace works out, where it came with none. The trace may
    grow meanwhile: what it has at the start is written. Raises RecordingError with one sentence,
    `file` being as it was.
    """
    frames = list(recording.trace.frames)
    tensors = tensors_of(frames, recording.trace.shape)
    if recording.latents is not None:
        tensors |= {"y": recording.latents.y, "z": recording.latents.z}
    _write(file, tensors, metadata_of(recording, frames), read_recording)


def write_notes(file: Path, notes: str) -> None:
    """Replace the notes of a recording. Raises RecordingError, `file` being as it was."""
    metadata = read_metadata(file)
    try:
        with safe_open(file, "np") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise RecordingError(f"{file}: damaged: {error}") from None
    _write(file, tensors, metadata | {"notes": notes}, read_header)


def _write(
    file: Path,
    tensors: dict[str, Array],
    metadata: dict[str, str],
    read: Callable[[Path], object],
) -> None:
    """`read` must be able to read the result before it takes the place of `file`."""
    from safetensors.numpy import save_file

    with (
        writing(file, RecordingError, SafetensorError, UnicodeEncodeError),
        whole_file(file) as unfinished,
    ):
        save_file(tensors, unfinished, metadata)
        try:
            read(unfinished)
        except RecordingError as error:
            why = str(error).removeprefix(f"{unfinished}: ").removeprefix("damaged: ")
            raise RecordingError(f"{file} cannot be written: {why}") from None
