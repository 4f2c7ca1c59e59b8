"""A run that is packed, carried elsewhere and unpacked goes on there; damage is told."""

import json
import os
import shutil
from statistics import mean

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from runs_to_try import new_run, numbers, train_here, write_preset
from safetensors.torch import load_file

from trm_core.checkpoints.info import read_info
from trm_core.data.build import ArcBuild, MazeBuild, build
from trm_core.errors import UserError
from trm_core.training.checkpoint import read_checkpoint
from trm_core.training.metrics import read_metrics
from trm_core.training.parcel import ParcelError, pack, unpack
from trm_core.training.run_directory import RunDirectory, request

PART = 16384  # bytes
ROUNDED = 2**-8
"""Relative error of bfloat16, at most: it has 8 bits of precision."""


def train_until(run, step):
    """Train the run and stop it after `step` steps, of which each has a row of metrics."""

    def report(row):
        if row["step"] == step:
            request(run.path, "stop")

    assert train_here(run, report=report).step == step


def checkpoint_of(run):
    return read_checkpoint(run.checkpoints()[-1])


def files_in(directory):
    return {file.name: file.read_bytes() for file in directory.iterdir()}


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[n], other[n]) for n in one)


def close(one, other):
    """Whether tensors are as near as bfloat16 is."""
    return one.keys() == other.keys() and all(
        other[n].dtype == one[n].dtype and torch.allclose(one[n], other[n], rtol=ROUNDED, atol=0)
        for n in one
    )


def part_of(tensors, *beginnings):
    return {name: t for name, t in tensors.items() if name.startswith(beginnings)}


@pytest.fixture(scope="module")
def stopped(tmp_path_factory, data):
    """A run stopped after 12 of 24 steps, in the midst of what it carries."""
    folder = tmp_path_factory.mktemp("parcel")
    run = new_run(folder / "run", write_preset(folder / "tiny.toml", data), "log_every=1")
    train_until(run, 12)
    return run


@pytest.fixture(scope="module")
def packed(stopped):
    """That run in a parcel, only to be read."""
    parcel = stopped.path.with_name("packed")
    pack(stopped, parcel, PART)
    return parcel


@pytest.fixture
def parcel(tmp_path, packed):
    """The parcel once more, to be damaged."""
    return shutil.copytree(packed, tmp_path / "parcel")


def refused(parcel, target):
    """What is said of a parcel that cannot be unpacked; nothing of `target` is there then."""
    before = set(target.parent.iterdir())
    with pytest.raises(UserError) as error:
        unpack(parcel, target)
    assert set(target.parent.iterdir()) == before
    assert "\n" not in str(error.value)
    return str(error.value)


# There and back


def test_no_part_is_larger_than_asked_and_tensors_are_cut_where_a_part_ends(packed):
    parts = sorted(packed.glob("part-*"))
    sizes = [part.stat().st_size for part in parts]
    assert len(parts) > 3
    assert max(sizes) <= PART
    assert min(sizes[:-1]) > 0.9 * PART, "parts are not filled"
    named = [name for part in parts for name in load_file(part)]
    assert len(named) > len(set(named)), "no tensor was cut"
    assert not any(name.startswith("carry/") for name in named)


def test_weights_come_back_to_the_last_bit_and_averages_and_moments_as_bfloat16_holds_them(
    tmp_path, stopped, packed
):
    before, after = checkpoint_of(stopped), checkpoint_of(unpack(packed, tmp_path / "run"))
    assert after.progress == before.progress
    assert part_of(before.tensors, "carry/")
    assert after.tensors.keys() == before.tensors.keys() - part_of(before.tensors, "carry/").keys()
    exactly = "weights/", "tally"
    assert same(part_of(before.tensors, *exactly), part_of(after.tensors, *exactly))
    moments = part_of(before.tensors, "optimizer/")
    assert close(moments, part_of(after.tensors, "optimizer/"))
    counts = {name: count for name, count in moments.items() if name.endswith("/step")}
    assert {int(count) for count in counts.values()} == {12}
    assert close(before.averaged, after.averaged)
    starts = part_of(before.averaged, "y_init", "z_init")
    assert len(starts) == 2
    assert same(starts, part_of(after.averaged, "y_init", "z_init"))


