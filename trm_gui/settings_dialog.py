"""The dialog of what is set once for all windows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QIcon, QLinearGradient, QPainter
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.board.marks import heat_colour
from trm_gui.folder_choice import FolderChoice
from trm_gui.hints import wrapped
from trm_gui.icons import blank
from trm_gui.preferences import DEVICES, DTYPES, MOST_STEPS, Preferences, Start, most_threads
from trm_gui.session.engine import Compute
from trm_gui.theme_menu import THEMES
from trm_gui.work import Lane, Tasks, Work

GRADIENT = QSize(12 * themes.SPACE, 2 * themes.SPACE)


class SettingsDialog(QDialog):
    """Everything acts at once: each change is told by `changed`; Cancel tells what was before."""

    changed = Signal(object)
    """The Preferences that are chosen now."""

    def __init__(
        self,
        work: Work,
        fail: Callable[[str, str], None],
        preferences: Preferences,
        models: Path,
        parent: QWidget,
    ) -> None:
        """models: where user models are unless another folder is chosen."""
        super().__init__(parent)
        self._before = preferences
        self._lane = work.lane("settings")
        self._tasks = work.tasks(fail, "The settings cannot be checked")
        self.setWindowTitle("Settings")
        self.device = _choice("Device", "What the model runs on", DEVICES)
        self.dtype = _choice("Precision", "How exactly the model computes", DTYPES)
        self.threads = QSpinBox()
        self.threads.setRange(0, most_threads())
        self.threads.setSpecialValueText("all but one")
        _name(
            self.threads,
            "Threads",
            "Processor threads for a solve; one left free keeps the window quick",
        )
        self.as_before = QCheckBox("with what was &used last")
        _name(
            self.as_before,
            "New windows start with what was used last",
            "Whether a new window starts with the puzzle, the model, the threshold and the steps "
            "that were used last",
        )
        self.threshold = QDoubleSpinBox()
        self.threshold.setRange(0, 1)
        self.threshold.setSingleStep(0.05)
        _name(
            self.threshold,
            "Halting threshold",
            "Halting probability above which the model halts, in this window and in new ones",
        )
        self.max_steps = QSpinBox()
        self.max_steps.setRange(0, MOST_STEPS)
        self.max_steps.setSpecialValueText("the model's own")
        _name(
            self.max_steps,
            "Maximal supervision steps",
            "Supervision steps after which a solve stops, in this window and in new ones; the "
            "model's own number is that of its training",
        )
        self.theme = _choice("Theme", "Light or dark", THEMES)
        self.scale = _choice(
            "Heat maps",
            "The colours of heat maps, attention and the latent path, from little to much",
            {scale: scale for scale in themes.SCALES},
        )
        self.scale.setIconSize(GRADIENT)
        for row, scale in enumerate(themes.SCALES):
            self.scale.setItemIcon(row, _gradient(scale, self.devicePixelRatioF()))
        at_work = self._lane, self._tasks
        self.models = FolderField(
            *at_work, "Models", "Where your own models are looked for", str(models)
        )
        self.files = FolderField(
            *at_work,
            "Files",
            "Where the dialogs that open and save begin",
            "the folder that was used last",
        )
        self._show(preferences)
        self._connect()
        self._enable()
        tabs = QTabWidget()
        tabs.setAccessibleName("Groups of settings")
        tabs.addTab(self._solving(), "Solving")
        colours = _note(
            "Heat maps, attention and the latent path go from dark for little to bright for much; "
            "colour-blind readers can tell all four."
        )
        tabs.addTab(
            _page(_form(("&Theme", self.theme), ("&Heat maps", self.scale), ("", colours))),
            "Colours",
        )
        folders = _note("Each folder inside it that holds a model is offered.")
        tabs.addTab(
            _page(_form(("&Models", self.models), ("", folders), ("&Files", self.files))),
            "Folders",
        )
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(
            standard.Ok | standard.Cancel | standard.RestoreDefaults  # of the same look everywhere
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.reset = buttons.button(standard.RestoreDefaults)
        self.reset.setText("&Reset to defaults")
        self.reset.setToolTip("Have everything here as it was at the first start")
        self.reset.setAutoDefault(False)
        self.reset.clicked.connect(self._reset)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * themes.SPACE)
        layout.addWidget(tabs)
        layout.addWidget(buttons)
        self.setMinimumWidth(64 * themes.SPACE)

    @property
    def chosen(self) -> Preferences:
        start = Start(self.threshold.value(), self.max_steps.value() or None)
        return Preferences(
            Compute(self.device.currentData(), self.dtype.currentData(), self.threads.value()),
            None if self.as_before.isChecked() else start,
            self.theme.currentData(),
            self.scale.currentData(),
            self.models.folder,
            self.files.folder,
        )

    def accept(self) -> None:
        """Once it is known what is to be made of what was typed."""
        if all(field.is_settled for field in (self.models, self.files)):
            super().accept()
        else:
            self._tasks.start(self._settle(), place="settle")

    async def _settle(self) -> None:
        for field in (self.models, self.files):
            await field.take(field.path.text())
        super().accept()

    def reject(self) -> None:
        self.changed.emit(self._before)
        super().reject()

    def done(self, result: int) -> None:
        self._tasks.close()
        self._lane.close()
        super().done(result)

    def _show(self, preferences: Preferences) -> None:
        for box, value in (
            (self.device, preferences.compute.device),
            (self.dtype, preferences.compute.dtype),
            (self.theme, preferences.theme),
            (self.scale, preferences.scale),
        ):
            box.setCurrentIndex(box.findData(value))
        self.threads.setValue(preferences.compute.threads)
        start = preferences.start or Start()
        self.threshold.setValue(start.threshold)
        self.max_steps.setValue(start.max_supervision_steps or 0)
        self.as_before.setChecked(preferences.start is None)
        self.models.show_folder(preferences.models)
        self.files.show_folder(preferences.files)

    def _connect(self) -> None:
        for box in (self.device, self.dtype, self.theme, self.scale):
            box.currentIndexChanged.connect(self._tell)
        for number in (self.threads, self.threshold, self.max_steps):
            number.valueChanged.connect(self._tell)
        self.as_before.toggled.connect(self._tell)
        for field in (self.models, self.files):
            field.changed.connect(self._tell)

    def _reset(self) -> None:
        self.blockSignals(True)  # one change, not one for each control
        self._show(Preferences())
        self.blockSignals(False)
        self._tell()

    def _tell(self) -> None:
        self._enable()
        self.changed.emit(self.chosen)

    def _enable(self) -> None:
        for control in (self.threshold, self.max_steps):
            control.setEnabled(not self.as_before.isChecked())

    def _solving(self) -> QWidget:
        note = _note("From the next solve on. A device that is not there is told of then.")
        return _page(
            _form(
                ("&Device", self.device),
                ("&Precision", self.dtype),
                ("&Threads", self.threads),
                ("", note),
                ("New windows start", self.as_before),
                ("&Halting threshold", self.threshold),
                ("&Maximal supervision steps", self.max_steps),
            )
        )


class FolderField(QWidget):
    """The path of a folder, typed or chosen; empty for the usual one."""

    changed = Signal()

    def __init__(self, lane: Lane, tasks: Tasks, name: str, hint: str, usual: str) -> None:
        super().__init__()
        self._lane, self._tasks = lane, tasks
        self.folder: Path | None = None
        """None for the usual one."""
        self._taken = ""
        self.path = QLineEdit()
        self.path.setPlaceholderText(usual)
        self.path.setClearButtonEnabled(True)
        _name(self.path, name, f"{hint}; empty for {usual}")
        self.path.textChanged.connect(self._on_text)
        choice = FolderChoice(self.path, self.path, hint, self.path.setText)
        choice.button.setAutoDefault(False)
        self.trouble = _note("")
        self.trouble.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(themes.SPACE // 2)
        layout.addWidget(choice)
        layout.addWidget(self.trouble)
        self.setFocusProxy(self.path)

    def show_folder(self, folder: Path | None) -> None:
        self.folder = folder
        self._taken = "" if folder is None else str(folder)
        self.path.setText("" if folder is None else str(folder))

    def _on_text(self, text: str) -> None:
        self._tasks.start(self.take(text), place=self)

    @property
    def is_settled(self) -> bool:
        """Whether it is known what is to be made of the text."""
        return self._taken == self.path.text()

    async def take(self, text: str) -> None:
        """Take what is a folder; of anything else say so, and stay with the one before."""
        folder = Path(text).expanduser() if text.strip() else None
        there = folder is None or (
            folder.is_absolute() and await self._tasks.attempt(self._lane(folder.is_dir, of=folder))
        )
        self._taken = text
        self.trouble.setText("" if there else f"⚠ There is no folder {text}.")
        self.trouble.setStyleSheet(f"color: {themes.current(self).conflict_text}")
        self.trouble.setVisible(not there)
        if there and folder != self.folder:
            self.folder = folder
            self.changed.emit()


def _choice(name: str, hint: str, words: dict[str, str]) -> QComboBox:
    box = QComboBox()
    for value, text in words.items():
        box.addItem(text.replace("&", ""), value)
    _name(box, name, hint)
    return box


def _name(control: QWidget, name: str, hint: str) -> None:
    control.setAccessibleName(name)
    control.setToolTip(wrapped(hint))


def _form(*rows: tuple[str, QWidget]) -> QFormLayout:
    form = QFormLayout()
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setHorizontalSpacing(2 * themes.SPACE)
    form.setVerticalSpacing(themes.SPACE)
    for words, control in rows:
        form.addRow(words, control)
    return form


def _note(words: str) -> QLabel:
    note = QLabel(words)
    note.setWordWrap(True)
    note.setFont(themes.font(themes.SMALL))
    return note


def _page(form: QFormLayout) -> QWidget:
    page = QWidget()
    form.setContentsMargins(*[2 * themes.SPACE] * 4)
    page.setLayout(form)
    return page


def _gradient(scale: str, ratio: float) -> QIcon:
    """A scale of colours from left to right."""
    pixmap = blank(GRADIENT, ratio)
    gradient = QLinearGradient(0, 0, GRADIENT.width(), 0)
    for step in range(17):
        gradient.setColorAt(step / 16, heat_colour(step / 16, scale))
    painter = QPainter(pixmap)
    painter.fillRect(pixmap.rect(), gradient)
    painter.end()
    return QIcon(pixmap)
