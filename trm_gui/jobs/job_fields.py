"""The fields of a new job beside its config: name, folder, time limit, device."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QLineEdit

from trm_gui.hints import wrapped
from trm_gui.jobs.joblist import Job
from trm_gui.jobs.jobs import Jobs
from trm_gui.jobs.marks import mark
from trm_gui.jobs.mistakes import Mistake
from trm_gui.jobs.setting_field import Choice
from trm_gui.names import free_name, trouble_with_name
from trm_gui.preferences import DEVICES
from trm_gui.settings import beside, stored_text

FOLDER = "runs_folder"


class JobFields(QObject):
    """The fields are for a form; `job` is what they describe."""

    changed = Signal()

    def __init__(self, jobs: Jobs, settings: QSettings, like: Job | None) -> None:
        """like: what the new job is to be like, if that is not the usual."""
        super().__init__()
        self._jobs, self._settings, self._like = jobs, settings, like
        self._wanted = ""
        self._found_taken: set[str] = set()
        self.name, self.folder = QLineEdit(), QLineEdit()
        home = beside(settings, "runs")
        self.folder.setText(stored_text(settings, FOLDER, str(home)))
        self.minutes = QDoubleSpinBox()
        self.minutes.setRange(0, 100_000)
        self.minutes.setDecimals(1)
        self.minutes.setSpecialValueText("none")
        self.minutes.setSuffix(" min")
        self.minutes.setSingleStep(5)
        self.minutes.setMinimumHeight(self.name.sizeHint().height())
        self.device = Choice()
        for value, name in DEVICES.items():
            self.device.addItem(name, value)
        for control, name, hint in (
            (self.name, "Name", "What the job and its folder are called"),
            (self.folder, "Folder", "Where the folder of the job is made"),
            (
                self.minutes,
                "Time limit",
                "Minutes after which it saves and stops, 0 for none; it can go on later",
            ),
            (self.device, "Device", "What the job computes on"),
        ):
            control.setAccessibleName(name)
            control.setToolTip(wrapped(hint))
        if like is not None:
            self.minutes.setValue((like.time_limit or 0) / 60)
            self.device.setCurrentIndex(max(0, self.device.findData(like.device)))
        self._minutes_before, self._device_before = self.minutes.value(), self.device.currentText()
        for changed in (
            self.name.textChanged,
            self.folder.textChanged,
            self.minutes.valueChanged,
            self.device.currentIndexChanged,
        ):
            changed.connect(self.changed)

    @property
    def job(self) -> Job:
        """Raises Mistake."""
        if sentence := trouble_with_name(self.name.text()):
            raise Mistake(sentence, key="name")
        folder = self._folder
        if not folder.is_absolute():
            raise Mistake("Folder is no whole path, expected one from the root on.", key="folder")
        return Job(str(folder / self.name.text()), self.device.currentData(), self._seconds_allowed)

    @property
    def changes(self) -> list[str]:
        """What is not as in the job that it is to be like, for people."""
        if self._like is None:
            return []
        before = self._minutes_before
        pairs = (
            ("Time limit", self._minutes_before != self.minutes.value(), f"{before:g} min"),
            ("Device", self._device_before != self.device.currentText(), self._device_before),
        )
        return [
            f"{name} (was {was if was != '0 min' else 'none'})"
            for name, is_new, was in pairs
            if is_new
        ]

    def suggest_name(self, wanted: str) -> None:
        """`wanted`, or with a number where a job has that name already; not over what was typed."""
        self._wanted = wanted
        if not self.name.isModified():
            jobs = [job.name for job in self._jobs.list.jobs]
            self.name.setText(free_name(wanted, [*jobs, *self._found_taken]))

    def suggest_another_name(self) -> bool:
        """Since there is a folder of this one; False where somebody has typed it."""
        if self.name.isModified():
            return False
        self._found_taken.add(self.name.text())
        self.suggest_name(self._wanted)
        return True

    def keep_folder(self) -> None:
        """Have the next dialog begin with it."""
        self._settings.setValue(FOLDER, str(self._folder))

    def mark(self, mistake: Mistake | None) -> None:
        """Show at its field what is wrong."""
        for key, edit in (("name", self.name), ("folder", self.folder)):
            is_it = mistake is not None and key == mistake.key
            mark(edit, str(mistake) if is_it else "")

    @property
    def _folder(self) -> Path:
        try:
            return Path(self.folder.text()).expanduser()
        except RuntimeError:  # "~" of nobody
            return Path(self.folder.text())

    @property
    def _seconds_allowed(self) -> float | None:
        minutes = self.minutes.value()
        if self._like is not None and minutes == self._minutes_before:
            return self._like.time_limit  # which may be no tenths of minutes
        return minutes * 60 if minutes else None
