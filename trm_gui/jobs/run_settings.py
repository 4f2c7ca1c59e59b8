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
    "training.steps": "S&teps",
    "training.batch_size": "&Batch size",
    "training.learning_rate": "&Learning rate",
    "data.path": "D&ata",
}
"""Labels of the settings that always show, by key."""


class RunSettings(QObject):
    """Holds one config at a time. The fields in `main` are for a form, by key.

    The others are made when "Advanced" is opened first, as there are dozens.
    """

    changed = Signal()
    others_made = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._base: RunConfig | None = None
        self._last = ""
        """The key of what was changed last."""
        self._settings: dict[str, Setting] = {}
        self.main = {
            key: SettingField(Setting(key, "", (), ""), label) for key, label in MAIN.items()
        }
        self.main["data.path"].edit.setPlaceholderText("made as the preset says")
        for field in self.main.values():
            self._follow(field)
        self._others: dict[str, SettingField] = {}
        self.advanced = AdvancedSettings()
        self.advanced.opened.connect(self._make_others)

    def show_config(self, config: RunConfig) -> None:
        """In the place of the one before, with all that was typed."""
        self._base = config
        self._settings = {setting.key: setting for setting in settings_of(config)}
        for key, field in self.main.items():
            field.show_setting(self._settings[key])
        if self._others:
            self._show_others()

    def field(self, key: str) -> SettingField:
        """The field of a setting, by TABLE.NAME."""
        if key not in MAIN and not self._others:
            self._make_others()
        return self.fields[key]

    @property
    def fields(self) -> dict[str, SettingField]:
        """All that are made, by TABLE.NAME."""
        return self.main | self._others

    @property
    def names(self) -> dict[str, str]:
        """What people call the settings, by TABLE.NAME."""
        names = {key: setting.name for key, setting in self._settings.items()}
        return names | {key: field.name for key, field in self.main.items()}

    @property
    def config(self) -> RunConfig:
        """What the fields describe. Raises Mistake; there must be a config that they show."""
        assert self._base is not None
        changes = {key: field.assignment for key, field in self.fields.items()}
        typed = {key: change for key, change in changes.items() if change is not None}
        return changed_config(self._base, typed, self._last, self.names)

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

    def direction_to(self, key: str) -> str:
        """Where the field of a setting is, in a sentence, if it cannot be seen; "" if it can."""
        if key in MAIN or (setting := self._settings.get(key)) is None:
            return ""
        seen = bool(self._others) and self._others[key].isVisibleTo(self.advanced)
        return "" if seen else f"See {setting.name} under Advanced."

    def _make_others(self) -> None:
        if not self._others:
            self._show_others()
            self.others_made.emit()

    def _show_others(self) -> None:
        """With the fields that there are already, as far as they are for the same settings."""
        before, self._others = self._others, {}
        for key, setting in self._settings.items():
            if key in MAIN:
                continue
            if (field := before.get(key)) is not None and field.is_for(setting):
                field.show_setting(setting)
            else:
                field = SettingField(setting)
                self._follow(field)
            self._others[key] = field
        self.advanced.show_fields(list(self._others.values()))

    def _follow(self, field: SettingField) -> None:
        def changed() -> None:
            self._last = field.setting.key
            self.changed.emit()

        field.changed.connect(changed)
