"""Looking for garbage on the GUI thread alone."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

from trm_gui import torch_import

PERIOD = 100
"""Milliseconds for which garbage is let to gather: so short that looking for it is no hold-up."""


class GarbageCollector:
    """Has Python not look for garbage by itself any more, and looks now and then.

    Python does so on whichever thread makes some, and then frees widgets there, which Qt answers
    with a crash, now and then. While torch is imported only what is new is looked through: among
    the 160,000 objects that come with it that would be a hold-up of 50 ms, and they stay.
    """

    def __init__(self, parent: QObject) -> None:
        gc.disable()
        self.timer = QTimer(parent)
        self.timer.timeout.connect(self.check)
        self.timer.start(PERIOD)

    def check(self) -> None:
        """As Python would: what has been looked through often enough less often."""
        for generation, most in enumerate(gc.get_threshold()):
            if gc.get_count()[generation] <= most or (generation and torch_import.is_going_on()):
                return
            gc.collect(generation)
