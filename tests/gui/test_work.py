"""Work that takes time: in order, the newest first, told where it fails, and bounded in the end."""

import os
import threading
import time
from itertools import chain

import pytest

from trm_core.errors import UserError
from trm_gui import work as works
from trm_gui.work import Stop


@pytest.fixture
def told():
    return []


@pytest.fixture
def tasks(work, told):
    return work.tasks(lambda *what: told.append(what), "The test could not go on")


@pytest.fixture
def run(qtbot, tasks):
    """Run a coroutine to its end."""

    def run(coroutine):
        tasks.start(coroutine)
        qtbot.waitUntil(lambda: not tasks.running)

    return run


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(works, "ANSWERS_WITHIN", 0.3)


@pytest.fixture
def pipe(tmp_path):
    """A named pipe to which nobody writes: who opens it waits. It answers in the end."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    yield pipe
    os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))  # whoever waits goes on


def test_a_lane_does_one_thing_after_the_other_on_a_thread_of_its_own(run, work):
    lane, seen = work.lane("one"), []

    def note(number):
        seen.append((number, threading.current_thread().name))
        return number

    async def all_of_them():
        asked = [lane(note, number) for number in range(20)]
        seen.append([await each for each in asked])

    run(all_of_them())
    assert seen[:-1] == [(number, "one") for number in range(20)]
    assert seen[-1] == list(range(20))


def test_what_is_raised_comes_back_and_goes_through_the_ladder(run, work, told):
    lane = work.lane("one")

    def refuse():
        raise UserError("There is no such thing.")

    async def caught():
        with pytest.raises(UserError):
            await lane(refuse)

    async def user_error():
        await lane(refuse)

    async def system_error():
        await lane(open, "/no/such/file")

    async def defect():
        await lane(lambda: 1 / 0)

    for each in (caught, user_error, system_error, defect):
        run(each())
    assert told[:2] == [
        ("There is no such thing.", ""),
        ("/no/such/file: No such file or directory.", ""),
    ]
    ((sentence, details),) = told[2:]
    assert sentence == "The test could not go on (ZeroDivisionError: division by zero)."
    assert "1 / 0" in details


def test_in_a_place_the_newest_wins(qtbot, tasks, work):
    lane, gate, seen = work.lane("one"), threading.Event(), []

    async def note(number):
        await lane(gate.wait)
        seen.append(number)

    for number in range(5):
        tasks.start(note(number), place="here")
    tasks.start(note("elsewhere"))
    gate.set()
    qtbot.waitUntil(lambda: not tasks.running)
    assert seen == [4, "elsewhere"]


def test_what_is_cancelled_before_it_has_begun_is_not_done_unless_it_surely_is(qtbot, tasks, work):
    lane, gate, seen = work.lane("one"), threading.Event(), []

    async def wait():
        await lane(gate.wait)

    async def ask():
        lane.surely(seen.append, "surely")
        await lane(seen.append, "perhaps")

    tasks.start(wait())
    tasks.start(ask(), place="here")
    qtbot.waitUntil(lambda: lane._waiting.qsize() == 2)
    tasks.cancel("here")
    qtbot.waitUntil(lambda: len(tasks.running) == 1)
    gate.set()
    qtbot.waitUntil(lambda: not tasks.running)
    work.close()
    assert seen == ["surely"]


def test_everything_that_came_is_given_at_once_and_other_work_comes_between(run, work):
    lane, gate, seen = work.lane("one"), threading.Event(), []

    def count():
        for number in range(1000):
            if number == 10:
                gate.wait()
            yield number

    async def take():
        async for batch in lane.each(count()):
            if not seen:
                lane(seen.append, ["between"])
                gate.set()
            seen.append(batch)

    run(take())
    seen.remove(["between"])
    assert list(chain.from_iterable(seen)) == list(range(1000))
    assert len(seen) < 500


def test_an_error_comes_after_what_was_given_before_it(run, work, told):
    lane, seen = work.lane("one"), []

    def count():
        yield 1
        yield 2
        raise UserError("No more.")

    async def take():
        async for batch in lane.each(count()):
            seen.extend(batch)

    run(take())
    assert seen == [1, 2]
    assert told == [("No more.", "")]


def test_results_that_nobody_takes_any_more_end_on_the_thread(qtbot, tasks, work):
    lane, ended, seen = work.lane("one"), [], []

    def count(stop):
        try:
            while not stop():
                yield 0
        finally:
            ended.append(threading.current_thread().name)

    async def take():
        with Stop() as stop:
            async for batch in lane.each(count(stop)):
                seen.extend(batch)

    tasks.start(take(), place="here")
    qtbot.waitUntil(lambda: seen != [])
    tasks.cancel("here")
    qtbot.waitUntil(lambda: ended != [])
    assert ended == ["one"]


def test_what_does_not_answer_is_told_and_the_next_goes_on(run, work, told, pipe, impatient):
    lane, seen = work.lane("one"), []

    async def read():
        await lane(pipe.read_bytes, of=pipe)

    async def go_on():
        seen.append(await lane(len, "four"))

    run(read())
    assert told == [(f"{pipe} {works.HANGS}", "")]
    run(go_on())
    assert seen == [4]


def test_steps_that_do_not_answer_are_told_too(run, work, told, pipe, impatient):
    lane, seen = work.lane("one"), []

    def read():
        yield 1
        yield pipe.read_bytes()

    async def take():
        async for batch in lane.each(read(), of=pipe):
            seen.extend(batch)

    run(take())
    assert seen == [1]
    assert told == [(f"{pipe} {works.HANGS}", "")]


def test_a_newer_one_does_not_wait_for_what_hangs(qtbot, tasks, work, pipe, told):
    lane, seen = work.lane("one"), []

    async def read():
        await lane(pipe.read_bytes, of=pipe)

    async def other():
        seen.append(await lane(len, "four", of="four"))

    tasks.start(read(), place="here")
    qtbot.waitUntil(lambda: lane._thread is not None and lane._thread.piece is not None)
    tasks.start(other(), place="here")
    qtbot.waitUntil(lambda: not tasks.running)
    assert seen == [4]
    assert told == []


def test_closing_waits_for_what_is_surely_to_be_done_and_not_for_what_hangs(
    qtbot, tasks, work, pipe, monkeypatch, tmp_path
):
    monkeypatch.setattr(works, "CLOSES_WITHIN", 1.0)
    hung, writes, written = work.lane("hung"), work.lane("writes"), tmp_path / "written"
    heard = threading.Event()

    async def read():
        try:
            await hung(pipe.read_bytes)
        finally:
            heard.set()

    def write():
        heard.wait()  # thus while the window closes
        written.write_text("all")

    tasks.start(read())
    qtbot.waitUntil(lambda: hung._thread is not None and hung._thread.piece is not None)
    writes.surely(write)
    begun = time.monotonic()
    work.close()
    assert time.monotonic() - begun < 5
    assert written.read_text() == "all"
    assert not tasks.running
    tasks.start(read())
    assert not tasks.running
    assert hung(len, "four").cancelled()


def test_an_exception_where_no_ladder_is_is_unforeseen(qtbot, run, work, tasks):
    with qtbot.capture_exceptions() as caught:
        works._loop().call_soon(lambda: 1 / 0)
        qtbot.waitUntil(lambda: caught != [])
    assert caught[0][0] is ZeroDivisionError
