"""Runs the window tests without a screen unless told otherwise, and gives slow machines time."""

import os

from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # else threads of several tests wait for each other
settings.register_profile("patient", deadline=None, max_examples=50)
settings.load_profile("patient")


def pytest_xdist_auto_num_workers():
    """Two for each core: half of the time tests wait for processes and for threads."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items):
    """What takes long with nothing after it goes first: else all wait for it at the end."""
    items.sort(key=lambda item: item.path.name not in ("test_project.py", "test_soak.py"))
