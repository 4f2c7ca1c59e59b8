"""The dialog for a new job: the fields that matter, all others on demand, checked as you type."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from trm_core.errors import UserError
from trm_core.training.config import RunConfig
from trm_gui import theme as themes
from trm_gui.jobs.advanced import AdvancedSettings
from trm_gui.jobs.estimate_row import EstimateRow
from trm_gui.jobs.joblist import Job
from trm_gui.jobs.new_jobs import NewJob, NewJobs, Preset
from trm_gui.jobs.setting_fields import Setting, SettingField, settings_of
from trm_gui.preferences import DEVICES

MAIN = {
    "training.steps": ("Steps", "Optimizer steps after which the job is done"),
    "training.batch_size": ("Batch size", "Samples of one step"),
    "training.learning_rate": ("Learning rate", "How far one step goes, at most"),
}
"""Name and hint of the settings that always show, by key."""

FOLDER = "runs_folder"
PRESET = "last_preset"


class NewJobDialog(QDialog):
    """Stays open until the job is made; says in a sentence what cannot be."""

    def __init__(
        self,
        new_jobs: NewJobs,
        settings: QSettings,
        parent: QWidget,
        like: tuple[str, RunConfig, Job] | None = None,
    ) -> None:
        """like: name, config and job of a run that is to be had again, with changes."""
        super().__init__(parent)
        self._new_jobs, self._settings, self._like = new_jobs, settings, like
        self._presets: dict[str, Preset] = {}
        self._config: RunConfig | None = None
        self._asked: NewJob | None = None
        self._making = False
        self.setWindowTitle("New training job" if like is None else f"New job like {like[0]}")
        self.setAccessibleName(self.windowTitle())
        self.setObjectName("new_job_dialog")
        self.setMinimumWidth(72 * themes.SPACE)
        self._soon = QTimer(self, singleShot=True, interval=150)
        self._soon.timeout.connect(self._ask)
        self._make_controls()
        self._lay_out()
        new_jobs.presets_read.connect(self._take_presets)
        new_jobs.checked.connect(self._take_check)
        new_jobs.jobs.added.connect(self._on_added)
        new_jobs.not_added.connect(self._on_not_added)
        self.finished.connect(new_jobs.estimator.cancel)
        if like is not None:
            self._take_presets({like[0]: Preset(like[1], f"As {like[0]}, with what you change")})
            self.preset.setEnabled(False)
        else:
            new_jobs.read_presets()

    @property
    def new_job(self) -> NewJob | None:
        """What the fields describe; None where the config's parser refuses them."""
        if self._config is None or not self.name.text():
            return None
        path = Path(self.folder.text(), self.name.text())
        minutes = self.minutes.value()
        job = Job(str(path), self.device.currentData(), minutes * 60 if minutes else None)
        return NewJob(job, self._config)

    def field(self, key: str) -> SettingField:
        """The field of a setting, by TABLE.NAME."""
        return self._fields[key]

    # Making it

    def _make_controls(self) -> None:
        self.preset = QComboBox()
        self.preset.currentIndexChanged.connect(self._on_preset)
        self.description = QLabel(wordWrap=True)
        self.description.setFont(themes.font(themes.SMALL))
        self.name, self.folder = QLineEdit(), QLineEdit()
        home = Path(self._settings.fileName()).parent / "runs"
        self.folder.setText(str(self._settings.value(FOLDER, str(home))))
        self.minutes = QDoubleSpinBox()
        self.minutes.setRange(0, 100_000)
        self.minutes.setDecimals(1)
        self.minutes.setSpecialValueText("none")
        self.minutes.setSuffix(" min")
        self.device = QComboBox()
        for value, name in DEVICES.items():
            self.device.addItem(name, value)
        for control, name, hint in (
            (self.preset, "Preset", "What is trained, on what, and how"),
            (self.name, "Name", "What the job and its folder are called"),
            (self.folder, "Folder", "Where the folder of the job is made"),
            (self.minutes, "Time limit", "After how long it saves and stops; it can go on later"),
            (self.device, "Device", "What the job computes on"),
        ):
            control.setAccessibleName(name)
            control.setToolTip(hint)
        if self._like is not None:
            job = self._like[2]
            self.minutes.setValue((job.time_limit or 0) / 60)
            self.device.setCurrentIndex(max(0, self.device.findData(job.device)))
        for changed in (
            self.name.textChanged,
            self.folder.textChanged,
            self.minutes.valueChanged,
            self.device.currentIndexChanged,
        ):
            changed.connect(self._check)
        self._fields: dict[str, SettingField] = {}
        self.missing = QLabel(wordWrap=True)
        self.missing.setTextFormat(Qt.TextFormat.PlainText)
        self.missing.setAccessibleName("What is missing")
        self.estimate = EstimateRow(self._new_jobs)
        self.note = QLabel(wordWrap=True)
        self.note.setFont(themes.font(themes.SMALL))
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        self.ok = self.buttons.button(standard.Ok)
        self.ok.setText("&Start")
        self.ok.setEnabled(False)
        self.ok.setToolTip("Start it, or put it at the end of those that wait")
        self.buttons.accepted.connect(self._make)
        self.buttons.rejected.connect(self.reject)
        self.advanced = AdvancedSettings()

    def _lay_out(self) -> None:
        self._form = QFormLayout()
        self._form.addRow("&Preset", self.preset)
        self._form.addRow("", self.description)
        self._form.addRow("&Name", self.name)
        self._form.addRow("&Folder", _with_button(self.folder, "Browse…", self._browse_folder))
        self._main = QWidget()
        self._main_form = QFormLayout(self._main)
        self._main_form.setContentsMargins(0, 0, 0, 0)
        last = QFormLayout()
        last.addRow("&Time limit", self.minutes)
        last.addRow("&Device", self.device)
        layout = QVBoxLayout(self)
        layout.setSpacing(themes.SPACE)
        layout.addLayout(self._form)
        layout.addWidget(self._main)
        layout.addLayout(last)
        layout.addWidget(self.advanced, 1)
        layout.addWidget(self.estimate)
        layout.addWidget(self.note)
        layout.addWidget(self.missing)
        layout.addWidget(self.buttons)
        labels = [
            form.labelForField(form.itemAt(0, QFormLayout.ItemRole.FieldRole).widget())
            for form in (self._form, last)
        ]
        width = max(label.sizeHint().width() for label in labels) + 3 * themes.SPACE
        for form in (self._form, self._main_form, last):
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._label_width = width
        for form in (self._form, last):
            self._align(form)

    def _align(self, form: QFormLayout) -> None:
        for row in range(form.rowCount()):
            label = form.itemAt(row, QFormLayout.ItemRole.LabelRole)
            if label is not None and label.widget() is not None:
                label.widget().setMinimumWidth(self._label_width)

    # Filling it

    def _take_presets(self, presets: dict[str, Preset]) -> None:
        if self._presets:
            return
        self._presets = presets
        last = self._settings.value(PRESET, "sudoku-4x4")
        self.preset.blockSignals(True)
        self.preset.addItems(list(presets))
        self.preset.setCurrentIndex(max(0, self.preset.findText(str(last))))
        self.preset.blockSignals(False)
        self._on_preset()

    def _on_preset(self) -> None:
        preset = self._presets[self.preset.currentText()]
        self.description.setText(preset.description)
        self._show_settings(settings_of(preset.config))
        if not self.name.isModified():
            self.name.setText(self._free_name(self.preset.currentText()))
        self._check()

    def _free_name(self, wanted: str) -> str:
        """`wanted`, or with a number where a job has that name already."""
        taken = {job.name for job in self._new_jobs.jobs.list.jobs}
        names = [wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))]
        return next(name for name in names if name not in taken)

    def _show_settings(self, settings: list[Setting]) -> None:
        while self._main_form.rowCount():
            self._main_form.removeRow(0)
        self._fields.clear()
        others = []
        for setting in settings:
            if setting.key in MAIN:
                name, hint = MAIN[setting.key]
                field = SettingField(setting, name, hint)
                self._main_form.addRow(name, field)
            elif setting.key == "data.path":
                field = SettingField(setting, "Data", "A data set; empty to make the preset's own")
                field.edit.setPlaceholderText("made as the preset says")
                row = _with_button(field, "Browse…", self._browse_data)
                self._main_form.addRow("Data", row)
            else:
                field = SettingField(setting)
                others.append(field)
            field.changed.connect(self._check)
            self._fields[setting.key] = field
        self.advanced.show_fields(others)
        self._align(self._main_form)

    def _browse_folder(self) -> None:
        self._browse("The folder for new jobs", self.folder.setText)

    def _browse_data(self) -> None:
        self._browse("A data set", self.field("data.path").set_text)

    def _browse(self, title: str, take: object) -> None:
        dialog = QFileDialog(self, title, self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(take)
        dialog.open()

    # Checking it

    def _check(self) -> None:
        """Tell what is wrong at once; if nothing is, have the data and the folder looked for."""
        self._config = None
        sentence = self._what_is_wrong()
        self._asked = None
        self.ok.setEnabled(False)
        self.estimate.show_job(None)
        self._say(sentence)
        if not sentence:
            self._soon.start()

    def _what_is_wrong(self) -> str:
        if not self._presets:
            return ""
        base = self._presets[self.preset.currentText()].config
        changes = [field.assignment for field in self._fields.values()]
        try:
            self._config = base.changed([change for change in changes if change is not None])
        except UserError as error:
            return str(error).removeprefix("--set: ").removeprefix("--set ")
        name = self.name.text()
        if not name or Path(name).name != name:
            return "Name: expected one that can be a folder's."
        if not Path(self.folder.text()).is_absolute():
            return "Folder: expected a whole path."
        return ""

    def _ask(self) -> None:
        if (new := self.new_job) is not None and not self.missing.text():
            self._asked = new
            self._new_jobs.check(new)

    def _take_check(self, new: NewJob, sentence: str) -> None:
        if new is self._asked:
            self._say(sentence.partition(", name yours with")[0])
            self.ok.setEnabled(not sentence and not self._making)
            self.estimate.show_job(None if sentence else new)

    def _say(self, sentence: str) -> None:
        self.missing.setText(f"⚠ {sentence}" if sentence else "")
        self.missing.setStyleSheet(f"color: {themes.current(self).conflict_text}")
        starts = (
            "It starts at once."
            if self._new_jobs.jobs.has_room
            else "It waits for other jobs to end."
        )
        self.note.setText(starts)

    def _make(self) -> None:
        if self._asked is None:
            return
        self._making = True
        self.ok.setEnabled(False)
        self._settings.setValue(FOLDER, self.folder.text())
        if self._like is None:
            self._settings.setValue(PRESET, self.preset.currentText())
        self._new_jobs.add(self._asked)

    def _on_added(self, path: Path) -> None:
        if self._making and self._asked is not None and path == self._asked.job.path:
            self.accept()

    def _on_not_added(self, sentence: str) -> None:
        if self._making:
            self._making = False
            self._say(sentence)
            self.ok.setEnabled(True)


def _with_button(field: QWidget, words: str, slot: object) -> QWidget:
    """`field` with a button at its right."""
    row = QWidget()
    button = QPushButton(words)
    name = field.accessibleName() or field.focusProxy().accessibleName()
    button.setAccessibleName(f"Browse for {name}")
    button.setToolTip("Choose a folder")
    button.setAutoDefault(False)
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    button.clicked.connect(slot)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(field, 1)
    layout.addWidget(button)
    row.setFocusProxy(field)
    return row
