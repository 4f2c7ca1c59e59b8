"""Models that a user adds: from a folder, from an official checkpoint, and at the next start."""

import shutil

import pytest
from checkpoints_to_try import rewrite_json, without, write_official
from PySide6.QtWidgets import QComboBox, QFileDialog

from trm_core import load_model
from trm_core.checkpoints.info import find_model
from trm_core.puzzles.files import load_puzzles
from trm_gui.checkpoint_dialog import CheckpointDialog

BUNDLED = "sudoku-9x9-small"


@pytest.fixture
def own_model(tmp_path):
    """A model directory of a user's own."""
    return shutil.copytree(find_model(BUNDLED).directory, tmp_path / "my-model")


@pytest.fixture
def add(qtbot, window, action, file_dialog):
    """Add a model folder through the dialog."""

    def add(folder):
        action("add_model").trigger()
        dialog = file_dialog()
        with qtbot.waitSignal(window.session.models.changed):
            dialog.fileSelected.emit(str(folder))
        dialog.reject()

    return add


def offered(window):
    box = next(w for w in window.findChildren(QComboBox) if w.accessibleName() == "Model")
    return [box.itemText(row) for row in range(box.count())], box.currentText()


def test_a_model_from_a_folder_is_offered_used_and_solves(window, add, own_model, solve):
    add(own_model)
    names, current = offered(window)
    assert current == "my-model (TRM-MLP, Sudoku 9×9)"
    assert current in names
    assert solve().model_name == "my-model"


def test_an_added_model_is_there_at_the_next_start_and_in_use_as_it_was(
    qtbot, window, add, own_model, open_window
):
    add(own_model)
    window.close()
    later = open_window()
    qtbot.waitUntil(lambda: "my-model (TRM-MLP, Sudoku 9×9)" in offered(later)[0])
    assert later.session.models.all[-1].directory == own_model
    assert later.session.model is later.session.models.all[-1]
    later.session.set_model("sudoku-9x9")
    later.close()
    last = open_window()
    qtbot.waitUntil(lambda: "my-model (TRM-MLP, Sudoku 9×9)" in offered(last)[0])
    assert last.session.model_name == "sudoku-9x9"


def test_a_forgotten_model_is_gone_and_its_files_stay(qtbot, window, add, own_model, open_window):
    before = window.session.model_name
    add(own_model)
    menu = window.findChild(type(window.menuBar().addMenu("")), "forget_model")
    (item,) = menu.actions()
    item.trigger()
    assert window.session.model_name == before
    assert not menu.isEnabled()
    assert (own_model / "config.json").exists()
    window.close()
    assert not any(name.startswith("my-model") for name in offered(open_window())[0])


def test_a_model_with_a_bundled_one_s_name_is_told_apart(window, add, tmp_path, solve):
    copy = shutil.copytree(find_model(BUNDLED).directory, tmp_path / "copies" / "sudoku-9x9")
    add(copy)
    assert window.session.model.directory == copy
    bundled = find_model("sudoku-9x9").directory
    window.session.set_model(str(bundled))
    assert window.session.model.directory == bundled


def test_a_folder_without_a_model_is_refused_in_a_sentence(
    qtbot, window, action, tmp_path, widget, file_dialog
):
    models = window.session.models.all
    action("add_model").trigger()
    with qtbot.waitSignal(window.session.failed):
        file_dialog().fileSelected.emit(str(tmp_path))
    assert window.session.models.all == models
    assert widget("status_line").text().startswith(f"⚠ {tmp_path}/config.json: ")


@pytest.fixture
def dialog(window, action):
    action("import_model").trigger()
    return window.findChild(CheckpointDialog)


@pytest.fixture
def says(qtbot, dialog):
    """Wait until the dialog says that something is missing, or "" for nothing."""

    def says(words, whole=True):
        def said():
            text = dialog.missing.text()
            same = text == words if whole else text.startswith(words)
            return same and dialog.ok.isEnabled() == (words == "")

        qtbot.waitUntil(said)

    return says


def test_an_official_checkpoint_becomes_a_model_that_is_used(qtbot, window, dialog, says, tmp_path):
    model = load_model(find_model("sudoku-4x4").directory, "cpu", "float32")
    checkpoint, config = write_official(model, tmp_path)
    window.session.set_puzzle(load_puzzles_of_size_4(tmp_path))
    assert not dialog.ok.isEnabled()
    dialog.checkpoint.path.setText(str(checkpoint))
    dialog.config.path.setText(str(config))
    assert dialog.name.text() == f"{tmp_path.name}-step_1"
    dialog.name.setText("official")
    says("")
    with qtbot.waitSignal(window.session.models.changed):
        dialog.ok.click()
    assert window.session.model.directory == tmp_path / "settings" / "models" / "official"
    with qtbot.waitSignal(window.session.solve_finished):
        window.session.solve()
    assert window.session.trace.solved(len(window.session.trace) - 1)