def test_an_unpacked_run_goes_on_much_as_the_one_that_was_not_carried(tmp_path, stopped, packed):
    run = unpack(packed, tmp_path / "run")
    assert numbers(run.path) == numbers(stopped.path)
    assert read_info(run.checkpoint(12)).results == ()
    status = train_here(run)
    assert (status.state, status.step, status.checkpoint) == ("finished", 24, "step_24")
    here = RunDirectory(shutil.copytree(stopped.path, tmp_path / "here"), stopped.config)
    train_here(here)
    rows, expected = (
        {
            row["step"]: row
            for row in read_metrics(each.path / "metrics.jsonl")
            if "train/loss" in row
        }
        for each in (run, here)
    )
    assert rows.keys() == expected.keys() == set(range(1, 25))
    for step in rows:
        assert rows[step]["train/learning_rate"] == expected[step]["train/learning_rate"]
    losses, others = ([of[step]["train/loss"] for step in range(13, 25)] for of in (rows, expected))
    assert losses != others, "the samples are not new ones"
    assert mean(losses) == pytest.approx(mean(others), rel=0.15)


@settings(max_examples=4)
@example(size=2048)  # more than 99 parts
@given(size=st.integers(3000, 60_000))
def test_parts_of_any_size_hold_the_same(tmp_path_factory, stopped, packed, size):
    folder = tmp_path_factory.mktemp("size")
    told = pack(stopped, folder / "parcel", size)
    files = files_in(folder / "parcel")
    parts = [content for name, content in files.items() if name.startswith("part-")]
    assert (told.step, told.parts, told.damage) == (12, len(parts), "")
    assert told.size == sum(map(len, files.values()))
    assert max(map(len, parts)) <= size
    one, other = (
        checkpoint_of(unpack(parcel, folder / name))
        for name, parcel in (("one", folder / "parcel"), ("other", packed))
    )
    assert same(one.tensors, other.tensors)
    assert same(one.averaged, other.averaged)


def test_what_was_unpacked_is_packed_to_the_same_bytes(tmp_path, packed):
    pack(unpack(packed, tmp_path / "run"), tmp_path / "again", PART)
    assert files_in(tmp_path / "again") == files_in(packed)


def test_an_arc_run_comes_back_with_its_puzzle_embedding_and_goes_on(tmp_path):
    spec = ArcBuild(generate=3, canvas=8, augmentations=3, materialise=False)
    build(spec, tmp_path / "data", lambda done, total: None)
    sizes = "puzzle_embedding_size=16", "puzzle_positions=1", "evaluate_every=100"
    changes = "optimizer=adam_atan2", "dtype=bfloat16", "log_every=1", *sizes
    run = new_run(tmp_path / "run", write_preset(tmp_path / "p.toml", tmp_path / "data"), *changes)
    train_until(run, 3)
    pack(run, tmp_path / "parcel", PART)
    carried = unpack(tmp_path / "parcel", tmp_path / "carried")
    before, after = checkpoint_of(run), checkpoint_of(carried)
    table = before.averaged["puzzle_embedding.weight"]
    assert table.any()
    assert torch.equal(after.averaged["puzzle_embedding.weight"], table)
    assert same(part_of(before.tensors, "weights/"), part_of(after.tensors, "weights/"))
    moments = part_of(before.tensors, "optimizer/")
    assert close(moments, part_of(after.tensors, "optimizer/"))
    assert {int(count) for name, count in moments.items() if name.endswith("/steps")} == {3}
    known = read_info(run.checkpoint(3)).identifiers
    assert read_info(carried.checkpoint(3)).identifiers == known
    assert len(known) > 1
    train_until(carried, 6)
    assert read_info(carried.checkpoint(6)).identifiers == known


