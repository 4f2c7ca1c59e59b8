"""The export dialog and the marks, in the real window."""

import os
import re
import time

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from recordings_to_show import recording

from trm_gui import theme as themes
from trm_gui.board.overlays import CHANGED, CONFLICTS, FIRST_RIGHT, FLIPS, VALUES
from trm_gui.export.choices import Choices, stored_choices
from trm_gui.export.dialog import ExportDialog
from trm_gui.export.film import Film
from trm_gui.export.images import pillow_image
from trm_gui.settings import open_settings
from trm_gui.work import Work

LONGEST_WAIT = 0.05
"""Seconds that the GUI thread may be kept from its events."""


@pytest.fixture
def show(session):
    """Show a recorded solve in the window."""

    def show(kind="sudoku", *options):
        session.show_recording(recording(kind, *options))
        return session.recording

    return show


@pytest.fixture
def dialog(window, qtbot):
    """The dialog that the action opens."""

    def dialog():
        window.commands["export"].trigger()
        return the_dialog()

    def the_dialog():
        (found,) = window.findChildren(ExportDialog)
        qtbot.waitUntil(lambda: found.view.drawn is not None or found.view.words != "")
        return found

    dialog.the = the_dialog
    return dialog


@pytest.fixture
def export(qtbot):
    """Export what a dialog says to a file, and wait until it is there."""

    def export(dialog, target):
        dialog.save_to(target)
        qtbot.waitUntil(lambda: dialog.status.saved == target)
        assert dialog.start.isEnabled()
        return target

    return export


def choose(combo, data):
    combo.setCurrentIndex(combo.findData(data))
    combo.activated.emit(combo.currentIndex())


def test_there_is_nothing_to_export_before_a_solve(action, show):
    assert not action("export").isEnabled()
    assert not action("mark").isEnabled()
    show()
    assert action("export").isEnabled()
    assert action("mark").isEnabled()


def test_ctrl_e_opens_the_dialog(window, show, press, qtbot):
    show()
    press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.findChild(ExportDialog) is not None)


def test_the_preview_is_the_frame_at_the_cursor_as_it_will_be(session, show, dialog, qtbot):
    of = show()
    session.move_to(3)
    opened = dialog()
    assert opened.frame.value() == 4
    film = Film([of.trace], opened.form.look)
    assert opened.view.drawn.size == film.size
    expected = pillow_image(film.image(3)).resize(opened.view.drawn.image.size().toTuple())
    difference = np.asarray(pillow_image(opened.view.drawn.image)).astype(int) - expected
    assert np.abs(difference).mean() < 4  # scaled down in another way


def test_the_preview_follows_every_option(show, dialog, qtbot):
    show()
    opened = dialog()
    form = opened.form
    changes = (
        lambda: form.side.setValue(400),
        lambda: choose(form.theme, "dark"),
        lambda: form.title.setText("A title"),
        form.caption.toggle,
        form.legend.toggle,
        form.curve.toggle,
        form.overlays[VALUES].toggle,
        lambda: opened.frame.setValue(1),
    )
    for change in changes:
        before = opened.view.drawn
        change()
        qtbot.waitUntil(lambda before=before: opened.view.drawn is not before)
        assert opened.view.drawn.image != before.image


def test_it_begins_with_the_overlays_of_the_board(window, show, dialog):
    show()
    window.boards.overlays.set_on(CONFLICTS, False)
    window.boards.overlays.set_on(FLIPS, True)
    assert dialog().form.look.overlays == {VALUES, CHANGED, FLIPS}


def test_of_the_colourings_at_most_one_is_on(show, dialog):
    show()
    form = dialog().form
    form.overlays[FLIPS].setChecked(True)
    form.overlays[FIRST_RIGHT].setChecked(True)
    assert FLIPS not in form.look.overlays
    assert FIRST_RIGHT in form.look.overlays


