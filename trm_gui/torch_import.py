"""Importing torch on a worker thread without holding up the GUI thread."""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from pathlib import Path
from types import ModuleType

_ONE_AT_A_TIME = threading.Lock()
_going_on = False
_frozen = False
"""Whether what was there when torch was imported is left out of collections still."""


def import_torch(threads: int = 0) -> None:
    """Import torch, to compute on so many threads; the first time it takes a second or two.

    threads: 0 for all that torch would take but one, which is left for the window. It holds for
        the thread that asks, and for those that compute for the first time after that.
    """
    with _ONE_AT_A_TIME:
        usual = _usual_threads()
    import torch

    wanted = threads or max(1, usual - 1)
    if torch.get_num_threads() != wanted:
        torch.set_num_threads(wanted)


def is_going_on() -> bool:
    """Whether torch is being imported, by whichever thread."""
    return _going_on


def thaw() -> None:
    """Let what was there when torch was imported be collected again, at the end of the window that
    was open then."""
    global _frozen
    if _frozen:
        _frozen = False
        gc.unfreeze()


@cache
def _usual_threads() -> int:
    """Import torch; how many threads it takes by itself.

    Python holds its global lock while it loads a library, 0.25 s for torch's, and while it
    collects garbage among the 160,000 objects that come with it. So the library is loaded through
    a foreign call, which lets go of the lock, and collection waits and then leaves them out. It
    leaves out whatever else is there by then, so this is done once: done again for each solve, it
    would keep all garbage of that moment for ever.
    """
    global _frozen, _going_on
    collects = gc.isenabled()
    gc.disable()
    _going_on = True
    try:
        _load_library()
        import torch

        gc.freeze()
        _frozen = True
    finally:
        _going_on = False
        if collects:
            gc.enable()
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
    with no_other_library():
        dlopen(os.fsencode(library), os.RTLD_NOW)


@contextmanager
def no_other_library() -> Iterator[None]:
    """Let other threads that would load a library wait meanwhile, but not with Python's lock.

    The loader of the system does one after the other: a thread that imports some small extension
    would wait for torch's libraries, all the while keeping Python's lock from the GUI thread.
    """
    create, loading = ExtensionFileLoader.create_module, threading.Lock()

    def create_later(self: ExtensionFileLoader, spec: ModuleSpec) -> ModuleType:
        with loading:
            pass
        return create(self, spec)

    with loading:
        ExtensionFileLoader.create_module = create_later  # type: ignore[method-assign]
        try:
            yield
        finally:
            ExtensionFileLoader.create_module = create  # type: ignore[method-assign]
