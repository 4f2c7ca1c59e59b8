"""How the fields of a new job that always show stand in its dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QWidget

from trm_gui import theme as themes
from trm_gui.folder_choice import FolderChoice
from trm_gui.jobs.job_fields import JobFields
from trm_gui.jobs.run_settings import RunSettings


class NewJobRows(QWidget):
    """Each with its label, and folders with a button to choose them."""

    def __init__(self, preset: QComboBox, job: JobFields, settings: RunSettings) -> None:
        super().__init__()
        self._preset, self._job, self._main = preset, job, settings.main
        data = self._main["data.path"]
        assert isinstance(data.edit, QLineEdit)
        self._folder = FolderChoice(
            job.folder, job.folder, "The folder for new jobs", job.folder.setText
        )
        self._data = FolderChoice(data, data.edit, "A data set", data.set_text)
        self.description = QLabel(wordWrap=True)
        """What the preset is."""
        self.description.setTextFormat(Qt.TextFormat.PlainText)
        self.description.setFont(themes.font(themes.SMALL))
        self.description.setMinimumHeight(2 * self.description.fontMetrics().lineSpacing())
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("&Preset", preset)
        form.addRow("", self.description)
        form.addRow("&Name", job.name)
        form.addRow("&Folder", self._folder)
        for field in self._main.values():
            form.addRow(field.label, self._data if field is data else field)
        form.addRow("Ti&me limit", job.minutes)
        form.addRow("&Device", job.device)

    @property
    def in_order(self) -> list[QWidget]:
        """All that can have the focus, from top to bottom."""
        job = self._job
        main = [field.edit for field in self._main.values()]
        last = [self._data.button, job.minutes, job.device]
        return [self._preset, job.name, job.folder, self._folder.button, *main, *last]