def test_an_export_is_what_the_dialog_says(show, dialog, export, tmp_path):
    of = show()
    opened = dialog()
    choose(opened.form.format, "gif")
    opened.form.side.setValue(200)
    choose(opened.form.speed, 8)
    opened.form.hold.setValue(1)
    choose(opened.form.theme, "dark")
    with Image.open(export(opened, tmp_path / "out.gif")) as film:
        assert film.n_frames == len(of.trace)
        assert film.size == Film([of.trace], opened.form.look).size.toTuple()
        assert np.asarray(film.convert("RGB"))[0, 0].tolist() == [0x1E, 0x1F, 0x22]
        durations = []
        for index in range(film.n_frames):
            film.seek(index)
            durations.append(film.info["duration"])
    assert sum(durations) == pytest.approx(1000 * len(of.trace) / 8 + 1000, abs=10)


@pytest.mark.parametrize(
    "name", ["png", "svg", "gif", "webp", "mp4", "frames", "html", "csv", "jsonl", "npz"]
)
def test_every_format_can_be_chosen_and_is_about_as_large_as_was_said(
    name, show, dialog, export, qtbot, tmp_path
):
    show("sudoku", 8)
    opened = dialog()
    opened.form.side.setValue(200)
    choose(opened.form.format, name)
    qtbot.waitUntil(lambda: "about" in opened.facts.text())
    number, unit = re.search(r"about ([\d.,]+) (kB|MB)", opened.facts.text()).groups()
    told = float(number.replace(",", "")) * {"kB": 1e3, "MB": 1e6}[unit]
    target = export(opened, tmp_path / "out")
    files = target.iterdir() if target.is_dir() else [target]
    size = sum(file.stat().st_size for file in files)
    assert told == pytest.approx(size, rel=0.4, abs=1000)
    assert str(target) in opened.status.words.text()


def test_what_a_format_does_not_have_is_greyed_out(show, dialog):
    show()
    form = dialog().form
    for name, look, pace in (("gif", True, True), ("png", True, False), ("csv", False, False)):
        choose(form.format, name)
        assert form.side.isEnabled() == form.overlays[VALUES].isEnabled() == look
        assert form.speed.isEnabled() == form.hold.isEnabled() == pace


def test_a_gif_is_not_offered_faster_than_browsers_show_it(show, dialog):
    show()
    form = dialog().form
    choose(form.format, "mp4")
    choose(form.speed, 60)
    assert form.pace.frames_per_second == 60
    choose(form.format, "gif")
    assert form.pace.frames_per_second == 30


def test_the_facts_count_frames_seconds_and_pixels(show, dialog, qtbot):
    of = show()
    opened = dialog()
    choose(opened.form.format, "gif")
    choose(opened.form.speed, 2)
    opened.form.hold.setValue(3)
    opened.form.side.setValue(200)
    size = Film([of.trace], opened.form.look).size
    qtbot.waitUntil(lambda: f"{size.width()} × {size.height()} pixels" in opened.facts.text())
    frames = len(of.trace)
    assert opened.facts.text().startswith(f"{frames} frames, {frames / 2 + 3:.1f} s · ")
    choose(opened.form.format, "png")
    assert opened.facts.text().startswith(f"Frame {opened.frame.value()} of {frames}")


