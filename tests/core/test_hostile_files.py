"""Pipes, devices and files far too large are refused at once by whatever reads files."""

import gzip
import hashlib
import json
import os
import pickle
import resource
import struct
import threading
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import torch
from fuzz_runs import parcels, run_in
from safetensors.torch import load_file, save_file

from trm_core import import_official, load_model
from trm_core.checkpoints.directory import build_model, save_model
from trm_core.checkpoints.info import ModelInfo, read_info
from trm_core.data.build import SudokuBuild, build
from trm_core.data.dataset import read_dataset
from trm_core.documents import open_file, read_bytes, read_text
from trm_core.errors import UserError
from trm_core.model.config import TRMConfig
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.files import load_puzzles
from trm_core.puzzles.library import read_library
from trm_core.recordings import read_recording
from trm_core.training.config import read_toml
from trm_core.training.metrics import read_metrics
from trm_core.training.parcel import unpack
from trm_core.training.run_directory import RunDirectory, read_request
from trm_core.training.status import read_status

MODEL = TRMConfig(
    cells=16, vocab_size=6, hidden_size=8, heads=2, layers=1, mixer="mlp", positions="none"
)
SECONDS = 5.0
pytestmark = pytest.mark.skipif(os.name == "nt", reason="there are no pipes in folders")


def in_time(work):
    """What `work` gives or raises, within SECONDS: a reader that hangs is left behind."""
    came = []

    def run():
        try:
            came.append((work(), None))
        except BaseException as error:
            came.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(SECONDS)
    assert came, "it does not come back"
    result, error = came[0]
    if error is not None:
        raise error
    return result


@pytest.fixture
def limited():
    """At most 1 GiB more than there is now."""
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (taken + 2**30, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def pipe(file):
    os.mkfifo(file)


def zeros(file):
    file.symlink_to("/dev/zero")


def sparse(file):
    """A terabyte that takes no room on the disk."""
    with file.open("wb") as stream:
        stream.truncate(2**40)


hostile = pytest.mark.parametrize("make", [pipe, zeros, sparse])


def model_in(folder):
    info = ModelInfo("trm", PuzzleShape("sudoku", 4, 4, 2), MODEL, directory=folder / "model")
    save_model(build_model(MODEL), info, "# Tiny\n")
    return info.directory


def set_in(folder):
    spec = SudokuBuild(
        generate=3, held_out=2, box_rows=2, box_cols=2, givens_from=6, givens_to=9, seed=1
    )
    build(spec, folder / "set", lambda done, total: None, processes=1)
    return folder / "set"


def parcel_in(folder):
    (folder / "made").mkdir()
    parcels(folder / "made")
    return folder / "made" / "parcel"


@hostile
@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("a.json", read_library),
        ("a.json", load_puzzles),
        ("a.txt", load_puzzles),
        ("a.csv.gz", load_puzzles),
        ("a.png", load_puzzles),
        ("a.trmrec", read_recording),
        ("a.toml", read_toml),
        ("status.json", lambda file: read_status(file.parent)),
        ("config.json", lambda file: RunDirectory.open(file.parent)),
        ("config.json", lambda file: read_info(file.parent)),
        ("step_1", lambda file: import_official(file, official_config(file))),
        ("all_config.json", lambda file: import_official(file, file)),
    ],
)
def test_a_reader_refuses_what_is_no_file_of_a_usual_size(tmp_path, limited, make, name, read):
    file = tmp_path / name
    make(file)
    with pytest.raises(UserError) as refused:
        in_time(lambda: read(file))
    assert str(file) in str(refused.value)
    assert len(str(refused.value)) < 2 * len(str(file)) + 200


def official_config(file):
    config = file.with_name("config-of-it.json")
    fields = {"seq_len": 16, "vocab_size": 6, "hidden_size": 8, "H_cycles": 1, "L_cycles": 1}
    fields |= {"halt_max_steps": 4, "num_heads": 2, "expansion": 4, "pos_encodings": "none"}
    fields |= {"num_puzzle_identifiers": 1, "puzzle_emb_ndim": 0, "L_layers": 1, "mlp_t": True}
    config.write_text(json.dumps({"arch": "trm", "config": fields}))
    return config


@hostile
@pytest.mark.parametrize(
    ("made", "name", "read"),
    [
        (model_in, "model.safetensors", load_model),
        (model_in, "model.safetensors", lambda folder: read_info(folder).parameters),
        (model_in, "identifiers.json", load_model),
        (set_in, "train/all__inputs.npy", lambda folder: read_dataset(folder, "train")),
        (set_in, "train/dataset.json", lambda folder: read_dataset(folder, "train")),
        (set_in, "identifiers.json", lambda folder: read_dataset(folder, "train")),
        (parcel_in, "parcel.json", lambda folder: unpack(folder, folder.parent / "out")),
        (parcel_in, "config.json", lambda folder: unpack(folder, folder.parent / "out")),
    ],
)
def test_a_directory_is_refused_where_one_of_its_files_is_none(tmp_path, make, made, name, read):
    directory = made(tmp_path)
    (directory / name).unlink(missing_ok=True)
    if make is sparse and name in ("model.safetensors", "config.json") and made is parcel_in:
        pytest.skip("its digest is looked at, which takes as long as the file is")
    make(directory / name)
    with pytest.raises(UserError) as refused:
        in_time(lambda: read(directory))
    assert len(str(refused.value)) < 2 * len(str(directory)) + 250


