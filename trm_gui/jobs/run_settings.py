"""The settings of a new run as fields: the ones that matter, and all others under "Advanced"."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from trm_core.training.config import RunConfig
from trm_gui.jobs.advanced import AdvancedSettings
from trm_gui.jobs.config_settings import Setting, settings_of
from trm_gui.jobs.marks import mark
from trm_gui.jobs.mistakes import Mistake, changed_config
from trm_gui.jobs.setting_field import SettingField

MAIN = {
    "training.steps": ("S&teps", "Optimizer steps after which the job is done"),
    "training.batch_size": ("&Batch size", "Puzzles in each step"),
    "training.learning_rate": ("&Learning rate", "How far one step goes, at most; 0.001 or less"),
    "data.path": ("D&ata", "The folder of a data set; empty to make the preset's own"),
}
"""Label and hint of the settings that always show, by key."""


class RunSettings(QObject):
    """Holds the fields of one config at a time; `main` are for a form, by key."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._base: RunConfig | None = None
        self._last = ""
        """The key of what was changed last."""
        self.advanced = AdvancedSettings()
        self.main = {
            key: SettingField(Setting(key, "", (), hint), label, hint)
            for key, (label, hint) in MAIN.items()
        }
        self.main["data.path"].edit.setPlaceholderText("made as the preset says")
        for field in self.main.values():
            self._follow(field)
        self.fields = dict(self.main)
        """All of them, by TABLE.NAME."""

    def show_config(self, config: RunConfig) -> None:
        """In the place of the one before, with all that was typed."""
        self._base = config
        others = []
        for setting in settings_of(config):
            if setting.key in MAIN:
                self.main[setting.key].show_setting(setting)
            else:
                others.append(field := SettingField(setting))
                self._follow(field)
        self.fields = self.main | {field.setting.key: field for field in others}
        self.advanced.show_fields(others)

    @property
    def config(self) -> RunConfig:
        """What the fields describe. Raises Mistake; there must be a config that they show."""
        assert self._base is not None
        return changed_config(self._base, self.fields, self._last)

    @property
    def changes(self) -> list[str]:
        """What is not as in the config that was shown first, for people."""
        return [
            f"{field.name} (was {field.before})"
            for field in self.fields.values()
            if field.assignment is not None
        ]

    def mark(self, mistake: Mistake | None) -> None:
        """Show at its field what is wrong."""
        for key, field in self.fields.items():
            is_it = mistake is not None and key == mistake.key
            mark(field.edit, str(mistake) if is_it else "")

    def _follow(self, field: SettingField) -> None:
        def changed() -> None:
            self._last = field.setting.key
            self.changed.emit()

        field.changed.connect(changed)
