"""From a job to a model of its own, measured and with a card, by a process beside the window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from trm_core.checkpoints.expectations import share_right
from trm_core.checkpoints.info import read_info
from trm_core.errors import UserError
from trm_gui import theme as themes
from trm_gui.jobs.marks import mark
from trm_gui.names import free_name, trouble_with_name
from trm_gui.work import Work, start_module

PUBLISH = "trm_core.training.publish"


class Publishing:
    """One at a time. What is not done when the window closes is not written at all."""

    def __init__(
        self,
        work: Work,
        published: Callable[[Path, str], None],
        fail: Callable[[str], None],
    ) -> None:
        """published: is given the model directory, and what was measured, in a line."""
        self.busy: Path | None = None
        """The model directory that is being made."""
        self._work, self._published, self._fail = work, published, fail
        self._tasks = work.tasks(lambda why, _: fail(why), "The model is not published")

    def publish(self, run: Path, target: Path, device: str) -> None:
        if self.busy is not None:
            self._fail(f"{self.busy.name} is being published; wait until that is done.")
            return
        self.busy = target
        self._tasks.start(self._publish(target, [str(run), str(target), device]))

    async def _publish(self, target: Path, arguments: list[str]) -> None:
        try:
            await self._work.handed_over_by(partial(start_module, PUBLISH, arguments))
        except UserError as error:
            self._fail(f"{target.name} is not published: {error}")
            return
        finally:
            self.busy = None
        results = (await self._work.aside(read_info, target, of=target)).results
        self._published(target, share_right(results[-1]) if results else "")


class PublishDialog(QDialog):
    """Asks for a name, and tells while typing where it cannot be.

    `chosen` is emitted with the directory of the model, which is in `models` and is not there.
    """

    chosen = Signal(object)

    def __init__(
        self, work: Work, run: Path, models: Path, taken: set[str], parent: QWidget
    ) -> None:
        """taken: names of models, wherever they are."""
        super().__init__(parent)
        self._wanted, self._models, self._taken = run.name, models, taken
        self._folders: list[str] = []
        """What is in `models`, as soon as that is known."""
        self.setObjectName("publish_dialog")
        self.setWindowTitle(f"Save the model of {run.name}")
        self.setAccessibleName(self.windowTitle())
        self.setMinimumWidth(56 * themes.SPACE)
        self.name = QLineEdit(free_name(run.name, taken))
        self.name.setAccessibleName("Name")
        self.name.setToolTip("What the model and its folder are to be called")
        self.name.selectAll()
        note = QLabel(
            "The averaged weights of the last checkpoint, measured on all held-out puzzles of the "
            "job, with a card that says so. That may take minutes; the window stays usable.",
            wordWrap=True,
        )
        note.setFont(themes.font(themes.SMALL))
        self.missing = QLabel(wordWrap=True)
        self.missing.setTextFormat(Qt.TextFormat.PlainText)
        self.missing.setAccessibleName("What is missing")
        self.missing.setMinimumHeight(2 * self.missing.fontMetrics().lineSpacing())
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Save | standard.Cancel)
        self.ok = buttons.button(standard.Save)
        self.ok.setToolTip("Measure the model and save it")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow("&Name", self.name)
        layout = QVBoxLayout(self)
        layout.setSpacing(themes.SPACE)
        layout.addLayout(form)
        for part in (note, self.missing, buttons):
            layout.addWidget(part)
        self.name.textChanged.connect(self._check)
        self._check()
        self._tasks = work.tasks(lambda *_: None, "")  # the name is checked again as it is saved
        self._tasks.start(self._list(work))

    def accept(self) -> None:
        self.chosen.emit(self._models / self.name.text())
        super().accept()

    def done(self, result: int) -> None:
        self._tasks.close()
        super().done(result)

    async def _list(self, work: Work) -> None:
        self._take_folders(await work.aside(_inside, self._models, of=self._models))

    def _take_folders(self, folders: list[str]) -> None:
        self._folders = folders
        if not self.name.isModified():
            self.name.setText(free_name(self._wanted, [*self._taken, *folders]))
            self.name.selectAll()
        self._check()

    def _check(self) -> None:
        name = self.name.text()
        sentence = trouble_with_name(name, self._taken, "model")
        sentence = sentence or trouble_with_name(name, self._folders, "folder")
        self.missing.setText(f"⚠ {sentence}" if sentence else "")
        self.missing.setStyleSheet(f"color: {themes.current(self).conflict_text}")
        mark(self.name, sentence)
        self.ok.setEnabled(not sentence)


def _inside(folder: Path) -> list[str]:
    """The names of what is in it; none where it is not there yet."""
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []
