"""The same function for many items, on all cores, with the results in order."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from functools import partial
from itertools import islice
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TypeVar

from trm_core.errors import UserError
from trm_core.files import discard_unfinished
from trm_core.signals import end_in_order

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

WORTH_A_POOL = 3.0
"""Seconds of work below which starting processes takes longer than it saves."""

CHUNK = 0.3
"""Seconds of work that a process gets at a time, and so takes to end."""

_AHEAD = 4  # chunks per process that are under way or wait to be taken


class Cancelled(UserError):  # noqa: N818
    """Work that was stopped on request."""


def check(cancelled: Callable[[], bool]) -> None:
    """Raise Cancelled if it is."""
    if cancelled():
        raise Cancelled("cancelled, and nothing was written")


def cores() -> int:
    """How many processes can run at the same time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def ordered_map(
    function: Callable[[_Item], _Result],
    items: Sequence[_Item],
    *,
    seconds_each: float,
    processes: int | None = None,
    cancelled: Callable[[], bool] = bool,
) -> Generator[_Result, None, None]:
    """`map(function, items)`, on `processes` processes or as many as are worth it.

    `function`, items and results must be picklable. `seconds_each` is a rough guess. Raises
    Cancelled soon after `cancelled()` is true, UserError if a process dies, and what `function`
    raises. Close the iterator to end its processes.
    """
    if processes is None:
        processes = cores() if seconds_each * len(items) > WORTH_A_POOL else 1
    if processes == 1:
        for item in items:
            check(cancelled)
            yield function(item)
        return
    size = max(1, min(int(CHUNK / seconds_each), len(items) // processes))
    chunks = (items[start : start + size] for start in range(0, len(items), size))
    work, ahead = partial(_all_of, function), _AHEAD * processes
    results = map_ahead(work, chunks, processes, ahead, cancelled)
    with closing(results):
        for chunk in results:
            yield from chunk


def map_ahead(
    function: Callable[[_Item], _Result],
    items: Iterable[_Item],
    processes: int,
    ahead: int,
    cancelled: Callable[[], bool] = bool,
) -> Generator[_Result, None, None]:
    """`map(function, items)`, which may never end, on so many other processes.

    ahead: how many items at most are under way or wait to be taken. See `ordered_map`.
    """
    # Spawned, not forked: the caller may have threads, such as torch's and Qt's.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _depend_on_parent)
    try:
        left = iter(items)
        under_way: deque[Future[_Result]] = deque(
            pool.submit(function, item) for item in islice(left, ahead)
        )
        while under_way:
            while not wait([under_way[0]], timeout=0.1).done:
                check(cancelled)
            check(cancelled)
            yield under_way.popleft().result()
            under_way.extend(pool.submit(function, item) for item in islice(left, 1))
    except BrokenProcessPool:
        raise UserError("a worker process was ended from outside, for want of memory?") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _depend_on_parent() -> None:
    """End when the process that started this one does, however it ends, and not on Ctrl+C, which
    is for that one."""
    end_in_order()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    discard_unfinished()
    os._exit(1)


def _all_of(function: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
    return [function(item) for item in items]
