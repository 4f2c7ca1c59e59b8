"""Recordings from files: what a tensor is said to be is checked before it is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from trm_core.documents import DocumentError, reading
from trm_core.errors import in_a_line
from trm_core.puzzles.base import Grid
from trm_core.recordings.header import Header, RecordingError, header_of, read_metadata
from trm_core.recordings.recording import Latents, Recording
from trm_core.recordings.tensors import (
    LATENTS_LAYOUT,
    LAYOUT,
    MAX_BYTES,
    NUMPY,
    Array,
    Layout,
    check,
    fill,
)

PART = 2**20
"""Bytes."""

TRIES = 5
"""As often a file is opened that is another one each time."""


def read_recording(file: Path) -> Recording:
    """The recording in `file`, without its latents. Raises RecordingError with one sentence."""
    with _opened(file) as contents:
        header, trace = contents.header, contents.header.empty_trace()
        contents.check(LAYOUT, MAX_BYTES)
        fill(trace, header.frames, contents.tensor)
        if trace.supervision_steps != header.supervision_steps:
            raise DocumentError(
                f"there are {trace.supervision_steps} supervision steps, "
                f"expected {header.supervision_steps}"
            )
    return Recording(trace, header.device, header.dtype, header.created, header.notes)


def read_latents(file: Path) -> Latents | None:
    """The latents in `file`; None if they were not recorded. Raises RecordingError."""
    with _opened(file) as contents:
        if not contents.names & LATENTS_LAYOUT.keys():
            return None
        contents.check(LATENTS_LAYOUT)
        return Latents(contents.tensor("y"), contents.tensor("z"))


def read_answer(file: Path) -> tuple[Header, Grid | None]:
    """The header of `file` and the last answer, None without frames. Raises RecordingError."""
    with _opened(file) as contents:
        header = contents.header
        contents.check({"tokens": LAYOUT["tokens"]}, MAX_BYTES)
        if header.frames == 0:
            return header, None
        tokens = contents.last_row("tokens").astype(np.int32)
        return header, header.puzzle.decode(tokens, header.shape)


class _Contents:
    """An open recording. Methods raise DocumentError or SafetensorError."""

    def __init__(self, header: Header, opened: Any) -> None:
        self.header = header
        self._opened = opened
        self.names = set(opened.keys())

    def check(self, layout: Layout, most: int | None = None) -> None:
        """That there are tensors of this layout, with `most` bytes in all."""
        parts = {name: self._opened.get_slice(name) for name in self.names & layout.keys()}
        found = {name: (part.get_dtype(), part.get_shape()) for name, part in parts.items()}
        check(found, layout, self.header.shape, self.header.frames, most)

    def tensor(self, name: str) -> Array:
        """A tensor of a layout that was checked, read in parts: each holds up all of Python."""
        part = self._opened.get_slice(name)
        shape = part.get_shape()
        whole = np.empty(shape, NUMPY[part.get_dtype()])
        if whole.size:  # safetensors cuts no slice out of nothing
            rows = max(1, PART * len(whole) // whole.nbytes)
            for start in range(0, len(whole), rows):
                end = min(start + rows, len(whole))
                whole[start:end] = part[start:end]
        return whole

    def last_row(self, name: str) -> Array:
        """The last of at least one row of it."""
        return self._opened.get_slice(name)[self.header.frames - 1]  # type: ignore[no-any-return]


@contextmanager
def _opened(file: Path) -> Iterator[_Contents]:
    """Where another recording takes the place of the file once its header is read, that one."""
    for _ in range(TRIES):
        metadata = read_metadata(file)
        header = header_of(metadata, file)
        try:
            with reading(file, RecordingError), safe_open(file, "np") as opened:
                if opened.metadata() == metadata:
                    yield _Contents(header, opened)
                    return
        except DocumentError as error:
            raise RecordingError(f"{file}: damaged: {error}") from None
        except SafetensorError as error:
            raise RecordingError(f"{file}: damaged: {in_a_line(error)}") from None
    raise RecordingError(f"{file}: it is written anew again and again, or damaged in its header")
