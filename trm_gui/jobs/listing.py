"""The list of jobs in their order, with keys, drag and drop, and a menu."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QCursor, QDrag, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from trm_gui import theme as themes
from trm_gui.jobs.jobs import Jobs
from trm_gui.jobs.report import Report
from trm_gui.jobs.rows import JobRow

PATH = Qt.ItemDataRole.UserRole


class JobListing(themes.FollowsTheme, QListWidget):
    """Several rows can be selected, to be compared; one is current."""

    go_wanted = Signal(object)
    """Start, pause or resume this path, whichever can be done."""
    stop_wanted = Signal(object)
    delete_wanted = Signal(list)
    menu_wanted = Signal(list, object)
    """The selected paths, and the place on screen."""
    moved = Signal(object, int)
    """A path, and its new place from 0."""
    selected = Signal(list)
    """The selected paths, in the order of the list."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self.setAccessibleName("Jobs")
        self.setToolTip(
            "Space starts, pauses and resumes; Delete deletes; Alt+Up and Alt+Down move a job; "
            "select several to compare them"
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.itemSelectionChanged.connect(self._on_selection)
        jobs.listed.connect(self._show_list)
        jobs.reported.connect(self._show_report)
        self.follow_theme()
        self._show_list()

    @property
    def paths(self) -> list[Path]:
        """The selected jobs, in the order of the list."""
        items = [self.item(row) for row in range(self.count())]
        return [item.data(PATH) for item in items if item.isSelected()]

    def select(self, path: Path) -> None:
        """Make it the only selected one."""
        item = self._item(path)
        if item is not None:
            self.clearSelection()
            self.setCurrentItem(item)
            self.scrollToItem(item)

    def _item(self, path: Path) -> QListWidgetItem | None:
        items = (self.item(row) for row in range(self.count()))
        return next((item for item in items if item.data(PATH) == path), None)

    def _row(self, item: QListWidgetItem) -> JobRow:
        row = self.itemWidget(item)
        assert isinstance(row, JobRow)
        return row

    def _show_list(self) -> None:
        selected, current = self.paths, self.currentItem()
        current_path = None if current is None else current.data(PATH)
        order = [job.path for job in self._jobs.list.jobs]
        if order == [self.item(row).data(PATH) for row in range(self.count())]:
            return
        self.blockSignals(True)
        self.clear()
        for path in order:
            item = QListWidgetItem()
            item.setData(PATH, path)
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)  # between them only
            item.setData(Qt.ItemDataRole.AccessibleTextRole, path.name)
            row = JobRow()
            row.go_wanted.connect(lambda path=path: self.go_wanted.emit(path))
            row.stop_wanted.connect(lambda path=path: self.stop_wanted.emit(path))
            row.show_report(self._jobs.reports.get(path) or Report(path, "new"))
            item.setSizeHint(row.sizeHint())
            self.addItem(item)
            self.setItemWidget(item, row)
            item.setSelected(path in selected)
        now = self._item(current_path) if current_path in order else self.item(0)
        if now is not None:
            self.setCurrentItem(now)
            for path in selected:
                if (again := self._item(path)) is not None:
                    again.setSelected(True)
        self.blockSignals(False)
        self._on_selection()

    def _show_report(self, report: Report) -> None:
        item = self._item(report.path)
        if item is not None:
            self._row(item).show_report(report)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, report.words)

    def _on_selection(self) -> None:
        paths = self.paths
        for row in range(self.count()):
            path = self.item(row).data(PATH)
            several = len(paths) > 1 and path in paths
            self._row(self.item(row)).show_mark(paths.index(path) + 1 if several else 0)
        self.selected.emit(paths)

    def _dress(self) -> None:
        """Tint selected rows, with a bar at their left; their words keep their colours."""
        theme = themes.current(self)
        tint, half = themes.translucent(theme.accent, 0.16), themes.SPACE // 2
        sheet = f"""
            QListWidget::item {{ border-left: {half}px solid transparent; }}
            QListWidget::item:selected {{
                background: {tint.name(tint.NameFormat.HexArgb)};
                border-left: {half}px solid {theme.accent};
            }}
        """
        if sheet != self.styleSheet():
            self.setStyleSheet(sheet)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if self._is_own(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        paths = self.paths
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            steps: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
            step = steps.get(event.key(), 0)
            if step and len(paths) == 1:
                self.moved.emit(paths[0], self.currentRow() + step)
        elif event.key() == Qt.Key.Key_Space:
            for path in paths:
                self.go_wanted.emit(path)
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit(paths)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if by_key else self.itemAt(event.pos())
        if item is not None:
            place = self.visualItemRect(item).center() if by_key else event.pos()
            self.menu_wanted.emit(self.paths, self.viewport().mapToGlobal(place))

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Take a row as it looks, which Qt would not draw."""
        if len(self.selectedItems()) != 1:
            return
        (item,) = self.selectedItems()
        row, drag = self.itemWidget(item), QDrag(self)
        drag.setMimeData(self.mimeData([item]))
        drag.setPixmap(row.grab())
        drag.setHotSpot(row.mapFromGlobal(QCursor.pos()))
        drag.exec(Qt.DropAction.MoveAction)

    def dropEvent(self, event: QDropEvent) -> None:
        """Move the job in the list of all windows, which then is shown anew."""
        place, before = event.position().toPoint(), self.count()
        if (item := self.itemAt(place)) is not None:  # as the line between the rows says
            before = self.row(item) + (place.y() >= self.visualItemRect(item).center().y())
        event.setDropAction(Qt.DropAction.IgnoreAction)  # else Qt would move the row itself
        event.accept()
        if len(items := self.selectedItems()) != 1:
            return
        row = self.row(items[0])
        after_it_is_taken_out = before - (before > row)
        if after_it_is_taken_out != row:
            self.moved.emit(items[0].data(PATH), after_it_is_taken_out)

    def _is_own(self, event: QKeyEvent) -> bool:
        """Whether a key that is a shortcut of the window means the list here."""
        return event.key() in (
            Qt.Key.Key_Space,
            Qt.Key.Key_Delete,
            Qt.Key.Key_Home,
            Qt.Key.Key_End,
        )
