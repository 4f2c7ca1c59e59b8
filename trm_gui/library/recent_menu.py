"""The menu of the files that were opened last."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget

from trm_gui.library.catalogue import Catalogue
from trm_gui.library.exchange import Exchange

MOST = 10


class RecentMenu(QMenu):
    """Filled each time that it opens; a number or letter of the keyboard chooses a file."""

    def __init__(self, catalogue: Catalogue, exchange: Exchange, parent: QWidget) -> None:
        super().__init__("Open &recent", parent)
        self.setToolTipsVisible(True)
        self._catalogue = catalogue
        self._exchange = exchange
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        files = self._catalogue.recent_files()[:MOST]
        for number, file in enumerate(files, start=1):
            item = self._catalogue.items[str(file)]
            action = self.addAction(f"&{number % 10} {file.name.replace('&', '&&')}")
            action.setToolTip(str(file))
            action.triggered.connect(lambda _=False, item=item: self._exchange.open_item(item))
        if not files:
            self.addAction("No file was opened yet").setEnabled(False)
