"""Where commands stand in the menus, which also order the sheet of keys and what is searched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar

from trm_gui.board.overlays import OVERLAYS, command_name
from trm_gui.commands import Commands, plain

MENUS: dict[str, tuple[tuple[str, ...], ...]] = {
    "&File": (
        ("new", "open", "open_recording"),
        ("recent", "generate"),
        ("save_puzzle", "save_recording"),
        ("export", "mark"),
        ("quit",),
    ),
    "&Edit": (
        ("undo", "redo"),
        ("edit",),
        ("copy_text", "copy_answer", "copy_picture", "paste_puzzle"),
        ("show_fitting", "find_puzzle", "favourite"),
        ("settings",),
    ),
    "&Model": (
        ("choose_model", "model_card"),
        ("add_model", "import_model", "cards", "forget_model"),
    ),
    "T&rain": (
        ("new_job", "train_on_this", "open_run"),
        ("show_jobs",),
    ),
    "&Solve": (
        ("solve", "cancel"),
        ("solve_further",),
    ),
    "S&tep": (
        ("first",),
        ("previous_supervision_step", "previous", "previous_latent_step"),
        ("play",),
        ("next_latent_step", "next", "next_supervision_step", "last"),
        ("latent_steps",),
        ("loop", "slower", "faster"),
    ),
    "&View": (
        ("show_library", "show_recordings", "plots"),
        tuple(map(command_name, OVERLAYS)),
        ("solution",),
        ("full_screen", "theme"),
    ),
    "&Help": (
        ("palette", "keys"),
        ("tour", "how_it_thinks", "formats"),
        ("about",),
    ),
}
"""By title, the names of commands and of other menus, in sections with a line between them."""


class Place(NamedTuple):
    """An action that can be chosen in the menus, and the titles of the menus that lead to it."""

    action: QAction
    path: tuple[str, ...]


def fill(bar: QMenuBar, commands: Commands, others: Mapping[str, QMenu]) -> None:
    """others: by name, the menus that stand inside of these."""
    for title, sections in MENUS.items():
        menu = bar.addMenu(title)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(commands.refresh)
        for section in sections:
            if section is not sections[0]:
                menu.addSeparator()
            for name in section:
                if name in others:
                    menu.addMenu(others[name])
                else:
                    menu.addAction(commands[name])


def places(menu: QMenuBar | QMenu, path: tuple[str, ...] = ()) -> Iterator[Place]:
    """All that can be chosen from it, in order; what is only there once a menu opens, too, as far
    as it can be chosen."""
    if isinstance(menu, QMenu):
        menu.aboutToShow.emit()
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from places(inner, (*path, plain(inner.title())))
        elif not action.isSeparator() and (len(path) < 2 or action.isEnabled()):
            yield Place(action, path)
