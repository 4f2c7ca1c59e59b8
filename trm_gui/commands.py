"""What the window can be told to do. A command is declared once, by the room that does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import KW_ONLY, dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, SignalInstance
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from trm_gui.hints import wrapped
from trm_gui.icons import icon
from trm_gui.theme import Theme

StandardKey = QKeySequence.StandardKey


@dataclass(frozen=True)
class Command:
    """Words, keys, what it does, and when it can be done.

    name: the objectName of its action. icon: one of resources/icons, "" for none; icon_on: another
    one while it is checked. enabled: whether it can be done; always, if None. checked: whether it
    has a tick, of a command that turns something on and off; it has none, if None. repeats: whether
    a key that is held down does it again and again.
    """

    name: str
    text: str
    hint: str
    run: Callable[[], object]
    keys: tuple[str | StandardKey, ...] = ()
    _: KW_ONLY
    icon: str = ""
    icon_on: str = ""
    enabled: Callable[[], bool] | None = None
    checked: Callable[[], bool] | None = None
    repeats: bool = False


class Commands(QObject):
    """The commands of a window, and their actions, which its menus, buttons and keys share."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def key(self, name: str) -> str:
        """The key that does it, as the desktop writes it; "" for none."""
        return _native(self._actions[name].shortcut())

    def add(self, *commands: Command) -> None:
        for command in commands:
            self._commands[command.name] = command
            self._actions[command.name] = self._action(command)

    def follow(self, *signals: SignalInstance) -> None:
        """See which commands can be done, and which have a tick, after each of these."""
        for signal in signals:
            signal.connect(self.refresh)

    def refresh(self) -> None:
        for command in self._commands.values():
            self._refresh(command)

    def dress(self, theme: Theme) -> None:
        """Draw the icons in the theme's colours."""
        for command in self._commands.values():
            if command.icon:
                drawn = icon(command.icon, theme, command.icon_on)
                self._actions[command.name].setIcon(drawn)

    def _action(self, command: Command) -> QAction:
        action = QAction(command.text, self._window)
        action.setObjectName(command.name)
        action.setShortcuts(_shortcuts(command))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setAutoRepeat(command.repeats)
        action.setCheckable(command.checked is not None)
        key = _native(action.shortcut())
        action.setToolTip(wrapped(f"{command.hint} ({key})" if key else command.hint))
        action.setIconVisibleInMenu(False)
        action.triggered.connect(partial(self._run, command))
        self._window.addAction(action)
        return action

    def _run(self, command: Command) -> None:
        command.run()
        self._refresh(command)  # Qt has turned the tick by itself

    def _refresh(self, command: Command) -> None:
        action = self._actions[command.name]
        if command.enabled is not None:
            action.setEnabled(command.enabled())
        if command.checked is not None:
            action.setChecked(command.checked())


def _shortcuts(command: Command) -> list[QKeySequence]:
    """Each once, as the desktop has those that are standard, if it has."""
    there = {QKeySequence(keys).toString(): QKeySequence(keys) for keys in command.keys}
    return [keys for words, keys in there.items() if words]


def _native(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


def plain(words: str) -> str:
    """The words of a command or a menu as they look in it."""
    return words.replace("&&", "\0").replace("&", "").replace("\0", "&")
