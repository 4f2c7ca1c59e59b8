"""Files and directories that appear whole or not at all, also when the machine stops midway."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from itertools import count
from pathlib import Path

from trm_core.errors import UserError

_unfinished: set[Path] = set()
"""Files and directories of this process that stand in for others."""


def discard_unfinished() -> None:
    """Remove what is being written, for a process that ends on the spot."""
    for path in tuple(_unfinished):
        _discard(path)


def check_free(target: Path, kind: type[UserError]) -> None:
    """Raise `kind` if there is anything where `target` is to be written."""
    if target.exists():
        raise kind(f"{target} exists already; choose a directory that does not")


@contextmanager
def writing(target: Path, kind: type[UserError], *others: type[Exception]) -> Iterator[None]:
    """Raises as `kind` what keeps the block from writing `target`: OSErrors, and `others`."""
    caught: tuple[type[Exception], ...] = (OSError, *others)
    try:
        yield
    except caught as error:
        why = getattr(error, "strerror", None) or error
        raise kind(f"{target} cannot be written: {why}") from None


def check_directory(target: Path, *, may_be_empty: bool = False) -> None:
    """Refuse before any work what `whole_directory` would after it. Raises UserError.

    may_be_empty: whether `target` may be there already, with nothing in it.
    """
    if not may_be_empty:
        check_free(target, UserError)
    elif target.exists() and (not target.is_dir() or os.listdir(target)):
        raise UserError(f"{target} is there already, expected a new or empty directory")
    check_place(target)


def check_file(target: Path) -> None:
    """Refuse before any work what `whole_file` would after it. Raises UserError."""
    if target.is_dir():
        raise UserError(f"{target} cannot be written: it is a folder")
    if not target.parent.exists():
        raise UserError(f"{target} cannot be written: there is no folder {target.parent}")
    _check(target, target.parent)


def check_place(target: Path) -> None:
    """Refuse a directory that nothing can be written in, or that cannot be made where it is not
    there yet. Raises UserError."""
    target = target.absolute()
    _check(target, next(place for place in (target, *target.parents) if os.path.lexists(place)))


def _check(target: Path, folder: Path) -> None:
    """By writing something there, as rights do not tell of all that may stand against it."""
    if not folder.is_dir():
        raise UserError(f"{target} cannot be written: {folder} is not a folder")
    with writing(target, UserError), tempfile.TemporaryFile(dir=folder):
        pass


@contextmanager
def whole_directory(target: Path) -> Iterator[Path]:
    """An empty directory to fill, which becomes `target` when the block ends without an error.

    Until then it stands beside `target` under a hidden name; after an error it is removed. What
    was written is on disk before the new name is. Raises OSError if it cannot be written, or if
    `target` holds anything already.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = _stand_in(target.parent, target.name)
    try:
        unfinished.mkdir(0o700)
        yield unfinished
        unfinished.chmod(0o755)
        for folder, _, files in os.walk(unfinished):
            for file in files:
                Path(folder, file).chmod(0o644)  # some writers keep theirs to themselves
                flush(Path(folder, file))
            flush(Path(folder))
        unfinished.rename(target)
        flush(target.parent)
    finally:
        _discard(unfinished)  # where it has not become `target`


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A file to fill, which takes the place of `target` when the block ends without an error.

    Until then it stands beside `target` under a hidden name with the same suffix; after an error it
    is removed, and `target` is as it was. What was written is on disk before the new name is.
    Raises OSError if it cannot be written.
    """
    unfinished = _stand_in(target.parent, target.stem, target.suffix)
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL, 0o600))
        yield unfinished
        unfinished.chmod(0o644)
        flush(unfinished)
        unfinished.replace(target)
    finally:
        _discard(unfinished)


def write_whole(file: Path, text: str) -> None:
    """Put `text` in the place of `file`; a reader sees the old content or the new, never a part.

    Raises OSError, the old content being as it was.
    """
    with whole_file(file) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def unfinished_files(target: Path) -> Iterator[Path]:
    """What processes have left beside `target` that were killed while they wrote it."""
    return target.parent.glob(f"{escape(_hidden(target.stem))}*{target.suffix}")


def remove_directory(directory: Path) -> None:
    """Remove `directory`, which is gone under its name before any of its content is.

    Raises OSError if it is not there or cannot be renamed.
    """
    doomed = _stand_in(directory.parent, directory.name)
    try:
        doomed.mkdir(0o700)
        directory.replace(doomed / directory.name)
    finally:
        _discard(doomed)


def _stand_in(folder: Path, name: str, suffix: str = "") -> Path:
    """A new name for what stands in for `name`. It is known to `discard_unfinished` before it is
    there, as a signal may come at any moment."""
    import secrets

    path = folder / f"{_hidden(name)}{secrets.token_hex(4)}{suffix}"
    _unfinished.add(path)
    return path


def _discard(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    _unfinished.discard(path)


def _hidden(name: str) -> str:
    """How the name of what stands in for `name` begins; short, as a name has 255 bytes at most."""
    return f".{name.encode()[:64].decode(errors='ignore')}-"


def put_aside(path: Path) -> Path:
    """Give a damaged file or directory a name under which nothing looks for it, and that nothing
    has yet: with `.damaged` in the place of its suffix, or `.damaged1` and so on. The new path.

    Raises OSError, `path` being as it was.
    """
    names = (path.with_suffix(f".damaged{number or ''}") for number in count())
    free = next(name for name in names if not name.exists())
    return path.rename(free)


def flush(path: Path) -> None:
    """Have the system write `path`, a file or directory, to disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows has no such thing for directories
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
