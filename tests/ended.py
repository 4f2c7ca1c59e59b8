"""How a `trm` command ended, for tests of the command."""

import json
from typing import NamedTuple


class Ended(NamedTuple):
    """Exit status, what was printed, and what was said on stderr."""

    status: int
    out: str
    err: str

    @property
    def events(self):
        """The JSON lines that were printed."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def said(self):
        """What is in the frame that usage errors come in, on one line."""
        return " ".join(self.err.replace("│", " ").split())
