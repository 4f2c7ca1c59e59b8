"""Questions about jobs, asked over the window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from trm_gui.jobs.questions import ask_about_running, ask_to_delete


@pytest.fixture
def answers(window, qtbot):
    """Ask, press a key, and give what was done."""

    def answers(ask, names, key):
        done = []
        ask(names, lambda: done.append("first"), lambda: done.append("second"), window)
        (box,) = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
        text = box.text()
        qtbot.keyClick(box, key)
        qtbot.waitUntil(lambda: not window.findChildren(QMessageBox))
        return text, done

    return answers


def test_enter_keeps_jobs_and_escape_does_nothing(answers):
    assert answers(ask_about_running, ["a"], Qt.Key.Key_Return) == (
        "A job is at work: a.",
        ["first"],
    )
    assert answers(ask_about_running, ["a", "b"], Qt.Key.Key_Escape) == (
        "2 jobs are at work: a, b.",
        [],
    )
    assert answers(ask_to_delete, ["<b>bold</b>"], Qt.Key.Key_Return) == (
        "Move <b>bold</b> to the trash?",
        [],
    )


def test_of_many_jobs_some_are_named(answers):
    names = [f"job-{number}" for number in range(1, 41)]
    text, _ = answers(ask_to_delete, names, Qt.Key.Key_Escape)
    assert text == ("Move job-1, job-2, job-3, job-4, job-5, job-6 and 34 more to the trash?")