def test_a_run_that_has_not_begun_and_one_that_has_ended_are_carried_too(tmp_path, preset):
    run = new_run(tmp_path / "run", preset, "steps=8")
    with pytest.raises(ParcelError) as error:
        pack(run, tmp_path / "parcel", PART)
    assert str(error.value) == f"{run.path} has no checkpoint yet"
    train_here(run, time_limit=0)
    pack(run, tmp_path / "first", PART)
    begun = unpack(tmp_path / "first", tmp_path / "begun")
    assert (begun.saved_steps(), numbers(begun.path)) == ([0], [])
    assert train_here(begun).state == "finished"
    pack(begun, tmp_path / "last", PART)
    ended = unpack(tmp_path / "last", tmp_path / "ended")
    assert train_here(ended).state == "finished"
    assert read_info(ended.checkpoint(8)).results, "it was evaluated as it was unpacked"


def test_the_model_that_a_run_began_with_is_not_needed_elsewhere(tmp_path, preset, stopped):
    first = shutil.copytree(stopped.checkpoint(12), tmp_path / "first")
    run = new_run(tmp_path / "run", preset, f"start_from={first}", "steps=2")
    train_here(run, time_limit=0)
    pack(run, tmp_path / "parcel", PART)
    shutil.rmtree(first)
    assert train_here(unpack(tmp_path / "parcel", tmp_path / "there")).state == "finished"


# The commands


def test_trm_packs_a_run_and_unpacks_it_where_its_data_are_elsewhere(
    trm, tmp_path, stopped, packed, data
):
    ended = trm("pack", stopped.path, tmp_path / "parcel", "--part-size", 1)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"step 12 in 1 part, 0.2 MiB in all: {tmp_path / 'parcel'}\n"
    shutil.copytree(data, tmp_path / "elsewhere")
    arguments = "unpack", tmp_path / "parcel", tmp_path / "run"
    ended = trm(*arguments, "--data", tmp_path / "elsewhere")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"step 12; trm train --resume {tmp_path / 'run'} goes on\n"
    config = RunDirectory.open(tmp_path / "run").config
    assert config == {**stopped.config, "data": {"path": str(tmp_path / "elsewhere")}}
    ended = trm("train", "--resume", tmp_path / "run", "--set", "steps=13", "--device", "cpu")
    assert (ended.status, ended.err) == (0, "")
    assert f"finished at step 13 of 13: {tmp_path / 'run'}\n" in ended.out


def test_data_that_the_run_cannot_have_trained_on_are_refused(trm, tmp_path, packed):
    build(
        MazeBuild(generate=2, held_out=1, style="perfect", rows=7, cols=7),
        tmp_path / "mazes",
        lambda done, total: None,
    )
    for data, said in (
        (tmp_path / "mazes", f"{tmp_path / 'mazes'}: found puzzles with 49 cells, the run has 16"),
        (tmp_path, f"data.path: {tmp_path} is no data set (no train/dataset.json in it)"),
    ):
        ended = trm("unpack", packed, tmp_path / "run", "--data", data)
        assert (ended.status, ended.out, ended.err) == (1, "", f"trm: {said}\n")
        assert not (tmp_path / "run").exists()


def test_where_the_last_checkpoint_is_damaged_the_one_before_is_packed_and_that_is_told(
    trm, tmp_path, stopped
):
    run = RunDirectory(shutil.copytree(stopped.path, tmp_path / "run"), stopped.config)
    file = run.checkpoint(12) / "trainer.safetensors"
    os.truncate(file, 1000)
    ended = trm("pack", run.path, tmp_path / "parcel")
    assert ended.status == 0
    assert ended.out.startswith("step 8 in 1 part")
    assert ended.err.startswith(f"trm: went back to step 8: {file}: not a readable")
    assert unpack(tmp_path / "parcel", tmp_path / "there").saved_steps() == [8]
    os.truncate(run.checkpoint(8) / "model.safetensors", 1000)
    ended = trm("pack", run.path, tmp_path / "nothing")
    assert ended.status == 1
    assert ended.err.startswith(f"trm: no checkpoint can be read: {file}: not a")
    assert not (tmp_path / "nothing").exists()


