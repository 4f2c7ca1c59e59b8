"""The dialog for a new job, checked as you type."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from trm_core.errors import UserError
from trm_core.puzzles.base import Puzzle
from trm_core.training.config import RunConfig
from trm_gui import theme as themes
from trm_gui.jobs.advanced import ENTER
from trm_gui.jobs.estimate_row import EstimateRow
from trm_gui.jobs.job_fields import JobFields
from trm_gui.jobs.joblist import Job
from trm_gui.jobs.mistakes import Mistake, understood
from trm_gui.jobs.new_job_rows import NewJobRows
from trm_gui.jobs.new_jobs import NewJob, NewJobs, Preset
from trm_gui.jobs.preset_choice import PresetChoice
from trm_gui.jobs.run_settings import RunSettings
from trm_gui.jobs.setting_field import SettingField


class NewJobDialog(QDialog):
    """Stays open until the job is made; says in a sentence what cannot be.

    Enter starts it, if need be once the check of what was typed last is over.
    """

    def __init__(
        self,
        new_jobs: NewJobs,
        settings: QSettings,
        parent: QWidget,
        like: tuple[str, RunConfig, Job] | None = None,
        puzzle: Puzzle | None = None,
    ) -> None:
        """like: name, config and job of a run that is to be had again, with changes. puzzle: what
        the model is to be for; the nearest preset is chosen then."""
        super().__init__(parent)
        self._new_jobs, self._like, self._puzzle = new_jobs, like, puzzle
        self._tasks = new_jobs.jobs.work.tasks(self._fail, "The job could not be made")
        self.new_job: NewJob | None = None
        """What the fields describe; None where something is wrong with it."""
        self._asked: NewJob | None = None
        self._mistake: Mistake | None = None
        self._making = False
        """Whether a job is being made, whatever the fields say by now."""
        self._wanted = self._over = False
        self.setWindowTitle("New training job" if like is None else f"New job like {like[0]}")
        self.setAccessibleName(self.windowTitle())
        self.setObjectName("new_job_dialog")
        self.setMinimumWidth(72 * themes.SPACE)
        self._soon = QTimer(self, singleShot=True, interval=150)
        self._soon.timeout.connect(self._ask)
        self.preset = PresetChoice(settings)
        self.job = JobFields(new_jobs.jobs, settings, None if like is None else like[2])
        self.settings = RunSettings()
        self.estimate = EstimateRow(new_jobs)
        self._make_words()
        self._rows = NewJobRows(self.preset, self.job, self.settings)
        self._lay_out()
        self.preset.currentIndexChanged.connect(self._on_preset)
        self.job.changed.connect(self._check)
        self.settings.changed.connect(self._check)
        self.settings.others_made.connect(self._order_tabs)
        self.settings.advanced.seen_changed.connect(lambda: self._say(self._mistake))
        if like is not None:
            self._take_presets(
                {like[0]: Preset(like[1], f"All as in {like[0]} but what you change")}
            )
            self.preset.setEnabled(False)
        else:
            self._tasks.start(self._read_presets())

    def done(self, result: int) -> None:
        self._over = True
        self._tasks.close()
        self.estimate.cancel()
        super().done(result)

    def field(self, key: str) -> SettingField:
        """The field of a setting, by TABLE.NAME."""
        return self.settings.field(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and not self.ok.isEnabled():
            self._wanted = self.new_job is not None and self._mistake is None
        else:
            super().keyPressEvent(event)

    # Making it

    def _make_words(self) -> None:
        self.changes, self.note, self.missing = (QLabel(wordWrap=True) for _ in range(3))
        for label in (self.changes, self.note):
            label.setFont(themes.font(themes.SMALL))
        for label in (self.changes, self.missing):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.missing.setAccessibleName("What is missing")
        self.changes.setAccessibleName("What is changed")
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        self.ok = self.buttons.button(standard.Ok)
        self.ok.setText("&Start")
        self.ok.setEnabled(False)
        self.ok.setToolTip("Start it, or put it at the end of those that wait")
        self.buttons.accepted.connect(self._make)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        told = QWidget()
        told.setMinimumHeight(2 * self.missing.fontMetrics().lineSpacing())
        lines = QVBoxLayout(told)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self.note)
        lines.addWidget(self.missing)
        layout = QVBoxLayout(self)
        layout.setSpacing(themes.SPACE)
        layout.addWidget(self._rows)
        layout.addWidget(self.settings.advanced, 1)
        for part in (self.changes, self.estimate, told, self.buttons):
            layout.addWidget(part)
        self.ok.setDefault(True)  # which it can be once it is in the dialog

    def _order_tabs(self) -> None:
        """As they stand on screen, whenever they were made."""
        order = [*self._rows.in_order, *self.settings.advanced.in_order]
        for first, second in pairwise([*order, self.estimate.button, self.ok]):
            self.setTabOrder(first, second)

    # Filling it

    async def _read_presets(self) -> None:
        self._take_presets(await self._new_jobs.presets())

    def _take_presets(self, presets: dict[str, Preset]) -> None:
        if self.preset.chosen is not None:
            return
        self.preset.fill(presets)
        if self._puzzle is not None:
            self.preset.choose_for(self._puzzle)
        self._on_preset()
        (self.preset if self._like is None else self.job.name).setFocus()

    def _on_preset(self) -> None:
        if (preset := self.preset.chosen) is None:
            return
        self._rows.description.setText(preset.description)
        self.settings.show_config(preset.config)
        self._order_tabs()
        self.job.suggest_name(self.preset.currentText())
        self._check()

    # Checking it

    def _check(self) -> None:
        """Tell what is wrong at once; if nothing is, have the data and the folder looked for."""
        self.new_job = self._asked = None
        self._wanted = False
        self.ok.setEnabled(False)
        self.estimate.show_job(None)
        if self.preset.chosen is None:
            return
        changes = self.settings.changes + self.job.changes
        self.changes.setText(f"Changed: {', '.join(changes)}." if changes else "")
        self.changes.setVisible(bool(changes))
        try:
            config, job = self.settings.config, self.job.job
        except Mistake as mistake:
            self._say(mistake)
            return
        self.new_job = NewJob(job, config)
        self._say(None)
        self._soon.start()

    def _ask(self) -> None:
        if (new := self.new_job) is not None:
            self._asked = new
            self._tasks.start(self._take_check(new), place="check")

    async def _take_check(self, new: NewJob) -> None:
        error = await self._new_jobs.check(new)
        if new is not self._asked:  # something else was typed meanwhile
            return
        if error is not None and error.key == "name" and self.job.suggest_another_name():
            return
        mistake = None if error is None else understood(error, self.settings.names)
        self._say(mistake)
        self.ok.setEnabled(mistake is None and not self._making)
        self.estimate.show_job(None if mistake else new)
        if self._wanted and self.ok.isEnabled():
            self._make()

    def _say(self, mistake: Mistake | None) -> None:
        """Also where its field is, if that cannot be seen now."""
        self._mistake = mistake
        self.settings.mark(mistake)
        self.job.mark(mistake)
        sentence = ""
        if mistake is not None:
            sentence = f"⚠ {mistake} {self.settings.direction_to(mistake.key)}".rstrip()
        self.missing.setText(sentence)
        self.missing.setStyleSheet(f"color: {themes.current(self).conflict_text}")
        self.missing.setVisible(bool(sentence))
        at_once = self._new_jobs.jobs.has_room
        self.note.setText("It starts at once." if at_once else "It waits for other jobs to end.")
        self.note.setVisible(not sentence)

    def _make(self) -> None:
        if self._asked is None:
            return
        self._making = True
        self.ok.setEnabled(False)
        self.job.keep_folder()
        if self._like is None:
            self.preset.keep()
        self._new_jobs.jobs.tasks.start(self._add(self._asked), surely=True)

    async def _add(self, new: NewJob) -> None:
        try:
            await self._new_jobs.add(new)
        except UserError as error:
            if not self._over:
                self._refuse(error)
        else:
            if not self._over:
                self.accept()

    def _fail(self, sentence: str, details: str) -> None:
        self._refuse(UserError(sentence))

    def _refuse(self, error: UserError) -> None:
        """Let it be changed."""
        self._making = False
        self._say(understood(error, self.settings.names))
        self.ok.setEnabled(self._asked is not None)