def test_progress_is_told_and_cancel_leaves_nothing_behind(show, dialog, qtbot, tmp_path):
    show("sudoku", 4, True)
    opened = dialog()
    choose(opened.form.format, "mp4")
    opened.form.side.setValue(1000)
    folder = tmp_path / "films"
    folder.mkdir()
    opened.save_to(folder / "out.mp4")
    qtbot.waitUntil(lambda: opened.status.bar.value() >= 3)
    assert opened.status.bar.isVisible()
    assert not opened.form.isEnabled()
    assert opened.cancel.text() == "Cancel"
    qtbot.mouseClick(opened.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(opened.start.isEnabled)
    assert os.listdir(folder) == []
    assert "nothing was left behind" in opened.status.words.text()
    assert opened.isVisible()
    assert opened.form.isEnabled()
    assert opened.cancel.text() == "Close"


def test_closing_the_window_stops_an_export(window, show, dialog, qtbot, tmp_path):
    show("sudoku", 4, True)
    opened = dialog()
    choose(opened.form.format, "webp")
    opened.form.side.setValue(1400)
    folder = tmp_path / "films"
    folder.mkdir()
    opened.save_to(folder / "out.webp")
    qtbot.waitUntil(lambda: opened.status.bar.value() >= 1)
    window.close()
    assert os.listdir(folder) == []


def test_a_failure_is_told_in_the_dialog(show, dialog, qtbot, tmp_path):
    show()
    opened = dialog()
    choose(opened.form.format, "png")
    opened.save_to(tmp_path / "gone" / "out.png")
    qtbot.waitUntil(opened.start.isEnabled)
    assert opened.status.words.text().startswith("⚠ ")
    assert "cannot be written: No such file or directory." in opened.status.words.text()
    assert not opened.status.show_folder.isVisible()
    assert opened.start.isEnabled()


def test_the_folder_of_an_export_can_be_opened(show, dialog, export, qtbot, tmp_path):
    class Desktop(QObject):
        opened: QUrl | None = None

        @Slot(QUrl)
        def open(self, url):
            self.opened = url

    show()
    opened = dialog()
    choose(opened.form.format, "csv")
    assert not opened.status.show_folder.isVisible()
    export(opened, tmp_path / "out.csv")
    desktop = Desktop()
    QDesktopServices.setUrlHandler("file", desktop, "open")
    try:
        qtbot.mouseClick(opened.status.show_folder, Qt.MouseButton.LeftButton)
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert desktop.opened == QUrl.fromLocalFile(str(tmp_path))


def test_the_button_asks_where_to_with_a_name_that_fits(show, dialog, qtbot, tmp_path):
    of = show()
    opened = dialog()
    choose(opened.form.format, "webp")
    opened.form.side.setValue(200)
    qtbot.mouseClick(opened.start, Qt.MouseButton.LeftButton)
    (asks,) = opened.findChildren(QFileDialog)
    assert os.path.basename(asks.selectedFiles()[0]) == f"{of.trace.puzzle.name}.webp"
    asks.fileSelected.emit(str(tmp_path / "chosen.webp"))
    qtbot.waitUntil(lambda: opened.status.saved is not None)
    assert (tmp_path / "chosen.webp").exists()


def test_options_are_remembered(window, show, dialog, open_window):
    show()
    opened = dialog()
    chosen = Choices("mp4", 480, "dark", 15, 3.5, False, False, False)
    for combo, value in (
        (opened.form.format, chosen.format),
        (opened.form.theme, chosen.theme),
        (opened.form.speed, chosen.speed),
    ):
        choose(combo, value)
    opened.form.side.setValue(chosen.side)
    opened.form.hold.setValue(chosen.hold)
    opened.form.caption.setChecked(False)
    opened.form.legend.setChecked(False)
    opened.form.curve.setChecked(False)
    opened.reject()
    window.close()
    assert stored_choices(open_window().settings) == chosen


@pytest.mark.parametrize(
    ("name", "value"),
    [("format", "exe"), ("side", "wide"), ("side", 3), ("speed", 7), ("hold", "1e9"), ("theme", 1)],
)
def test_what_was_stored_and_makes_no_sense_is_left_out(window, name, value):
    window.settings.setValue(f"export/{name}", value)
    assert stored_choices(window.settings) == Choices()


def test_marked_solves_are_exported_side_by_side(
    window, session, show, action, dialog, export, tmp_path
):
    count = window.exports.count
    assert not count.isVisible()
    first = show("maze")
    action("mark").trigger()
    assert action("mark").isChecked()
    second = show("sudoku")
    assert not action("mark").isChecked()
    action("mark").trigger()
    assert count.text() == "2 marked"
    count.click()
    opened = dialog.the()
    assert opened.order.recordings == (first, second)
    choose(opened.form.format, "gif")
    opened.form.side.setValue(160)
    film = Film([first.trace, second.trace], opened.form.look)
    with Image.open(export(opened, tmp_path / "out.gif")) as picture:
        assert picture.n_frames == len(film) == max(len(first.trace), len(second.trace))
        assert picture.size == film.size.toTuple()


def test_what_several_solves_were_marked_for_is_chosen_already(qtbot, window, show, action, dialog):
    first = show("maze")
    action("mark").trigger()
    second = show("sudoku")
    opened = dialog()
    assert opened.order.recordings == (second,)
    with qtbot.waitSignal(opened.destroyed):
        opened.reject()
    action("mark").trigger()
    assert dialog().order.recordings == (first, second)


def test_a_mark_is_taken_away_again(window, show, action):
    show("maze")
    action("mark").trigger()
    action("mark").trigger()
    assert window.exports.marked == []
    assert not window.exports.count.isVisible()


def test_all_marks_are_forgotten_from_the_dialog(window, show, action, dialog):
    of = show("maze")
    action("mark").trigger()
    opened = dialog()
    opened.show_marked()
    opened.what.setCurrentIndex(2)
    opened.what.activated.emit(2)
    assert window.exports.marked == []
    assert opened.order.recordings == (of,)
    assert opened.what.count() == 1


def test_data_is_of_one_solve_at_a_time(window, show, action, dialog):
    for kind in ("maze", "sudoku"):
        show(kind)
        action("mark").trigger()
    opened = dialog()
    opened.show_marked()
    choose(opened.form.format, "csv")
    assert not opened.start.isEnabled()
    assert "one solve at a time" in opened.view.words
    choose(opened.what, False)
    assert opened.start.isEnabled()


def test_every_control_has_a_name_and_a_tooltip(show, dialog):
    show()
    opened = dialog()
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox

    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox)
    controls = [
        widget
        for kind in kinds
        for widget in opened.findChildren(kind)
        if not widget.objectName().startswith("qt_") and widget.isVisible()
    ]
    assert len(controls) > 15
    for control in controls:
        assert control.accessibleName(), control
        assert control.toolTip(), control.accessibleName()


