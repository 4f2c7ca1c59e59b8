"""Room for the boards: docks beside them go aside while there is too little, and come back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSplitter

from trm_gui import theme as themes
from trm_gui.board.panes import LEAST_PANE, Pane

_SIDES = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea

Sizes = dict[str, tuple[int, float]]
"""By object name of each dock in front: its width in logical pixels, and its share of the window's
height."""


class BoardRoom(QObject):
    """Puts docks at the sides aside when the window gets too narrow for them and the boards, and
    brings them back with the room, in the sizes and with the tabs in front that somebody gave them.

    What stays is decided by importance. A dock that is asked for stays until the window gets
    narrower, whether there is room or not. Docks keep their sizes, too, where they were only
    pressed.
    """

    changed = Signal()
    """Other docks are aside."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._groups: list[tuple[str, Sequence[QDockWidget]]] = []
        self.aside: list[QDockWidget] = []
        self._asked: tuple[QDockWidget, int] | None = None
        """What was asked for last, and how wide the window was then."""
        self._sizes: Sizes = {}
        """As somebody chose them."""
        self._seen: tuple[object, Sizes] = None, {}
        """The room that there was when all was laid out last, and the sizes in it."""
        self._soon = QTimer(self, singleShot=True, interval=0)  # after all is laid out
        self._soon.timeout.connect(self._settle)
        window.installEventFilter(self)

    def add(self, words: str, docks: Sequence[QDockWidget]) -> None:
        """Have `docks` go aside together, before those that were added earlier.

        words: what they are called after "No room for the".
        """
        self._groups.append((words, docks))
        for dock in docks:
            dock.installEventFilter(self)
            dock.visibilityChanged.connect(self._on_front)
            asked = dock.toggleViewAction().triggered
            asked.connect(lambda on, dock=dock: self._on_asked(dock, on))

    @property
    def words(self) -> str:
        """What is aside: "library and the plots"; "" if nothing is."""
        groups = [words for words, docks in self._groups if set(docks) & set(self.aside)]
        return " and the ".join(groups)

    def make(self, asked: QDockWidget | None = None) -> None:
        """Put docks aside, or bring them back, as the boards have room. asked: one that stays."""
        width = self._window.width()
        if asked is not None:
            self._asked = asked, width
        elif self._asked is not None and width < self._asked[1]:
            self._asked = None
        kept = None if self._asked is None else self._asked[0]
        managed = {dock for _, docks in self._groups for dock in docks}
        shown = self._at_sides()
        stay = [dock for dock in shown if dock not in managed or dock is kept]
        back: list[QDockWidget] = []
        before, self.aside = self.aside, []
        for _, docks in self._groups:
            wanted = [dock for dock in docks if dock in shown or dock in before]
            if self.missing_width([*stay, *wanted]) <= 0:
                stay += wanted
                back += [dock for dock in wanted if dock in before]
            else:
                self.aside += [dock for dock in wanted if dock not in stay]
        for dock in self.aside:
            dock.hide()
        if back:
            self._show(back)
        if before != self.aside:
            self.changed.emit()
        self._soon.start()

    def choose(
        self, docks: Sequence[QDockWidget], sizes: Mapping[QDockWidget, tuple[int, float]]
    ) -> None:
        """Give `docks`, which are open, new sizes; those that have one come to the front.

        sizes: in pixels across, and as a share of the window's height.
        """
        for dock in docks:
            self._forget(dock)
            self._sizes.pop(dock.objectName(), None)
        self._sizes |= {dock.objectName(): size for dock, size in sizes.items()}
        self._show(docks)
        if self._window.isVisible():
            self.make()

    def ask(self, dock: QDockWidget, on: bool = True) -> None:
        """Show a dock or close it, and let the others make room for it, or take its room."""
        self._forget(dock)
        dock.setVisible(on)
        self.make(dock if on else None)

    def bring_back(self) -> None:
        """Show what is aside, whether there is room or not."""
        back, self.aside = self.aside, []
        if back:
            self._show(back)
            self.changed.emit()

    def notice(self) -> None:
        """See what somebody made of the docks; where the room changed, give them their sizes again.

        To be called before the room changes, and else done by itself once all is laid out.
        """
        if not self._window.isVisible():
            return
        shown = self._at_sides()
        room = (
            self._window.size(),
            sum(not pane.isHidden() for pane in self._window.findChildren(Pane)),
            [dock for dock in self._window.findChildren(QDockWidget) if not dock.isHidden()],
        )
        before, seen = self._seen
        if room != before:
            self._resize()
        sizes = self._measure()
        chosen = sizes if room == before and sizes != seen else {}
        behind = {dock.objectName() for dock in shown} - sizes.keys()
        kept = {name: size for name, size in self._sizes.items() if name not in behind}
        self._sizes = {**sizes, **kept, **chosen}
        self._seen = room, sizes

    def missing_width(self, docks: Iterable[QDockWidget] | None = None) -> int:
        """By how much the window is too narrow for its boards and `docks`, or those at its sides;
        negative where there is more room than that."""
        widths = dict.fromkeys(_SIDES, 0)
        for dock in self._at_sides() if docks is None else docks:
            area = self._window.dockWidgetArea(dock)
            if area in widths:
                widths[area] = max(widths[area], dock.minimumSizeHint().width())
        panes = sum(not pane.isHidden() for pane in self._window.findChildren(Pane))
        boards = panes * LEAST_PANE + (panes - 1) * themes.SPACE  # with the gaps between them
        return boards + sum(widths.values()) - self._window.width()

    def save(self) -> str:
        """The sizes, for `restore`."""
        return json.dumps(self._sizes)

    def restore(self, saved: object) -> None:
        """Take over what `save` gave; anything else is passed over."""
        try:
            found = json.loads(saved if isinstance(saved, str) else "")
            sizes = {str(name): (int(w), float(h)) for name, (w, h) in found.items()}
        except (AttributeError, OverflowError, RecursionError, TypeError, ValueError):
            return
        self._sizes = {n: (w, h) for n, (w, h) in sizes.items() if 0 < w < 1 << 14 and 0 < h <= 1}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            if watched is self._window:
                self.make()
            self._soon.start()
        elif event.type() == QEvent.Type.Close and watched is not self._window:
            QTimer.singleShot(0, self.make)
        return False

    def _settle(self) -> None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # all that is due
        self.notice()

    def _on_front(self) -> None:
        self._soon.start()

    def _on_asked(self, dock: QDockWidget, on: bool) -> None:
        self._forget(dock)
        if not dock.isFloating():
            self.make(dock if on else None)

    def _forget(self, dock: QDockWidget) -> None:
        if dock in self.aside:
            self.aside.remove(dock)
            self.changed.emit()

    def _at_sides(self) -> list[QDockWidget]:
        """The docks that take width from the boards."""
        return [
            dock
            for dock in self._window.findChildren(QDockWidget)
            if not dock.isHidden()
            and not dock.isFloating()
            and self._window.dockWidgetArea(dock) in _SIDES
        ]

    def _show(self, docks: Sequence[QDockWidget]) -> None:
        for dock in docks:
            dock.show()
        layout = self._window.layout()
        assert layout is not None
        layout.activate()  # else Qt has no place yet for what follows
        self._resize()
        for dock in docks:
            if dock.objectName() in self._sizes:
                dock.raise_()

    def _resize(self) -> None:
        docks = [dock for dock in self._at_sides() if dock.objectName() in self._sizes]
        sizes = [self._sizes[dock.objectName()] for dock in docks]
        widths = [width for width, _ in sizes]
        heights = [round(share * self._window.height()) for _, share in sizes]
        self._window.resizeDocks(docks, widths, Qt.Orientation.Horizontal)
        layout = self._window.layout()
        assert layout is not None
        asked = heights
        for _ in range(2):  # Qt counts a bar of tabs in, which only shows in what comes of it
            self._window.resizeDocks(docks, asked, Qt.Orientation.Vertical)
            layout.activate()
            asked = [
                ask + height - dock.height()
                for ask, height, dock in zip(asked, heights, docks, strict=True)
            ]

    def _measure(self) -> Sizes:
        size: QSize = self._window.size()
        return {
            dock.objectName(): (dock.width(), dock.height() / size.height())
            for dock in self._at_sides()
            if not dock.visibleRegion().isEmpty()
        }


def give_height(rows: QSplitter, least: int, least_below: int) -> int:
    """Have the upper row so high, at the cost of the lower one as far as `least_below`; by how
    much it is higher then."""
    above, below = rows.sizes()
    taken = min(least - above, below - least_below)
    if taken > 0:
        rows.setSizes([above + taken, below - taken])
    return max(0, taken)