# What is amiss


@settings(max_examples=30)
@given(data=st.data())
def test_no_flipped_bit_of_a_parcel_goes_unnoticed(tmp_path_factory, packed, data):
    parcel = tmp_path_factory.mktemp("flipped")
    names = sorted(files_in(packed))
    for name in names:
        (parcel / name).symlink_to(packed / name)
    file = parcel / data.draw(st.sampled_from(names))
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content.rstrip()) - 1), label="place")
    content[place] ^= 1 << data.draw(st.integers(0, 7), label="bit")
    file.unlink()
    file.write_bytes(content)
    if file.name == "parcel.json" and json_or_none(content) == json.loads(
        (packed / file.name).read_bytes()
    ):
        return  # the bit of a space between two values
    with pytest.raises(ParcelError, match=r"parcel") as error:
        unpack(parcel, tmp_path_factory.getbasetemp() / "from flipped")
    assert str(file) in str(error.value)


def json_or_none(content):
    try:
        return json.loads(content)
    except ValueError:
        return None


def test_a_missing_part_a_part_too_many_and_one_of_another_parcel_are_told(
    tmp_path, parcel, stopped
):
    first, second, *_, last = sorted(parcel.glob("part-*"))
    number = int(last.stem.removeprefix("part-"))
    extra = parcel / f"part-{number + 1:02}.safetensors"
    target = tmp_path / "run"
    shutil.copy(first, extra)
    said = f"{extra} is not of this parcel, which has {number} parts"
    assert refused(parcel, target) == said
    extra.unlink()
    shutil.copy(first, second)
    assert refused(parcel, target) == f"{second}: damaged, or of another parcel"
    second.unlink()
    said = f"{second} is missing, expected {number} parts and all that came along"
    assert refused(parcel, target) == said


def test_a_directory_that_is_no_parcel_or_one_of_a_newer_program_is_refused(tmp_path, parcel):
    target, file = tmp_path / "run", parcel / "parcel.json"
    described = json.loads(file.read_text())
    file.write_text(json.dumps({**described, "format_version": 2}))
    assert (
        refused(parcel, target)
        == f"{file}: written by a newer TRM Studio (format_version 2), this one reads up to 1"
    )
    progress = {**described["progress"], "step": 13}
    file.write_text(json.dumps({**described, "progress": progress}))
    said = f"{file}: damaged, it says something else than was packed"
    assert refused(parcel, target) == said
    for other in ({"format": "trm-studio-run"}, []):
        file.write_text(json.dumps(other))
        said = f"{file}: expected a parcel with format 'trm-studio-parcel'"
        assert refused(parcel, target) == said
    file.write_text("{")
    assert refused(parcel, target).startswith(f"{parcel} is no parcel of a run ({file}, line 1, ")
    assert refused(tmp_path, target) == (
        f"{tmp_path} is no parcel of a run ({tmp_path / 'parcel.json'}: No such file or directory)"
    )


def test_nothing_that_is_there_is_written_over(tmp_path, stopped, packed):
    target = tmp_path / "there"
    target.mkdir()
    said = f"{target} exists already; choose a directory that does not"
    assert refused(packed, target) == said
    with pytest.raises(ParcelError) as error:
        pack(stopped, target, PART)
    assert str(error.value) == said
    assert not list(target.iterdir())


def test_a_place_where_nothing_can_be_written_is_told(tmp_path, stopped, packed):
    (tmp_path / "file").write_text("")
    target = tmp_path / "file" / "inside"
    said = f"{target} cannot be written: "
    for work in (lambda: unpack(packed, target), lambda: pack(stopped, target, PART)):
        with pytest.raises(ParcelError, match="cannot be written") as error:
            work()
        assert str(error.value).startswith(said)
