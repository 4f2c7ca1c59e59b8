"""The buttons and fields of the editors, large enough for a finger."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFont, QIcon, QKeySequence, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.board import marks
from trm_gui.icons import icon

SIDE = 4 * themes.SPACE
"""Logical pixels of a button, both ways."""

GAP = themes.SPACE // 2
"""Between buttons."""

BOX = SIDE + 3 * GAP
"""Width of a field for a number of two digits."""

ICON = 20


class ToolButton(themes.FollowsTheme, QToolButton):
    """An icon, or a sign on a colour, with its key in the corner and words as tooltip.

    The key is only shown here; whoever has the keyboard clicks the button.
    """

    def __init__(
        self,
        name: str,
        hint: str,
        *,
        icon_name: str = "",
        sign: str = "",
        colour: str = "",
        key: str = "",
        checkable: bool = False,
    ) -> None:
        super().__init__()
        self._icon_name, self._sign, self._colour = icon_name, sign, colour
        self.key = QKeySequence(key)
        words = self.key.toString(QKeySequence.SequenceFormat.NativeText)
        self.corner = words if len(words) == 1 and words != sign else ""
        self.setAccessibleName(name)
        self.setToolTip(f"{hint} ({words})" if words else hint)
        self.setCheckable(checkable)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(SIDE, SIDE)
        self.follow_theme()

    @classmethod
    def of(cls, action: QAction, icon_name: str) -> ToolButton:
        """A button that triggers `action` and is on when it is."""
        button = cls(action.iconText(), action.toolTip(), icon_name=icon_name)
        button.clicked.connect(action.trigger)
        action.enabledChanged.connect(button.setEnabled)
        button.setEnabled(action.isEnabled())
        return button

    @property
    def corner_font(self) -> QFont:
        """Of the key: a comma or a full stop would be a speck in the size of letters."""
        if self.corner.isalnum():
            return themes.font(themes.SMALL)
        return themes.font(themes.TITLE, QFont.Weight.Bold)

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.icon, option.text = QIcon(), ""
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        theme = themes.current(self)
        area = self.rect().adjusted(GAP, GAP, -GAP, -GAP)
        ink = QColor(theme.text)
        if self._colour:
            painter.fillRect(area, QColor(self._colour))
            ink = QColor(marks.ink_on(self._colour))
        elif self._sign:
            painter.setPen(QColor(theme.line))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if self.isChecked() or self.hasFocus():
            painter.setPen(marks.line_pen(theme.accent, 2, Qt.PenCapStyle.FlatCap))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        if not self.isEnabled():
            ink = themes.translucent(theme.secondary_text, 0.6)
        painter.setPen(ink)
        if self._sign:
            painter.setFont(themes.font(themes.BODY if self._colour else themes.TITLE))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._sign)
        elif self._icon_name:
            corner = QRect(area.topLeft(), QSize(ICON, ICON))
            if not self.corner:
                corner.moveCenter(self.rect().center())
            mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
            self.icon().paint(painter, corner, Qt.AlignmentFlag.AlignCenter, mode)
        if self.corner:
            painter.setPen(QColor(theme.secondary_text))
            painter.setFont(self.corner_font)
            below = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(self.rect().adjusted(0, 0, -3, 0), below, self.corner)

    def _dress(self) -> None:
        if self._icon_name:
            self.setIcon(icon(self._icon_name, themes.current(self)))


class SizeBoxes(QWidget):
    """Rows × columns of a grid, as wide as three buttons; Enter leaves it for `board`."""

    changed = Signal(int, int)
    """Rows and columns that were asked for."""

    def __init__(self, least: int, most: int, board: QWidget) -> None:
        super().__init__()
        self._boxes = QSpinBox(), QSpinBox()
        for box, name in zip(self._boxes, ("Rows", "Columns"), strict=True):
            box.setRange(least, most)
            box.setAccessibleName(name)
            box.setToolTip(f"{name} of the grid, {least} to {most}")
            box.setKeyboardTracking(False)
            box.setFixedSize(BOX, SIDE)
            box.valueChanged.connect(self._on_value)
            box.lineEdit().returnPressed.connect(board.setFocus)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._boxes[0])
        layout.addWidget(QLabel("×", alignment=Qt.AlignmentFlag.AlignCenter), 1)
        layout.addWidget(self._boxes[1])
        self.setFixedSize(3 * SIDE + 2 * GAP, SIDE)

    def show_size(self, size: tuple[int, int]) -> None:
        """Show (rows, columns) without asking for them."""
        for box, length in zip(self._boxes, size, strict=True):
            box.blockSignals(True)
            box.setValue(length)
            box.blockSignals(False)

    def _on_value(self) -> None:
        rows, cols = (box.value() for box in self._boxes)
        self.changed.emit(rows, cols)
