"""What is no recording, or a damaged one, is refused in a sentence that says what is wrong."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from trm_core.recordings import (
    RecordingError,
    read_answer,
    read_header,
    read_latents,
    read_recording,
    write_notes,
)

from .conftest import SAMPLES, Parts

SAMPLE = SAMPLES / "sudoku.trmrec"
CONTENT = SAMPLE.read_bytes()
HEADER_END = 8 + int.from_bytes(CONTENT[:8], "little")


def refusal(file, read=read_recording):
    """The sentence with which `file` is refused; it names the file."""
    with pytest.raises(RecordingError) as refused:
        read(file)
    sentence = str(refused.value)
    assert sentence.startswith(f"{file}: ")
    assert "\n" not in sentence
    assert len(sentence) < len(str(file)) + 400
    return sentence.removeprefix(f"{file}: ")


@pytest.mark.parametrize("read", [read_recording, read_header, read_answer, read_latents])
def test_a_file_that_is_not_there_is_told_by_all(tmp_path, read):
    assert refusal(tmp_path / "a.trmrec", read) == "No such file or directory"
    assert refusal(tmp_path, read) == "Is a directory"


@pytest.mark.skipif(os.name == "nt", reason="there are no pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.trmrec")
    assert refusal(tmp_path / "pipe.trmrec") == "a pipe or a device, expected a file"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", bytes(8), b"1234567890", b"\x89PNG" * 100, json.dumps({"train": []}).encode()],
)
def test_another_kind_of_file_is_told(tmp_path, content):
    (tmp_path / "a.trmrec").write_bytes(content)
    assert refusal(tmp_path / "a.trmrec") == "not a recording; expected a .trmrec file"


def test_a_safetensors_file_of_something_else_is_told(tmp_path):
    file = tmp_path / "model.safetensors"
    for metadata in (None, {"format": "pt"}):
        save_file({"weight": np.zeros(3, np.float32)}, file, metadata)
        assert refusal(file).startswith("expected a recording with format")


@pytest.mark.parametrize("length", [9, 100, HEADER_END - 1, HEADER_END, len(CONTENT) - 1])
def test_a_file_that_was_cut_short_is_told_wherever_it_was_cut(tmp_path, length):
    (tmp_path / "a.trmrec").write_bytes(CONTENT[:length])
    sentence = refusal(tmp_path / "a.trmrec")
    assert sentence.startswith("cut short")
    assert f"{length} bytes are left" in sentence


def test_a_file_with_more_than_its_header_says_is_damaged(tmp_path):
    (tmp_path / "a.trmrec").write_bytes(CONTENT + b"?")
    assert refusal(tmp_path / "a.trmrec") == (
        f"damaged: {len(CONTENT) + 1} bytes long, expected {len(CONTENT)}"
    )


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (b'{"a": ', "damaged: the header, line 1, column 7: not JSON"),
        (b"{" * 100_000, "damaged: the header, line 1, column 2: not JSON"),
        (b'{"a":' * 5000, "damaged: the header: nested too deeply"),
        (b'{"a": ' + b"1" * 5000 + b"}", "damaged: the header: found a number of thousands"),
        (b'{"__metadata__": [1]}', "damaged: the metadata is not an object of texts"),
        (b'{"__metadata__": {"format": 1}}', "damaged: the metadata is not an object of texts"),
        (b'{"a": 1}', "expected a recording with format"),
    ],
)
def test_a_header_that_is_none_is_told(tmp_path, header, sentence):
    (tmp_path / "a.trmrec").write_bytes(len(header).to_bytes(8, "little") + header)
    assert refusal(tmp_path / "a.trmrec").startswith(sentence)


@pytest.mark.parametrize("version", ["2", "17", "9" * 5000])
def test_a_newer_version_is_told_and_what_is_read(tmp_path, parts, version):
    parts.metadata["format_version"] = version
    parts.write(tmp_path / "a.trmrec")
    assert refusal(tmp_path / "a.trmrec") == (
        f"written by a newer TRM Studio (format_version {version[:9]}), this one reads up to 1"
    )


@pytest.mark.parametrize("version", ["", "0", "one", "²", "-1"])
def test_a_version_that_never_was_is_told(tmp_path, parts, version):
    parts.metadata["format_version"] = version
    parts.write(tmp_path / "a.trmrec")
    assert refusal(tmp_path / "a.trmrec").startswith("format_version is")


TERABYTES = 2**43


@pytest.mark.parametrize(
    "offsets", [[0, TERABYTES], [-1, 5], [0, 2**70], [0], "0", [0, 1.5], [True, 2], None]
)
def test_offsets_that_cannot_be_are_told(tmp_path, parts, offsets):
    parts.header["probabilities"] |= {"data_offsets": offsets}
    parts.write(tmp_path / "a.trmrec")
    told = refusal(tmp_path / "a.trmrec")
    assert told.startswith("cut short" if offsets == [0, TERABYTES] else "damaged: ")


def test_tensors_that_share_their_bytes_are_told(tmp_path, parts):
    parts.header["y_change"]["data_offsets"] = parts.header["z_change"]["data_offsets"]
    parts.write(tmp_path / "a.trmrec")
    assert refusal(tmp_path / "a.trmrec").startswith("damaged: ")


def steps_of(parts):
    start, end = parts.header["steps"]["data_offsets"]
    return np.frombuffer(parts.tensors[start:end], np.int32).reshape(-1, 3).copy()


@pytest.mark.parametrize(
    ("part", "changes", "sentence"),
    [
        ("model", {"cycles": 0}, "model.cycles is 0, expected a whole number from 1 to 1,000"),
        ("model", {"cycles": 3}, "the steps of the frames do not follow each other"),
        ("model", {"latent_steps": -1}, "model.latent_steps is -1"),
        ("model", {"name": 5}, "model.name is 5, expected a text"),
        ("shape", {"kind": "chess"}, "shape.kind is 'chess', expected one of sudoku, maze, arc"),
        ("shape", {"rows": 10**9}, "shape is 1000000000×9 with box_rows 3, expected sizes"),
        (
            "shape",
            {"rows": 90, "cols": 90},
            "shape is Sudoku 90×90, expected at most 64×64",
        ),
        ("shape", {"cols": 8}, "shape is 9×8 with box_rows 3, expected sizes from 1 up"),
        ("shape", {"box_rows": None}, "shape is 9×9 with box_rows None, expected sizes"),
        ("shape", {"box_rows": 0}, "shape is 9×9 with box_rows 0, expected sizes"),
        (
            "shape",
            {"kind": "maze"},
            "the puzzle is Sudoku 9×9, which does not fit",
        ),
        ("settings", {"halt_threshold": 1.5}, "settings.halt_threshold is 1.5, expected"),
        (
            "settings",
            {"halt_threshold": float("nan")},
            "settings: halt_threshold is nan, expected a finite",
        ),
        ("settings", {"every_latent_step": 1}, "settings.every_latent_step is 1, expected true"),
        ("settings", {"every_latent_step": True}, "the steps of the frames do not follow"),
        ("outcome", {"frames": 15}, "tensor steps has the shape [16, 3], expected [15, 3]"),
        ("outcome", {"frames": 10**12}, "outcome.frames is 1000000000000"),
        ("outcome", {"supervision_steps": 9}, "there are 8 supervision steps, expected 9"),
        ("outcome", {"solved": "yes"}, "outcome.solved is 'yes', expected true or false"),
        ("puzzle", {"kind": "chess"}, "puzzle.kind is 'chess', expected sudoku, maze or arc"),
        ("puzzle", {"kind": "x" * 5000}, "puzzle.kind is 'xxx"),
        ("puzzle", {"grid": None}, "puzzle.grid is null, expected a grid"),
        ("puzzle", {"grid": []}, "puzzle.grid is not a list of 1 to 25 rows"),
        ("puzzle", {"grid": [[1, 2], [3]]}, "puzzle.grid, row 2 is not a list as long as"),
        ("puzzle", {"grid": [[0] * 9] * 8 + [[0] * 8 + [26]]}, "puzzle.grid, row 9, column 9"),
        ("puzzle", {"grid": [[0] * 9] * 8 + [[0] * 8 + [True]]}, "puzzle.grid, row 9, column 9"),
        ("puzzle", {"grid": [[0] * 5] * 5}, "a 5×5 grid cannot be divided into boxes"),
        ("puzzle", {"solution": [[1] * 9] * 9}, "the solution is wrong"),
        ("puzzle", {"name": "\ud800"}, "puzzle: name is"),
        ("puzzle", {"rating": 10**400}, "puzzle: rating is"),
    ],
)
def test_metadata_that_cannot_be_is_told_with_its_place(tmp_path, parts, part, changes, sentence):
    parts.change(part, **changes)
    parts.write(tmp_path / "a.trmrec")
    assert refusal(tmp_path / "a.trmrec").startswith(f"damaged: {sentence}")


@pytest.mark.parametrize("name", ["puzzle", "shape", "model", "settings", "outcome", "created"])
@pytest.mark.parametrize("value", [None, "", "null", "[1]", "{}", "2026-11-24"])
def test_metadata_that_is_missing_or_something_else_is_told(tmp_path, parts, name, value):
    del parts.metadata[name]
    if value is not None:
        parts.metadata[name] = value
    parts.write(tmp_path / "a.trmrec")
    assert name in refusal(tmp_path / "a.trmrec")


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-24T12:00:00"]
)
def test_a_time_that_is_none_in_utc_is_told(tmp_path, parts, time):
    parts.metadata["created"] = time
    parts.write(tmp_path / "a.trmrec")
    assert refusal(tmp_path / "a.trmrec").startswith("damaged: created is")


TENSORS = sorted(name for name in json.loads(CONTENT[8:HEADER_END]) if name != "__metadata__")


@pytest.mark.parametrize("name", TENSORS)
def test_a_tensor_that_is_missing_is_told(tmp_path, parts, name):
    parts.header["another"] = parts.header.pop(name)
    parts.write(tmp_path / "a.trmrec")
    assert refusal(tmp_path / "a.trmrec") == f"damaged: tensor {name} is missing"


@pytest.mark.parametrize("name", TENSORS)
def test_a_tensor_of_another_shape_is_told(tmp_path, parts, name):
    tensor = parts.header[name]
    tensor["shape"] = [int(np.prod(tensor["shape"])), 1, 1, 1]
    parts.write(tmp_path / "a.trmrec")
    assert refusal(tmp_path / "a.trmrec").startswith(f"damaged: tensor {name} has the shape")


def test_sizes_that_no_tensor_has_are_told_where_it_holds_nothing(tmp_path):
    parts = Parts.of(SAMPLES / "puzzle.trmrec")
    parts.header["y_coordinates"]["shape"] = [0, 2**62]
    parts.header["y"] = parts.header["z"] = {
        "dtype": "F32",
        "shape": [0, 2**40, 2**40],
        "data_offsets": parts.header["y_coordinates"]["data_offsets"],
    }
    parts.write(tmp_path / "a.trmrec")
    for read in (read_recording, read_latents):
        assert refusal(tmp_path / "a.trmrec", read).startswith("damaged: ")


@pytest.mark.parametrize("name", TENSORS)
def test_a_tensor_in_another_number_format_is_told(tmp_path, parts, name):
    tensor = parts.header[name]
    other = {"U8": "I8", "F16": "BF16", "F32": "I32", "F64": "I64", "I32": "U32"}
    tensor["dtype"] = other[tensor["dtype"]]
    parts.write(tmp_path / "a.trmrec")
    assert refusal(tmp_path / "a.trmrec").startswith(f"damaged: tensor {name} is in")


@pytest.mark.parametrize(
    ("name", "dtype", "value", "sentence"),
    [
        ("tokens", np.uint8, 11, "token 11 is there, expected 0 to 10"),
        ("probabilities", np.float16, np.nan, "probabilities holds other numbers than from 0 to 1"),
        ("probabilities", np.float16, 1.5, "probabilities holds other numbers than from 0 to 1"),
        ("halt_probability", np.float64, -0.1, "halt_probability holds other numbers"),
        ("halt_probability", np.float64, np.nan, "halt_probability holds other numbers"),
        ("y_change", np.float64, np.inf, "y_change holds other numbers than from 0 up"),
        ("z_change", np.float64, -1, "z_change holds other numbers than from 0 up"),
        ("y_axes", np.int32, 10**6, "y_axes holds other numbers than from -1 to"),
        ("z_axes", np.int32, -2, "z_axes holds other numbers than from -1 to"),
        ("z_coordinates", np.float32, np.nan, "z_coordinates holds NaN or infinity"),
        ("steps", np.int32, 7, "the steps of the frames do not follow each other"),
    ],
)
def test_numbers_out_of_their_range_are_told(tmp_path, parts, name, dtype, value, sentence):
    values = np.zeros(parts.header[name]["shape"], dtype)
    values.reshape(-1)[-1] = value
    parts.put(name, values)
    parts.write(tmp_path / "a.trmrec")
    assert refusal(tmp_path / "a.trmrec").startswith(f"damaged: {sentence}")


def test_a_damaged_recording_does_not_get_notes(tmp_path):
    file = tmp_path / "a.trmrec"
    file.write_bytes(CONTENT[:-1])
    with pytest.raises(RecordingError):
        write_notes(file, "notes")
    assert file.read_bytes() == CONTENT[:-1]


@pytest.mark.skipif(sys.platform != "linux", reason="only there memory can be limited")
def test_thousands_of_damaged_recordings_are_refused_in_less_than_a_gibibyte():
    fuzz = SAMPLES.parents[1] / "fuzz_recordings.py"
    command = [sys.executable, str(fuzz), "--inputs", "1000", "--seed", "7"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("recording: 1000 inputs")
