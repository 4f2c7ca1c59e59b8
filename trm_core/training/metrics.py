"""`metrics.jsonl` of a run directory: a JSON line a row, only ever appended to.

Every row has a `step`. A run that goes on from a checkpoint at step N appends
`{"event": "resume", "step": N}`: what follows replaces the earlier rows of later steps.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from trm_core.documents import open_file
from trm_core.training.event_file import EventFile
from trm_core.training.run_files import append, run_errors, sync, to_json

METRICS = "metrics.jsonl"
_AT_ONCE = 2**15  # bytes: parsing more in one go keeps other threads from running for too long
_TAIL = 256  # bytes
_LONGEST = 2**20  # bytes of a row
_LAST_STEP = 2**53  # beyond, steps are no exact positions on an axis

Row = dict[str, Any]


class MetricsWriter:
    """Appends rows to a run's `metrics.jsonl`, and their numbers to a TensorBoard event file."""

    def __init__(self, directory: Path) -> None:
        """Raises RunError if the files cannot be made in the run directory `directory`."""
        self._file = directory / METRICS
        append(self._file, b"", on_new_line=True)
        self._events = EventFile(directory)

    def append(self, row: Mapping[str, float | int | str]) -> None:
        """Write `row`, which names its `step` and anything measured there; readers see it at once,
        NaN and infinities as null. Raises RunError, none of the row being in `metrics.jsonl`."""
        numbers = {name: value for name, value in row.items() if not isinstance(value, str)}
        step = int(numbers.pop("step"))
        numbers.pop("time", None)  # every record has one of its own
        self._append_line(row)
        self._events.add(step, numbers)

    def resume(self, step: int) -> None:
        """Say that training goes on after `step`: what was measured later than that is void."""
        self._append_line({"event": "resume", "step": step})
        self._events.purge_after(step)

    def flush(self) -> None:
        """Have what was appended written to disk, so that it outlasts a power failure."""
        sync(self._file)
        self._events.flush()

    def _append_line(self, row: Mapping[str, float | int | str]) -> None:
        append(self._file, f"{to_json(row)}\n".encode(), on_new_line=True)


class MetricsReader:
    """Follows a `metrics.jsonl` that another process, on any machine, may be appending to."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = 0
        self._tail = b""  # the last bytes before the offset
        self._hole: int | None = None  # where a zero byte was
        self.skipped = 0
        """Lines of the file so far that were no row: cut off in a crash, or foreign."""
        self.behind = False
        """Whether the last call has left something."""

    def new_rows(self, most: float = math.inf) -> list[Row]:
        """The rows appended since the last call, empty while there is no file.

        most: bytes after which the rest is left for a later call (see `behind`).

        Among them are the resume events, in their place (see `rows_that_count`). When the file was
        cut or replaced, everything in it is new, and a resume event at step -1 comes first.
        A line without an end is left for a later call. Zero bytes, which a network's file system
        may show for a while where another machine is writing, are looked at again: when they are
        filled, everything is new. Raises RunError if it cannot be read.
        """
        rows: list[Row] = []
        self.behind = False
        with run_errors(self._file.parent, self._file):
            try:
                stream = open_file(self._file)
            except FileNotFoundError:
                return []
            with stream:
                filled = self._is_filled(stream)
                stream.seek(self._offset - len(self._tail))
                if filled or stream.read(len(self._tail)) != self._tail:
                    self._offset, self._tail, self._hole, self.skipped = 0, b"", None, 0
                    stream.seek(0)
                    rows.append({"event": "resume", "step": -1})
                rest, read = b"", 0
                while content := stream.read(_AT_ONCE):
                    *lines, rest = (rest + content).split(b"\n")
                    rows += self._parsed(lines)
                    if len(rest) > _LONGEST:  # no row, and what comes of it yet is none either
                        self._pass(rest)
                        lines, rest = [rest], b""
                        self.skipped += 1
                    read += len(content)
                    if read >= most and lines:
                        break
                self.behind = len(content) == _AT_ONCE
        return rows

    def _parsed(self, lines: list[bytes]) -> list[Row]:
        """The rows in `lines`, behind which the offset is put."""
        rows = _rows(lines)
        if lines:
            self._pass(b"\n".join([*lines, b""]), all_rows=len(rows) == len(lines))
        self.skipped += len(lines) - len(rows)
        return rows

    def _pass(self, content: bytes, *, all_rows: bool = False) -> None:
        """Put the offset behind `content`."""
        if not all_rows and (zero := content.rfind(b"\0")) >= 0:
            self._hole = self._offset + zero
        self._offset += len(content)
        self._tail = content[-_TAIL:]

    def _is_filled(self, stream: BinaryIO) -> bool:
        """Whether something is now where there was a zero byte."""
        if self._hole is None:
            return False
        stream.seek(self._hole)
        return stream.read(1) != b"\0"


def _rows(lines: list[bytes]) -> list[Row]:
    """The rows among `lines`, parsed together if all are: quicker, and in half the memory, since
    the rows then share their names."""
    rows = _json_list(b",\n".join(lines))
    if len(rows) != len(lines) or not all(map(_is_row, rows)):
        values = [found[0] for line in lines if len(found := _json_list(line)) == 1]
        rows = list(filter(_is_row, values))
    return rows


def _json_list(items: bytes) -> list[Any]:
    """The JSON values that `items` names with commas between them, none if it is not JSON."""
    try:
        return list(json.loads(b"[" + items + b"]"))
    except (ValueError, RecursionError):
        return []


def _is_row(value: object) -> bool:
    step = value.get("step") if isinstance(value, dict) else None
    return type(step) is int and -1 <= step <= _LAST_STEP


def rows_that_count(rows: Iterable[Row]) -> list[Row]:
    """`rows` in their order, without resume events and without what those have made void.

    To go on with new rows of a reader: `shown = rows_that_count(shown + reader.new_rows())`.
    """
    counting: list[Row] = []
    for row in rows:
        if row.get("event") == "resume":
            counting = [earlier for earlier in counting if earlier["step"] <= row["step"]]
        else:
            counting.append(row)
    return counting


def read_metrics(file: Path) -> list[Row]:
    """The rows of `file` that count, empty if there is none; what is no row is skipped.

    Raises RunError if it cannot be read.
    """
    return rows_that_count(MetricsReader(file).new_rows())
