"""The sample recordings, and real solves to record."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trm_core.recordings import Recording
from trm_core.trace import SolveSettings

SAMPLES = Path(__file__).parents[2] / "recordings" / "version-1"


@dataclass
class Parts:
    """The parts of a safetensors file, to be changed and put together again."""

    header: dict
    tensors: bytes

    @classmethod
    def of(cls, file):
        content = file.read_bytes()
        end = 8 + int.from_bytes(content[:8], "little")
        return cls(json.loads(content[8:end]), content[end:])

    @property
    def metadata(self):
        return self.header["__metadata__"]

    def change(self, part, **changes):
        """Change members of the JSON object that is the metadata `part`."""
        self.metadata[part] = json.dumps(json.loads(self.metadata[part]) | changes)

    def put(self, name, values):
        """Other values for a tensor, as many bytes as it has."""
        start, end = self.header[name]["data_offsets"]
        assert len(values.tobytes()) == end - start
        self.tensors = self.tensors[:start] + values.tobytes() + self.tensors[end:]

    def write(self, file):
        header = json.dumps(self.header).encode()
        file.write_bytes(len(header).to_bytes(8, "little") + header + self.tensors)


@pytest.fixture
def parts():
    """The parts of the sample of a Sudoku."""
    return Parts.of(SAMPLES / "sudoku.trmrec")


@pytest.fixture(scope="session")
def solved(solver, sudokus):
    """The recording of a solve of 16 supervision steps."""
    trace = solver.start(sudokus[0], SolveSettings(halt_threshold=None))
    for frame in solver.frames(trace, with_latents=True):
        trace.append(frame)
    created = datetime(2026, 11, 24, 12, 30, 15, 250_000, tzinfo=UTC)
    return Recording(trace, "cpu", "float32", created, "Noted: ✓")
