"""What is not needed any more is freed: solves, dialogs, windows."""

import gc
import subprocess
import sys
import threading
from importlib.machinery import ExtensionFileLoader
from weakref import WeakSet

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialog

from trm_core.trace import SolveSettings
from trm_gui import torch_import
from trm_gui.app import garbage_collector

SOLVES = 20


@pytest.fixture
def living(monkeypatch):
    """The traces and the recursions that were made by a test, as long as they live."""
    from trm_core.solver import Recursion
    from trm_core.trace import Trace

    traces, recursions = WeakSet(), WeakSet()
    for kind, made in ((Trace, traces), (Recursion, recursions)):

        def note(self, *arguments, made=made, first=kind.__init__, **named):
            first(self, *arguments, **named)
            made.add(self)

        monkeypatch.setattr(kind, "__init__", note)
    return traces, recursions


def test_of_twenty_solves_only_the_last_one_is_kept_and_none_by_a_closed_window(
    qtbot, window, session, solve, living
):
    traces, recursions = living
    session.solves.set_settings(SolveSettings(1, None))
    for _ in range(SOLVES):
        solve()

    def only_the_last_one_lives():
        gc.collect()
        return set(traces) == {session.trace} and len(recursions) == 1

    qtbot.waitUntil(only_the_last_one_lives)  # a thread lets go a moment after it has told
    window.close()
    gc.collect()
    assert not traces
    assert not recursions


def test_a_trace_is_freed_without_a_collection_of_garbage(qtbot, session, solve, living):
    """As soon as what keeps it against a crash, on a thread of its own, has let go of it."""
    traces, _ = living
    session.solves.set_settings(SolveSettings(1, None))
    solve().curves.latent_path("z")
    timer = garbage_collector().timer
    timer.stop()
    try:
        solve()
        qtbot.waitUntil(lambda: set(traces) == {session.trace})
    finally:
        timer.start()


WINDOW_WITH_A_SOLVE = """
import gc, sys, weakref
from PySide6.QtCore import QEvent, QEventLoop
from PySide6.QtWidgets import QApplication
from trm_gui.app import make_window

app = QApplication([])
window = make_window(sys.argv[1])
window.show()
loop = QEventLoop()
window.session.solve_finished.connect(loop.quit)
window.session.solve()
loop.exec()
assert window.session.trace
parts = vars(window) | {"window": window, "trace": window.session.trace}
kept = {}
for name, part in parts.items():
    if type(part).__module__.startswith("trm_"):
        kept[name] = weakref.ref(part)
del part, parts
window.close()
window.deleteLater()
del window
app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
gc.collect()
print([name for name, part in kept.items() if part() is not None], len(kept) > 10)
"""


def test_a_closed_window_is_freed_with_all_that_it_had(tmp_path):
    """In a process of its own, as torch is imported there while the window is open."""
    command = [sys.executable, "-c", WINDOW_WITH_A_SOLVE, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.stdout == "[] True\n", run.stdout + run.stderr


def test_garbage_is_freed_by_the_gui_thread_whoever_makes_it(qtbot, window):
    """Widgets are among it, and Qt does not stand that another thread frees them."""
    freed_by = []

    class Cycle:
        def __init__(self):
            self.itself = self

        def __del__(self):
            freed_by.append(threading.current_thread())

    def make_garbage():
        for _ in range(100_000):
            cycle = []
            cycle.append(cycle)

    Cycle()
    thread = threading.Thread(target=make_garbage)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(freed_by))
    assert freed_by == [threading.main_thread()]


def test_while_torch_is_imported_only_what_is_new_is_looked_through(monkeypatch, window):
    looked_through = []
    monkeypatch.setattr(gc, "get_count", lambda: (10**6, 10**6, 10**6))
    monkeypatch.setattr(gc, "collect", looked_through.append)
    garbage_collector().check()
    assert looked_through == [0, 1, 2]
    looked_through.clear()
    monkeypatch.setattr(torch_import, "is_going_on", lambda: True)
    garbage_collector().check()
    assert looked_through == [0]


def test_a_library_that_comes_after_torch_s_waits_without_python_s_lock(monkeypatch):
    """Else it keeps that from the GUI thread while it waits for the loader of the system."""
    done, begun = [], threading.Event()

    def create(loader, spec):
        done.append(spec)

    def load():
        begun.set()
        ExtensionFileLoader("small", "small.so").create_module("small")

    monkeypatch.setattr(ExtensionFileLoader, "create_module", create)
    with torch_import.no_other_library():
        thread = threading.Thread(target=load)
        thread.start()
        begun.wait()
        thread.join(0.1)
        done.append("torch")
    thread.join()
    assert done == ["torch", "small"]
    assert ExtensionFileLoader.create_module is create


DIALOGS = (
    *("new", "open", "settings", "add_model", "import_model", "keys", "about", "export"),
    *("save_recording", "open_recording", "new_job", "open_run"),
)


def test_dialogs_that_were_closed_are_freed(qtbot, window, solve, action):
    solve()
    before = set(window.findChildren(QDialog))

    def opened():
        return set(window.findChildren(QDialog)) - before

    for name in DIALOGS:
        action(name).trigger()
        qtbot.waitUntil(lambda: opened() != set())  # some look first where to begin
        (dialog,) = opened()
        dialog.reject()
        del dialog
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert opened() == set(), name
