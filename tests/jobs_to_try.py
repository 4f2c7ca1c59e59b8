"""Training jobs of seconds, and what a window shows of them."""

import threading

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QMenu, QMessageBox, QToolButton

from trm_gui.jobs.menu import fill

PATIENCE = 120_000

TINY = {
    "training.batch_size": "8",
    "model.hidden_size": "16",
    "model.heads": "2",
    "model.cycles": "1",
    "model.latent_steps": "1",
    "model.max_supervision_steps": "4",
    "data.generate": "40",
    "data.held_out": "8",
    "training.evaluate_puzzles": "8",
    "training.log_every": "5",
    "training.compile": "off",
}


def condition(window, path):
    report = window.jobs.jobs.reports.get(path)
    return None if report is None else report.condition


def button(window, name):
    buttons = window.jobs.dock.findChildren(QToolButton)
    return next(each for each in buttons if each.accessibleName() == name)


def curve(window, path, name="train/loss"):
    line = window.jobs.dock.pane.curves.lines.get((path, name))
    return np.empty((0, 2)) if line is None else plotted(line)


def plotted(line):
    """(N, 2) the points of a curve as they were given."""
    steps, values = line.getOriginalDataset()
    return np.empty((0, 2)) if steps is None else np.stack([steps, values], 1)


def answer(window, words):
    """Press the button of the question that the window asks."""
    (box,) = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    next(each for each in box.buttons() if each.text().replace("&", "") == words).click()


def threads_of_jobs():
    return [each for each in threading.enumerate() if each.name.startswith("job")]


def names(window):
    return [job.name for job in window.jobs.jobs.list.jobs]


def choose(window, path, words):
    """Choose an item of a job's menu."""
    menu = QMenu(window)
    fill(menu, [path], window.jobs)
    item = next(each for each in menu.actions() if each.text().replace("&", "") == words)
    assert item.isEnabled()
    item.trigger()


def drop(widget, place, content, action):
    """Let go of something over a widget."""
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    widget.dropEvent(QDropEvent(QPointF(place), action, content, buttons, keys))


def notices(window):
    return [notice.told.text() for notice in window.jobs.notices.shown]
