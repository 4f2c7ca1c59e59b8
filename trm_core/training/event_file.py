"""A TensorBoard event file, written in the calling thread.

`torch.utils.tensorboard.SummaryWriter` writes in a thread of its own, which prints a traceback when
the disk is full or the directory is gone. The records are the same (tensorboard's RecordWriter).
"""

from __future__ import annotations

import io
import os
import re
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from trm_core.training.run_files import append, run_errors, sync

_NAME = re.compile(r"events\.out\.tfevents\.(\d{10})\.")


class EventFile:
    """Scalars for `tensorboard --logdir DIRECTORY`, in a new file beside those of earlier runs."""

    def __init__(self, directory: Path) -> None:
        """Raises RunError if the file cannot be made."""
        with run_errors(directory):
            names = [_NAME.match(path.name) for path in directory.iterdir()]
        # TensorBoard reads the files by name; the clock may have been set back since the last one
        number = max([int(time.time()), *(int(name[1]) + 1 for name in names if name)])
        name = f"events.out.tfevents.{number:010d}.{socket.gethostname()}.{os.getpid()}.0"
        self._file = directory / name
        self._append(file_version="brain.Event:2")

    def add(self, step: int, scalars: Mapping[str, float]) -> None:
        """Write the value of each name in `scalars` at `step`. Raises RunError."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in scalars.items()]
        self._append(step=step, summary=Summary(value=values))

    def purge_after(self, step: int) -> None:
        """Have TensorBoard forget what was written for steps after `step`. Raises RunError."""
        from tensorboard.compat.proto.event_pb2 import SessionLog

        self._append(step=step + 1, session_log=SessionLog(status=SessionLog.START))

    def flush(self) -> None:
        """Have what was written put on disk. Raises RunError."""
        sync(self._file)

    def _append(self, **fields: object) -> None:
        """Write one event, with the fields of tensorboard's `Event`."""
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.summary.writer.record_writer import RecordWriter

        record = io.BytesIO()
        RecordWriter(record).write(Event(wall_time=time.time(), **fields).SerializeToString())
        append(self._file, record.getvalue())
