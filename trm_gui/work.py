"""Work that takes time: the one home of threads and tasks, and of what is told where they fail.

A room of the window has `Tasks`, coroutines on the GUI thread; what takes long they hand to a
`Lane`, a thread that does things in order, and wait for what it gives:

    async def _rename(self, entry: Entry, name: str) -> None:
        renamed = await self._lane(rename, entry.file, name, of=entry.file)
        self.model.replace(entry.file, renamed)

    self._tasks.start(self._rename(entry, name))

asyncio is imported with the first task, so that the window is painted before. What a coroutine
awaits must not run a loop of Qt inside, such as `dialog.exec()`: that breaks all other tasks.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakSet

from PySide6.QtCore import QCoreApplication, QEventLoop

import trm_core
from trm_core.errors import UserError
from trm_core.handover import handed_over
from trm_gui.failure import explained

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")

ANSWERS_WITHIN = 20.0
"""Seconds after which what is `of` a file or a folder is given up: a share that is cut off, or a
pipe to which nobody writes, would keep it for ever."""

HANGS = "does not answer: the disk that it is on, or the network to it, hangs."

CLOSES_WITHIN = 3.0
"""Seconds that a window takes to close at most, whatever hangs."""

NICER = 5
"""By how much processes stand back for the window and its solves (Unix)."""

GATHERING = 0.016
"""Seconds for which results are gathered: what gives them may be quicker than the window, and would
leave it no time for anything else."""


class Stop:
    """Asks work on another thread to end: `with Stop() as stop`, and `stop` is handed over, to be
    called now and then; it gives True once it was asked, as it is where the block was left."""

    def __init__(self) -> None:
        self._asked = False

    def ask(self) -> None:
        self._asked = True

    def __enter__(self) -> Stop:
        return self

    def __exit__(self, *_: object) -> None:
        self.ask()

    def __call__(self) -> bool:
        return self._asked


class Bell:
    """Rung by who has news; who waits for it goes on, at once where it was rung since the last
    time. On the GUI thread."""

    def __init__(self) -> None:
        self._rung = False
        self._waiter: asyncio.Future[None] | None = None

    def ring(self) -> None:
        self._rung = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def rung(self) -> None:
        """For one coroutine at a time."""
        if not self._rung:
            self._waiter = _loop().create_future()
            await self._waiter
        self._rung = False


Process = subprocess.Popen[bytes]


class Work:
    """The lanes and tasks of one window, which end with it."""

    def __init__(self) -> None:
        self._lanes: WeakSet[Lane] = WeakSet()
        self._tasks: WeakSet[Tasks] = WeakSet()

    def lane(self, name: str, nicer: int = 0) -> Lane:
        """One more lane, whose thread has this name; who does not keep it closes it. nicer: by how
        much the thread stands back for others (Linux)."""
        lane = Lane(name, nicer)
        self._lanes.add(lane)
        return lane

    def tasks(self, fail: Callable[[str, str], None], defect: str) -> Tasks:
        """A place for the tasks of a room; see `Tasks`."""
        tasks = Tasks(fail, defect)
        self._tasks.add(tasks)
        return tasks

    async def aside(self, function: Callable[..., T], *arguments: object, of: object = None) -> T:
        """Have it done on a thread of its own; see `Lane`."""
        lane = self.lane("aside")
        try:
            return await lane(function, *arguments, of=of)
        finally:
            lane.close()

    async def handed_over_by(self, start: Callable[[], Process], content: bytes = b"") -> Any:
        """What a process that `start` begins hands over, having read `content`; raises UserError
        where it fails. It is killed where nobody waits for that any more."""
        begun: list[Process] = []

        def run() -> object:
            process = start()
            begun.append(process)
            if stop():
                process.kill()
            return handed_over(process.communicate(content)[0])

        with Stop() as stop:
            try:
                return await self.aside(run)
            finally:
                stop.ask()
                for process in begun:
                    with suppress(OSError):
                        process.kill()

    def close(self) -> None:
        """Cancel all tasks but those that may come to their end, have done what is surely to be
        done, and begin nothing any more.

        It takes CLOSES_WITHIN seconds at most: what hangs is left behind.
        """
        end = time.monotonic() + CLOSES_WITHIN
        rooms = list(self._tasks)
        for tasks in rooms:
            tasks.close(at_once=False)
        _turn_until(lambda: not any(tasks.running for tasks in rooms), end)
        for tasks in rooms:
            tasks.close()
        lanes = list(self._lanes)
        for lane in lanes:
            lane.close()
        _turn_until(lambda: not any(tasks.running for tasks in rooms), end)
        for lane in lanes:
            lane.join(end - time.monotonic())


class Tasks:
    """What a room of the window has going on; all of it goes through one ladder of errors."""

    def __init__(self, fail: Callable[[str, str], None], defect: str) -> None:
        """fail: is given a sentence for the user, and the details of what was not foreseen.
        defect: what is said of that, such as "The recordings could not go on"."""
        self._fail, self._defect = fail, defect
        self.running: set[asyncio.Task[None]] = set()
        self._sure: set[asyncio.Task[None]] = set()
        self._places: dict[Hashable, asyncio.Task[None]] = {}
        self._closed = False

    def start(
        self, work: Coroutine[Any, Any, object], place: Hashable = None, surely: bool = False
    ) -> None:
        """Begin a coroutine, from the event loop. In a place the newest wins: it cancels the one
        before. surely: whether it may come to its end while the window closes."""
        if self._closed:
            work.close()
            return
        self.cancel(place)
        task = _loop().create_task(self._with_ladder(work))
        self.running.add(task)
        if surely:
            self._sure.add(task)
            task.add_done_callback(self._sure.discard)
        task.add_done_callback(lambda _: work.close())  # one that was cancelled before it began
        task.add_done_callback(self.running.discard)
        if place is not None:
            self._places[place] = task

    def heed(self, done: asyncio.Future[Any]) -> None:
        """Have it told if this fails, which nobody waits for."""

        async def wait() -> None:
            await done

        self.start(wait())

    async def attempt(self, done: Awaitable[T]) -> T | None:
        """What it gives, for who goes on either way; None where it fails, which is told."""
        try:
            return await done
        except Exception as error:
            self._fail(*explained(error, self._defect))
            return None

    def cancel(self, place: Hashable) -> None:
        """Cancel what is going on in a place, if anything is."""
        if (before := self._places.pop(place, None)) is not None:
            before.cancel()

    def close(self, at_once: bool = True) -> None:
        """Cancel all, and begin nothing any more; where not `at_once`, what may come to its end
        goes on."""
        self._closed = True
        for task in self.running if at_once else self.running - self._sure:
            task.cancel()

    async def _with_ladder(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception as error:
            self._fail(*explained(error, self._defect))


class Lane:
    """A thread, begun with the first thing to do, that does one thing after the other.

    What is `of` a file or a folder must answer within ANSWERS_WITHIN seconds: after that, or where
    it is cancelled meanwhile, the thread is left behind with it, and another one does the rest.
    Anything else is waited for, so that two never use the same model at once.
    """

    def __init__(self, name: str, nicer: int = 0) -> None:
        self._name, self._nicer = name, nicer
        self._waiting: SimpleQueue[_Piece[Any] | None] = SimpleQueue()
        self._thread: _Thread | None = None
        self._pending = 0
        self._watched = self._closed = False

    def __call__(
        self, function: Callable[..., T], *arguments: object, of: object = None
    ) -> asyncio.Future[T]:
        """Do it after what was given before; the future has what it gives, or raises.

        What is cancelled before it has begun is not done.
        """
        return self._put(_Piece(function, arguments, of))

    def surely(
        self, function: Callable[..., T], *arguments: object, of: object = None
    ) -> asyncio.Future[T]:
        """Do it even if nobody waits for it any more, and while the window closes."""
        return self._put(_Piece(function, arguments, of, surely=True))

    async def each(self, results: Iterator[T], of: object = None) -> AsyncIterator[list[T]]:
        """Everything that `results`, run on the thread, has given since the last time.

        Between two results the thread does what else it was given.
        """
        import asyncio

        come, woken = list[T](), asyncio.Event()
        loop = _loop()

        def take(result: T) -> None:
            come.append(result)
            if len(come) == 1:  # else that is told already, or seen without
                _tell(loop, woken.set)

        ended = self._put(_Steps(self._waiting, results, take, of))
        del results
        ended.add_done_callback(lambda _: woken.set())
        try:
            while not ended.done():
                woken.clear()
                if not come:
                    await woken.wait()
                if batch := come[:]:
                    del come[: len(batch)]
                    yield batch
                    await asyncio.sleep(GATHERING)
            if come:
                yield come
            ended.result()
        finally:
            ended.cancel()

    def close(self) -> None:
        """Take no more; what is surely to be done still is."""
        if not self._closed:
            self._closed = True
            self._waiting.put(None)

    def give_up(self) -> None:
        """Leave the thread behind with what it is at; nothing else comes to pass."""
        self._closed = True
        pieces = [] if self._thread is None else [self._thread.piece]
        with suppress(Empty):
            while True:
                pieces.append(self._waiting.get_nowait())
        for piece in filter(None, pieces):
            piece.future.cancel()
        self._waiting.put(None)
        self._thread = None

    def join(self, seconds: float) -> None:
        """Wait so long at most for a closed lane to have done what is to be done."""
        if self._thread is not None:
            self._thread.join(max(0.0, seconds))

    def _put(self, piece: _Piece[T]) -> asyncio.Future[T]:
        future = piece.future
        if self._closed:
            future.cancel()
            return future
        self._pending += 1
        future.add_done_callback(lambda _: self._on_done(piece))
        if self._thread is None:
            self._thread = _Thread(self._name, self._nicer, self._waiting)
        self._waiting.put(piece)
        if not self._watched:
            self._watch()
        return future

    def _on_done(self, piece: _Piece[Any]) -> None:
        self._pending -= 1
        if piece.future.cancelled():
            if piece.of is not None and not piece.surely:
                self._leave(piece)
        else:
            piece.future.exception()  # else asyncio would tell of it where nobody waits any more

    def _watch(self) -> None:
        """Look now and then, as long as there is something to do, whether that answers."""
        self._watched = self._pending > 0
        if not self._watched:
            return
        piece = None if self._thread is None else self._thread.piece
        if piece is not None and piece.is_overdue and not piece.future.done():
            piece.future.set_exception(UserError(f"{piece.of} {HANGS}"))
            self._leave(piece)
        _loop().call_later(ANSWERS_WITHIN / 20, self._watch)

    def _leave(self, piece: _Piece[Any]) -> None:
        """If the thread is at it, go on with another one."""
        if self._thread is not None and self._thread.leave(piece):
            self._thread = _Thread(self._name, self._nicer, self._waiting)


class _Piece(Generic[T]):
    """One thing to be done."""

    def __init__(
        self,
        function: Callable[..., T],
        arguments: tuple[object, ...] = (),
        of: object = None,
        surely: bool = False,
    ) -> None:
        self._loop = _loop()
        self.future: asyncio.Future[Any] = self._loop.create_future()
        self.of, self.surely = of, surely
        self._function, self._arguments = function, arguments
        self._begun: float | None = None

    @property
    def is_overdue(self) -> bool:
        if self.of is None or self._begun is None:
            return False
        return time.monotonic() - self._begun > ANSWERS_WITHIN

    def do(self) -> None:
        """On the thread."""
        if self.future.done() and not self.surely:
            self._drop()
            return
        self._begun = time.monotonic()
        try:
            given = self._function(*self._arguments)
        except BaseException as error:  # whoever waits for it is to have it
            self._settle(self.future.set_exception, error)
        else:
            self._settle(self.future.set_result, given)

    def _drop(self) -> None:
        """Hold nothing any more: it may have a window that is closed by then."""
        del self._function, self._arguments

    def _settle(self, how: Callable[[Any], None], what: object) -> None:
        self._drop()

        def settle() -> None:
            if not self.future.done():
                how(what)

        _tell(self._loop, settle)


class _Steps(_Piece[Any]):
    """What an iterator gives, one a time; in between, what waits has its turn."""

    def __init__(
        self,
        waiting: SimpleQueue[_Piece[Any] | None],
        results: Iterator[T],
        take: Callable[[T], None],
        of: object,
    ) -> None:
        super().__init__(self._step, of=of)
        self._waiting, self._results, self._take = waiting, results, take

    def _drop(self) -> None:
        super()._drop()
        del self._results  # a generator ends on this thread

    def _settle(self, how: Callable[[Any], None], what: object) -> None:
        if what is self:  # there may be more
            self._waiting.put(self)
        else:
            super()._settle(how, what)

    def _step(self) -> _Steps | None:
        try:
            self._take(next(self._results))
        except StopIteration:
            return None
        return self


class _Thread(threading.Thread):
    """Takes from what waits until it is left behind, or there is to be no more."""

    def __init__(self, name: str, nicer: int, waiting: SimpleQueue[_Piece[Any] | None]) -> None:
        super().__init__(name=name, daemon=True)
        self._nicer, self._waiting = nicer, waiting
        self._lock = threading.Lock()
        self._left = False
        self.piece: _Piece[Any] | None = None
        """What it is at."""
        self.start()

    def leave(self, piece: _Piece[Any]) -> bool:
        """Have it end after `piece`; whether it is at that."""
        with self._lock:
            self._left = self._left or self.piece is piece
            return self._left

    def run(self) -> None:
        if self._nicer and hasattr(os, "setpriority"):
            with suppress(OSError):  # of a thread alone, where the system is Linux
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self._nicer)
        while (piece := self._waiting.get()) is not None:
            self.piece = piece
            piece.do()
            del piece
            with self._lock:
                self.piece = None
                if self._left:
                    return


def _turn_until(done: Callable[[], bool], end: float) -> None:
    """Let tasks hear of what has come for them."""
    unattended = QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents
    while not done() and time.monotonic() < end:
        QCoreApplication.processEvents(unattended)


def on_gui_thread(call: Callable[[T], None]) -> Callable[[T], None]:
    """To be called on any thread; `call` is, with the same, soon after on the GUI thread."""
    loop = _loop()
    return lambda what: _tell(loop, lambda: call(what))


def start_module(module: str, arguments: list[str], log: IO[bytes] | None = None) -> Process:
    """This very Python with the packages that this program uses, whatever folder it is started in;
    it stands back for the window.

    log: what has all that it prints, where no terminal and no window is to take the process with
        it; else it is talked to by pipes, and its stderr is this one. Raises OSError.
    """
    import psutil

    found = str(Path(trm_core.__file__).resolve().parents[1])
    paths = [found, *filter(None, [os.environ.get("PYTHONPATH")])]
    alone: dict[str, Any] = {"start_new_session": True}
    if os.name == "nt":
        new_group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        alone = {"creationflags": new_group | getattr(subprocess, "DETACHED_PROCESS", 0)}
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        cwd=Path.home(),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=pipe if log is None else subprocess.DEVNULL,
        stdout=pipe if log is None else log,
        stderr=None if log is None else subprocess.STDOUT,
        **({} if log is None else alone),
    )
    with suppress(psutil.Error, OSError):
        started = psutil.Process(process.pid)
        if os.name == "nt":
            started.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            started.nice(min(19, started.nice() + NICER))
    return process


def sleep(seconds: float) -> Coroutine[Any, Any, None]:
    """For a coroutine to wait; not for each of many frames a second."""
    import asyncio

    return asyncio.sleep(seconds)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """That of asyncio on top of Qt's, made once and never closed.

    It runs as soon as Qt's does, whoever started that.
    """
    os.environ["QT_API"] = "pyside6"  # whichever else somebody has set for other programs
    import qasync

    loop: asyncio.AbstractEventLoop
    loop = qasync.QEventLoop(QCoreApplication.instance(), already_running=True)
    loop.set_exception_handler(_on_unforeseen)
    return loop


def _on_unforeseen(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What no ladder has caught is treated as in any slot."""
    error = context.get("exception") or RuntimeError(context["message"])
    sys.excepthook(type(error), error, error.__traceback__)


def _tell(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    """Have it called on the GUI thread, unless the program has ended."""
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        if QCoreApplication.instance() is not None:
            raise
