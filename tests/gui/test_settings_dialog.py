"""What is set once for all windows acts at once, is remembered, and can be taken back."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QWidget,
)

from trm_core.checkpoints.info import find_model
from trm_gui import theme as themes
from trm_gui.board.content import BoardContent
from trm_gui.board.marks import heat_colour
from trm_gui.board.painters import paint_board
from trm_gui.jobs.room import AT_WORK_BEFORE, stored_paths
from trm_gui.plots.mixing import MixingPane
from trm_gui.plots.path import LatentPathPane
from trm_gui.preferences import Preferences, Start, stored_preferences
from trm_gui.session.engine import Compute
from trm_gui.settings_dialog import SettingsDialog


@pytest.fixture
def dialog(window, action):
    action("settings").trigger()
    return window.findChild(SettingsDialog)


def choose(box, value):
    box.setCurrentIndex(box.findData(value))


def names(session):
    return {model.name for model in session.models.all}


def test_a_solve_is_computed_as_the_settings_say(window, dialog, solve, open_window):
    choose(dialog.dtype, "float32")
    choose(dialog.device, "cpu")
    dialog.threads.setValue(1)
    dialog.accept()
    solve()
    assert window.session.solves.computed_on == "cpu in float32"
    window.close()
    assert open_window().session.models.compute == Compute("cpu", "float32", 1)


def test_cancelled_settings_change_nothing(window, qapp, dialog):
    choose(dialog.dtype, "float32")
    choose(dialog.theme, "dark")
    assert window.session.models.compute.dtype == "float32"
    assert themes.current(qapp).name == "dark"
    dialog.reject()
    assert window.session.models.compute == Compute()
    assert themes.current(qapp) == themes.system_theme()
    assert stored_preferences(window.settings) == Preferences()


def test_windows_start_with_what_the_one_before_ended_with(window, control, open_window):
    control("Max steps").setValue(5)
    window.close()
    assert open_window().session.settings.max_supervision_steps == 5


def test_threshold_and_steps_that_windows_start_with_hold_at_once_and_for_later_ones(
    window, dialog, control, open_window
):
    dialog.as_before.setChecked(False)
    dialog.threshold.setValue(0.8)
    dialog.max_steps.setValue(7)
    assert control("Threshold").value() == 0.8
    assert control("Max steps").value() == 7
    dialog.accept()
    control("Max steps").setValue(3)  # for this window
    window.close()
    later = open_window()
    assert later.session.settings.halt_threshold == 0.8
    assert later.session.settings.max_supervision_steps == 7


def test_a_theme_is_worn_at_once_and_the_menu_knows(window, dialog, action, qapp):
    choose(dialog.theme, "dark")
    assert themes.current(qapp).name == themes.current(window).name == "dark"
    dialog.accept()
    action("theme_dark").parent().aboutToShow.emit()
    assert action("theme_dark").isChecked()


@pytest.mark.parametrize("scale", themes.SCALES)
def test_each_scale_of_colours_grows_brighter_from_its_first_to_its_last(scale):
    shades = [themes._luminance(heat_colour(step / 20, scale)) for step in range(21)]
    assert shades == sorted(shades)
    assert shades[-1] - shades[0] > 0.5


def test_another_scale_colours_boards_and_plots_at_once(
    qtbot, window, dialog, solve, session, puzzles
):
    session.set_puzzle(puzzles[0])
    window.plots.reset()
    solve()
    session.moment.look_at((0, 0))
    shown = {}
    for name, pane in (("plot_attention", MixingPane), ("plot_latent_path", LatentPathPane)):
        window.plots.docks[name].raise_()
        qtbot.waitUntil(lambda pane=pane: window.findChild(pane) is not None)
        shown[name] = window.findChild(pane)
    attention, path = shown.values()
    dots = path.paths["y"].dots
    qtbot.waitUntil(lambda: len(dots.points()) == len(session.trace))
    choose(dialog.scale, "magma")
    assert dots.points()[-1].brush().color().name() == heat_colour(1, "magma")
    window.plots.docks["plot_attention"].raise_()
    qtbot.waitUntil(lambda: attention.on_screen and attention.mixing is not None)
    bar = attention.bar.colorMap().map(1.0, mode="qcolor")
    assert bar.name() == heat_colour(1, "magma")
    theme = themes.current(window)
    assert theme.scale == "magma"
    content = BoardContent(session.puzzle, session.puzzle.grid, heat=np.ones((9, 9)), values=False)
    image = QImage(90, 90, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_board(painter, QRectF(0, 0, 90, 90), content, theme)
    painter.end()
    assert image.pixelColor(24, 4).name() == heat_colour(1, "magma")
    dialog.reject()
    assert themes.current(window).scale == themes.SCALES[0]


def test_the_scales_are_shown_as_gradients(dialog):
    for row, scale in enumerate(themes.SCALES):
        icon = dialog.scale.itemIcon(row).pixmap(dialog.scale.iconSize()).toImage()
        ends = icon.pixelColor(0, 4), icon.pixelColor(icon.width() - 1, 4)
        for found, share in zip(ends, (0, 1), strict=True):
            wanted = QImage(1, 1, QImage.Format.Format_RGB32)
            wanted.fill(heat_colour(share, scale))
            expected = wanted.pixelColor(0, 0)
            assert abs(found.lightness() - expected.lightness()) < 12


def test_user_models_are_looked_for_in_the_folder_that_is_set(
    qtbot, window, dialog, session, tmp_path, open_window
):
    for folder, name in (("first", "one"), ("second", "two")):
        shutil.copytree(find_model("sudoku-9x9-small").directory, tmp_path / folder / name)
    dialog.models.path.setText(str(tmp_path / "first"))
    qtbot.waitUntil(lambda: "one" in names(session))
    dialog.models.path.setText(str(tmp_path / "second"))
    qtbot.waitUntil(lambda: "two" in names(session))
    assert "one" not in names(session)
    dialog.accept()
    window.close()
    later = open_window()
    qtbot.waitUntil(lambda: "two" in names(later.session))
    assert "one" not in names(later.session)


def test_a_model_of_the_folder_that_was_forgotten_stays_so(
    qtbot, window, dialog, session, tmp_path, open_window
):
    shutil.copytree(find_model("sudoku-9x9-small").directory, tmp_path / "own" / "one")
    dialog.models.path.setText(str(tmp_path / "own"))
    qtbot.waitUntil(lambda: "one" in names(session))
    (item,) = window.user_models.menu.actions()
    item.trigger()
    window.close()
    later = open_window()
    qtbot.waitUntil(lambda: later.user_models.looked)
    assert "one" not in names(later.session)


def test_a_folder_that_is_not_there_is_told_of_and_not_taken(qtbot, window, dialog, tmp_path):
    dialog.files.path.setText(str(tmp_path / "nowhere"))
    missing = f"⚠ There is no folder {tmp_path / 'nowhere'}."
    qtbot.waitUntil(lambda: dialog.files.trouble.text() == missing)
    dialog.accept()
    assert stored_preferences(window.settings).files is None


def test_files_are_opened_and_saved_in_the_folder_that_is_set(
    qtbot, window, dialog, tmp_path, open_window
):
    (tmp_path / "mine").mkdir()
    dialog.files.path.setText(str(tmp_path / "mine"))
    with qtbot.waitSignal(dialog.accepted):
        dialog.accept()  # before it is known that there is such a folder
    for shown in (window, None):
        if shown is None:
            window.settings.setValue("folder", str(tmp_path))  # another was used since
            window.close()
            shown = open_window()
        shown.commands["open"].trigger()
        asked = shown.findChild(QFileDialog)
        assert asked.directory().path() == str(tmp_path / "mine")
        asked.reject()


def test_everything_can_be_reset(qtbot, window, dialog, control, qapp, tmp_path):
    choose(dialog.dtype, "float32")
    choose(dialog.theme, "dark")
    choose(dialog.scale, "cividis")
    dialog.as_before.setChecked(False)
    dialog.threshold.setValue(0.9)
    dialog.files.path.setText(str(tmp_path))
    qtbot.waitUntil(lambda: dialog.files.folder == tmp_path)
    dialog.reset.click()
    assert dialog.chosen == stored_preferences(window.settings) == Preferences()
    assert window.session.models.compute == Compute()
    assert themes.current(qapp) == themes.system_theme()


def test_every_control_can_be_reached_and_changed_with_the_keyboard(qtbot, window, dialog):
    dialog.device.setFocus()
    reached = set()
    for _ in range(40):
        focused = dialog.focusWidget()
        reached.add(focused.accessibleName() or focused.parent().accessibleName())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert {"Device", "Precision", "Threads"} <= reached
    assert "New windows start with what was used last" in reached
    assert "Groups of settings" in reached
    qtbot.keyClick(dialog.dtype, Qt.Key.Key_Down)
    assert window.session.models.compute.dtype == "float32"


def test_every_control_has_a_name_and_says_what_it_does(dialog):
    kinds = QComboBox | QAbstractSpinBox | QCheckBox | QLineEdit | QPushButton
    controls = [
        control
        for control in dialog.findChildren(QWidget)
        if isinstance(control, kinds)
        and not control.objectName().startswith("qt_")
        and not isinstance(control.parent(), QDialogButtonBox)
    ]
    assert len(controls) == 12
    for control in controls:
        assert control.accessibleName()
        assert control.toolTip()


def test_stored_values_that_make_no_sense_are_as_if_not_there(window):
    for name, value in (
        ("start_threshold", "much"),
        ("start_max_supervision_steps", 0),
        ("scale", "jet"),
        ("theme", "pink"),
        ("threads", -1),
        ("device", QByteArray(b"\x01\xd9")),
        ("models_folder", QByteArray(b"\xff")),
    ):
        window.settings.setValue(name, value)
    assert stored_preferences(window.settings) == Preferences()
    window.settings.setValue(AT_WORK_BEFORE, QByteArray(b"\x01\xd9"))
    assert stored_paths(window.settings) == set()
    window.settings.setValue(AT_WORK_BEFORE, ["/some/run", QByteArray(b"\xff")])
    assert stored_paths(window.settings) == {Path("/some/run")}
    window.settings.setValue("start_threshold", 0.25)
    window.settings.setValue("start_max_supervision_steps", 4)
    assert stored_preferences(window.settings).start == Start(0.25, 4)
