"""What a process hands over to the one that has started it: a JSON object on stdout."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout

from trm_core.errors import UserError


def hand_over(work: Callable[[], object], defect: str) -> None:
    """Print {"done": what `work` gives}, or {"failed": a sentence} and end with status 1.

    defect: what is said of an error that nobody foresaw. All else that is printed goes to stderr.
    """
    try:
        with redirect_stdout(sys.stderr):
            told = {"done": work()}
    except UserError as error:
        told = {"failed": str(error)}
    except Exception as error:
        traceback.print_exc()
        told = {"failed": f"{defect} ({type(error).__name__}: {error})"}
    print(json.dumps(told))
    sys.exit("failed" in told)


def handed_over(printed: bytes) -> object:
    """What the process gave that has `printed` this. Raises UserError with what it says where it
    failed, and where it has ended before it could."""
    try:
        told = json.loads(printed)
    except ValueError:
        raise UserError("the process was ended") from None
    if "failed" in told:
        raise UserError(told["failed"])
    return told["done"]
