"""Python frees nothing of Qt's on another thread than the GUI's."""

import gc
import threading

import pytest


@pytest.fixture
def collections():
    """The thread of every collection from now on."""
    threads = []

    def note(phase, info):
        if phase == "start":
            threads.append(threading.current_thread())

    gc.callbacks.append(note)
    yield threads
    gc.callbacks.remove(note)


def make_garbage(objects):
    for _ in range(objects):
        ring = []
        ring.append(ring)


def test_what_a_worker_leaves_behind_is_collected_on_the_gui_thread(qtbot, window, collections):
    worker = threading.Thread(target=make_garbage, args=(50_000,))
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: len(collections) > 0)
    assert set(collections) == {threading.main_thread()}


@pytest.fixture
def _eager():
    """Collections after few objects, so that one of all comes soon."""
    usual = gc.get_threshold()
    gc.set_threshold(100, 2, 2)
    yield
    gc.set_threshold(*usual)


@pytest.mark.usefixtures("_eager")
def test_old_objects_are_collected_too(qtbot, window):
    """A ring that has survived young collections goes with one of all."""
    freed = []

    class Thing:
        def __del__(self):
            freed.append(True)

    thing = Thing()
    thing.itself = thing
    gc.collect(0)
    gc.collect(1)  # it is among the oldest now
    del thing

    def make_more():
        make_garbage(2000)
        return bool(freed)

    qtbot.waitUntil(make_more, timeout=60_000)


def test_a_solve_leaves_the_collecting_to_the_gui_thread(solve, collections):
    solve()  # imports torch, or loads a model at least
    assert set(collections) <= {threading.main_thread()}
    assert not gc.isenabled()


def test_a_window_that_is_closed_leaves_it_to_python_again(window):
    assert not gc.isenabled()
    window.close()
    assert gc.isenabled()
