"""What the program is, and the versions that a bug report needs."""

from __future__ import annotations

import platform
from functools import partial

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from trm_gui.manual import PAGES, show_page

LICENCE = "MIT"
PAPERS = {
    "TRM (arXiv 2510.04871)": "https://arxiv.org/abs/2510.04871",
    "HRM (arXiv 2506.21734)": "https://arxiv.org/abs/2506.21734",
}
PACKAGES = "trm-studio", "torch", "PySide6-Essentials", "pyqtgraph", "numpy"


def versions() -> str:
    """What the program stands on, a line each."""
    from importlib.metadata import version

    lines = [f"{name} {version(name)}" for name in PACKAGES]
    return "\n".join([*lines, f"Python {platform.python_version()}", platform.platform()])


def show_about(parent: QWidget, computed_on: str) -> None:
    """Versions of what the program stands on, what it computes on ("" if nothing yet), its licence,
    and where to read on."""
    lines = "<br>".join(versions().splitlines())
    words = "Watch a Tiny Recursive Model think, cycle by cycle."
    device = f"Solves are computed on {computed_on}." if computed_on else "Nothing is solved yet."
    papers = ", ".join(f'<a href="{link}">{name}</a>' for name, link in PAPERS.items())
    manual = ", ".join(f'<a href="{name}">{title}</a>' for name, title in PAGES.items())
    box = QMessageBox(QMessageBox.Icon.NoIcon, "About TRM Studio", "", parent=parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setAccessibleName("About TRM Studio")
    box.setText(
        f"<p>{words}</p><p>Free software under the {LICENCE} licence.</p><p>Papers: {papers}</p>"
        f"<p>Manual: {manual}</p><p>{lines}</p><p>{device}</p>"
    )
    told = box.findChild(QLabel, "qt_msgbox_label")
    assert told is not None
    told.setOpenExternalLinks(False)
    told.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
    told.linkActivated.connect(partial(_follow, parent))
    box.open()


def _follow(parent: QWidget, link: str) -> None:
    """Open a page of the manual, or what is elsewhere."""
    if link in PAGES:
        show_page(link, parent)
    else:
        QDesktopServices.openUrl(QUrl(link))
