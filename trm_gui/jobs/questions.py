"""What is asked before the window closes, and before a job is deleted. Nobody waits in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

Role = QMessageBox.ButtonRole

NAMED = 6
"""Jobs of a question that it names, at most."""


def ask_about_running(
    names: Sequence[str], keep: Callable[[], None], stop: Callable[[], None], parent: QWidget
) -> None:
    """Whether the jobs of these names go on without the window, which is the default."""
    box = _box("jobs_question", QMessageBox.Icon.Question, "Training goes on", parent)
    jobs = "A job is" if len(names) == 1 else f"{len(names)} jobs are"
    box.setText(f"{jobs} at work: {_listed(names)}.")
    box.setInformativeText(
        "Without the window training goes on, and it is found again at the next start. Jobs that "
        "wait are started then."
    )
    going_on = box.addButton("&Keep training", Role.AcceptRole)
    stopping = box.addButton("&Stop and save", Role.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(going_on)
    _open(box, {going_on: keep, stopping: stop})


def ask_to_delete(
    names: Sequence[str], delete: Callable[[], None], forget: Callable[[], None], parent: QWidget
) -> None:
    """Whether jobs go to the trash, or are only taken off the list."""
    box = _box("delete_question", QMessageBox.Icon.Warning, "Delete", parent)
    box.setText(f"Move {_listed(names)} to the trash?")
    box.setInformativeText(
        "The folder with all checkpoints and metrics goes there. To keep it and only not see it "
        "any more, take it off the list."
    )
    deleting = box.addButton("&Move to the trash", Role.DestructiveRole)
    forgetting = box.addButton("Take off the &list", Role.ActionRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    _open(box, {deleting: delete, forgetting: forget})


def _listed(names: Sequence[str]) -> str:
    """Some of them by name, however many there are."""
    left = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {left} more" if left > 0 else "")


def _box(name: str, icon: QMessageBox.Icon, title: str, parent: QWidget) -> QMessageBox:
    box = QMessageBox(parent)
    box.setObjectName(name)
    box.setIcon(icon)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(title)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def _open(box: QMessageBox, answers: dict[object, Callable[[], None]]) -> None:
    def answered() -> None:
        if (work := answers.get(box.clickedButton())) is not None:
            work()

    box.finished.connect(answered)
    box.open()
