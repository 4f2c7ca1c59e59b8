"""The clock that moves the cursor forward while playing."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from trm_gui.session import Session
from trm_gui.settings import stored_whole

SPEEDS = (1, 2, 4, 8, 15, 30, 60)
"""Frames per second to choose from."""

USUAL_SPEED = 2
"""Slow enough to see a solve of a few frames."""

REST = 1500
"""Milliseconds for which the last frame stays before a loop begins again."""


class Playback(QObject):
    """Moves the cursor by one frame per tick, from the start if it is at the end.

    At the last frame it waits for a solve that adds frames, rests and begins again if `loops`, and
    else stops; it also stops whenever the trace is replaced. `playing_changed` tells every change,
    so that a play button is always true. The settings remember speed and `loops`.
    """

    playing_changed = Signal(bool)
    speed_changed = Signal(int)

    def __init__(self, session: Session, settings: QSettings) -> None:
        super().__init__()
        self._session, self._settings = session, settings
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        speed = stored_whole(settings, "speed", USUAL_SPEED)
        self._speed = speed if speed in SPEEDS else USUAL_SPEED
        self.loops = bool(stored_whole(settings, "loops", 0))
        session.trace_changed.connect(self._stop_without_frames)

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    @property
    def speed(self) -> int:
        """Frames per second, one of SPEEDS."""
        return self._speed

    @speed.setter
    def speed(self, frames_per_second: int) -> None:
        self._speed = frames_per_second
        self._settings.setValue("speed", frames_per_second)
        self._timer.setInterval(self._interval)
        self.speed_changed.emit(frames_per_second)

    @property
    def _interval(self) -> int:
        return round(1000 / self._speed)

    def change_speed(self, direction: int) -> None:
        """Take the next faster (+1) or slower (-1) speed."""
        index = SPEEDS.index(self._speed) + direction
        self.speed = SPEEDS[min(max(index, 0), len(SPEEDS) - 1)]

    def turn_looping(self) -> None:
        """Begin again at the end from now on, or no more."""
        self.loops = not self.loops
        self._settings.setValue("loops", int(self.loops))

    def turn(self) -> None:
        """Start, or stop."""
        self.set_playing(not self.playing)

    def set_playing(self, playing: bool) -> None:
        """Start or stop; without frames there is nothing to start."""
        if playing and self._session.trace:
            if self._session.cursor == len(self._session.trace) - 1:
                self._session.move_to(0)
            self._timer.start(self._interval)
        else:
            self._timer.stop()
        self.playing_changed.emit(self.playing)

    def _tick(self) -> None:
        session, trace = self._session, self._session.trace
        assert trace is not None
        at_end = session.cursor == len(trace) - 1
        if not at_end or session.solves.can_step_further:
            self._timer.setInterval(self._interval)
            session.step("latent_step" if trace.settings.every_latent_step else "cycle", 1)
        elif self.loops and not session.solving:
            if self._timer.interval() < REST:
                self._timer.setInterval(REST)
            else:
                self._timer.setInterval(self._interval)
                session.move_to(0)
        elif not session.solving:
            self.set_playing(False)

    def _stop_without_frames(self) -> None:
        if self.playing and not self._session.trace:
            self.set_playing(False)
