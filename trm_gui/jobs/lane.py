"""Work done in order on a thread of its own, which may hang without holding up the program."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from trm_core.errors import UserError

Work = Callable[[], None]


class Lane:
    """A thread for what may wait for ever, such as a shared folder that is cut off.

    Work that fails is told in a sentence, and the next goes on.
    """

    def __init__(self, name: str, tell: Callable[[str], None]) -> None:
        """tell: is given the sentence, on the lane's thread."""
        self._tell = tell
        self._waiting: SimpleQueue[Work | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(self, work: Work) -> None:
        """Do `work` after what was given before; nothing once the lane is closed."""
        if not self._closed:
            self._waiting.put(work)

    def close(self) -> None:
        """Take no more; what was given is still done."""
        if not self._closed:
            self._closed = True
            self._waiting.put(None)

    @property
    def is_done(self) -> bool:
        return not self._thread.is_alive()

    def join(self, seconds: float) -> None:
        """Wait so long at most for a closed lane to be done."""
        self._thread.join(max(0.0, seconds))

    def _run(self) -> None:
        while (work := self._waiting.get()) is not None:
            try:
                self._safely(work)
            except RuntimeError:
                if not self._closed:  # else whom it was to be told has gone
                    raise

    def _safely(self, work: Work) -> None:
        try:
            work()
        except UserError as error:
            self._tell(str(error))
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            self._tell(f"{place}{error.strerror or error}")
        except Exception as error:  # a defect must not pass in silence
            if self._closed:
                return
            self._tell(f"The jobs could not go on ({type(error).__name__}: {error}).")
            traceback.print_exc()


def close_all(lanes: Sequence[Lane], seconds: float) -> None:
    """Close them, and wait so long at most for all of them."""
    end = time.monotonic() + seconds
    for lane in lanes:
        lane.close()
    for lane in lanes:
        lane.join(end - time.monotonic())
