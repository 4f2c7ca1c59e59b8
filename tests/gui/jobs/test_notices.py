"""Notices over the window and in the tray.

The platform of the tests has no tray, but Qt makes its icon all the same; only the question whether
there is one is answered for it.
"""

import pytest
from jobs_to_try import notices
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from trm_gui.icons import program_icon
from trm_gui.jobs import notices as module


@pytest.fixture
def elsewhere(window, qtbot, monkeypatch):
    """Another window is in front, on a desktop with a tray."""
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: not window.isActiveWindow())
    return other


def test_what_is_not_seen_is_in_the_tray_until_the_window_is_in_front(window, elsewhere, qtbot):
    told = window.jobs.notices
    told.tell("tiny is done.")
    icon = told._tray.icon
    assert icon.isVisible()
    assert icon.toolTip() == "TRM Studio: tiny is done."
    size = QSize(32, 32)
    assert icon.icon().pixmap(size).toImage() == program_icon().pixmap(size).toImage()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert not icon.isVisible()
    told.tell("another is done.")
    assert not icon.isVisible()


def test_a_click_in_the_tray_brings_the_window_to_the_front_and_shows_the_job_once(
    window, elsewhere, qtbot
):
    window.showMinimized()
    shown = []
    window.jobs.notices.tell("tiny is done.", show=lambda: shown.append(True))
    icon = window.jobs.notices._tray.icon
    icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    icon.messageClicked.emit()
    qtbot.waitUntil(window.isActiveWindow)
    assert shown == [True]
    assert not window.windowState() & Qt.WindowState.WindowMinimized


def test_the_icon_in_the_tray_goes_away_with_the_window(window, elsewhere):
    window.jobs.notices.tell("tiny is done.")
    icon = window.jobs.notices._tray.icon
    assert icon.isVisible()
    window.close()
    assert not icon.isVisible()


def test_a_notice_does_not_pass_before_the_window_is_in_front(
    window, elsewhere, qtbot, monkeypatch
):
    monkeypatch.setattr(module, "SHOWN_MS", 50)
    window.jobs.notices.tell("tiny is done.")
    window.jobs.notices.tell("The disk is full.", trouble=True)
    qtbot.wait(200)
    assert notices(window) == ["tiny is done.", "⚠ The disk is full."]
    window.activateWindow()
    qtbot.waitUntil(lambda: notices(window) == ["⚠ The disk is full."])


def test_a_program_icon_is_drawn_at_every_size():
    images = [program_icon().pixmap(QSize(size, size)).toImage() for size in (16, 48, 256)]
    assert [image.width() for image in images] == [16, 48, 256]
    assert all(
        image.pixelColor(image.width() // 2, image.width() // 8).name() == "#0072b2"
        for image in images
    )
