"""The options of an export as a form."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.board.overlays import OVERLAYS, Overlay
from trm_gui.export.choices import THEMES, Choices
from trm_gui.export.exporting import FORMATS, Format
from trm_gui.export.gif import MOST_SPEED as MOST_GIF_SPEED
from trm_gui.export.look import LEAST_SIDE, MOST_HOLD, MOST_SIDE, Look, Pace
from trm_gui.hints import wrapped
from trm_gui.theme import DARK, LIGHT
from trm_gui.timeline.playback import SPEEDS

SIDE_STEP = 40


class ExportForm(QWidget):
    """What to export how. What a format does not have is greyed out."""

    changed = Signal()

    def __init__(self, choices: Choices, overlays: frozenset[Overlay]) -> None:
        super().__init__()
        self.format = _choice("Format", "What the file is to be")
        for each in FORMATS:
            self.format.addItem(each.words, each.name)
        self.format.setCurrentIndex(self.format.findData(choices.format))
        self.side = QSpinBox()
        self.side.setRange(LEAST_SIDE, MOST_SIDE)
        self.side.setSingleStep(SIDE_STEP)
        self.side.setSuffix(" pixels")
        self.side.setValue(choices.side)
        _name(self.side, "Size of a board", "Pixels of the longer side of a board")
        self.theme = _choice("Theme", "The colours of the export")
        for name, words in zip(THEMES, ("As the window", "Light", "Dark"), strict=True):
            self.theme.addItem(words, name)
        self.theme.setCurrentIndex(self.theme.findData(choices.theme))
        self.speed = _choice("Speed", "How fast a film goes")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed} frame{'s' * (speed > 1)} per second", speed)
        self.speed.setCurrentIndex(self.speed.findData(choices.speed))
        self.hold = QDoubleSpinBox()
        self.hold.setRange(0, MOST_HOLD)
        self.hold.setDecimals(1)
        self.hold.setSingleStep(0.5)
        self.hold.setSuffix(" s")
        self.hold.setValue(choices.hold)
        _name(self.hold, "Hold at the end", "How much longer a film shows its last frame")
        self.title = QLineEdit()
        self.title.setClearButtonEnabled(True)
        _name(self.title, "Title", "A line above everything")
        self.caption = _check("Names and numbers", choices.caption)
        self.caption.setToolTip("Puzzle and model above a board, the frame in words below it")
        self.legend = _check("Legend", choices.legend)
        self.legend.setToolTip("What the marks on the answer mean, below a board")
        self.curve = _check("Halting curve", choices.curve)
        self.curve.setToolTip("The halting probability below a board")
        self.overlays: dict[Overlay, QCheckBox] = {}
        for overlay in OVERLAYS:
            box = _check(overlay.words.capitalize(), overlay in overlays)
            box.setToolTip(overlay.hint)
            box.toggled.connect(lambda on, overlay=overlay: self._on_overlay(overlay, on))
            self.overlays[overlay] = box
        self._lay_out()
        self.format.currentIndexChanged.connect(self._on_change)
        self.theme.currentIndexChanged.connect(self._on_change)
        self.speed.currentIndexChanged.connect(self._on_change)
        self.side.valueChanged.connect(self._on_change)
        self.hold.valueChanged.connect(self._on_change)
        self.title.textChanged.connect(self._on_change)
        self.caption.toggled.connect(self._on_change)
        self.legend.toggled.connect(self._on_change)
        self.curve.toggled.connect(self._on_change)
        self._enable()

    @property
    def chosen_format(self) -> Format:
        name = self.format.currentData()
        return next(each for each in FORMATS if each.name == name)

    @property
    def look(self) -> Look:
        on_screen = themes.current(self)
        theme = {"light": LIGHT, "dark": DARK}.get(self.theme.currentData(), on_screen)
        theme = themes.with_scale(theme, on_screen.scale)
        return Look(
            self.side.value(),
            theme,
            frozenset(overlay for overlay, box in self.overlays.items() if box.isChecked()),
            self.title.text().strip(),
            self.caption.isChecked(),
            self.legend.isChecked(),
            self.curve.isChecked(),
        )

    @property
    def pace(self) -> Pace:
        return Pace(self.speed.currentData(), self.hold.value())

    @property
    def choices(self) -> Choices:
        """What is to be remembered."""
        return Choices(
            self.format.currentData(),
            self.side.value(),
            self.theme.currentData(),
            self.speed.currentData(),
            self.hold.value(),
            self.caption.isChecked(),
            self.legend.isChecked(),
            self.curve.isChecked(),
        )

    def _lay_out(self) -> None:
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(themes.SPACE)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.rows = rows
        for words, field in (
            ("&Format", self.format),
            ("&Size of a board", self.side),
            ("&Theme", self.theme),
            ("S&peed", self.speed),
            ("&Hold at the end", self.hold),
            ("T&itle", self.title),
        ):
            rows.addRow(words, field)
        rows.addRow("Around a board", _grid([self.caption, self.curve, self.legend]))
        rows.addRow("On the answer", _grid(list(self.overlays.values())))

    def _on_overlay(self, overlay: Overlay, on: bool) -> None:
        if on and overlay.is_heat:  # of the colourings of cells at most one
            for other, box in self.overlays.items():
                if other.is_heat and other is not overlay:
                    box.setChecked(False)
        self._on_change()

    def _on_change(self) -> None:
        self._enable()
        self.changed.emit()

    def _enable(self) -> None:
        chosen = self.chosen_format
        around = (self.caption, self.legend, self.curve)
        drawn = (self.side, self.theme, self.title, *around)
        for field in (*drawn, *self.overlays.values()):
            field.setEnabled(chosen.is_drawn)
        for field in (self.speed, self.hold):
            field.setEnabled(chosen.moves)
        items = self.speed.model()
        assert isinstance(items, QStandardItemModel)
        for row, speed in enumerate(SPEEDS):
            items.item(row).setEnabled(chosen.name != "gif" or speed <= MOST_GIF_SPEED)
        if chosen.name == "gif" and self.speed.currentData() > MOST_GIF_SPEED:
            fastest = max(speed for speed in SPEEDS if speed <= MOST_GIF_SPEED)
            self.speed.setCurrentIndex(self.speed.findData(fastest))


def _choice(name: str, hint: str) -> QComboBox:
    choice = QComboBox()
    _name(choice, name, hint)
    return choice


def _check(words: str, on: bool) -> QCheckBox:
    box = QCheckBox(words)
    box.setAccessibleName(words)
    box.setChecked(on)
    return box


def _name(field: QWidget, name: str, hint: str) -> None:
    field.setAccessibleName(name)
    field.setToolTip(wrapped(hint))
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


def _grid(boxes: list[QCheckBox]) -> QWidget:
    """In two columns."""
    place = QWidget()
    grid = QGridLayout(place)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(2 * themes.SPACE)
    grid.setVerticalSpacing(themes.SPACE // 2)
    for number, box in enumerate(boxes):
        grid.addWidget(box, number // 2, number % 2)
    grid.setColumnMinimumWidth(0, 19 * themes.SPACE)
    grid.setColumnStretch(1, 1)
    return place
