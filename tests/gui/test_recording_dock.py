"""The recordings of a folder are listed, found, opened, renamed, noted on and thrown away."""

import os
import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPushButton,
    QToolButton,
)

from trm_core.recordings import SUFFIX, read_header, read_recording
from trm_core.trace import SolveSettings
from trm_gui import work as works
from trm_gui.app import make_window
from trm_gui.recordings.entries import Entry
from trm_gui.recordings.folder import RecordingFolder
from trm_gui.recordings.model import RecordingModel
from trm_gui.recordings.names import default_folder
from trm_gui.settings import open_settings

Key = Qt.Key

SAMPLES = sorted((Path(__file__).parents[1] / "recordings" / "version-1").glob(f"*{SUFFIX}"))
NAMES = [file.stem for file in SAMPLES]


@pytest.fixture
def folder(tmp_path):
    """The folder of the recordings, with one of each sample."""
    folder = tmp_path / "settings" / "recordings"
    folder.mkdir(parents=True)
    for file in SAMPLES:
        shutil.copy(file, folder)
    return folder


@pytest.fixture
def dock(qtbot, folder, window):
    """The dock, open, with all samples listed by name."""
    dock = window.recordings.dock
    window.commands["show_recordings"].trigger()
    qtbot.waitUntil(lambda: not dock.reading)
    assert len(dock.model.rows) == len(SAMPLES)
    dock.order.setCurrentText("By name")
    return dock


@pytest.fixture
def choose(dock):
    """Make the recording of that name the current one."""

    def choose(name):
        dock.view.setCurrentIndex(dock.model.index(titles(dock).index(name)))

    return choose


@pytest.fixture
def keys(qtbot, dock):
    """Press keys in the list."""

    def keys(*each):
        dock.view.setFocus()
        for key in each:
            qtbot.keyClick(dock.view, key)

    return keys


