"""Every command of the window: its words, keys and icon, in menu order."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from trm_gui.board.overlays import OVERLAYS
from trm_gui.hints import wrapped
from trm_gui.icons import icon
from trm_gui.theme import Theme

StandardKey = QKeySequence.StandardKey


@dataclass(frozen=True)
class Command:
    """`name` is the action's objectName; `icon` one of resources/icons ("" for none)."""

    name: str
    menu: str
    text: str
    hint: str
    keys: tuple[str | StandardKey, ...] = ()
    icon: str = ""
    checkable: bool = False
    repeats: bool = False
    begins: bool = False
    """A section of its menu, below a line."""


COMMANDS = (
    Command("new", "&File", "&New…", "Begin an empty puzzle", (StandardKey.New,)),
    Command(
        "open",
        "&File",
        "&Open…",
        "Open a Sudoku, maze or ARC file, or a recording",
        (StandardKey.Open,),
        "open",
    ),
    Command(
        "open_recording",
        "&File",
        "Open re&cording…",
        "Open a solve that was recorded; it plays with no model",
        ("Ctrl+Shift+O",),
    ),
    Command(
        "generate", "&File", "&Generate a puzzle…", "Have a puzzle made", ("Ctrl+G",), begins=True
    ),
    Command(
        "save_puzzle",
        "&File",
        "&Save puzzle as…",
        "Write the puzzle to a file",
        ("Ctrl+Shift+S",),
        begins=True,
    ),
    Command(
        "save_recording",
        "&File",
        "Save recor&ding…",
        "Keep the solve in a file that opens and plays with no model",
        (StandardKey.Save,),
    ),
    Command(
        "export",
        "&File",
        "&Export…",
        "Make a picture, a film, a page or a table of the solve",
        ("Ctrl+E",),
        begins=True,
    ),
    Command(
        "mark",
        "&File",
        "&Mark for side by side",
        "Mark the solve, to export it beside others that are marked",
        ("Ctrl+M",),
        checkable=True,
    ),
    Command("quit", "&File", "&Quit", "Close the window", (StandardKey.Quit,), begins=True),
    Command("undo", "&Edit", "&Undo", "Take back the last change", (StandardKey.Undo,), "undo"),
    Command("redo", "&Edit", "&Redo", "Make it again", (StandardKey.Redo,), "redo"),
    Command(
        "edit",
        "&Edit",
        "&Edit the puzzle",
        "Change the puzzle on its board; Escape leaves it",
        ("E",),
        "edit",
        checkable=True,
        begins=True,
    ),
    Command(
        "copy_text",
        "&Edit",
        "&Copy as text",
        "Put the puzzle into the clipboard as text",
        ("Ctrl+Shift+C",),
        begins=True,
    ),
    Command(
        "copy_answer",
        "&Edit",
        "Copy the &answer",
        "Put the model's answer at the cursor into the clipboard as text",
        ("Ctrl+Alt+C",),
    ),
    Command(
        "copy_picture",
        "&Edit",
        "Copy as p&icture",
        "Put the board with the focus, or the answer, into the clipboard as a picture",
    ),
    Command(
        "paste_puzzle",
        "&Edit",
        "&Paste a puzzle",
        "Open the puzzle that is in the clipboard as text or file",
        (StandardKey.Paste,),
    ),
    Command(
        "show_fitting",
        "&Edit",
        "Puzzles that fit a &model",
        "List the puzzles that a model here can be given; of ARC the tasks that it learned",
        begins=True,
    ),
    Command(
        "find_puzzle",
        "&Edit",
        "&Find a puzzle",
        "Search the library",
        (StandardKey.Find,),
    ),
    Command(
        "favourite",
        "&Edit",
        "Fa&vourite",
        "Make the puzzle chosen in the library a favourite, or an ordinary one again",
        ("Ctrl+D",),
    ),
    Command(
        "settings",
        "&Edit",
        "&Settings…",
        "What solves are computed on",
        (StandardKey.Preferences,),
        begins=True,
    ),
    Command(
        "model_card",
        "&Model",
        "A&bout the model…",
        "What it is, what it learned, how often it is right, and how well it knows that",
        icon="info",
    ),
    Command(
        "add_model",
        "&Model",
        "&Add a model folder…",
        "Offer a model of your own, or a checkpoint of a training run",
    ),
    Command(
        "import_model",
        "&Model",
        "&Import an official checkpoint…",
        "Make a model of what the official TRM or HRM trainer wrote, and offer it",
    ),
    Command(
        "new_job",
        "T&rain",
        "&New job…",
        "Train a model of your own, in a process of its own",
        ("Ctrl+T",),
    ),
    Command(
        "train_on_this",
        "T&rain",
        "New job for this &puzzle…",
        "Train a model for the kind and size of the puzzle, from the nearest preset",
    ),
    Command(
        "open_run",
        "T&rain",
        "&Open a run…",
        "Watch a training run that was started in a terminal, or on another machine",
    ),
    Command(
        "show_jobs",
        "T&rain",
        "&Jobs",
        "Show the training jobs, or close them; they go on",
        ("Ctrl+J",),
        checkable=True,
        begins=True,
    ),
    Command("solve", "&Solve", "&Solve", "Run the model on the puzzle", ("Ctrl+Return",), "solve"),
    Command("cancel", "&Solve", "&Cancel", "Stop the solve", ("Ctrl+.",), "cancel"),
    Command(
        "solve_further",
        "&Solve",
        "One supervision step &more",
        "Add a supervision step after the last one, beyond the maximum too",
        ("M",),
        begins=True,
    ),
    Command("first", "S&tep", "&First", "To the first cycle", ("Home",), "first"),
    Command(
        "previous_supervision_step",
        "S&tep",
        "Previous s&upervision step",
        "Back by one supervision step",
        ("Shift+Left",),
        "previous_supervision_step",
        repeats=True,
        begins=True,
    ),
    Command(
        "previous", "S&tep", "&Previous", "Back by one cycle", ("Left",), "previous", repeats=True
    ),
    Command(
        "previous_latent_step",
        "S&tep",
        "Previous latent step",
        "Back by one latent step",
        ("Alt+Left",),
        repeats=True,
    ),
    Command(
        "play", "S&tep", "P&lay", "Play and pause", ("Space",), "play", checkable=True, begins=True
    ),
    Command(
        "next_latent_step",
        "S&tep",
        "Next latent step",
        "On by one latent step: z, the reasoning, made anew once",
        ("Alt+Right",),
        repeats=True,
        begins=True,
    ),
    Command(
        "next",
        "S&tep",
        "&Next",
        "On by one cycle: z several times, then y, the answer",
        ("Right",),
        "next",
        repeats=True,
    ),
    Command(
        "next_supervision_step",
        "S&tep",
        "Next super&vision step",
        "On by one supervision step: some cycles, then how sure the model is",
        ("Shift+Right",),
        "next_supervision_step",
        repeats=True,
    ),
    Command("last", "S&tep", "La&st", "To the last cycle", ("End",), "last"),
    Command(
        "latent_steps",
        "S&tep",
        "Show l&atent steps",
        "Have a frame for every latent step, not only for every cycle",
        ("Z",),
        checkable=True,
        begins=True,
    ),
    Command(
        "loop",
        "S&tep",
        "L&oop",
        "Play again from the start at the end",
        ("L",),
        "loop",
        True,
        begins=True,
    ),
    Command("slower", "S&tep", "Slo&wer", "Play slower", ("-",)),
    Command("faster", "S&tep", "Fas&ter", "Play faster", ("+", "=")),
    Command(
        "show_library",
        "&View",
        "&Library",
        "Show the library of puzzles, or close it",
        ("Ctrl+L",),
        checkable=True,
    ),
    Command(
        "show_recordings",
        "&View",
        "&Recordings",
        "Show the recorded solves, or close them",
        ("Ctrl+Shift+L",),
        checkable=True,
    ),
    *(
        Command(
            f"overlay_{overlay.name}",
            "&View",
            overlay.hint,
            overlay.hint,
            (overlay.key,) if overlay.key else (),
            checkable=True,
            begins=overlay is OVERLAYS[0],
        )
        for overlay in OVERLAYS
    ),
    Command(
        "solution",
        "&View",
        "Sol&ution beside the answer",
        "Show the solution on a board of its own",
        ("9",),
        checkable=True,
    ),
    Command(
        "full_screen",
        "&View",
        "&Full screen",
        "Have the window fill the screen, or leave it as it was",
        ("F11",),
        checkable=True,
        begins=True,
    ),
    Command("tour", "&Help", "Guided &tour", "What is where, and what the model does, in steps"),
    Command(
        "how_it_thinks",
        "&Help",
        "&How it thinks",
        "y, z, latent, cycle, supervision step: what the words mean, and what the plots show",
    ),
    Command("formats", "&Help", "&Formats of puzzles", "What puzzle files and texts look like"),
    Command("keys", "&Help", "&Keys", "What the keys do", ("?", "F1")),
    Command("about", "&Help", "&About TRM Studio", "Versions, licence, papers", begins=True),
)


def make_actions(parent: QWidget) -> dict[str, QAction]:
    """One action per command, by name, all of them children of `parent`."""
    actions = {}
    for command in COMMANDS:
        action = QAction(command.text, parent)
        action.setObjectName(command.name)
        there = (QKeySequence(keys) for keys in command.keys)
        action.setShortcuts([keys for keys in there if not keys.isEmpty()])  # as the desktop has
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setAutoRepeat(command.repeats)
        action.setCheckable(command.checkable)
        shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(wrapped(f"{command.hint} ({shortcut})" if shortcut else command.hint))
        action.setIconVisibleInMenu(False)
        parent.addAction(action)
        actions[command.name] = action
    return actions


def set_icons(actions: dict[str, QAction], theme: Theme) -> None:
    """Draw the icons in the theme's colours; a playing play action shows a pause."""
    for command in COMMANDS:
        action = actions[command.name]
        if command.icon:
            name = "pause" if command.name == "play" and action.isChecked() else command.icon
            action.setIcon(icon(name, theme))