@pytest.mark.parametrize("make", [pipe, zeros])
def test_a_pipe_in_the_place_of_metrics_or_of_a_request_is_told(tmp_path, make):
    run = run_in(tmp_path)
    for name in ("metrics.jsonl", "control.json"):
        (run.path / name).unlink()
        make(run.path / name)
    with pytest.raises(UserError, match=r"metrics\.jsonl: a pipe or a device, expected a file"):
        in_time(lambda: read_metrics(run.path / "metrics.jsonl"))
    assert in_time(lambda: read_request(run.path)) is None
    with pytest.raises(UserError, match=r"control\.json: a pipe or a device, expected a file"):
        in_time(run.take_request)
    assert run.take_request() is None


def test_a_line_without_an_end_is_no_row_and_is_not_kept(tmp_path, limited):
    run = run_in(tmp_path)
    before = len(read_metrics(run.path / "metrics.jsonl"))
    with (run.path / "metrics.jsonl").open("ab") as stream:
        stream.write(b"x" * 50_000_000 + b'\n{"step": 99, "train/loss": 1}\n')
    rows = in_time(lambda: read_metrics(run.path / "metrics.jsonl"))
    assert len(rows) == before + 1
    assert rows[-1]["step"] == 99


def test_what_is_read_of_a_file_has_a_bound_and_a_name_with_a_zero_byte_is_none(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(b"x" * 100)
    assert read_bytes(file, 100) == b"x" * 100
    with pytest.raises(OSError, match="more than 0 KiB, too large"):
        read_bytes(file, 99)
    with pytest.raises(OSError, match="not a name that a file can have"):
        open_file(Path("a\0b"))
    file.write_bytes(b"one\ntw\xffo")
    with pytest.raises(UserError, match="line 2: found the byte 0xff, expected text in UTF-8"):
        read_text(file, 100)


@pytest.mark.parametrize("name", ["task.json", "library.json"])
def test_json_that_takes_twenty_times_its_size_in_memory_is_refused(tmp_path, limited, name):
    file = tmp_path / name
    file.write_text("[" + "[]," * 20_000_000 + "[]]")
    read = load_puzzles if name == "task.json" else read_library
    with pytest.raises(UserError, match=f"{name}: more than .* values, too many for what it is"):
        in_time(lambda: read(file))


# Checkpoints of other programs


def bomb(folder):
    """An archive of a hundred kilobytes, whose pickle unpacks to a hundred megabytes."""
    file = folder / "step_1"
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("archive/data.pkl", "w", force_zip64=True) as member,
    ):
        for _ in range(100):
            member.write(bytes(2**20))
    return file


def storage_bomb(folder):
    """The same with tensors in it."""
    file = folder / "step_1"
    torch.save({"a": torch.zeros(3)}, file)
    made = BytesIO()
    with (
        zipfile.ZipFile(file) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in old.namelist():
            archive.writestr(name, old.read(name) + bytes(2**25) * name.endswith("/0"))
    file.write_bytes(made.getvalue())
    return file


def overlapping(folder):
    """Entries of an archive that share their bytes: many files of what is there once."""
    file = folder / "step_1"
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({}, protocol=2))
        archive.writestr("archive/data/0", bytes(2**20))
        (entry,) = (each for each in archive.infolist() if each.filename.endswith("0"))
        archive.filelist += [entry] * 5000
    file.write_bytes(made.getvalue())
    return file


def long_name(folder):
    file = folder / "step_1"
    file.write_bytes(b"\x80\x02c" + b"a" * 200_000 + b"\nb\n.")
    return file


def long_name_in_archive(folder):
    file = folder / "step_1"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02ca\n" + b"b" * 200_000 + b"\n.")
        archive.writestr("archive/version", "3\n")
    return file


def endless_pickle(folder):
    file = folder / "step_1"
    file.write_bytes(b"\x80\x02" + b"]" * 5_000_000)
    return file


def name_without_end(folder):
    file = folder / "step_1"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}q\x00ctorch\n" + bytes(100_000))
        archive.writestr("archive/version", "3\n")
    return file


def repeated(folder):
    """Tuples of tuples, each ten times in the next one, which take years to be written out."""
    file = folder / "step_1"
    levels = b"".join(b"(" + b"h%c" % level * 10 + b"tq%c" % (level + 1) for level in range(1, 30))
    file.write_bytes(b"\x80\x02X\x01\x00\x00\x00aq\x01" + levels + b".")
    return file


def call_of_a_text(folder):
    file = folder / "step_1"
    text = b"X" + struct.pack("<I", 200_000) + b"x" * 200_000
    file.write_bytes(b"\x80\x02" + text + b")R.")
    return file


