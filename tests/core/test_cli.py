"""The `trm` command: what it prints where, in which order, and how it ends."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from checkpoints_to_try import every_official_kind, one_kind
from ended import Ended

from trm_core.checkpoints.directory import build_model, save_model
from trm_core.checkpoints.expectations import all_in_all, share_right
from trm_core.checkpoints.facts import Result
from trm_core.checkpoints.info import ModelInfo, bundled_models, find_model, read_info
from trm_core.cli import app
from trm_core.data.build import ArcBuild, build
from trm_core.data.held_out import held_out_build
from trm_core.documents import read_names
from trm_core.model.config import TRMConfig
from trm_core.puzzles.arc_tasks import load_task
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.maze_generators import STYLES
from trm_core.puzzles.recipes import Recipe, make
from trm_core.puzzles.sudoku import generate
from trm_core.puzzles.sudoku_files import parse
from trm_core.recordings import read_header
from trm_core.resources import RESOURCES
from trm_core.trace import SolveSettings

MODEL = "sudoku-9x9-small"
RECORDINGS = Path(__file__).parents[1] / "recordings" / "version-1"
PUZZLES = str(RESOURCES / "puzzles" / "sudoku-9x9.sdm")
SMALL = generate(1, box_rows=2, box_cols=2, givens=8).format()


def trm_process(*arguments):
    command = [sys.executable, "-c", "from trm_core.cli import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120)
    return Ended(done.returncode, done.stdout, done.stderr)


# trm solve


def test_solve_prints_json_and_nothing_else():
    ended = trm_process("solve", PUZZLES, "--json", "--device", "cpu", "--max-steps", "1")
    assert ended.status == 0
    assert ended.err == ""
    assert [event["event"] for event in ended.events] == [
        "start",
        "cycle",
        "cycle",
        "supervision_step",
        "end",
    ]


def test_a_failure_is_one_sentence_on_stderr_and_status_1(tmp_path):
    ended = trm_process("solve", str(tmp_path / "absent.sdm"), "--json")
    assert ended == (1, "", f"trm: {tmp_path / 'absent.sdm'}: No such file or directory\n")


def test_the_version_is_printed(trm):
    assert trm("--version") == (0, f"trm {version('trm-studio')}\n", "")


def test_where_a_sign_cannot_be_shown_another_stands_for_it():
    plain = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-c", "from trm_core.cli import main; main()", "models"]
    done = subprocess.run(command, capture_output=True, env=os.environ | plain, timeout=120)
    assert done.returncode == 0
    assert done.stderr == b""
    assert b"sudoku-9x9" in done.stdout


@pytest.mark.parametrize(
    ("source", "name", "grid"),
    [
        (["maze-15x15-04"], "maze-15x15-04", (15, 15)),
        (["Sudoku-4x4-Easy-01"], "sudoku-4x4-easy-01", (4, 4)),
        (["arc-agi-1/d511f180"], "d511f180", None),
        (["--arc", "D511F180"], "d511f180", None),
        (["--arc", "ARC-AGI-1/d511f180"], "d511f180", None),
        ([str(RECORDINGS / "maze.trmrec")], None, (11, 11)),
        (["--sudoku", SMALL.replace("\n", "")], "", (4, 4)),
    ],
)
def test_what_is_solved_is_named_as_it_is_listed(trm, tmp_path, source, name, grid):
    ended = trm("solve", *source, "--max-steps=1", "--record", tmp_path / "solve.trmrec")
    assert ended.status == 0, ended.err
    puzzle = read_header(tmp_path / "solve.trmrec").puzzle
    assert puzzle.name == name or name is None
    assert puzzle.grid.shape == grid or grid is None
    assert "--" not in puzzle.title


def test_the_same_id_in_another_data_set_is_another_task(trm):
    ended = trm("solve", "--arc", "arc-agi-3/d511f180")
    assert ended.status == 1
    assert "expected arc-agi-1/ or arc-agi-2/" in ended.err
    assert load_task("arc-agi-2/d511f180") is not load_task("arc-agi-1/d511f180")


def test_help_needs_no_torch():
    code = "import sys, trm_core.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ([], SolveSettings()),
        (["--all-steps", "--max-steps=8"], SolveSettings(8, None)),
        (["--threshold=1"], SolveSettings(halt_threshold=1.0)),
    ],
)
def test_the_events_of_solve_tell_the_frames_of_the_solver(trm, solver, sudokus, options, settings):
    ended = trm(
        "solve",
        PUZZLES,
        "--number=3",
        "--model",
        MODEL,
        *options,
        "--json",
        "--device=cpu",
        "--dtype=float32",
    )
    trace = solver.start(sudokus[2], settings)
    expected = [
        {
            "event": "start",
            "model": MODEL,
            "puzzle": {
                "kind": "sudoku",
                "rows": 9,
                "cols": 9,
                "grid": sudokus[2].grid.tolist(),
            },
            "device": "cpu",
            "dtype": "float32",
        }
    ]
    for index, frame in enumerate(solver.frames(trace)):
        trace.append(frame)
        state = {
            "supervision_step": frame.supervision_step,
            "grid": trace.grid(index).tolist(),
            "halt_probability": frame.halt_probability,
        }
        changed = trace.changed_cells(index)
        expected.append({"event": "cycle", "cycle": frame.cycle, **state, "changed_cells": changed})
        if frame.ends_supervision_step:
            halted = not options and frame.halt_probability > 0.5
            expected.append({"event": "supervision_step", **state, "halted": halted})
    *events, end = ended.events
    assert ended.status == 0
    assert events == expected
    assert end.pop("seconds") > 0
    assert end == {
        "event": "end",
        "grid": trace.grid(-1).tolist(),
        "solved": True,
        "supervision_steps": trace[-1].supervision_step,
    }


def test_solved_comes_from_the_rules_and_not_from_the_model(trm):
    end = trm("solve", PUZZLES, "--number=9", "--max-steps=1", "--threshold=0", "--json").events[-1]
    assert end["solved"] is False
    assert end["supervision_steps"] == 1


def test_solve_shows_people_every_cycle(trm):
    ended = trm("solve", PUZZLES, "--number", "2", "--device", "cpu", "--model", MODEL)
    assert ended.status == 0
    assert "Supervision step 1 of 16, cycle 2 of 2: 43 of 43 open cells right" in ended.out
    assert ended.out.endswith("Solved.\n")


def test_an_answer_that_cannot_be_right_is_told_as_that(trm, tmp_path):
    file = tmp_path / "cut-off.txt"
    file.write_text("S#G\n # \n # \n")
    ended = trm("solve", file, "--max-steps=1", "--device=cpu")
    assert "Not solved: no solution exists.\n" in ended.out
    assert "No answer can be right: no path leads from S to G.\n" in ended.out
    assert "open cells right" not in ended.out


def test_a_puzzle_with_a_fault_is_solved_with_a_note_on_stderr(trm):
    ended = trm("solve", "--sudoku", "11" + "." * 79, "--max-steps", "1", "--json")
    assert ended.status == 0
    assert ended.err == "trm: note: 1 stands twice in row 1\ntrm: note: 1 stands twice in box 1\n"
    assert ended.events[-1]["solved"] is False


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["solve", PUZZLES, "--number", "99"], "there is no puzzle 99, the last one is 9"),
        (["solve", PUZZLES, "--model", "x"], "no model called 'x'; expected a model directory or "),
        (["solve", PUZZLES, "--device", "teapot"], "device 'teapot' is not available here; "),
        (["solve", PUZZLES, "--dtype", "int3"], "dtype 'int3' is unknown; expected auto, "),
        (["solve", "--sudoku", "12"], "--sudoku, line 1: found 2 cells, expected 81 cells "),
        (
            ["solve", "--arc", "007bbfb7"],
            "No model here fits ARC up to 9×9. There are models for ",
        ),
        (["solve", "--sudoku", SMALL, "--model", MODEL], f"{MODEL} is made for Sudoku 9×9, this "),
        (["solve", "--arc", "0"], "ARC task: found '0', expected an id such as "),
        (["eval", MODEL, "absent.csv"], "absent.csv: No such file or directory"),
        (["eval", "absent", PUZZLES], "no model called 'absent'; expected a model directory or "),
    ],
)
def test_what_cannot_be_done_is_a_sentence_on_stderr_and_status_1(trm, arguments, sentence):
    ended = trm(*arguments)
    assert ended.status == 1
    assert ended.out == ""
    assert ended.err.startswith(f"trm: {sentence}")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["juggle"],
        ["solve"],
        ["solve", PUZZLES, "--sudoku", SMALL],
        ["solve", PUZZLES, "--number", "0"],
        ["solve", PUZZLES, "--threshold", "2"],
        ["solve", PUZZLES, "--fast"],
        ["eval", MODEL, PUZZLES, "--trajectories=0"],
        ["eval", MODEL, PUZZLES, "--noise=-1"],
        ["import", "step_1"],
        *(
            ["import", "step_1", "--config=c", "--out=o", f"--puzzle={puzzle}"]
            for puzzle in ("chess:8x8", "sudoku", "maze:0x9", "sudoku:7x7", "sudoku:9x4")
        ),
    ],
)
def test_bad_usage_is_status_2(trm, arguments):
    ended = trm(*arguments)
    assert ended.status == 2
    assert ended.out == ""
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("command", [command.name for command in app.registered_commands])
def test_every_subcommand_explains_itself(trm, command):
    ended = trm(command, "--help")
    assert ended.status == 0
    assert f"trm {command}" in ended.out
    assert command in trm("--help").out


# trm models and trm import


def test_models_lists_what_is_bundled(trm, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    (model,) = (event for event in trm("models", "--json").events if event["name"] == MODEL)
    folder = RESOURCES / "models" / MODEL
    assert model.pop("bytes") == (folder / "model.safetensors").stat().st_size
    assert model.pop("name") == MODEL
    assert model.pop("parameters") == 520_706
    assert model == read_info(folder).to_json()
    listed = trm("models").out
    assert MODEL in listed
    assert "520,706" in listed
    assert "74.4% of 309 Sudokus rated diabolical" in listed


def test_models_tells_what_each_one_learned_and_how_often_it_is_right_in_text_as_in_json(trm):
    listed = " ".join(trm("models").out.split())
    described = trm("models", "--json").events
    assert [each["name"] for each in described] == [info.name for info in bundled_models()]
    for info, each in zip(bundled_models(), described, strict=True):
        assert f"{info.title}: {info.parameters:,} parameters" in listed
        assert f"{info.name} learned from {each['learned']['words']}." in listed
        assert all_in_all(info) in listed
        for result in each["results"]:
            assert share_right(Result(**result)) in listed
        assert [each["puzzle"][side] for side in ("rows", "cols")] == [info.puzzle.rows] * 2
        assert len(each["by_style"]) == len(info.by_style) > 0


def test_models_are_listed_without_torch():
    code = "import sys; sys.modules['torch'] = None; from trm_core.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "models"], capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert b"sudoku-9x9 learned from" in done.stdout


def test_the_accuracy_of_an_arc_model_is_the_share_within_two_guesses():
    result = Result("held_out", "arc-agi-1 training", 40, exact=0.25, two_guesses=0.35)
    assert share_right(result) == (
        "35.0% within two guesses, 40 test inputs of the training part of ARC-AGI-1"
    )


@every_official_kind
def test_an_imported_model_solves(trm, official, tmp_path):
    checkpoint, config = official
    out = tmp_path / "models" / "[bold]tiny"  # no markup, though it looks like it
    imported = trm("import", checkpoint, "--config", config, "--out", out)
    assert imported.status == 0, imported.err
    assert "Sudoku 4×4" in imported.out
    assert "has not been measured" in (out / "README.md").read_text(encoding="utf-8")
    solve = "solve", "--sudoku", SMALL, "--model", out, "--max-steps", "1"
    events = trm(*solve, "--json").events
    assert events[0]["model"] == "[bold]tiny"
    assert np.shape(events[-1]["grid"]) == (4, 4)
    assert trm(*solve).out.startswith("[bold]tiny (")


@pytest.mark.parametrize("model", ["trm-mlp"], indirect=True)
def test_an_import_that_fails_writes_nothing(trm, official, tmp_path):
    checkpoint, config = official
    before = sorted(tmp_path.iterdir())
    command = "import", checkpoint, "--config", config, "--out"
    ended = trm(*command, tmp_path / "out", "--puzzle", "maze:4x5")
    assert ended == (
        1,
        "",
        "trm: cells and vocab_size are 16 and 6, expected 20 and 6 for Maze 4×5\n",
    )
    ended = trm(*command, tmp_path)
    assert ended.status == 1
    assert ended.err == f"trm: {tmp_path} exists already; choose a directory that does not\n"
    assert sorted(tmp_path.iterdir()) == before


# trm eval


def test_eval_agrees_with_single_solves_source_by_source(trm, solver, sudokus, tmp_path):
    sources = ["easy", "[/hard]", "easy", "[/hard]", "[/hard]"]
    chosen = [sudokus[number] for number in (1, 8, 2, 4, 3)]
    lines = (
        f"{s},{p.format()},{p.format(p.solve())},\n" for s, p in zip(sources, chosen, strict=True)
    )
    data = tmp_path / "data.csv"
    data.write_text("".join(lines))

    right, halting = {}, {}
    for source, puzzle in zip(sources, chosen, strict=True):
        trace = solver.start(puzzle, SolveSettings(4, None))
        for frame in solver.frames(trace):
            trace.append(frame)
        halts_at = trace.halts_at(0.5)
        right.setdefault(source, []).append(trace.solved(-1))
        halting.setdefault(source, []).append(
            4 if halts_at is None else trace[halts_at].supervision_step
        )
    ended = trm("eval", MODEL, data, "--max-steps=4", "--batch-size=2", "--device=cpu", "--json")
    assert ended.status == 0
    assert ended.err == ""
    *scores, overall, calibration = ended.events
    assert [
        {key: score[key] for key in ("source", "puzzles", "exact", "mean_halting_step")}
        for score in scores
    ] == [
        {
            "source": source,
            "puzzles": len(right[source]),
            "exact": np.mean(right[source]),
            "mean_halting_step": np.mean(halting[source]),
        }
        for source in ("easy", "[/hard]")
    ]
    assert {score["exact"] for score in scores} > {1.0}
    assert overall["overall"]["puzzles"] == 5
    assert sum(each["puzzles"] for each in calibration["calibration"]["bins"]) == 5
    table = trm("eval", MODEL, data, "--max-steps", "4", "--device", "cpu").out
    assert "[/hard]" in table
    assert "Expected calibration error" in table


def test_eval_ends_solves_early_where_asked_to(trm):
    command = "eval", MODEL, PUZZLES, "--limit=3", "--seed=4", "--max-steps=4", "--json"
    every, early = (trm(*command, option).events for option in ("--all-steps", "--adaptive"))
    assert every[0]["mean_supervision_steps"] == 4
    assert early[0]["mean_supervision_steps"] == early[0]["mean_halting_step"] < 4
    assert early[0]["mean_halting_step"] == every[0]["mean_halting_step"]
    assert early[0]["puzzles"] == 3


def test_eval_tells_how_trajectories_do(trm):
    command = "eval", MODEL, PUZZLES, "--limit=2", "--max-steps=2", "--trajectories=3"
    score = trm(*command, "--noise=0.1", "--json").events[0]
    assert score["mean_supervision_steps"] == 6
    assert score["exact_by_any"] >= max(score["exact"], score["exact_by_majority"])
    assert "majority" in trm(*command).out


def test_eval_solves_the_test_split_of_a_data_set_and_lets_variants_vote(trm, tmp_path):
    spec = ArcBuild(generate=2, canvas=6, augmentations=3, seed=1)
    build(spec, tmp_path / "set", lambda done, total: None, processes=1)
    names = read_names(tmp_path / "set" / "identifiers.json")
    sizes = {"cells": 36, "vocab_size": 12, "hidden_size": 16, "heads": 2}
    rows = {"puzzle_count": len(names), "puzzle_embedding_size": 16, "puzzle_positions": 1}
    config = TRMConfig(**sizes, **rows)
    info = ModelInfo("trm", PuzzleShape("arc", 6, 6), config, (), names, tmp_path / "model")
    save_model(build_model(config), info, "# Tiny\n")
    command = "eval", info.directory, tmp_path / "set", "--max-steps=2", "--json"
    *_, alone, _ = trm(*command).events
    *_, voted, _ = trm(*command, "--votes=3").events
    assert alone["overall"]["puzzles"] == voted["overall"]["puzzles"] == 2
    assert alone["overall"]["arc_score"] == 0.0
    assert alone["overall"]["mean_supervision_steps"] == 2
    assert voted["overall"]["mean_supervision_steps"] == 6


def test_eval_gives_further_cells_of_a_sudoku_away(trm, tmp_path):
    command = "eval", MODEL, PUZZLES, "--max-steps=1", "--json", "--extra-givens"
    scores = [trm(*command, number).events[0]["exact"] for number in (0, 20, 20, 81)]
    assert scores[0] < scores[1] == scores[2] <= scores[3] == 1
    (tmp_path / "maze.txt").write_text("S #\n  G")
    assert trm("eval", MODEL, tmp_path / "maze.txt", "--extra-givens=1").err == (
        "trm: --extra-givens: found Maze 2×3, expected a Sudoku\n"
    )


@one_kind
def test_eval_without_data_makes_the_puzzles_that_the_model_names(trm, model, info, tmp_path):
    data = {"kind": "sudoku", "generate": 30, "held_out": 6, "box_rows": 2, "box_cols": 2}
    data |= {"givens_from": 6, "givens_to": 9}
    save_model(model, replace(info, held_out=data), "# Tiny\n")
    before = sorted(tmp_path.rglob("*"))
    ended = trm("eval", info.directory, "--json", "--device=cpu")
    assert (ended.status, ended.err) == (0, "")
    assert sorted(tmp_path.rglob("*")) == before
    build(held_out_build(read_info(info.directory)), tmp_path / "set", lambda done, total: None)
    assert ended.events == trm("eval", info.directory, tmp_path / "set", "--json").events
    few = trm("eval", info.directory, "--limit=2", "--json").events
    assert few == trm("eval", info.directory, tmp_path / "set", "--limit=2", "--json").events
    assert few[0]["puzzles"] == 2


@one_kind
def test_eval_needs_data_where_the_model_names_none(trm, directory):
    assert trm("eval", directory) == (
        1,
        "",
        "trm: tiny does not say how to make the puzzles that it was measured on; give a file of "
        "puzzles or a data set directory after its name\n",
    )


def test_eval_refuses_a_puzzle_that_the_model_cannot_read(trm, tmp_path):
    data = tmp_path / "mixed.sdm"
    data.write_text(f"{parse('.' * 81)[0].format()}\n{SMALL}\n")
    assert trm("eval", MODEL, data).err == (
        f"trm: mixed.sdm, line 2: {MODEL} is made for Sudoku 9×9, this is Sudoku 4×4\n"
    )


def test_eval_measures_a_style_and_keeps_it_with_the_model(trm, tmp_path):
    copy = shutil.copytree(find_model("maze-15x15").directory, tmp_path / "mine")
    command = ["eval", copy, "--style", "corridors with loops", "--side", "9", "--limit", "3"]
    events = trm(*command, "--keep", "--json", "--device=cpu").events
    assert events[0]["source"] == "corridors with loops 9×9"
    info = find_model(str(copy))
    (kept,) = (r for r in info.by_style if (r.style, r.side) == ("corridors with loops", 9))
    assert (kept.puzzles, kept.right) == (3, round(3 * events[0]["exact"]))
    others = [each for each in find_model("maze-15x15").by_style if each.side != 9]
    assert [each for each in info.by_style if each.side != 9] == others
    card = (copy / "README.md").read_text(encoding="utf-8")
    assert card.count("## By style") == 1
    assert "| corridors with loops | 9×9 | 3 | " in card
    assert "`trm eval mine --style all --side 9 --limit 3`" in card
    assert info.weights_hash() == find_model("maze-15x15").weights_hash()


def test_what_eval_has_measured_is_told_where_a_card_that_is_no_text_cannot_keep_it(trm, tmp_path):
    copy = shutil.copytree(find_model("maze-15x15").directory, tmp_path / "mine")
    (copy / "README.md").write_bytes(b"# caf\xe9\n")
    command = ["eval", copy, "--style", "corridors", "--side", "9", "--limit", "1", "--keep"]
    ended = trm(*command, "--json", "--device=cpu")
    assert ended.status == 1
    assert ended.err.startswith(f"trm: {copy / 'README.md'}, line 1: found the byte 0xe9")
    assert [next(iter(json.loads(line))) for line in ended.out.splitlines()][1:] == [
        "overall",
        "calibration",
    ]


@pytest.mark.parametrize(
    "options", [["--keep"], ["--side", "9"], [PUZZLES, "--style", "hard"]], ids=str
)
def test_options_of_eval_that_do_not_go_together_are_bad_usage(trm, options):
    assert trm("eval", MODEL, *options).status == 2


def test_a_style_that_is_not_made_is_told_with_those_that_are(trm):
    ended = trm("eval", "maze-15x15", "--style", "round")
    assert (ended.status, ended.out) == (1, "")
    assert f"found 'round', expected {', '.join(STYLES)}" in ended.err


def test_what_is_not_solved_is_told_with_how_often_the_model_is_right(trm, tmp_path):
    maze = make(Recipe("maze", 15, "corridors with loops", 3)).puzzles()[0]
    file = tmp_path / "loops.txt"
    file.write_text(maze.format())
    ended = trm("solve", file, "--model=maze-15x15", "--device=cpu", "--max-steps=2")
    assert ended.status == 0
    assert "\nThis maze is unlike those that maze-15x15 learned from" in ended.out
