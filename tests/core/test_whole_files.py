"""Files and directories appear whole or not at all, and what is in the way stays."""

import os
import signal
import stat
import subprocess
import sys

import pytest

from trm_core.files import put_aside, remove_directory, whole_directory, write_whole

# Directories


def test_a_directory_appears_only_when_it_is_whole(tmp_path):
    target = tmp_path / "new" / "set"
    with whole_directory(target) as unfinished:
        (unfinished / "inner").mkdir()
        (unfinished / "inner" / "file").write_text("content")
        assert not target.exists()
        assert unfinished.parent == target.parent
        assert unfinished.name.startswith(".set-")
    assert (target / "inner" / "file").read_text() == "content"
    assert [path.name for path in target.parent.iterdir()] == ["set"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o755


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_an_error_nothing_stays(tmp_path, error):
    def fill(directory):
        (directory / "file").write_text("half")
        raise error

    with pytest.raises(error), whole_directory(tmp_path / "set") as unfinished:
        fill(unfinished)
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_holds_something_is_not_replaced(tmp_path):
    target = tmp_path / "set"
    target.mkdir()
    (target / "old").write_text("old")
    with pytest.raises(OSError, match="set"), whole_directory(target) as unfinished:
        (unfinished / "new").write_text("new")
    assert [path.name for path in target.iterdir()] == ["old"]
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_directory_that_vanishes_while_it_is_filled_is_an_error(tmp_path):
    with pytest.raises(OSError, match="set"), whole_directory(tmp_path / "set") as unfinished:
        unfinished.rmdir()
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_an_error(tmp_path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(OSError, match="file"), whole_directory(tmp_path / "file" / "set"):
        pytest.fail("there is no place for the directory")
    assert (tmp_path / "file").read_text() == "old"


def test_everything_is_flushed_before_the_name_is_given(tmp_path, monkeypatch):
    done = []
    fsync, rename = os.fsync, os.rename

    def watched_fsync(handle):
        done.append(os.readlink(f"/proc/self/fd/{handle}"))
        fsync(handle)

    def watched_rename(source, target):
        done.append("rename")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "rename", watched_rename)
    with whole_directory(tmp_path / "set") as unfinished:
        (unfinished / "inner").mkdir()
        (unfinished / "inner" / "file").write_text("content")
        name = str(unfinished)
    before, after = done[: done.index("rename")], done[done.index("rename") + 1 :]
    assert {name, f"{name}/inner", f"{name}/inner/file"} == set(before)
    assert after == [str(tmp_path)]


# Files


def test_a_file_is_written_and_replaced(tmp_path):
    file = tmp_path / "status.json"
    for text in ("one", "zwei ✓", ""):
        write_whole(file, text)
        assert file.read_text(encoding="utf-8") == text
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_a_reader_that_has_the_file_open_keeps_the_old_content(tmp_path):
    file = tmp_path / "status.json"
    write_whole(file, "old")
    with file.open() as stream:
        write_whole(file, "new")
        assert stream.read() == "old"
    assert file.read_text() == "new"


def test_what_cannot_be_written_leaves_the_old_content(tmp_path):
    file = tmp_path / "status.json"
    write_whole(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "new \ud800")
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


def test_a_directory_in_the_way_of_a_file_is_an_error(tmp_path):
    (tmp_path / "status.json").mkdir()
    with pytest.raises(OSError, match="status"):
        write_whole(tmp_path / "status.json", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


def test_a_file_in_a_directory_that_is_gone_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "gone" / "status.json", "text")
    assert list(tmp_path.iterdir()) == []


# Removal


def test_a_directory_is_removed_with_all_that_is_in_it(tmp_path):
    doomed = tmp_path / "step_1"
    (doomed / "inner").mkdir(parents=True)
    (doomed / "inner" / "file").write_text("content")
    (tmp_path / "step_2").mkdir()
    remove_directory(doomed)
    assert [path.name for path in tmp_path.iterdir()] == ["step_2"]


def test_a_directory_that_is_not_there_cannot_be_removed(tmp_path):
    with pytest.raises(FileNotFoundError):
        remove_directory(tmp_path / "step_1")


# Putting aside


def test_what_is_put_aside_never_takes_the_place_of_what_was_put_aside_before(tmp_path):
    for content in ("first", "second", "third"):
        (tmp_path / "jobs.json").write_text(content)
        put_aside(tmp_path / "jobs.json")
    aside = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert aside == {"jobs.damaged": "first", "jobs.damaged1": "second", "jobs.damaged2": "third"}


def test_a_directory_is_put_aside_with_all_that_is_in_it(tmp_path):
    for _ in range(2):
        (tmp_path / "step_8").mkdir()
        (tmp_path / "step_8" / "file").write_text("content")
        assert (put_aside(tmp_path / "step_8") / "file").read_text() == "content"
    assert {path.name for path in tmp_path.iterdir()} == {"step_8.damaged", "step_8.damaged1"}


PROGRAM = """
import os, signal, sys
from pathlib import Path
from trm_core.files import remove_directory, whole_directory, write_whole
from trm_core.signals import end_in_order
target, number = Path(sys.argv[2]), int(sys.argv[3])
if sys.argv[1] == "ignored":
    signal.signal(number, signal.SIG_IGN)
end_in_order()
def interrupted(make):
    def made(path, *arguments, **options):
        result = make(path, *arguments, **options)
        if Path(path).name.startswith("."):
            os.kill(os.getpid(), number)
        return result
    return made
os.open, os.mkdir = interrupted(os.open), interrupted(os.mkdir)
if sys.argv[1] == "directory":
    with whole_directory(target):
        pass
elif sys.argv[1] == "removed":
    target.mkdir()
    remove_directory(target)
else:
    write_whole(target, "content")
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
@pytest.mark.parametrize("what", ["file", "directory", "removed"])
def test_a_signal_in_the_moment_in_which_something_is_made_leaves_nothing_unfinished(
    tmp_path, what
):
    command = [sys.executable, "-c", PROGRAM, what, tmp_path / "target", str(int(signal.SIGTERM))]
    assert subprocess.run(command, timeout=60).returncode == -signal.SIGTERM
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_hangup_that_is_ignored_as_by_nohup_does_not_end_what_is_written(tmp_path):
    file = tmp_path / "target"
    command = [sys.executable, "-c", PROGRAM, "ignored", file, str(int(signal.SIGHUP))]
    assert subprocess.run(command, timeout=60).returncode == 0
    assert file.read_text() == "content"