def long_pickle(folder):
    """Of few opcodes."""
    file = folder / "step_1"
    text = b"X" + struct.pack("<I", 100_000) + b"x" * 100_000
    file.write_bytes(b"\x80\x02" + 60 * text + b".")
    return file


def claims_much(folder):
    """A text that says that it is longer than any memory."""
    file = folder / "step_1"
    file.write_bytes(b"\x80\x04\x8d" + struct.pack("<Q", 2**62) + b"x" * 100)
    return file


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (bomb, "is an archive of 0.1 MiB that unpacks to 100.0 MiB, expected tensors"),
        (storage_bomb, "is an archive of 0.0 MiB that unpacks to 32.0 MiB, expected tensors"),
        (overlapping, "is an archive of 1.3 MiB that unpacks to 5,001.0 MiB, expected tensors"),
        (long_name, "asks to run something with a name of more than 256 letters"),
        (
            long_name_in_archive,
            "asks to run something with a name of more than 256 letters",
        ),
        (
            endless_pickle,
            "describes its tensors in more than 150,000 steps, expected",
        ),
        (name_without_end, "asks to run something with a name of more than 256 letters"),
        (repeated, "describes its tensors with values that are repeated for ever, expected"),
        (call_of_a_text, "describes its tensors by a call of what is no function, expected"),
        (long_pickle, "describes its tensors in more than that, expected 1.0 MiB at most"),
        (claims_much, "is not a PyTorch checkpoint, or a damaged one"),
    ],
)
def test_a_bomb_is_refused_by_its_sizes_before_anything_is_unpacked(
    tmp_path, limited, make, sentence
):
    file = make(tmp_path)
    config = official_config(file)
    before = time.process_time()
    with pytest.raises(UserError) as refused:
        in_time(lambda: import_official(file, config))
    assert str(refused.value).startswith(f"{file} {sentence}"), refused.value
    assert time.process_time() - before < 3


@pytest.mark.parametrize("zipped", [True, False])
def test_a_checkpoint_in_either_format_is_no_bomb(tmp_path, zipped):
    file = tmp_path / "step_1"
    torch.save({"a": torch.zeros(1000, 1000)}, file, _use_new_zipfile_serialization=zipped)
    with pytest.raises(UserError, match=r"tensor 'H_init' .* is missing"):
        import_official(file, official_config(file))


def test_numbers_of_a_card_beyond_all_bounds_are_refused(tmp_path):
    directory = model_in(tmp_path)
    raw = json.loads((directory / "config.json").read_text())
    for exact, sentence in (
        (10**400, "results, item 1, exact is 1000"),
        (1.5, "results.exact is 1.5, expected a number from 0 to 1"),
        (-0.1, "results.exact is -0.1, expected a number from 0 to 1"),
    ):
        raw["results"] = [{"data": "a", "source": "b", "puzzles": 3, "exact": exact}]
        (directory / "config.json").write_text(json.dumps(raw))
        with pytest.raises(UserError) as refused:
            read_info(directory)
        assert str(refused.value).startswith(f"{directory / 'config.json'}: {sentence}")


def test_a_parcel_whose_metrics_unpack_to_gigabytes_is_refused(tmp_path, limited):
    """It says of itself that it is not damaged."""
    parcel = parcel_in(tmp_path)
    described = json.loads((parcel / "parcel.json").read_text())
    for name in described["sha256"]:
        if not name.startswith("part-"):
            continue
        tensors = load_file(parcel / name)
        if "metrics.jsonl" in tensors:
            packed = gzip.compress(bytes(2**26))
            tensors["metrics.jsonl"] = torch.frombuffer(bytearray(packed), dtype=torch.uint8)
            described["shapes"]["metrics.jsonl"] = [len(packed)]
            save_file(tensors, parcel / name)
            described["sha256"][name] = hashlib.sha256((parcel / name).read_bytes()).hexdigest()
    described.pop("fingerprint")
    fingerprint = hashlib.sha256(json.dumps(described).encode()).hexdigest()
    (parcel / "parcel.json").write_text(json.dumps({**described, "fingerprint": fingerprint}))
    with pytest.raises(UserError, match="the metrics in it are damaged"):
        unpack(parcel, tmp_path / "out")


def test_a_name_that_is_too_long_for_any_file_is_told_and_no_crash(trm):
    name = "x" * 5000
    for arguments in (
        ("solve", name, "--model", "sudoku-4x4"),
        ("solve", "--model", name, "--sudoku", "1..............."),
        ("import", name, "--out", "out", "--config", name),
        ("train", name),
        ("eval", name, name),
    ):
        ended = trm(*arguments)
        assert ended.status in (1, 2), ended
        assert "Traceback" not in ended.err


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
@pytest.mark.parametrize("make", [pipe, zeros])
def test_a_solve_with_a_model_that_is_no_file_ends_with_a_sentence(tmp_path, trm, make, name):
    directory = model_in(tmp_path)
    (directory / name).unlink()
    make(directory / name)
    before = time.perf_counter()
    ended = trm("solve", "--model", directory, "--sudoku", "1...............")
    assert time.perf_counter() - before < 2 * SECONDS
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == f"trm: {directory / name}: a pipe or a device, expected a file\n"
