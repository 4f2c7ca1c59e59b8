"""`trm render`, in a process of its own where it draws, as Qt has no place among these tests."""

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from ended import Ended
from PIL import Image
from recordings_to_show import recording, with_frames

from trm_core.export import WRITERS
from trm_core.recordings import write_recording

ROOT = Path(__file__).parents[2]
DRAWN = ("png", "svg", "gif", "webp", "mp4")


@pytest.fixture
def recorded(tmp_path):
    """A folder with a recording of each kind."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    for kind in ("sudoku", "maze", "arc"):
        write_recording(folder / f"{kind}.trmrec", recording(kind))
    return folder


def run(*arguments, before="", **environment):
    """The `trm` command in a fresh process without a display; `before` is done first in it."""
    code = f"import sys; {before}\nfrom trm_core.cli import main\nif __name__ == '__main__': main()"
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    clean = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=clean | environment
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("name", WRITERS)
def test_data_needs_no_qt_and_no_torch(name, recorded, tmp_path):
    absent = "sys.modules.update(dict.fromkeys(['PySide6', 'pyqtgraph', 'torch', 'trm_gui']))"
    target = tmp_path / f"out.{name}"
    ended = run("render", recorded / "sudoku.trmrec", target, "--json", before=absent)
    assert ended.status == 0, ended.err
    assert ended.events == [
        {
            "event": "written",
            "recordings": [str(recorded / "sudoku.trmrec")],
            "file": str(target),
            "frames": len(recording("sudoku").trace),
            "bytes": target.stat().st_size,
        }
    ]


@pytest.mark.parametrize("name", DRAWN)
def test_pictures_and_films_need_no_display_and_no_torch(name, recorded, tmp_path):
    target = tmp_path / f"out.{name}"
    absent = "sys.modules['torch'] = None"
    ended = run("render", recorded / "maze.trmrec", target, "--side", 240, before=absent)
    assert ended.status == 0, ended.err
    frames = len(recording("maze").trace)
    assert ended.out == f"{target}: {frames} frames, {target.stat().st_size / 1000:,.0f} kB\n"
    if name in ("gif", "webp"):
        assert Image.open(target).n_frames == frames


def test_several_recordings_become_one_film(recorded, tmp_path):
    one, both = tmp_path / "one.gif", tmp_path / "both.gif"
    options = ("--side", 240, "--no-caption", "--no-curve", "--theme", "dark")
    assert run("render", recorded / "sudoku.trmrec", one, *options).status == 0
    sources = recorded / "sudoku.trmrec", recorded / "maze.trmrec"
    assert run("render", *sources, both, *options).status == 0
    with Image.open(one) as first, Image.open(both) as second:
        assert second.n_frames == first.n_frames
        assert second.width > 2 * 240
        assert second.height == first.height
        assert np.asarray(second.convert("RGB"))[1, 1].tolist() == [0x1E, 0x1F, 0x22]


def test_a_folder_of_recordings_becomes_a_folder_of_files(recorded, tmp_path):
    (recorded / "other.txt").write_text("no recording")
    ended = run("render", recorded, tmp_path / "films", "--to", "webp", "--side", 240, "--json")
    assert ended.status == 0, ended.err
    assert [event["event"] for event in ended.events] == ["written"] * 3
    names = ["arc.webp", "maze.webp", "sudoku.webp"]
    assert sorted(os.listdir(tmp_path / "films")) == names
    for name in names:
        frames = len(recording(Path(name).stem).trace)
        assert Image.open(tmp_path / "films" / name).n_frames == frames


def test_one_bad_recording_of_a_folder_is_told_of_and_the_others_are_rendered(recorded, tmp_path):
    (recorded / "broken.trmrec").write_bytes(b"nothing")
    write_recording(recorded / "empty.trmrec", with_frames(recording("maze"), []))
    ended = run("render", recorded, tmp_path / "pages", "--to", "html", "--json")
    assert ended.status == 1
    told = [event["event"] for event in ended.events]
    assert told == ["written", "failed", "failed", "written", "written"]
    assert "broken.trmrec" in ended.events[1]["why"]
    assert "no frames" in ended.events[2]["why"]
    assert ended.err == "trm: 2 of 5 recordings could not be rendered\n"
    assert sorted(os.listdir(tmp_path / "pages")) == ["arc.html", "maze.html", "sudoku.html"]


def test_frames_fill_a_folder(recorded, tmp_path):
    target = tmp_path / "frames"
    ended = run("render", recorded / "arc.trmrec", target, "--to", "frames", "--side", 240)
    assert ended.status == 0, ended.err
    assert len(os.listdir(target)) == len(recording("arc").trace)


def test_a_single_picture_shows_the_frame_that_is_asked_for(recorded, tmp_path):
    pictures = []
    for options in (("--frame", 1), ("--frame", len(recording("sudoku").trace)), ()):
        target = tmp_path / "one.png"
        run("render", recorded / "sudoku.trmrec", target, "--side", 240, *options)
        pictures.append(target.read_bytes())
    assert pictures[0] != pictures[1] == pictures[2]


def test_missing_system_libraries_are_told_in_a_sentence(recorded, tmp_path):
    absent = "sys.modules['PySide6.QtWidgets'] = None"
    ended = run("render", recorded / "maze.trmrec", tmp_path / "a.gif", before=absent)
    assert ended.status == 1
    assert ended.err.startswith("trm: Qt cannot be loaded (")
    assert "apt-get install" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.trmrec"], "give one recording or several, then the file to write"),
        (["a.trmrec", "out.avi"], "found 'out.avi' as OUT, expected png"),
        (["a.trmrec", "out"], "found 'out' as OUT"),
        (["a.trmrec", "out", "--to", "pdf"], "--to: found 'pdf', expected png"),
        (["a.trmrec", "b.trmrec", "out.csv"], "csv is made of one recording, not of 2"),
    ],
)
def test_bad_usage_is_told(trm, arguments, said):
    ended = trm("render", *arguments)
    assert ended.status == 2
    assert said in ended.said


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["--side", 10], 1, "the size of a board: found 10, expected 240 to 2160 pixels"),
        (["--fps", 0], 1, "the speed: found 0, expected 0.1 to 60 frames per second"),
        (["--fps", 60], 1, "expected at most 50"),
        (["--overlay", "x"], 2, "--overlay: found 'x', expected values"),
        (["--theme", "x"], 2, "--theme: found 'x', expected light or dark"),
    ],
)
def test_options_that_cannot_be_are_told(recorded, tmp_path, options, status, said):
    ended = run("render", recorded / "maze.trmrec", tmp_path / "out.gif", *options)
    assert ended.status == status
    assert said in ended.said
    assert "Traceback" not in ended.err
    assert os.listdir(tmp_path) == ["recordings"]


def test_a_frame_that_is_not_there_is_told_of(recorded, tmp_path):
    ended = run("render", recorded / "maze.trmrec", tmp_path / "out.png", "--frame", 99)
    last = len(recording("maze").trace)
    assert ended == Ended(1, "", f"trm: there is no frame 99, the last one is {last}\n")


def test_what_is_no_recording_and_what_cannot_be_written_is_told(trm, recorded, tmp_path):
    ended = trm("render", tmp_path / "none.trmrec", tmp_path / "out.csv")
    assert ended.status == 1
    assert "none.trmrec" in ended.err
    target = tmp_path / "gone" / "out.csv"
    ended = trm("render", recorded / "maze.trmrec", target)
    why = f"there is no folder {target.parent}"
    assert ended == Ended(1, "", f"trm: {target} cannot be written: {why}\n")
    ended = trm("render", tmp_path, tmp_path / "out", "--to", "csv")
    assert ended.status == 1
    assert "found no recordings" in ended.err


def test_a_recording_is_never_written_over(trm, recorded):
    before = {file: file.read_bytes() for file in recorded.iterdir()}
    sources = sorted(map(str, before))
    for arguments in (
        [*sources, "--to", "gif"],
        [sources[0], sources[0], "--to", "csv"],
        [sources[0], str(recorded / "new.trmrec"), "--to", "csv"],
        [sources[0], str(recorded / "NEW.TRMREC"), "--to", "html"],
    ):
        ended = trm("render", *arguments)
        assert ended.status == 2
        assert "expected the file to write last" in ended.said
    assert {file: file.read_bytes() for file in recorded.iterdir()} == before
    other = recorded / "copy.bin"
    other.write_bytes(before[recorded / "maze.trmrec"])
    link = recorded / "link.csv"
    link.symlink_to(other)
    for target in (other, link):
        ended = trm("render", other, target, "--to", "csv")
        assert ended.status == 2
        assert f"OUT is '{target.name}', which is to be rendered" in ended.said
    assert other.read_bytes() == before[recorded / "maze.trmrec"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_what_is_ended_by_a_signal_leaves_nothing_behind(recorded, tmp_path, number):
    out = tmp_path / "out"
    out.mkdir()
    command = [sys.executable, "-m", "trm_core.cli", "render", recorded / "sudoku.trmrec"]
    command += [out / "k.gif", "--side", "2160", "--fps", "50", "--hold", "60"]
    heeded = partial(signal.signal, number, signal.SIG_DFL)  # also where tests run under nohup
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, preexec_fn=heeded)
    while not os.listdir(out):  # it has begun
        assert process.poll() is None
    process.send_signal(number)
    assert process.communicate(timeout=60)[1] == b""
    assert process.returncode == -number
    assert os.listdir(out) == []


def test_a_name_may_be_as_long_as_the_system_allows(trm, recorded, tmp_path):
    target = tmp_path / f"{'é' * 120}{'n' * 11}.csv"
    assert len(target.name.encode()) == 255
    assert trm("render", recorded / "maze.trmrec", target).status == 0
    assert target.stat().st_size


def test_a_folder_that_cannot_be_made_is_named(trm, recorded, tmp_path):
    (tmp_path / "file").write_text("in the way")
    ended = trm("render", recorded, tmp_path / "file" / "out", "--to", "csv")
    assert ended.status == 1
    assert ended.err.startswith(f"trm: {tmp_path / 'file' / 'out'} cannot be written: ")


def test_a_platform_that_qt_does_not_have_is_told(recorded, tmp_path):
    arguments = "render", recorded / "maze.trmrec", tmp_path / "out.png"
    ended = run(*arguments, QT_QPA_PLATFORM="bogus")
    assert ended.status == 1
    assert ended.err.startswith("trm: QT_QPA_PLATFORM is 'bogus', expected one of ")
    assert "offscreen" in ended.err


def test_every_line_of_a_rendered_file_can_be_read(trm, recorded, tmp_path):
    trm("render", recorded / "sudoku.trmrec", tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert len([json.loads(line) for line in lines]) == len(recording("sudoku").trace) + 2
