"""Words within a plot."""

from __future__ import annotations

import pyqtgraph as pg

from trm_gui import theme as themes
from trm_gui.theme import Theme

OPACITY = 0.85
"""Of what is behind words: no line crosses them, and yet it is seen where each goes."""
ABOVE_LINES = 11
"""The z of words; the line at the cursor has 10."""


class Words(pg.TextItem):
    """Small words on the colour of the plot, in front of its lines."""

    def __init__(self, words: str = "", anchor: tuple[float, float] = (0, 0)) -> None:
        super().__init__(words, anchor=anchor)
        self.textItem.document().setDocumentMargin(themes.SPACE // 4)
        self.setFont(themes.font(themes.SMALL))
        self.setZValue(ABOVE_LINES)

    def dress(self, theme: Theme, colour: str) -> None:
        """colour: of the words."""
        self.setColor(colour)
        self.fill = pg.mkBrush(themes.translucent(theme.surface, OPACITY))
        self.update()
