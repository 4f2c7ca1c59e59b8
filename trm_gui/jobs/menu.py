"""The menu of the selected jobs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from trm_gui.jobs.report import AT_WORK, STARTABLE
from trm_gui.menus import add_item

if TYPE_CHECKING:
    from trm_gui.jobs.room import JobsRoom


def fill(menu: QMenu, paths: list[Path], room: JobsRoom) -> None:
    """What can be done with the jobs of these paths; what cannot be now is there, but disabled."""
    jobs, reports = room.jobs, [room.jobs.reports.get(path) for path in paths]
    conditions = {report.condition for report in reports if report is not None}
    one = paths[0] if len(paths) == 1 else None
    order, puzzle = [job.path for job in jobs.list.jobs], room.session.puzzle

    add = partial(add_item, menu)

    def each(work: Callable[[Path], object]) -> Callable[[], object]:
        return lambda: [work(path) for path in paths]

    def only(work: Callable[[Path], object]) -> Callable[[], object]:
        return lambda: None if one is None else work(one)

    def up(by: int) -> Callable[[], object]:
        return only(lambda path: jobs.move(path, order.index(path) + by))

    def pin(path: Path) -> None:
        if puzzle is not None:
            room.learning.pin(path, puzzle)

    at_work = bool(conditions & set(AT_WORK))
    dead = any(r is not None and r.condition == "silent" and not r.here for r in reports)
    can_start = bool(conditions & set(STARTABLE)) or dead  # its lock tells if it is not
    add("&Start now", "Space", can_start, each(jobs.start_job))
    add("Start when there is &room", "", can_start, each(jobs.wait))
    add("&Pause", "Space", "running" in conditions, each(lambda p: jobs.ask(p, "pause")))
    add("&Resume", "Space", "paused" in conditions, each(lambda p: jobs.ask(p, "resume")))
    stoppable = at_work or "waiting" in conditions
    add("S&top and save", "", stoppable, each(lambda p: jobs.ask(p, "stop")))
    local = any(r is not None and r.here and r.condition in AT_WORK for r in reports)
    add("&End the process, without saving", "", local, each(jobs.end))
    menu.addSeparator()
    add("Move &up", "Alt+Up", one is not None and order.index(one) > 0, up(-1))
    add("Move &down", "Alt+Down", one is not None and order.index(one) + 1 < len(order), up(1))
    menu.addSeparator()
    saved = one is not None and bool(reports[0] and reports[0].saved)
    add("&Use its model", "", saved, only(room.use_model))
    add("S&ave its model, measured…", "", saved, only(room.ask_to_publish))
    can_pin = one is not None and puzzle is not None
    add("P&in the puzzle on screen", "", can_pin, only(pin))
    add("Du&plicate with changes…", "", one is not None, only(room.duplicate))
    add("Take off the &list", "", True, each(jobs.forget))
    add("&Delete…", "Delete", not at_work, lambda: room.ask_to_delete(paths))
