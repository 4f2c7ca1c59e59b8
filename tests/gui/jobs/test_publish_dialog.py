"""The dialog that asks what a model is to be called."""

import pytest
from PySide6.QtCore import Qt

from trm_gui.jobs.publishing import PublishDialog


@pytest.fixture
def models(tmp_path):
    """A folder with one that is no model."""
    (tmp_path / "models" / "Notes").mkdir(parents=True)
    return tmp_path / "models"


@pytest.fixture
def ask(window, models, tmp_path, until):
    """Open the dialog for a run of this name, once it knows the folder."""

    def ask(run):
        dialog = PublishDialog(
            window.session.work, tmp_path / run, models, {"sudoku-4x4", "Mine"}, window
        )
        dialog.open()
        until(lambda: dialog._folders == ["Notes"])
        return dialog

    return ask


def test_a_name_is_suggested_that_is_free(ask):
    assert ask("sudoku-4x4").name.text() == "sudoku-4x4-2"
    assert ask("notes").name.text() == "notes-2"
    assert ask("fresh").name.text() == "fresh"


def test_names_that_cannot_be_are_told_while_typing(ask, qtbot, models):
    dialog = ask("fresh")
    chosen = []
    dialog.chosen.connect(chosen.append)
    for text, told in {
        "mine": "Name: there is a model Mine already; only upper and lower case differ.",
        "Notes": "Name: there is a folder Notes already.",
        "a/b": "Name has / in it, which not every system takes in the name of a folder.",
        "..": "Name begins with a dot, which hides a folder.",
        "nul": "Name is nul, which Windows keeps for a device.",
        "x" * 51: "Name has 51 letters, expected at most 50.",
    }.items():
        dialog.name.selectAll()
        qtbot.keyClicks(dialog.name, text)
        assert dialog.missing.text() == f"⚠ {told}"
        assert dialog.name.accessibleDescription() == told
        assert not dialog.ok.isEnabled()
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
        assert dialog.isVisible()
    dialog.name.selectAll()
    qtbot.keyClicks(dialog.name, "good")
    assert (dialog.missing.text(), dialog.ok.isEnabled()) == ("", True)
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert chosen == [models / "good"]
    assert not dialog.isVisible()
