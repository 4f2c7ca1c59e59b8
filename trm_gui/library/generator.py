"""The dialog that makes new puzzles."""

from __future__ import annotations

import random

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QPalette, QShowEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from trm_core.checkpoints.expectations import outlook_of_new
from trm_core.errors import quoted
from trm_core.puzzles.blank import blank
from trm_core.puzzles.recipes import MOST_SEED, SIZES, Recipe, make, styles
from trm_core.puzzles.sudoku import SIDES as SUDOKU_SIDES
from trm_gui import theme as themes
from trm_gui.hints import wrapped
from trm_gui.library.catalogue import Catalogue
from trm_gui.library.items import KINDS
from trm_gui.session import Session
from trm_gui.work import Stop

FIRST_SIDE = {"sudoku": 9, "maze": 15, "arc": 10}
"""Of these sizes there are models, or presets to train one."""
STYLE_NAMES = {"sudoku": "Difficulty", "maze": "Style", "arc": "Rule"}
MOST_DRAWN = 999_999
"""Of the seeds that the button draws, so that names stay short."""


class GeneratorDialog(QDialog):
    """Kind, size, style and seed; what is made is kept by the catalogue and told by `made`.

    It opens on the kind of the puzzle on screen, each kind as it was chosen last, or in the size
    of that puzzle.
    """

    made = Signal(object)
    """The item of the new puzzle."""
    create: QPushButton  # type: ignore[assignment]  # QWidget has a method of that name

    def __init__(self, catalogue: Catalogue, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.setWindowTitle("Generate a puzzle")
        self.setAccessibleName("Generate a puzzle")
        self.setObjectName("generate")
        self._catalogue = catalogue
        self._recipe: Recipe | None = None
        self._chosen: dict[str, tuple[int, str]] = {}
        """By kind, size and style as somebody chose them."""
        self._lane = session.work.lane("maker")
        self._tasks = session.work.tasks(self._fail, "The puzzle could not be made")
        self.kind = _choice("Kind", "What to make")
        for kind, name in KINDS.items():
            self.kind.addItem(name, kind)
        self.side = _choice("Size", "Rows and columns; an ARC grid may be smaller")
        self.style_name = QLabel()
        self.style_choice = _choice("Style", "")
        self.seed = QLineEdit()
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("The same seed makes the same puzzle again")
        self.another = QPushButton("Another")
        self.another.setToolTip("Draw another seed")
        self.another.setAccessibleName("Another seed")
        self.another.setAutoDefault(False)
        self._lay_out()
        self.kind.activated.connect(self._show_sizes)
        self.side.activated.connect(self._show_styles)
        for choice in (self.side, self.style_choice):
            choice.activated.connect(self._note_choice)
        self.seed.textChanged.connect(self._show_seed)
        session.models.changed.connect(self._show_outlook)
        self.another.clicked.connect(self._draw_seed)
        self._show_sizes()
        self._draw_seed()
        self._show_running()

    def accept(self) -> None:
        """Begin to make it; the dialog closes when it is there."""
        seed = self._seed()
        if self._recipe is None and seed is not None:
            self._recipe = Recipe(
                self.kind.currentData(),
                self.side.currentData(),
                self.style_choice.currentData(),
                seed,
            )
            self._say("")
            self._show_running()
            self._tasks.start(self._make(self._recipe), place="make")

    def reject(self) -> None:
        """Stop what runs, or close the dialog where nothing does."""
        if self._recipe is None:
            super().reject()
        else:
            self._tasks.cancel("make")
            self._stop("Cancelled.")

    def closeEvent(self, event: QCloseEvent) -> None:
        self._tasks.cancel("make")
        self._stop("")
        super().closeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin where it began the first time, whatever was pressed last: Enter creates."""
        super().showEvent(event)
        if self._session.puzzle is not None:
            self.kind.setCurrentIndex(self.kind.findData(self._session.puzzle.kind))
            self._show_sizes()
        self.kind.setFocus()
        self.create.setDefault(True)

    def _lay_out(self) -> None:
        seed = QHBoxLayout()
        seed.addWidget(self.seed, 1)
        seed.addWidget(self.another)
        form = QFormLayout()
        form.setSpacing(themes.SPACE)
        form.addRow("&Kind", self.kind)
        form.addRow("&Size", self.side)
        form.addRow(self.style_name, self.style_choice)
        seed_name = QLabel("S&eed")
        form.addRow(seed_name, seed)
        seed_name.setBuddy(self.seed)
        self.style_name.setBuddy(self.style_choice)
        self.outlook = QLabel(wordWrap=True)
        self.outlook.setTextFormat(Qt.TextFormat.PlainText)
        self.outlook.setAccessibleName("How often models are right on such puzzles")
        self.outlook.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.outlook.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.outlook.setMinimumHeight(3 * self.outlook.fontMetrics().lineSpacing())
        self.words = QLabel(wordWrap=True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setMinimumWidth(40 * themes.SPACE)
        self.words.setMinimumHeight(5 * themes.SPACE)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(themes.SPACE)
        self.bar.setAccessibleName("The puzzle is being made")
        room = self.bar.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(room)
        self._buttons = QDialogButtonBox()
        self.create = self._buttons.addButton("Create", QDialogButtonBox.ButtonRole.AcceptRole)
        self.create.setToolTip("Make the puzzle and show it")
        self.create.setDefault(True)
        self.cancel = self._buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.cancel.setToolTip("Stop, or close this window")
        for button in (self.create, self.cancel):
            button.setAccessibleName(button.text().replace("&", ""))
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * themes.SPACE] * 4)
        layout.setSpacing(themes.SPACE)
        layout.addLayout(form)
        layout.addWidget(self.outlook)
        layout.addWidget(self.words)
        layout.addWidget(self.bar)
        layout.addWidget(self._buttons)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)

    def _show_sizes(self) -> None:
        kind, items = self.kind.currentData(), self.side.model()
        assert isinstance(items, QStandardItemModel)
        self.side.clear()
        for side in SIZES[kind]:
            self.side.addItem(f"{'up to ' if kind == 'arc' else ''}{side}×{side}", side)
        others = [side for side in SUDOKU_SIDES if side not in SIZES[kind]]
        for side in others if kind == "sudoku" else ():
            self.side.addItem(f"{side}×{side}, to be typed with New", side)
            items.item(self.side.count() - 1).setEnabled(False)
        side, style = self._chosen.get(kind, (self._usual_side(kind), ""))
        self.side.setCurrentIndex(self.side.findData(side))
        name = STYLE_NAMES[kind]
        self.style_name.setText(f"&{name}")
        self.style_choice.setAccessibleName(name)
        self.style_choice.setToolTip(f"{name} of the new puzzle")
        self._show_styles()
        self.style_choice.setCurrentIndex(max(0, self.style_choice.findData(style)))
        self._show_outlook()

    def _usual_side(self, kind: str) -> int:
        """That of the puzzle on screen, where such a one can be made."""
        puzzle = self._session.puzzle
        if puzzle is None or puzzle.kind != kind or puzzle.rows != puzzle.cols:
            return FIRST_SIDE[kind]
        return puzzle.rows if puzzle.rows in SIZES[kind] else FIRST_SIDE[kind]

    def _note_choice(self) -> None:
        self._chosen[self.kind.currentData()] = (
            self.side.currentData(),
            self.style_choice.currentData(),
        )
        self._show_outlook()

    def _show_styles(self) -> None:
        before = self.style_choice.currentData()
        self.style_choice.clear()
        for style in styles(self.kind.currentData(), self.side.currentData()):
            self.style_choice.addItem(style.capitalize(), style)
        self.style_choice.setCurrentIndex(max(0, self.style_choice.findData(before)))

    def _show_outlook(self) -> None:
        """What the model that would be taken makes of such puzzles."""
        kind, side = self.kind.currentData(), self.side.currentData()
        style = self.style_choice.currentData()
        self.outlook.setText(
            outlook_of_new(self._session.models.all, blank(kind, side, side), style)
        )

    def _draw_seed(self) -> None:
        self.seed.setText(str(random.randrange(MOST_DRAWN + 1)))

    def _seed(self) -> int | None:
        """What is typed, where it is one."""
        try:
            seed = int(self.seed.text())
        except ValueError:
            return None
        return seed if 0 <= seed <= MOST_SEED else None

    def _show_seed(self) -> None:
        """Say what is wrong with it, or nothing."""
        wrong = self._seed() is None
        self.create.setEnabled(not wrong)
        found = quoted(self.seed.text()) if self.seed.text() else "no seed"
        self._say(
            f"Found {found}, expected a seed: a whole number from 0 to {MOST_SEED}."
            if wrong
            else "",
            failed=wrong,
        )

    def _show_running(self) -> None:
        runs = self._recipe is not None
        for control in (self.kind, self.side, self.style_choice, self.seed, self.another):
            control.setEnabled(not runs)
        self.create.setEnabled(not runs)
        self.bar.setVisible(runs)
        if runs:
            self._say("Being made. A Sudoku of a certain difficulty may take some seconds.")

    def _say(self, words: str, *, failed: bool = False) -> None:
        self.words.setText(f"⚠ {words}" if failed else words)
        colour = themes.current(self).conflict_text
        self.words.setStyleSheet(f"color: {colour}" if failed else "")

    def _stop(self, words: str, *, failed: bool = False) -> None:
        self._recipe = None
        self._show_running()
        self.create.setFocus()  # which it lost as it was disabled
        self._say(words, failed=failed)

    async def _make(self, recipe: Recipe) -> None:
        with Stop() as stop:
            entry = await self._lane(make, recipe, stop)
        assert entry is not None  # as it was not stopped
        self._stop("")
        self._draw_seed()
        super().accept()
        self.made.emit(self._catalogue.add_generated(entry))

    def _fail(self, sentence: str, details: str) -> None:
        self._stop(sentence, failed=True)
        if details:
            self._session.fail(sentence, details)


def _choice(name: str, hint: str) -> QComboBox:
    choice = QComboBox()
    choice.setAccessibleName(name)
    choice.setToolTip(wrapped(hint))
    choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return choice
