"""Read recordings that are damaged in all ways (see `fuzzing`)."""

from contextlib import suppress
from pathlib import Path

from fuzzing import Reader, main

from trm_core.recordings import (
    RecordingError,
    read_answer,
    read_header,
    read_latents,
    read_recording,
)

SAMPLES = Path(__file__).parent / "recordings"
NAME = "input.trmrec"


def samples(folder):
    return [{NAME: file.read_bytes()} for file in sorted(SAMPLES.glob("*/*.trmrec"))]


def read(folder):
    file = folder / NAME
    for reader in (read_header, read_answer, read_latents):
        with suppress(RecordingError):
            reader(file)
    trace = read_recording(file).trace
    for index in range(len(trace)):
        trace.sentence(index)
        trace.conflicts(index)
        trace.entropy(index)
        trace.puzzle.json_rows(trace.grid(index))
    trace.curves.latent_path("y")
    trace.curves.right_shares()
    return "read"


READERS = (Reader("recording", samples, read),)

if __name__ == "__main__":
    main(READERS, __doc__)