def test_nothing_is_clipped_at_the_smallest_window(window, show, dialog):
    window.resize(1024, 700)
    show()
    opened = dialog()
    assert opened.width() <= 1024
    assert opened.height() <= 700
    for widget in opened.findChildren(QWidget):
        if widget.isVisible() and widget.parentWidget() is opened.form:
            assert widget.width() >= widget.minimumSizeHint().width(), widget.accessibleName()


def test_an_export_keeps_the_gui_thread_free(qtbot, look, tmp_path):
    """Previews, their estimates and a film are drawn while a timer ticks every millisecond.

    The dialog stands alone: a window has plots and a library to draw when it opens.
    """
    work = Work()
    settings = open_settings(tmp_path / "settings")
    of = recording("sudoku", 4, True)
    opened = ExportDialog(
        work, work.lane("export"), of, (), 0, frozenset({VALUES, CHANGED}), settings, None
    )
    qtbot.addWidget(opened)
    opened.show()
    qtbot.waitUntil(lambda: opened.view.drawn is not None)
    choose(opened.form.format, "gif")
    waits, last = [], time.perf_counter()

    def tick():
        nonlocal last
        now = time.perf_counter()
        waits.append(now - last)
        last = now

    ticking = QTimer()
    ticking.timeout.connect(tick)
    ticking.start(1)
    for side in (400, 500, 600):
        opened.form.side.setValue(side)
        qtbot.wait(50)
    opened.save_to(tmp_path / "out.gif")
    qtbot.waitUntil(lambda: opened.status.saved is not None)
    ticking.stop()
    work.close()
    assert len(waits) > 50
    late = sorted(waits)[-2]  # one may be another program's
    assert late < LONGEST_WAIT, f"{1000 * max(waits):.0f} ms"


def test_the_dialog_follows_the_theme_of_the_window(qapp, show, dialog, qtbot):
    show()
    opened = dialog()
    assert opened.form.look.theme == themes.LIGHT
    themes.apply(QApplication.instance(), themes.DARK)
    assert opened.form.look.theme == themes.DARK
