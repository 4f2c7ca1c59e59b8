"""The menu that chooses the model."""

from __future__ import annotations

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from trm_gui.session import Session


class ModelMenu(QMenu):
    """One item for each model that there is; those that do not fit the puzzle are off."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__("&Solve with", parent)
        self._session = session
        self.setObjectName("choose_model")
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        session = self._session
        self.clear()
        group = QActionGroup(self)
        for info in session.models:
            action = self.addAction(f"{info.name} ({info.title})")
            action.setCheckable(True)
            action.setChecked(info is session.model)
            action.setEnabled(session.puzzle is not None and info.misfit(session.puzzle) is None)
            directory = str(info.directory)
            action.triggered.connect(lambda _=False, of=directory: session.set_model(of))
            group.addAction(action)