@pytest.fixture(autouse=True)
def trash(tmp_path, monkeypatch):
    """A trash of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "Trash" / "files"


def noted(dock, title):
    """What the list says is noted on a recording."""
    return next(entry.notes for entry in dock.model.rows if entry.title == title)


def titles(dock):
    return [entry.title for entry in dock.model.rows]


def test_every_recording_is_listed_with_what_it_is(dock):
    assert titles(dock) == sorted(NAMES)
    described = {entry.title: str(entry) for entry in dock.model.rows}
    assert described["sudoku"].startswith("sudoku: Sudoku 9×9, sudoku-9x9, solved in 8 steps, ")
    assert described["maze"].startswith("maze: Maze 11×11, maze-15x15, ")
    assert described["puzzle"].startswith("puzzle: Sudoku 4×4, no model, a puzzle alone, ")
    assert "It must open for ever" in described["arc"]
    assert dock.count.text() == f"{len(SAMPLES)} of {len(SAMPLES)}"


def test_nothing_is_read_before_the_dock_is_seen(qtbot, folder, window):
    assert not window.recordings.dock.isVisible()
    assert window.recordings.dock.folder is None
    assert window.recordings.dock.model.entries == {}


def test_enter_and_a_double_click_open_a_recording(qtbot, dock, session, choose, keys):
    choose("maze")
    with qtbot.waitSignal(session.opened):
        keys(Key.Key_Return)
    assert session.trace.model_name == "maze-15x15"
    assert session.puzzle.kind == "maze"
    row = dock.view.visualRect(dock.model.index(titles(dock).index("arc"))).center()
    with qtbot.waitSignal(session.opened):
        qtbot.mouseClick(dock.view.viewport(), Qt.MouseButton.LeftButton, pos=row)
        qtbot.mouseDClick(dock.view.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert session.puzzle.kind == "arc"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("maze", {"maze"}),
        ("9x9", {"sudoku"}),
        ("SUDOKU 4×4", {"latents", "puzzle"}),
        ("solved sudoku", {"latents", "sudoku"}),
        ("alone", {"puzzle"}),
        ("2026-11-24", set(NAMES)),
        ("ever", set(NAMES)),  # in the notes
        ("chess", set()),
    ],
)
def test_a_search_finds_what_has_all_its_words(dock, text, found):
    dock.search.setText(text)
    assert set(titles(dock)) == found
    assert dock.count.text() == f"{len(found)} of {len(SAMPLES)}"


@pytest.mark.parametrize(("text", "found"), [("maze solved", ["a"]), ("not solved", ["b"])])
def test_a_search_for_what_is_solved_leaves_out_what_is_not(text, found):
    model = RecordingModel()
    model.put(
        Entry(
            Path(f"{name}.trmrec"),
            name,
            datetime(2026, 11, 24, tzinfo=UTC),
            puzzle="Maze 9×9",
            outcome=outcome,
        )
        for name, outcome in (("a", "solved in 3 steps"), ("b", "not solved in 16 steps"))
    )
    model.search(text)
    assert [entry.title for entry in model.rows] == found


def test_where_nothing_is_found_a_button_clears_the_search(qtbot, dock):
    dock.search.setText("chess")
    button = next(b for b in dock.findChildren(QPushButton) if b.text() == "Clear the search")
    assert button.isVisible()
    button.click()
    assert titles(dock) == sorted(NAMES)


def test_the_order_can_be_chosen(dock):
    dock.order.setCurrentText("By puzzle")
    assert [entry.puzzle.split()[0] for entry in dock.model.rows] == [
        *("ARC", "Maze", "Sudoku", "Sudoku", "Sudoku")
    ]
    dock.order.setCurrentText("By model")
    assert titles(dock)[0] == "puzzle"  # which has none


def test_what_is_typed_in_the_list_is_a_command_and_not_searched(qtbot, dock, keys, window):
    keys(Key.Key_Home)
    qtbot.keyClicks(dock.view, "9")
    assert window.commands["solution"].isChecked()
    assert dock.search.text() == ""
    qtbot.keyClicks(dock.search, "maze")
    assert titles(dock) == ["maze"]
    qtbot.keyClick(dock.search, Key.Key_Down)
    assert dock.view.hasFocus()
    assert dock.view.current_entry.title == "maze"
    qtbot.keyClick(dock.view, Key.Key_Up)
    assert dock.search.hasFocus()


def test_the_thumbnail_is_of_the_last_answer(qtbot, dock, folder):
    from trm_gui import theme as themes

    entry = next(each for each in dock.model.rows if each.title == "maze")
    picture = None

    def drawn():
        nonlocal picture
        picture = dock.thumbnails.picture(entry, themes.LIGHT, 2.0)
        return picture is not None

    qtbot.waitUntil(drawn)
    image = picture.toImage()
    inks = {
        image.pixelColor(x, y).name().upper()
        for x in range(image.width())
        for y in range(image.height())
    }
    assert {themes.LIGHT.wall, themes.LIGHT.accent} <= inks  # the path is in the accent


def test_a_recording_is_renamed_in_its_row(qtbot, dock, folder, choose, keys):
    choose("arc")
    keys(Key.Key_F2)
    editor = dock.view.findChild(QLineEdit)
    assert editor.text() == "arc"
    editor.selectAll()
    qtbot.keyClicks(editor, "three arcs")
    qtbot.keyClick(editor, Key.Key_Return)
    qtbot.waitUntil(lambda: "three arcs" in titles(dock))
    assert (folder / f"three arcs{SUFFIX}").exists()
    assert not (folder / f"arc{SUFFIX}").exists()
    assert "arc" not in titles(dock)
    assert dock.view.current_entry.title == "three arcs"


@pytest.mark.parametrize("name", ["maze", "", "a/b", ".hidden", "a\0b"])
def test_a_name_that_cannot_be_is_told_and_the_old_one_stays(qtbot, dock, folder, session, name):
    entry = next(each for each in dock.model.rows if each.title == "arc")
    with qtbot.waitSignal(session.failed) as failed:
        dock.rename(entry, name)
    assert "\n" not in failed.args[0]
    assert sorted(file.stem for file in folder.iterdir()) == sorted(NAMES)


def test_notes_are_kept_in_the_file_and_found(qtbot, dock, folder, choose):
    choose("maze")
    assert dock.notes.toPlainText().startswith("A sample.")
    dock.notes.setFocus()
    dock.notes.selectAll()
    qtbot.keyClicks(dock.notes, "A detour at the end.")
    choose("sudoku")  # typing had not paused yet
    qtbot.waitUntil(lambda: noted(dock, "maze") == "A detour at the end.")
    assert read_header(folder / f"maze{SUFFIX}").notes == "A detour at the end."
    before, now = (read_recording(f / f"maze{SUFFIX}") for f in (SAMPLES[0].parent, folder))
    assert len(now.trace) == len(before.trace)
    dock.search.setText("detour")
    assert titles(dock) == ["maze"]


def test_notes_are_written_when_typing_pauses_and_the_field_keeps_what_is_typed(
    qtbot, dock, folder, choose
):
    choose("maze")
    dock.notes.setFocus()
    dock.notes.clear()
    qtbot.keyClicks(dock.notes, "One")
    qtbot.waitUntil(lambda: noted(dock, "maze") == "One")
    qtbot.keyClicks(dock.notes, " and two")
    assert dock.notes.toPlainText() == "One and two"
    file = folder / f"maze{SUFFIX}"
    qtbot.waitUntil(lambda: read_header(file).notes == "One and two")
    assert dock.notes.toPlainText() == "One and two"


def test_notes_that_are_being_typed_are_kept_when_the_window_closes(
    qtbot, window, dock, folder, choose
):
    choose("arc")
    dock.notes.setFocus()
    dock.notes.clear()
    qtbot.keyClicks(dock.notes, "Last words")
    window.close()
    assert read_header(folder / f"arc{SUFFIX}").notes == "Last words"


def test_notes_of_nothing_cannot_be_written(dock):
    dock.view.selectionModel().clear()
    assert not dock.notes.isEnabled()
    assert dock.notes.toPlainText() == ""


def test_a_recording_is_moved_to_the_trash_once_that_is_confirmed(
    qtbot, dock, folder, choose, keys, trash
):
    choose("arc")
    keys(Key.Key_Delete)
    box = dock.findChild(QMessageBox)
    assert box.text() == "Move “arc” to the trash?"
    box.button(QMessageBox.StandardButton.Cancel).click()
    assert (folder / f"arc{SUFFIX}").exists()
    qtbot.waitUntil(lambda: dock.findChild(QMessageBox) is None)
    keys(Key.Key_Delete)
    dock.findChild(QMessageBox).defaultButton().click()
    qtbot.waitUntil(lambda: "arc" not in titles(dock))
    assert not (folder / f"arc{SUFFIX}").exists()
    assert [file.name for file in trash.iterdir()] == [f"arc{SUFFIX}"]


def test_several_are_moved_to_the_trash_at_once(qtbot, dock, folder, keys):
    dock.view.selectAll()
    keys(Key.Key_Delete)
    box = dock.findChild(QMessageBox)
    assert box.text() == f"Move {len(SAMPLES)} recordings to the trash?"
    box.defaultButton().click()
    qtbot.waitUntil(lambda: titles(dock) == [])
    assert list(folder.iterdir()) == []


def test_what_cannot_be_thrown_away_is_told_and_stays(
    qtbot, dock, folder, session, monkeypatch, tmp_path
):
    monkeypatch.setenv("XDG_DATA_HOME", str(SAMPLES[0] / "no folder"))
    with qtbot.waitSignal(session.failed) as failed:
        dock.trash(dock.model.rows[:2])
    assert "\n" not in failed.args[0]
    assert len(list(folder.iterdir())) == len(SAMPLES)


def test_what_other_programs_do_in_the_folder_is_seen(qtbot, dock, folder):
    shutil.copy(SAMPLES[0], folder / f"copied{SUFFIX}")
    qtbot.waitUntil(lambda: "copied" in titles(dock))
    (folder / f"copied{SUFFIX}").unlink()
    qtbot.waitUntil(lambda: "copied" not in titles(dock))


def test_a_file_that_cannot_be_read_is_listed_and_says_why(qtbot, dock, folder, session, choose):
    (folder / f"broken{SUFFIX}").write_bytes(SAMPLES[0].read_bytes()[:500])
    qtbot.waitUntil(lambda: "broken" in titles(dock))
    choose("broken")
    assert "cut short" in str(dock.view.current_entry)
    assert not dock.notes.isEnabled()
    with qtbot.waitSignal(session.failed) as failed:
        dock.view.chosen.emit(dock.view.current_entry)
    assert "cut short" in failed.args[0]


def test_the_choice_stays_when_the_list_changes(qtbot, dock, folder, choose):
    choose("maze")
    shutil.copy(SAMPLES[0], folder / f"aaa{SUFFIX}")
    qtbot.waitUntil(lambda: "aaa" in titles(dock))
    assert dock.view.current_entry.title == "maze"
    assert [entry.title for entry in dock.view.selected] == ["maze"]
    dock.order.setCurrentText("Newest first")
    assert dock.view.current_entry.title == "maze"


def drop(target, urls):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(url)) for url in urls])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
    enter.ignore()
    target.dragEnterEvent(enter)
    if enter.isAccepted():
        target.dropEvent(QDropEvent(QPoint(5, 5), copy, data, left, none))
    return enter.isAccepted()


def test_recordings_from_elsewhere_are_copied_in(qtbot, dock, folder, tmp_path):
    elsewhere = tmp_path / f"arc{SUFFIX}"
    shutil.copy(SAMPLES[0], elsewhere)
    assert drop(dock, [elsewhere, tmp_path / "puzzle.sdm"])
    qtbot.waitUntil(lambda: "arc-2" in titles(dock))
    assert (folder / f"arc-2{SUFFIX}").read_bytes() == elsewhere.read_bytes()
    assert elsewhere.exists()
    assert not drop(dock, [folder / f"arc{SUFFIX}"])  # it is here already
    assert not drop(dock, [tmp_path / "puzzle.sdm"])


def test_damaged_recordings_from_elsewhere_are_not_copied_in(
    qtbot, dock, folder, session, tmp_path
):
    (tmp_path / f"bad{SUFFIX}").write_bytes(b"bad")
    with qtbot.waitSignal(session.failed) as failed:
        drop(dock, [tmp_path / f"bad{SUFFIX}"])
    assert "bad.trmrec: not a recording" in failed.args[0]
    assert sorted(file.stem for file in folder.iterdir()) == sorted(NAMES)


def test_a_row_is_dragged_as_its_file(qtbot, window, dock, session, folder):
    row = titles(dock).index("maze")
    data = dock.model.mimeData([dock.model.index(row)])
    assert [url.toLocalFile() for url in data.urls()] == [str(folder / f"maze{SUFFIX}")]
    with qtbot.waitSignal(session.opened):
        assert drop(window, [url.toLocalFile() for url in data.urls()])
    assert session.puzzle.kind == "maze"


def test_a_solve_that_is_saved_is_listed_and_chosen(
    qtbot, dock, session, solve, action, file_dialog
):
    session.solves.set_settings(SolveSettings(1, None))
    solve()
    action("save_recording").trigger()
    dialog = file_dialog()
    (file,) = dialog.selectedFiles()
    with qtbot.waitSignal(session.recording_saved):
        dialog.fileSelected.emit(file)
    dialog.reject()
    qtbot.waitUntil(lambda: dock.view.current_entry is not None)
    assert dock.view.current_entry.file == Path(file)


def test_an_empty_folder_says_how_to_fill_it(qtbot, window, session, solve, action, file_dialog):
    dock = window.recordings.dock
    action("show_recordings").trigger()
    qtbot.waitUntil(lambda: dock.count.text() == "0 of 0")
    words = "Save this solve…"
    assert not any(button.isVisible() for button in dock.findChildren(QPushButton))
    session.solves.set_settings(SolveSettings(1, None))
    solve()
    button = next(b for b in dock.findChildren(QPushButton) if b.text() == words)
    button.click()
    dialog = file_dialog()
    assert dialog.isVisible()
    dialog.reject()


def test_another_folder_is_listed_and_remembered(qtbot, dock, tmp_path, open_window):
    (tmp_path / "others").mkdir()
    shutil.copy(SAMPLES[1], tmp_path / "others" / f"another{SUFFIX}")
    dock._ask_for_folder()
    dialog = dock.findChild(QFileDialog)
    assert dialog.fileMode() == QFileDialog.FileMode.Directory
    dialog.fileSelected.emit(str(tmp_path / "others"))
    dialog.reject()
    qtbot.waitUntil(lambda: titles(dock) == ["another"])
    dock._settings.sync()
    again = open_window().recordings
    again.dock.enter()
    qtbot.waitUntil(lambda: titles(again.dock) == ["another"])


def test_the_menu_of_a_row_does_what_the_keys_do(qtbot, dock, session, choose, monkeypatch, folder):
    shown = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    choose("maze")
    dock.view.menu_wanted.emit(dock.mapToGlobal(QPoint(20, 200)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    actions = {action.text().replace("&", ""): action for action in menu.actions()}
    assert list(actions) == ["Open", "Rename", "Show in folder", "Delete…"]
    actions["Show in folder"].trigger()
    assert shown == [str(folder)]
    with qtbot.waitSignal(session.opened):
        actions["Open"].trigger()
    assert session.puzzle.kind == "maze"
    menu.close()


def test_the_menu_is_for_the_row_that_is_selected_whichever_is_the_current_one(
    qtbot, dock, session, choose, folder
):
    choose("maze")
    other = dock.model.index_of(folder / f"arc{SUFFIX}")
    dock.view.selectionModel().select(other, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    assert dock.view.current_entry.title == "maze"
    dock.view.menu_wanted.emit(dock.mapToGlobal(QPoint(20, 200)))
    menu = QApplication.activePopupWidget()
    with qtbot.waitSignal(session.opened):
        menu.actions()[0].trigger()
    assert session.puzzle.kind == "arc"
    menu.actions()[1].trigger()
    assert dock.view.findChild(QLineEdit).text() == "arc"
    menu.close()


def test_what_is_dropped_or_thrown_away_while_a_folder_is_looked_for_does_no_harm(
    qtbot, dock, folder, tmp_path
):
    entries = list(dock.model.rows[:1])
    shutil.copy(SAMPLES[0], tmp_path / f"elsewhere{SUFFIX}")
    dock._use_folder(str(tmp_path / "others"))
    assert dock.folder is None
    assert not drop(dock, [tmp_path / f"elsewhere{SUFFIX}"])
    dock.take_in([tmp_path / f"elsewhere{SUFFIX}"])
    dock.rename(entries[0], "another")
    dock.trash(entries)  # which was asked about before
    qtbot.waitUntil(lambda: not entries[0].file.exists())
    qtbot.waitUntil(lambda: not dock.reading)
    assert titles(dock) == []


def test_every_control_has_a_name_and_a_hint(dock):
    for control in (dock.search, dock.order, dock.view, dock.notes):
        assert control.accessibleName()
        assert control.toolTip()


def test_the_dock_gives_way_to_the_boards(qtbot, window, dock, widget):
    window.resize(1280, 800)
    window.resize(900, 700)
    qtbot.waitUntil(lambda: dock.isHidden())
    assert dock in window.room.aside
    assert widget("input_board").width() >= 320
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: not dock.isHidden())


def test_the_dock_opens_again_with_the_window(qtbot, window, dock, open_window):
    window.close()
    again = open_window()
    again.resize(1400, 800)  # the screen of the tests is small
    qtbot.waitUntil(lambda: not again.recordings.dock.isHidden())
    again.recordings.dock.raise_()
    assert again.commands["show_recordings"].isChecked()
    qtbot.waitUntil(lambda: len(again.recordings.dock.model.rows) == len(SAMPLES))


def test_closing_the_window_ends_its_threads(qtbot, look, folder, tmp_path):
    import threading

    window = make_window(tmp_path / "settings")
    qtbot.addWidget(window)
    window.show()
    window.recordings.dock.enter()
    window.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("recordings")]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Of a person who begins, where the settings are in the usual place."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    return tmp_path


def test_recordings_are_kept_among_the_documents_and_what_survives_a_crash_beside_the_settings(
    qtbot, look, home
):
    window = make_window()
    qtbot.addWidget(window)
    window.show()
    recordings = window.recordings
    recordings.dock.show()
    expected = home / "Documents" / "TRM Studio" / "Recordings"
    qtbot.waitUntil(lambda: recordings.dock.folder is not None)
    assert recordings.dock.folder.path == expected
    qtbot.waitUntil(lambda: not recordings.dock.reading)
    assert expected.is_dir()
    where = next(b for b in recordings.dock.findChildren(QToolButton) if "Folder" in b.text())
    assert "".join(str(expected).split()) in "".join(where.toolTip().split())  # in lines
    with qtbot.waitSignal(recordings.recovery.kept):
        window.session.set_puzzle(replace(window.session.puzzle, name="another"))
    assert [*(home / ".config" / "trm-studio" / "recovery").glob("*.trmrec")]


def folder_of(settings):
    return default_folder(Path(settings.fileName()))


def test_who_has_recordings_beside_the_settings_keeps_them_there(home):
    settings = open_settings(None)
    former = home / ".config" / "trm-studio" / "recordings"
    former.mkdir(parents=True)
    assert folder_of(settings) == home / "Documents" / "TRM Studio" / "Recordings"
    shutil.copy(SAMPLES[0], former)
    assert folder_of(settings) == former


def test_settings_in_a_place_of_their_own_have_their_recordings_beside_them(home):
    settings = open_settings(home / "elsewhere")
    assert folder_of(settings) == home / "elsewhere" / "recordings"


@pytest.fixture
def cut_off(tmp_path):
    """A file that hangs whoever opens it, until it answers in the end."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    yield pipe
    os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))


def test_a_folder_that_does_not_answer_is_told_and_another_one_opens(
    qtbot, window, dock, session, folder, tmp_path, cut_off, monkeypatch
):
    monkeypatch.setattr(works, "ANSWERS_WITHIN", 0.3)
    changes = RecordingFolder.changes

    def hanging(self):
        if self.path.name == "share":
            cut_off.read_bytes()
        yield from changes(self)

    monkeypatch.setattr(RecordingFolder, "changes", hanging)
    with qtbot.waitSignal(session.failed) as failed:
        dock._use_folder(str(tmp_path / "share"))
    assert failed.args == [f"{tmp_path / 'share'} {works.HANGS}"]
    qtbot.waitUntil(lambda: not dock.reading)
    assert titles(dock) == []
    dock._use_folder(str(tmp_path / "share"))
    dock._use_folder(str(folder))  # at once
    qtbot.waitUntil(lambda: titles(dock) == sorted(NAMES))
    dock._use_folder(str(tmp_path / "share"))
    begun = time.monotonic()
    window.close()
    assert time.monotonic() - begun < works.CLOSES_WITHIN + 2
