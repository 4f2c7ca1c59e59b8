"""Pages to read: the manual's, and the cards of models."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QFont,
    QGuiApplication,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from trm_core.resources import RESOURCES
from trm_gui import theme as themes

DOCS = RESOURCES / "docs"
HOW_IT_THINKS, FORMATS = "how-it-thinks", "formats"
PAGES = {HOW_IT_THINKS: "How it thinks", FORMATS: "What puzzle files look like"}
"""Names of the files in `resources/docs`, and what the pages are called."""

LINE_HEIGHT = 120
"""Per cent of the font's."""


class Page(themes.FollowsTheme, QTextBrowser):
    """Markdown, as readable as the rest of the window in either theme; links open elsewhere."""

    def __init__(self, name: str, markdown: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._open_elsewhere)
        self.document().setDocumentMargin(2 * themes.SPACE)
        self.document().setIndentWidth(2 * themes.SPACE)  # of lists
        self._markdown = markdown
        self.follow_theme()

    def show_markdown(self, markdown: str) -> None:
        self._markdown = markdown
        self._dress()

    def loadResource(self, kind: int, name: QUrl | str) -> None:  # noqa: N802  a name of Qt's
        """Nothing: a card may come from anywhere, and its pictures are not asked for."""

    def _open_elsewhere(self, link: QUrl) -> None:
        """Pages of the web alone: a card must not open files or start programs."""
        if link.scheme() in ("http", "https"):
            QDesktopServices.openUrl(link)

    def _dress(self) -> None:
        """Three text sizes as everywhere, room between lines, and quiet tables."""
        theme = themes.current(self)
        self.setMarkdown(self._markdown)
        block = self.document().begin()
        while block.isValid():
            self._dress_block(QTextCursor(block), block.blockFormat().headingLevel())
            block = block.next()
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                shape = frame.format()
                shape.setBorder(1)
                shape.setBorderBrush(QColor(theme.line))
                shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
                shape.setBorderCollapse(True)
                shape.setCellPadding(themes.SPACE / 2)
                shape.setCellSpacing(0)
                shape.setTopMargin(themes.SPACE)
                shape.setBottomMargin(themes.SPACE)
                shape.setWidth(QTextLength())
                frame.setFormat(shape)

    def _dress_block(self, cursor: QTextCursor, level: int) -> None:
        block = cursor.block()
        shape = block.blockFormat()
        code, in_table = _is_code(block), cursor.currentTable() is not None
        within_list = block.textList() is not None and block.next().textList() is not None
        dense = in_table or (code and _is_code(block.next()))
        shape.setTopMargin(2 * themes.SPACE if level > 1 else 0)
        shape.setBottomMargin(0 if dense else themes.SPACE // (2 if within_list else 1))
        if code:
            shape.setLeftMargin(2 * themes.SPACE)
        elif not in_table:
            shape.setLineHeight(
                LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
            )
        cursor.setBlockFormat(shape)
        if level:
            size = themes.TITLE if level == 1 else themes.BODY
            look = QTextCharFormat()
            look.setFont(themes.font(size, QFont.Weight.DemiBold))
            cursor.movePosition(
                QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor
            )
            cursor.setCharFormat(look)


def _is_code(block: QTextBlock) -> bool:
    """Whether it is a line of a block of code."""
    return block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence.value)


class PageDialog(QDialog):
    """A page with what stands above it, a button that copies its text, and one that closes it."""

    def __init__(self, title: str, markdown: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.resize(88 * themes.SPACE, 80 * themes.SPACE)
        self.page = Page(title, markdown)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        self.copy = buttons.addButton("&Copy text", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.setAutoDefault(False)
        self.copy.setToolTip("Put all of it into the clipboard")
        self.copy.setAccessibleName("Copy text")
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.page.toPlainText())
        )
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(*[2 * themes.SPACE] * 4)
        self.rows.setSpacing(themes.SPACE)
        self.rows.addWidget(self.page, 1)
        self.rows.addWidget(buttons)


def manual_page(name: str) -> str:
    """The Markdown of a page of the manual, one of PAGES."""
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def show_page(name: str, parent: QWidget) -> None:
    """Open a page of the manual, one of PAGES."""
    PageDialog(PAGES[name], manual_page(name), parent).open()
