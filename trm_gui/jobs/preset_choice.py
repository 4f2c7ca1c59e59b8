"""Which preset a new job begins with."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSettings, Qt

from trm_core.data.build import FILES
from trm_core.puzzles.base import Puzzle
from trm_gui.jobs.new_jobs import Preset, preset_shape
from trm_gui.jobs.setting_field import Choice

LAST = "last_preset"


class PresetChoice(Choice):
    """Shows names; the description of each is its tooltip. There is none until it is filled."""

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self._settings = settings
        self._presets: Mapping[str, Preset] = {}
        self.setAccessibleName("Preset")
        self.setToolTip("What is trained, on what, and how")

    def fill(self, presets: Mapping[str, Preset]) -> None:
        """Choose among these; no signal tells of it. The one that was kept last is chosen."""
        self._presets = presets
        self.blockSignals(True)
        for row, (name, preset) in enumerate(presets.items()):
            self.addItem(name)
            self.setItemData(row, preset.description, Qt.ItemDataRole.ToolTipRole)
        self.setCurrentIndex(max(0, self.findText(str(self._settings.value(LAST, "sudoku-4x4")))))
        self.blockSignals(False)

    def choose_for(self, puzzle: Puzzle) -> None:
        """Begin with the preset for the smallest boards that `puzzle` fits, or of its kind at
        least; of several, one whose data it makes itself. No signal tells of it."""
        known = {
            name: shape
            for name, preset in self._presets.items()
            if (shape := preset_shape(preset.config)) and shape.kind == puzzle.kind
        }
        if known:
            self.blockSignals(True)
            self.setCurrentText(
                min(
                    known,
                    key=lambda name: (
                        not puzzle.fits(known[name]),
                        abs(known[name].cells - puzzle.shape.cells),
                        any(self._presets[name].config.data.get(option) for option in FILES),
                    ),
                )
            )
            self.blockSignals(False)

    @property
    def chosen(self) -> Preset | None:
        return self._presets.get(self.currentText())

    def keep(self) -> None:
        """Have the next dialog begin with it."""
        self._settings.setValue(LAST, self.currentText())
