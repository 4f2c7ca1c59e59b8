"""Importing torch on a worker thread without holding up the GUI thread."""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import os
from functools import cache
from pathlib import Path


def import_torch(threads: int = 0) -> None:
    """Import torch, to compute on so many threads; the first time it takes a second or two.

    threads: 0 for all that torch would take but one, which is left for the window.

    Python holds its global lock while it loads a library, 0.25 s for torch's, and while it
    collects garbage among the 160,000 objects that come with it. So the library is loaded through
    a foreign call, which lets go of the lock, and collection waits and then leaves them out.
    """
    gc.disable()
    try:
        _load_library()
        import torch

        torch.set_num_threads(threads or max(1, _usual_threads() - 1))
        gc.freeze()
    finally:
        gc.enable()


@cache
def _usual_threads() -> int:
    """How many torch takes by itself, as long as nobody has changed that."""
    import torch

    return torch.get_num_threads()


def _load_library() -> None:
    """Have the loader map torch's libraries ahead of the import; whatever fails is left to it."""
    found = importlib.util.find_spec("torch")
    if os.name != "posix" or found is None or found.origin is None:
        return
    suffix = "dylib" if os.uname().sysname == "Darwin" else "so"
    library = Path(found.origin).parent / "lib" / f"libtorch_python.{suffix}"
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.restype = ctypes.c_void_p
    dlopen(os.fsencode(library), os.RTLD_NOW)
