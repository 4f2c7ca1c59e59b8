"""A line above the boards that offers something, and waits as long as it takes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy

from trm_gui import theme as themes


class RecoveryBanner(themes.FollowsTheme, QFrame):
    """Asks with two buttons whether to restore what was left; hidden while there is nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("recovery_banner")
        self.setAccessibleName("Offer to restore")
        self.words = QLabel(wordWrap=True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.restore = QPushButton("Restore")
        self.restore.setToolTip("Show it again, as it was")
        self.discard = QPushButton("Discard")
        self.discard.setToolTip("Delete what was kept of it")
        layout = QHBoxLayout(self)
        half = themes.SPACE // 2
        layout.setContentsMargins(2 * themes.SPACE, half, themes.SPACE, half)
        layout.setSpacing(themes.SPACE)
        layout.addWidget(self.words, 1)
        for button in (self.restore, self.discard):
            button.setAccessibleName(button.text())
            layout.addWidget(button)
        self.follow_theme()
        self.hide()

    def offer(self, sentence: str) -> None:
        """Ask that; "" asks nothing any more."""
        self.words.setText(sentence)
        self.setAccessibleDescription(sentence)
        self.setVisible(bool(sentence))

    def _dress(self) -> None:
        """A bar at the left in the accent, on the ground of lists."""
        theme = themes.current(self)
        wanted = (
            f"#recovery_banner {{ background: {theme.surface}; border: 1px solid {theme.line};"
            f" border-left: {themes.SPACE // 2}px solid {theme.accent}; }}"
        )
        if wanted != self.styleSheet():
            self.setStyleSheet(wanted)
