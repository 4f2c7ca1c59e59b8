"""The library as a dock: search, filters, how many are left, and the list."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.board.message import BoardMessage
from trm_gui.first_paint import FirstPaint
from trm_gui.library.catalogue import MADE_HERE, Catalogue
from trm_gui.library.exchange import Exchange
from trm_gui.library.filter import Filter, FilteredLibrary
from trm_gui.library.filter_bar import FilterBar, SearchField
from trm_gui.library.items import (
    ALL,
    FAVOURITES,
    GENERATED,
    OPEN_FILE,
    RECENT,
    YOURS,
    Item,
)
from trm_gui.library.model import MIME_TYPE, LibraryModel
from trm_gui.library.thumbnails import Thumbnails
from trm_gui.library.view import LibraryView
from trm_gui.menus import add_item

WIDTH = 38 * themes.SPACE
"""Logical pixels at first."""
LEAST_WIDTH = 32 * themes.SPACE

EMPTY = {
    FAVOURITES: ("No favourites yet", "Click the star of a puzzle, or press Ctrl+D on it."),
    RECENT: ("Nothing opened yet", "Puzzles that you open stand here, the last one first."),
    OPEN_FILE: (
        "No file of several puzzles",
        "Of a file that has several, all stand here while it is open.",
    ),
    YOURS: ("Nothing of yours yet", "What you type, draw or change stands here when you go on."),
    GENERATED: ("Nothing generated yet", "Puzzles that you have made with New stand here."),
}
"""What stands in the place of a collection that has nothing in it."""


class LibraryDock(themes.FollowsTheme, QDockWidget):
    """Opens puzzles in the session. It reads what there is once it is seen."""

    generator_wanted = Signal()

    def __init__(self, catalogue: Catalogue, exchange: Exchange) -> None:
        super().__init__("Library")
        self.setObjectName("library")
        self.setAccessibleName("Library")
        self.setAcceptDrops(True)
        self._catalogue = catalogue
        self._exchange = exchange
        self._trouble = ""
        self._first_paint: FirstPaint | None = None
        self.items = FilteredLibrary(LibraryModel(catalogue), catalogue)
        self.thumbnails = Thumbnails(catalogue)
        self.filters = FilterBar()
        self.view = LibraryView(self.items, catalogue, self.thumbnails)
        self._message = BoardMessage()
        self._lay_out()
        self._connect()
        self._show_count()
        self.follow_theme()

    @property
    def search(self) -> SearchField:
        return self.filters.search

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 60 * themes.SPACE)

    def enter(self) -> None:
        """Open the dock and begin to search."""
        self.show()
        self.raise_()
        self.search.setFocus()
        self.search.selectAll()

    @property
    def current(self) -> Item | None:
        """The puzzle that is current in the list, if one is."""
        return self.view.current_item if self.view.currentIndex().isValid() else None

    def toggle_favourite(self) -> None:
        """Of the puzzle that is current, if one is."""
        if (item := self.current) is not None:
            self._catalogue.toggle_favourite(item)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._first_paint is None:
            self._first_paint = FirstPaint(self)
            self._first_paint.happened.connect(self._catalogue.read_all)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._exchange.takes(event.mimeData(), text=True):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what came from elsewhere; a puzzle of the list was dragged by mistake."""
        event.acceptProposedAction()
        if not event.mimeData().hasFormat(MIME_TYPE):
            self._exchange.take(event.mimeData())

    def _lay_out(self) -> None:
        self.count = QLabel()
        self.count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.count.setAccessibleName("Puzzles listed")
        self._clear = QToolButton()
        self._clear.setText("Clear")
        self._clear.setToolTip("Clear the search and all filters")
        self._clear.setAccessibleName("Clear the filters")
        self._clear.setAutoRaise(True)
        self._clear.setSizePolicy(self.count.sizePolicy())
        new = QToolButton()
        new.setText("Generate…")
        new.setToolTip("Have a puzzle made (Ctrl+G)")
        new.setAccessibleName("Generate a puzzle")
        new.clicked.connect(self.generator_wanted)
        self._note = QLabel(wordWrap=True)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setAccessibleName("Trouble with the library")
        for button in (self._clear, new):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._message)
        below = QHBoxLayout()
        below.addWidget(self.count, 1)
        below.addWidget(self._clear)
        below.addWidget(new)
        content = QWidget()
        content.setMinimumWidth(LEAST_WIDTH)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(themes.SPACE, themes.SPACE // 2, themes.SPACE // 2, themes.SPACE)
        layout.setSpacing(themes.SPACE)
        layout.addWidget(self.filters)
        layout.addLayout(below)
        layout.addWidget(self._note)
        layout.addWidget(self._stack, 1)
        self.setWidget(content)

    def _connect(self) -> None:
        self.filters.changed.connect(self._on_filter)
        self.filters.search.returnPressed.connect(self._open_current)
        self.filters.search.downwards.connect(self._enter_list)
        self._clear.clicked.connect(self.filters.clear)
        self._message.button_clicked.connect(self.filters.clear)
        view = self.view
        view.chosen.connect(self._exchange.open_item)
        view.favourite_toggled.connect(self._catalogue.toggle_favourite)
        view.forgotten.connect(self._forget)
        view.menu_wanted.connect(self._show_menu)
        view.left_upwards.connect(self.search.setFocus)
        catalogue = self._catalogue  # which the list of items has heard before this
        for signal in (catalogue.added, catalogue.removed, catalogue.marks_changed):
            signal.connect(self._show_count)
        catalogue.shown_changed.connect(self._select_shown)
        catalogue.added.connect(self._on_added)
        catalogue.reading_changed.connect(self._show_count)
        catalogue.trouble.connect(self._on_trouble)
        self._exchange.collection_wanted.connect(self.filters.show_collection)

    def _on_filter(self, wanted: Filter) -> None:
        self.items.set_filter(wanted)
        self._show_count()
        if wanted.text:
            self.view.setCurrentIndex(self.items.index(0, 0))  # which Enter opens
        elif not self.view.currentIndex().isValid():
            self._select_shown()
        if self.view.currentIndex().isValid():
            self.view.scrollTo(self.view.currentIndex())
        else:
            self.view.scrollToTop()

    def _select_shown(self) -> None:
        """Have the puzzle on screen as the current one, or its file, where they are listed."""
        places = map(self.items.index_of, self._catalogue.shown)
        index = next((place for place in places if place.isValid()), QModelIndex())
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index)

    def _on_added(self, items: list[Item]) -> None:
        if not {item.key for item in items}.isdisjoint(self._catalogue.shown):
            self._select_shown()

    def _on_trouble(self, sentence: str) -> None:
        self._trouble = sentence
        self._note.setText(f"⚠ {sentence}")
        self._dress()
        self._show_count()

    def _dress(self) -> None:
        self._note.setStyleSheet(f"color: {themes.current(self).conflict_text}")

    def _show_count(self) -> None:
        shown, every = self.items.rowCount(), len(self._catalogue.items)
        more = ", reading…" if self._catalogue.reading else ""
        self.count.setText(f"{shown:,} of {every:,}{more}")
        self._clear.setVisible(self.filters.filter != Filter())
        self._note.setVisible(bool(self._trouble))
        self._stack.setCurrentWidget(self.view if shown else self._message)
        if not shown:
            self._message.set_message(*self._why_empty())

    def _why_empty(self) -> tuple[str, str] | tuple[str, str, str]:
        """Title, text, and where it helps the button's words."""
        wanted = self.filters.filter
        if self._catalogue.reading or not self._catalogue.items:
            return "Reading", "The puzzles are being read."
        if wanted == Filter(wanted.collection) and wanted.collection in EMPTY:
            return (*EMPTY[wanted.collection], "Show all puzzles")
        words = f"“{wanted.text}”" if wanted.text else "what you ask for"
        place = "" if wanted.collection == ALL else f" in {wanted.collection}"
        return "Nothing found", f"No puzzle{place} matches {words}.", "Clear the filters"

    def _open_current(self) -> None:
        if (item := self.view.current_item) is not None:
            self._exchange.open_item(item)

    def _enter_list(self) -> None:
        if self.items.rowCount():
            self.view.enter()

    def _forget(self, item: Item) -> None:
        if self._catalogue.can_forget(item):
            self._catalogue.forget(item)

    def _show_menu(self, item: Item, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        there = item.key in self._catalogue.favourites
        star = "Remove from the &favourites" if there else "Add to the &favourites"
        own = bool(item.collections & MADE_HERE)
        forget = "&Delete" if own else "&Remove from the recent puzzles"
        catalogue, can_forget = self._catalogue, self._catalogue.can_forget(item)
        add_item(menu, "&Open", "Return", True, lambda: self._exchange.open_item(item))
        can_mark = catalogue.can_mark(item)
        add_item(menu, star, "Ctrl+D", can_mark, lambda: catalogue.toggle_favourite(item))
        add_item(menu, forget, "Delete", can_forget, lambda: catalogue.forget(item))
        menu.popup(place)
