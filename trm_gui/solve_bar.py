"""The toolbar's controls of a solve: model, most supervision steps, halting threshold."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QWidget,
)

from trm_core.checkpoints.expectations import all_in_all, outlook, what_it_learned
from trm_core.checkpoints.info import CheckpointError, ModelInfo
from trm_gui import theme as themes
from trm_gui.hints import wrapped
from trm_gui.preferences import MOST_STEPS
from trm_gui.session import Session

LEAST_WIDTH = 16 * themes.SPACE
"""Of the choice of the model, in a narrow window: all but the beginning of a long name."""

OWN = " (own)"
EXTENTS = ("until it halts", "halting"), ("all steps", "all"), ("as I step", "stepping")
"""How far a solve runs: the words, and what the session calls it."""

MODEL_HINT = "The model that solves"


def headline(info: ModelInfo) -> list[str]:
    """Parameters, what it learned, how often it is right, a line each."""
    try:
        parameters = f"{info.parameters / 1e6:.1f} M parameters"
    except CheckpointError:
        parameters = "parameters not known"
    return [f"{info.title}, {parameters}.", what_it_learned(info), all_in_all(info)]


class SolveBar(QWidget):
    """Changes the session's model and settings, and follows them."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.model = QComboBox()
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.model.setMinimumWidth(LEAST_WIDTH)
        self.model.setPlaceholderText("no model fits")
        self.model.activated.connect(self._on_model)

        self.max_steps = QSpinBox()
        self.max_steps.setRange(1, MOST_STEPS)
        self.max_steps.setSuffix(OWN)
        self.max_steps.setMinimumWidth(self.max_steps.sizeHint().width())
        self.max_steps.setKeyboardTracking(False)
        self.max_steps.valueChanged.connect(self._on_settings)
        self.max_steps.editingFinished.connect(self.max_steps.clearFocus)  # arrows step again

        self.extent = QComboBox()
        for words, extent in EXTENTS:
            self.extent.addItem(words, extent)
        self.extent.activated.connect(self._on_extent)
        self.threshold = QDoubleSpinBox()
        self.threshold.setRange(0, 1)
        self.threshold.setSingleStep(0.05)
        self.threshold.setKeyboardTracking(False)
        self.threshold.valueChanged.connect(self._on_settings)
        self.threshold.editingFinished.connect(self.threshold.clearFocus)

        layout = QHBoxLayout(self)
        layout.setContentsMargins(themes.SPACE, 0, themes.SPACE, 0)
        _add(layout, self.model, "Model", MODEL_HINT)
        self.card = QToolButton()
        self.card.setObjectName("about_model")
        self.card.setAccessibleName("About the model")
        self.card.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.card.setAutoRaise(True)
        self.card.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        layout.addWidget(self.card)
        _add(layout, self.extent, "Run", "How far a solve runs by itself")  # whose words tell
        for name, hint, control in (
            ("Max steps", "", self.max_steps),
            ("Threshold", "Halting probability above which the model halts", self.threshold),
        ):
            layout.addWidget(QLabel(name))
            _add(layout, control, name, hint)

        session.models.changed.connect(self._offer_models)
        session.puzzle_changed.connect(self._show)
        session.solves.settings_changed.connect(self._show)
        self._offer_models()

    def _offer_models(self) -> None:
        self.model.clear()
        self._headlines = {info.directory: headline(info) for info in self._session.models.all}
        for row, info in enumerate(self._session.models.all):
            self.model.addItem(f"{info.name} ({info.title})", str(info.directory))
            said = wrapped("\n".join(self._headlines[info.directory]))
            self.model.setItemData(row, said, Qt.ItemDataRole.ToolTipRole)
        self._show()

    def _show(self) -> None:
        session = self._session
        items = self.model.model()
        assert isinstance(items, QStandardItemModel)
        for row, info in enumerate(session.models.all):
            fits = session.puzzle is not None and info.misfit(session.puzzle) is None
            items.item(row).setEnabled(fits)
        used = "" if session.model is None else str(session.model.directory)
        self.model.setCurrentIndex(self.model.findData(used))
        self.model.setToolTip(wrapped(self._hint()))
        own, most = session.focus.own_steps, session.focus.max_supervision_steps
        self.max_steps.setSuffix(OWN if most == own else "")
        self.max_steps.setToolTip(
            wrapped(
                f"Supervision steps after which a solve stops: {own} is the model's own number, "
                "which it was trained with"
            )
        )
        threshold = session.settings.halt_threshold
        for control in (self.max_steps, self.threshold):
            control.blockSignals(True)
        self.max_steps.setValue(most)
        if threshold is not None:
            self.threshold.setValue(threshold)
        for control in (self.max_steps, self.threshold):
            control.blockSignals(False)
        never_halts = session.solves.extent == "halting" and threshold is None
        extent = "all" if never_halts else session.solves.extent
        self.extent.setCurrentIndex(self.extent.findData(extent))

    def _hint(self) -> str:
        """The headline of the model in use, and what to expect of it here."""
        model, puzzle = self._session.model, self._session.puzzle
        if model is None:
            return MODEL_HINT
        told = self._headlines.get(model.directory, [])
        here = [] if puzzle is None else [outlook(model, puzzle)]
        return "\n".join(dict.fromkeys([*told, *here]))

    def _on_model(self, index: int) -> None:
        self._session.set_model(self.model.itemData(index))

    def _on_extent(self) -> None:
        self._session.solves.set_extent(self.extent.currentData())
        self._on_settings()

    def _on_settings(self) -> None:
        most = self.max_steps.value()
        self._session.solves.set_settings(
            replace(
                self._session.settings,
                max_supervision_steps=None if most == self._session.focus.own_steps else most,
                halt_threshold=self.threshold.value(),
            )
        )


def _add(layout: QHBoxLayout, control: QWidget, name: str, hint: str) -> None:
    control.setToolTip(wrapped(hint))
    control.setAccessibleName(name)
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    layout.addWidget(control)