def test_the_config_beside_a_checkpoint_is_put_in_and_what_else_is_needed_can_be_said(
    qtbot, window, dialog, says, tmp_path, widget
):
    model = load_model(find_model("maze-15x15").directory, "cpu", "float32")
    checkpoint, config = write_official(model, tmp_path)
    for name in ("seq_len", "L_cycles"):
        rewrite_json(config, lambda raw, name=name: {**raw, "config": without(name)(raw["config"])})
    dialog.checkpoint.path.setText(str(checkpoint))
    qtbot.waitUntil(lambda: dialog.config.path.text() == str(config))
    dialog.name.setText("mazes")
    dialog.puzzle.setText("maze")
    says("Puzzle: 'maze' is not KIND:ROWSxCOLS, such as ", whole=False)
    dialog.puzzle.setText("maze:15x15")
    dialog.settings.setText("L_cycles")
    says("Settings: 'L_cycles' is not NAME=VALUE.")
    dialog.settings.setText(f"L_cycles={model.config.latent_steps} old=null")
    says("")
    with qtbot.waitSignal(window.session.models.changed):
        dialog.ok.click()
    assert window.session.models.all[-1].config == model.config


def test_a_lightning_checkpoint_needs_no_config(dialog, says, tmp_path):
    (tmp_path / "last.ckpt").write_bytes(b"")
    dialog.checkpoint.path.setText(str(tmp_path / "last.ckpt"))
    assert dialog.config.path.text() == ""
    says("")


def load_puzzles_of_size_4(folder):
    file = folder / "four.txt"
    file.write_text("1..4\n..1.\n.1..\n4..1\n")
    return load_puzzles(file)[0]


def test_the_import_says_what_is_missing(dialog, says, tmp_path):
    (tmp_path / "step_1").write_bytes(b"")
    says("Checkpoint: choose a file.")
    dialog.checkpoint.path.setText(str(tmp_path / "step_2"))
    says(f"Checkpoint: there is no file {tmp_path / 'step_2'}.")
    dialog.checkpoint.path.setText(str(tmp_path / "step_1"))
    says("Config: choose a file.")
    dialog.config.path.setText(str(tmp_path / "step_1"))
    dialog.name.setText("a/b")
    says("Name has / in it", whole=False)
    assert not dialog.ok.isEnabled()


def test_a_checkpoint_that_is_none_is_refused_and_nothing_is_left(
    qtbot, window, dialog, says, tmp_path, widget
):
    for name in ("step_1", "config.json"):
        (tmp_path / name).write_text("{}")
    dialog.checkpoint.path.setText(str(tmp_path / "step_1"))
    dialog.config.path.setText(str(tmp_path / "config.json"))
    says("")
    with qtbot.waitSignal(window.session.failed):
        dialog.ok.click()
    assert str(tmp_path / "config.json") in widget("status_line").text()
    assert not (tmp_path / "settings" / "models").exists()


def test_an_import_that_fails_can_be_mended_in_the_same_dialog(
    qtbot, window, dialog, says, tmp_path
):
    model = load_model(find_model("sudoku-4x4").directory, "cpu", "float32")
    checkpoint, config = write_official(model, tmp_path)
    (tmp_path / "other.json").write_text("{}")
    dialog.checkpoint.path.setText(str(checkpoint))
    dialog.config.path.setText(str(tmp_path / "other.json"))
    dialog.settings.setText("old=null")
    dialog.name.setText("official")
    says("")
    with qtbot.waitSignal(window.session.failed) as failed:
        dialog.ok.click()
        assert dialog.missing.text() == "Being imported…"
        assert not dialog.name.isEnabled()
    qtbot.waitUntil(dialog.name.isEnabled)
    assert dialog.isVisible()
    assert dialog.missing.text() == f"⚠ {failed.args[0]}"
    typed = [line.text() for line in (dialog.checkpoint.path, dialog.settings, dialog.name)]
    assert typed == [str(checkpoint), "old=null", "official"]
    dialog.config.path.setText(str(config))
    says("")
    with qtbot.waitSignal(dialog.accepted):
        dialog.ok.click()
    assert window.session.models.all[-1].name == "official"


def test_after_a_folder_without_a_model_the_dialog_opens_beside_that(
    qtbot, window, action, tmp_path, file_dialog
):
    (tmp_path / "elsewhere" / "empty").mkdir(parents=True)
    action("add_model").trigger()
    first = file_dialog()
    with qtbot.waitSignal(window.session.failed):
        first.fileSelected.emit(str(tmp_path / "elsewhere" / "empty"))
    first.close()
    qtbot.waitUntil(lambda: window.findChild(QFileDialog) is None)
    action("add_model").trigger()
    assert file_dialog().directory().absolutePath() == str(tmp_path / "elsewhere")
