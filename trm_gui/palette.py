"""Finding a command, a model or a puzzle by a few letters, and choosing it with Enter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QStandardItem,
)
from PySide6.QtGui import QStandardItemModel as ItemModel
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from trm_gui import theme as themes
from trm_gui.commands import plain
from trm_gui.hints import wrapped
from trm_gui.settings import stored_texts

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from trm_gui.library.items import Item
    from trm_gui.library.library import Library
    from trm_gui.menu_bar import Place

MOST = 60
"""Lines that are listed at once."""

MOST_RECENT = 5
RECENT = "palette/recent"
"""The setting that has the keys of what was chosen last, the newest first."""

SIZE = QSize(76 * themes.SPACE, 54 * themes.SPACE)
ROW = 4 * themes.SPACE

MOVES = Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown

STAYS = Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason
"""Why the field may lose the focus for a while."""

ALIKE = 0.88
"""How alike a word and what was typed must be for this to be taken for it (Jaro and Winkler)."""

FOUND = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Found:
    """Something that can be chosen.

    place: where it stands else, such as the menus that lead to it. keys: what does it, too. hint:
    more words, which are searched as well.
    """

    title: str
    place: str
    choose: Callable[[], object]
    keys: str = ""
    hint: str = ""
    enabled: bool = True
    words: tuple[tuple[str, ...], tuple[str, ...]] = field(init=False, repr=False)
    """In small letters: of the title, and of all else."""

    def __post_init__(self) -> None:
        others = _words(f"{self.place} {self.hint}")
        object.__setattr__(self, "words", (_words(self.title), others))

    @property
    def key(self) -> str:
        """What it is remembered by."""
        return f"{self.place}/{self.title}"


class Palette(QWidget):
    """A field and a list below it, over the window; what was chosen last is on top while nothing is
    typed.

    It closes as something is chosen or clicked elsewhere, and gives the focus back. It covers the
    whole window, so that it sees such a click itself.
    """

    def __init__(
        self, places: Iterable[Place], library: Library, settings: QSettings, window: QWidget
    ) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings, self._library = settings, library
        self._focus_before = window.focusWidget()
        self._recent = stored_texts(settings, RECENT)[:MOST_RECENT]
        self._commands = [_of_place(place) for place in places]
        self._puzzles = [self._of_item(item) for item in library.catalogue.items.values()]
        self.search = QLineEdit(placeholderText="A command, a model, a puzzle")
        self.search.setAccessibleName("Find a command, a model or a puzzle")
        self.search.setClearButtonEnabled(True)
        self.search.setFont(themes.font(themes.TITLE))
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.model = ItemModel(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setAccessibleName("Found")
        self.list.setItemDelegate(_Line(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(self._choose)
        self.none = QLabel("Nothing is called so.", alignment=Qt.AlignmentFlag.AlignCenter)
        self.none.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.panel = QWidget(self)
        self.panel.setAutoFillBackground(True)
        layout = QVBoxLayout(self.panel)
        layout.setContentsMargins(*[themes.SPACE] * 4)
        for part in (self.search, self.list, self.none):
            layout.addWidget(part)
        layout.setStretch(1, 1)
        layout.setStretch(2, 1)
        window.installEventFilter(self)
        library.catalogue.added.connect(self._on_added)
        library.catalogue.read_all()
        self._fill()

    def enter(self) -> None:
        """Come over the window, to be typed into."""
        self._cover()
        self.show()
        self.raise_()
        self.search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys that move in the list, choose from it or close it, and where the focus goes
        elsewhere or the window gets another size."""
        if watched is not self.search:
            if event.type() == QEvent.Type.Resize:
                self._cover()
        elif isinstance(event, QKeyEvent):
            return self._takes(event)
        elif isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in STAYS:
            self.close()
        return False

    def _takes(self, event: QKeyEvent) -> bool:
        key, is_press = event.key(), event.type() == QEvent.Type.KeyPress
        if key in MOVES and is_press:
            self.list.event(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and is_press:
            self._choose(self.list.currentIndex())
        elif key == Qt.Key.Key_Escape:
            if is_press:
                self._leave()
            event.accept()  # else it would be a key of the window
        else:
            return False
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.panel.geometry().contains(event.position().toPoint()):
            self._leave()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(themes.translucent(themes.current(self).secondary_text, 1.0))
        painter.drawRect(self.panel.geometry().adjusted(-1, -1, 0, 0))

    def _leave(self) -> None:
        """Close it, with the focus where it was."""
        before = self._focus_before
        self.close()
        if before is not None and isValid(before):
            before.setFocus()

    def _cover(self) -> None:
        """The window, with the panel in the middle, below the menus."""
        window = self.parentWidget()
        assert window is not None
        self.setGeometry(window.rect())
        self.panel.resize(SIZE.boundedTo(self.size() - QSize(1, 1) * 8 * themes.SPACE))
        self.panel.move((self.width() - self.panel.width()) // 2, 7 * themes.SPACE)

    def _of_item(self, item: Item) -> Found:
        open_it = partial(self._library.exchange.open_item, item)
        return Found(item.title, "Library", open_it, hint=item.line)

    def _on_added(self, items: list[Item]) -> None:
        chosen = self.list.currentIndex().data(FOUND)
        self._puzzles += map(self._of_item, items)
        self._fill()
        self._select(chosen)

    def _fill(self) -> None:
        self.model.clear()
        for found in self._found(self.search.text())[:MOST]:
            line = QStandardItem(found.title)
            line.setData(found, FOUND)
            line.setEnabled(found.enabled)
            line.setEditable(False)
            line.setToolTip(wrapped(found.hint))
            beside = ", ".join(filter(None, (found.title, found.place, found.keys)))
            line.setData(beside, Qt.ItemDataRole.AccessibleTextRole)
            self.model.appendRow(line)
        self.list.setVisible(self.model.rowCount() > 0)
        self.none.setVisible(self.model.rowCount() == 0)
        self._select()

    def _select(self, wanted: object = None) -> None:
        """A line, as long as it is listed; else the first one that can be chosen."""
        lines = (self.model.item(row) for row in range(self.model.rowCount()))
        there = [line for line in lines if line.isEnabled()]
        if wanted is not None:
            there = [line for line in there if line.data(FOUND) is wanted]
        if there:
            self.list.setCurrentIndex(there[0].index())

    def _found(self, text: str) -> list[Found]:
        """What has all the words of `text`, the likeliest first."""
        wanted = _words(text)
        if not wanted:
            recent = {found.key: found for found in (*self._commands, *self._puzzles)}
            first = [recent[key] for key in self._recent if key in recent]
            return [*first, *(found for found in self._commands if found not in first)]
        scores = [(_score(wanted, each), each) for each in (*self._commands, *self._puzzles)]
        known = {key: 1 - rank / MOST_RECENT for rank, key in enumerate(self._recent)}
        scores = [
            (score + known.get(each.key, 0) - 30 * (not each.enabled), each)
            for score, each in scores
            if score
        ]
        return [each for _, each in sorted(scores, key=lambda scored: -scored[0])]

    def _choose(self, index: QModelIndex) -> None:
        found = index.data(FOUND)
        if isinstance(found, Found) and found.enabled:
            recent = [found.key, *(key for key in self._recent if key != found.key)]
            self._settings.setValue(RECENT, recent[:MOST_RECENT])
            self._leave()
            found.choose()


class _Line(QStyledItemDelegate):
    """A title, where it stands else in a fainter colour, and at the right the keys."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        found: Found = index.data(FOUND)
        view = self.parent()
        assert isinstance(view, QWidget)
        theme = themes.current(view)
        state: QStyle.StateFlag = option.state
        area: QRect = option.rect
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(area, themes.translucent(theme.accent, 1.0))
        strong = theme.on_accent if chosen else theme.text
        faint = theme.on_accent if chosen else theme.secondary_text
        if not found.enabled:
            strong = faint = theme.secondary_text
        area = area.adjusted(themes.SPACE, 0, -themes.SPACE, 0)
        upright = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(themes.font(themes.SMALL))
        metrics = painter.fontMetrics()
        painter.setPen(themes.translucent(faint, 1.0))
        painter.drawText(area, upright | Qt.AlignmentFlag.AlignRight, found.keys)
        keys = metrics.horizontalAdvance(found.keys) + 2 * themes.SPACE if found.keys else 0
        room = area.adjusted(0, 0, -keys, 0)
        painter.setFont(themes.font())
        title = painter.fontMetrics().horizontalAdvance(found.title)
        elide = Qt.TextElideMode.ElideRight
        painter.setPen(themes.translucent(strong, 1.0))
        painter.drawText(
            room, upright, painter.fontMetrics().elidedText(found.title, elide, room.width())
        )
        painter.setFont(themes.font(themes.SMALL))
        painter.setPen(themes.translucent(faint, 1.0))
        beside = room.adjusted(title + 2 * themes.SPACE, 0, 0, 0)
        words = found.place if found.place != "Library" else f"{found.place} · {found.hint}"
        words = words if found.enabled else f"{words} · not possible now"
        painter.drawText(beside, upright, metrics.elidedText(words, elide, max(0, beside.width())))


def _of_place(place: Place) -> Found:
    action, path = place
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    words = re.sub(r"^&\d ", "", action.text())  # a number that is a key in its menu alone
    title, _, aside = plain(words).partition("\t")
    hint = action.toolTip() if action.toolTip() != action.text() else ""

    def choose() -> None:
        if isValid(action):  # a menu may have been filled anew
            action.trigger()

    return Found(title, " › ".join(path), choose, keys or aside, hint, action.isEnabled())


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", text.casefold()))


def _score(wanted: Sequence[str], found: Found) -> float:
    """How well `found` answers, up to 100; 0 where it lacks one of the words."""
    total = 0.0
    title, others = found.words
    for part in wanted:
        in_title = max((_alike(part, word) for word in title), default=0.0)
        elsewhere = max((_alike(part, word) for word in others), default=0.0)
        best = max(in_title, 0.7 * elsewhere)
        if not best:
            return _letters("".join(wanted), title)
        total += best
    return total / len(wanted) - len(title) / 10  # of two that have all words the shorter one


def _letters(typed: str, title: Sequence[str]) -> float:
    """How well some letters of a title, in order and from its first one, stand for it: best where
    they are those that its words begin with."""
    if typed == "".join(word[0] for word in title):
        return 50
    return 20 if _is_within(typed, "".join(title)) else 0


@lru_cache(maxsize=1 << 17)
def _alike(part: str, word: str) -> float:
    """How well a part of a word, perhaps misspelt, stands for the word, up to 100.

    Thousands of lines have few words, which are not looked at again for each of them.
    """
    if word.startswith(part):
        return 100 - min(len(word) - len(part), 10)
    if part in word:
        return 60
    if len(part) < 3:
        return 0
    if len(part) > 3:
        from rapidfuzz.distance import JaroWinkler

        beginning = word[: len(part) + 1]
        if alike := JaroWinkler.similarity(part, beginning, score_cutoff=ALIKE):
            return 70 * alike
    return 40 if _is_within(part, word) else 0


def _is_within(part: str, whole: str) -> bool:
    """Whether the letters of a part are in the whole in this order, from the first one on."""
    left = iter(whole)
    return part[:1] == whole[:1] and all(letter in left for letter in part)
