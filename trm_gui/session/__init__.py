"""What the window shows: which models there are, what is solved, and which moment is looked at."""

from trm_gui.session.session import Session
from trm_gui.session.solves import Extent, SolveLane

__all__ = ["Extent", "Session", "SolveLane"]
