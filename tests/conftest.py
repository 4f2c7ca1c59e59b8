"""Runs the window tests without a screen unless told otherwise, and gives slow machines time."""

import os

from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
