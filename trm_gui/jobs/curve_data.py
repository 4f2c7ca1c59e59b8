"""A run's metrics as arrays, and lines of few points that show many rows."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Floats = npt.NDArray[np.floating[Any]]
"""float32 as they are kept, or float64 as they are worked out."""
NO_POINTS = np.empty(0)
MOST_COLUMNS = 500
_FIRST = 1024


class Line(NamedTuple):
    """(N,) steps and values, values being numbers all of them."""

    steps: Numbers
    values: Floats


class View(NamedTuple):
    """What of a curve is looked at.

    first, last: steps; None for all. width: pixels, so that no more points are worth drawing.
    smoothing: rows that each value is the mean of.
    """

    width: int = 1000
    first: float | None = None
    last: float | None = None
    smoothing: int = 1


class Curves:
    """Columns by the names that they have in `metrics.jsonl`; safe to use from several threads."""

    def __init__(self) -> None:
        self._tables: dict[str, _Table] = {}
        self._taken: set[str] = set()
        self._lock = threading.Lock()
        self.version = 0
        """Counts the changes."""

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Take over what a `MetricsReader` gave, resume events included."""
        start = 0
        for index, row in enumerate(rows):
            if row.get("event") == "resume":
                self._add_rows(rows[start:index])
                with self._lock:
                    for table in self._tables.values():
                        table.cut_after(row["step"])
                start = index + 1
        self._add_rows(rows[start:])
        self.version += bool(rows)

    def _add_rows(self, rows: Sequence[dict[str, Any]]) -> None:
        kinds: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            if row["step"] >= 0:
                kind = next((name.partition("/")[0] for name in row if self._takes(name)), "")
                kinds.setdefault(kind, []).append(row)
        for kind, of_kind in kinds.items():
            if kind:
                names = dict.fromkeys(name for row in of_kind for name in row if self._takes(name))
                steps, columns = _columns(of_kind, names)  # which takes long, and holds up nobody
                with self._lock:
                    self._tables.setdefault(kind, _Table()).add(steps, columns)

    def _takes(self, name: str) -> bool:
        """Whether it is that of a column; a foreign file may have any number of names."""
        if name not in self._taken and "/" in name and len(self._taken) < MOST_COLUMNS:
            self._taken.add(name)
        return name in self._taken

    def names(self) -> list[str]:
        with self._lock:
            return [name for table in self._tables.values() for name in table.columns]

    def last(self, name: str) -> float | None:
        """The newest value of a column; None if it has none."""
        with self._lock:
            table = self._tables.get(name.partition("/")[0])
            values = np.empty(0) if table is None else table.column(name)[1]
            known = np.flatnonzero(~np.isnan(values))
            return float(values[known[-1]]) if len(known) else None

    def near(self, name: str, step: float, smoothing: int = 1) -> tuple[float, float] | None:
        """Step and value of the row nearest to `step`; None where there is none."""
        with self._lock:
            table = self._tables.get(name.partition("/")[0])
            steps, values = (NO_POINTS, NO_POINTS) if table is None else table.column(name)
            place = int(np.searchsorted(steps, step))
            part = slice(max(0, place - 1 - smoothing), place + 1 + smoothing)
            line = _smooth(_known(steps[part], values[part]), smoothing)
        if not len(line.steps):
            return None
        index = int(np.abs(line.steps - step).argmin())
        return float(line.steps[index]), float(line.values[index])

    def line(self, name: str, view: View) -> Line:
        """At most about two points a pixel, among them the extremes of every pixel."""
        with self._lock:
            table = self._tables.get(name.partition("/")[0])
            if table is None:
                return Line(NO_POINTS, NO_POINTS)
            steps, values = table.column(name)
            first = 0 if view.first is None else np.searchsorted(steps, view.first) - 1
            last = len(steps) if view.last is None else np.searchsorted(steps, view.last) + 2
            part = slice(max(0, first - view.smoothing), max(0, last + view.smoothing))
            known = _known(steps[part], values[part])
        few = _few(_smooth(known, view.smoothing), view.width)
        return Line(few.steps, few.values.astype(np.float64))


class _Table:
    """Rows of one kind: (N,) steps, and as many values of each column, NaN where there is none."""

    def __init__(self) -> None:
        self._rows = 0
        self._steps = np.empty(_FIRST)
        self.columns: dict[str, npt.NDArray[np.float32]] = {}

    def column(self, name: str) -> tuple[Numbers, npt.NDArray[np.float32]]:
        values = self.columns.get(name)
        if values is None:
            return NO_POINTS, np.empty(0, np.float32)
        return self._steps[: self._rows], values[: self._rows]

    def add(self, steps: Numbers, columns: dict[str, npt.NDArray[np.float32]]) -> None:
        end = self._rows + len(steps)
        if end > len(self._steps):
            self._grow(max(end, 2 * len(self._steps)))
        self._steps[self._rows : end] = steps
        for name, values in columns.items():
            if name not in self.columns:
                self.columns[name] = np.full(len(self._steps), np.nan, np.float32)
            self.columns[name][self._rows : end] = values
        self._rows = end

    def _grow(self, size: int) -> None:
        self._steps = np.resize(self._steps, size)
        for name, values in self.columns.items():
            self.columns[name] = np.full(size, np.nan, np.float32)
            self.columns[name][: self._rows] = values[: self._rows]

    def cut_after(self, step: int) -> None:
        kept = np.flatnonzero(self._steps[: self._rows] <= step)
        if len(kept) == self._rows:
            return
        self._steps[: len(kept)] = self._steps[kept]
        for values in self.columns.values():
            values[: len(kept)] = values[kept]
            values[len(kept) :] = np.nan
        self._rows = len(kept)


def _columns(
    rows: Sequence[dict[str, Any]], names: Iterable[str]
) -> tuple[Numbers, dict[str, npt.NDArray[np.float32]]]:
    steps = np.array([row["step"] for row in rows], np.float64)
    return steps, {
        name: np.array([_number(row.get(name)) for row in rows], np.float32) for name in names
    }


def _number(value: object) -> float:
    """`value` as a number that float32 holds, else NaN."""
    if isinstance(value, int | float) and -3e38 < value < 3e38:
        return float(value)
    return np.nan


def _known(steps: Numbers, values: Floats) -> Line:
    known = ~np.isnan(values)
    if known.all():
        return Line(steps.copy(), values.copy())  # a hundred times as quick for a million
    return Line(steps[known], values[known])


def _smooth(line: Line, rows: int) -> Line:
    """Every value the mean of `rows` values around it, of fewer at the ends."""
    count = len(line.values)
    if rows <= 1 or count < 2:
        return line
    before, after = (rows - 1) // 2, rows // 2
    sums = np.concatenate([[0.0], np.cumsum(line.values, dtype=np.float64)])
    places = np.arange(count)
    low, high = np.maximum(places - before, 0), np.minimum(places + after + 1, count)
    return Line(line.steps, (sums[high] - sums[low]) / (high - low))


def _few(line: Line, width: int) -> Line:
    """The rows with the extremes of each of `width` groups of rows, and both ends."""
    count = len(line.values)
    size = -(-count // max(1, width))
    if size <= 2:
        return line
    whole = count // size * size
    groups = line.values[:whole].reshape(-1, size)
    extremes = np.stack([groups.argmin(1), groups.argmax(1)], 1)
    extremes.sort(1)  # in the order in which they came
    places = (extremes + np.arange(0, whole, size)[:, None]).ravel()
    places = np.unique(np.concatenate([[0], places, np.arange(whole, count), [count - 1]]))
    return Line(line.steps[places], line.values[places])
