"""The menu that chooses the model."""

from __future__ import annotations

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from trm_core.checkpoints.expectations import outlook, share_right_like, what_it_learned
from trm_gui.hints import wrapped
from trm_gui.session import Session


class ModelMenu(QMenu):
    """One item for each model that there is, with how often it is right on puzzles like this one;
    those that do not fit the puzzle are off."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__("&Solve with", parent)
        self._session = session
        self.setObjectName("choose_model")
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        session = self._session
        self.clear()
        group = QActionGroup(self)
        for info in session.models.all:
            puzzle, words = session.puzzle, f"{info.name} ({info.title})"
            fits, share, promise = False, None, ""
            if puzzle is not None and info.misfit(puzzle) is None:
                fits, share = True, share_right_like(info, puzzle)
                promise = outlook(info, puzzle)
            action = self.addAction(words if share is None else f"{words}\t{share:.0%} right")
            action.setToolTip(wrapped(f"{what_it_learned(info)} {promise}".rstrip()))
            action.setCheckable(True)
            action.setChecked(info is session.model)
            action.setEnabled(fits)
            directory = str(info.directory)
            action.triggered.connect(lambda _=False, of=directory: session.set_model(of))
            group.addAction(action)
