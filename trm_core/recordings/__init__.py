"""Recordings: one solve in a file, `NAME.trmrec`, that opens and plays with no model. No torch."""

from trm_core.recordings.header import Header, RecordingError, read_header
from trm_core.recordings.reading import read_answer, read_latents, read_recording
from trm_core.recordings.recording import SUFFIX, Latents, Recording
from trm_core.recordings.writing import write_notes, write_recording

__all__ = [
    "SUFFIX",
    "Header",
    "Latents",
    "Recording",
    "RecordingError",
    "read_answer",
    "read_header",
    "read_latents",
    "read_recording",
    "write_notes",
    "write_recording",
]
