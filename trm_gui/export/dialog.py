"""The dialog that exports a solve, or several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from trm_core.recordings import Recording
from trm_gui import theme as themes
from trm_gui.board.overlays import Overlay
from trm_gui.export.choices import store_choices, stored_choices
from trm_gui.export.estimate import in_words
from trm_gui.export.form import ExportForm
from trm_gui.export.order import Order, draw, estimate, write
from trm_gui.export.preview_view import PreviewView
from trm_gui.export.status_row import StatusRow, plain_label
from trm_gui.names import safe_name
from trm_gui.settings import stored_text
from trm_gui.work import Lane, Stop, Work, on_gui_thread

DATA_WORDS = {
    "html": "A page that plays all frames in any browser, also on a phone, without a network.",
    "csv": "A table with a row for every frame: its measures, then every cell of the answer.",
    "jsonl": "A line of JSON for every frame: its measures, its grid, what changed and what is "
    "broken.",
    "npz": "All grids, probabilities and measures of every frame as NumPy arrays.",
}
"""By format, what stands in place of a preview."""


class ExportDialog(QDialog):
    """Shows what will be, asks where to, then shows how far it is; Cancel stops that.

    solve: what is on screen; marked: several for one film, may be empty.
    """

    unmark_all = Signal()

    def __init__(
        self,
        work: Work,
        lane: Lane,
        solve: Recording,
        marked: Sequence[Recording],
        frame: int,
        overlays: frozenset[Overlay],
        settings: QSettings,
        parent: QWidget | None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setAccessibleName("Export")
        self.setObjectName("export_dialog")
        self._lane, self._settings = lane, settings
        self._tasks = work.tasks(self._fail, "The export stopped")
        self._solve, self._marked = solve, tuple(marked)
        self._writing: Stop | None = None
        """Of what is being written."""
        self._size_words = self._bytes_words = ""
        self.form = ExportForm(stored_choices(settings), overlays)
        self.what = QComboBox()
        self.what.setAccessibleName("What")
        self.what.setToolTip("What is exported; mark solves to have them side by side")
        self.what.addItem("This solve", False)
        if self._marked:
            count = len(self._marked)
            self.what.addItem(f"{count} marked, side by side" if count > 1 else "1 marked", True)
            self.what.addItem("Forget the marked ones", None)
        self.frame = QSlider(Qt.Orientation.Horizontal)
        self.frame.setAccessibleName("Frame")
        self.frame.setToolTip("Which frame is shown here, and exported as a single picture")
        self.frame.setRange(1, len(solve.trace))
        self.frame.setValue(frame + 1)
        self.view = PreviewView()
        self._lay_out()
        self.what.activated.connect(self._on_what)
        self.frame.valueChanged.connect(self._refresh)
        self.form.changed.connect(self._refresh)
        self.view.resized.connect(self._refresh)
        self._show_running()

    @property
    def order(self) -> Order:
        """What is chosen."""
        return Order(
            self._recordings,
            self.form.chosen_format.name,
            self.form.look,
            self.form.pace,
            self.frame.value() - 1,
        )

    def show_marked(self) -> None:
        """Choose the marked solves, where there are any."""
        if self._marked:
            self.what.setCurrentIndex(1)
            self._on_what()

    def save_to(self, target: Path) -> None:
        """Begin to write what is chosen."""
        self._settings.setValue("export/folder", str(target.parent))
        store_choices(self._settings, self.form.choices)
        self._tasks.cancel("preview")
        self._writing = Stop()
        order = self.order
        self.status.begin(target, order.frames)
        self._show_running()
        self._tasks.start(self._write(order, target, self._writing))

    def reject(self) -> None:
        """Stop what runs, or close the dialog where nothing does."""
        if self._writing is None:
            super().reject()
        else:
            self._writing.ask()

    def done(self, result: int) -> None:
        store_choices(self._settings, self.form.choices)
        self._end()
        super().done(result)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "cancel"):
            self._refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._end()
        super().closeEvent(event)

    def _end(self) -> None:
        self._tasks.close()
        self._writing = None

    @property
    def _recordings(self) -> tuple[Recording, ...]:
        return self._marked if self.what.currentData() else (self._solve,)

    def _lay_out(self) -> None:
        name = QLabel("&What")
        name.setBuddy(self.what)
        self.form.rows.insertRow(0, name, self.what)
        self.form.setFixedWidth(48 * themes.SPACE)
        self.facts = plain_label()
        self.facts.setAccessibleName("Size of the export")
        shown = QVBoxLayout()
        shown.setSpacing(themes.SPACE)
        shown.addWidget(self.view, 1)
        shown.addWidget(self.frame)
        shown.addWidget(self.facts)
        left = QVBoxLayout()
        left.addWidget(self.form)
        left.addStretch(1)
        upper = QHBoxLayout()
        upper.setSpacing(3 * themes.SPACE)
        upper.addLayout(left)
        upper.addLayout(shown, 1)
        self.status = StatusRow()
        buttons = QDialogButtonBox()
        self.start = buttons.addButton("&Export…", QDialogButtonBox.ButtonRole.AcceptRole)
        self.start.setAccessibleName("Export")
        self.start.setToolTip("Choose where to, and write it")
        self.start.setDefault(True)
        self.cancel = buttons.addButton(QDialogButtonBox.StandardButton.Close)
        buttons.accepted.connect(self._ask_where)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * themes.SPACE] * 4)
        layout.setSpacing(2 * themes.SPACE)
        layout.addLayout(upper, 1)
        layout.addWidget(self.status)
        layout.addWidget(buttons)
        self.resize(112 * themes.SPACE, 80 * themes.SPACE)

    def _on_what(self) -> None:
        if self.what.currentData() is None:
            self.unmark_all.emit()
            self._marked = ()
            self.what.removeItem(2)
            self.what.removeItem(1)
            self.what.setCurrentIndex(0)
        frames = max(len(recording.trace) for recording in self._recordings)
        self.frame.setRange(1, frames)
        self._refresh()

    def _refresh(self) -> None:
        """Show what is chosen, as soon as it is drawn."""
        if self._writing is not None:
            return
        order, chosen = self.order, self.form.chosen_format
        several = not chosen.is_drawn and len(order.recordings) > 1
        self._size_words = self._bytes_words = ""
        if several:
            self.view.show_words(f"{chosen.words}: of one solve at a time. Choose “This solve”.")
            self._tasks.cancel("preview")
        else:
            if not chosen.is_drawn:
                self.view.show_words(DATA_WORDS[chosen.name])
            room = self.view.room if chosen.is_drawn else None
            self._tasks.start(self._preview(order, room), place="preview")
        if self.status.saved is None:
            self.status.say("")
        self.start.setEnabled(not several)
        self.frame.setEnabled(chosen.is_drawn)
        self._show_facts()

    def _show_facts(self) -> None:
        order, chosen = self.order, self.form.chosen_format
        frames = 1 if chosen.name in ("png", "svg") else order.frames
        if frames == 1 and order.frames > 1:
            counted = f"Frame {self.frame.value()} of {order.frames}"
        else:
            counted = f"{frames} frame{'s' * (frames > 1)}"
        if chosen.moves:
            seconds = frames / order.pace.frames_per_second + order.pace.hold
            counted += f", {seconds:.1f} s"
        facts = (counted, self._size_words, self._bytes_words)
        self.facts.setText(" · ".join(filter(None, facts)))

    def _show_running(self) -> None:
        runs = self._writing is not None
        self.form.setEnabled(not runs)
        self.start.setEnabled(not runs)
        self.frame.setEnabled(not runs and self.form.chosen_format.is_drawn)
        self.status.show_running(runs)
        self.cancel.setText("Cancel" if runs else "Close")
        self.cancel.setAccessibleName(self.cancel.text())
        self.cancel.setToolTip("Stop; nothing is left behind" if runs else "Close this window")

    def _ask_where(self) -> None:
        chosen = self.form.chosen_format
        folder = Path(stored_text(self._settings, "export/folder", str(Path.home())))
        name = self._file_name() + chosen.suffix
        dialog = QFileDialog(self, "Export", str(folder))
        dialog.setObjectName("export_to")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        if chosen.suffix:
            dialog.setNameFilters([f"{chosen.words} (*{chosen.suffix})", "All files (*)"])
            dialog.setDefaultSuffix(chosen.suffix.removeprefix("."))
        dialog.selectFile(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda file: self.save_to(Path(file)))
        dialog.open()

    def _file_name(self) -> str:
        puzzles = dict.fromkeys(each.trace.puzzle.name for each in self._recordings)
        return safe_name("-and-".join(list(filter(None, puzzles))[:3])) or "solve"

    async def _preview(self, order: Order, room: QSize | None) -> None:
        """Show the order's frame, if it has a `room`, then about how large the export will be."""
        if room is not None:
            drawn = await self._lane(draw, order, room)
            self.view.show_picture(drawn)
            self._size_words = f"{drawn.size.width()} × {drawn.size.height()} pixels"
            self._show_facts()
        with Stop() as stop:
            size = await self._lane(estimate, order, stop)
        assert size is not None  # as it was not stopped
        self._bytes_words = f"about {in_words(size)}"
        self._show_facts()

    async def _write(self, order: Order, target: Path, stop: Stop) -> None:
        def progress(frames: int) -> None:
            if stop is self._writing:
                self.status.bar.setValue(frames)

        with stop:
            written = await self._lane(write, order, target, stop, on_gui_thread(progress))
        if written:
            self.status.saved = target
        self._tell(f"Saved as {target}." if written else "Cancelled; nothing was left behind.")

    def _fail(self, sentence: str, details: str) -> None:
        sentence = f"{sentence[:1].upper()}{sentence[1:]}"
        self._tell(sentence if sentence.endswith(".") else f"{sentence}.", failed=True)

    def _tell(self, sentence: str, *, failed: bool = False) -> None:
        """Say what came of it; nothing runs any more."""
        self._writing = None
        self._show_running()
        self.status.say(sentence, failed=failed)
