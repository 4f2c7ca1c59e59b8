"""The commands that solve, step through what was solved, and play it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from trm_core.trace import Unit
from trm_gui.commands import Command, Commands
from trm_gui.session import Session
from trm_gui.timeline.playback import Playback


def add_solving(commands: Commands, session: Session) -> None:
    commands.add(
        Command(
            "solve",
            "&Solve",
            "Run the model on the puzzle",
            session.solve,
            ("Ctrl+Return",),
            icon="solve",
            enabled=lambda: session.model is not None and not session.solving,
        ),
        Command(
            "cancel",
            "&Cancel",
            "Stop the solve",
            session.cancel,
            ("Ctrl+.",),
            icon="cancel",
            enabled=lambda: session.solving,
        ),
        Command(
            "solve_further",
            "One supervision step &more",
            "Add a supervision step after the last one, beyond the maximum too",
            session.solves.solve_further,
            ("M",),
            enabled=lambda: bool(session.trace) and (session.focus.adding or not session.solving),
        ),
    )


def add_stepping(commands: Commands, session: Session, playback: Playback) -> None:
    def frames() -> int:
        return 0 if session.trace is None else len(session.trace)

    def can_go_back() -> bool:
        return session.cursor is not None and session.cursor > 0

    def is_before_last() -> bool:
        return session.cursor is not None and session.cursor < frames() - 1

    def can_go_on() -> bool:
        return is_before_last() or session.solves.can_step_further

    def hides_latent_steps() -> bool:
        trace = session.trace
        return trace is not None and len(trace) > 0 and not trace.settings.every_latent_step

    def step(unit: Unit, direction: int) -> Callable[[], None]:
        return partial(session.step, unit, direction)

    commands.add(
        Command(
            "first",
            "&First",
            "To the first cycle",
            lambda: session.move_to(0),
            ("Home",),
            icon="first",
            enabled=can_go_back,
        ),
        Command(
            "previous_supervision_step",
            "Previous s&upervision step",
            "Back by one supervision step",
            step("supervision_step", -1),
            ("Shift+Left",),
            icon="previous_supervision_step",
            enabled=can_go_back,
            repeats=True,
        ),
        Command(
            "previous",
            "&Previous",
            "Back by one cycle",
            step("cycle", -1),
            ("Left",),
            icon="previous",
            enabled=can_go_back,
            repeats=True,
        ),
        Command(
            "previous_latent_step",
            "Previous latent step",
            "Back by one latent step",
            step("latent_step", -1),
            ("Alt+Left",),
            enabled=lambda: can_go_back() or hides_latent_steps(),
            repeats=True,
        ),
        Command(
            "play",
            "P&lay",
            "Play and pause",
            playback.turn,
            ("Space",),
            icon="play",
            icon_on="pause",
            enabled=lambda: frames() > 1,
            checked=lambda: playback.playing,
        ),
        Command(
            "next_latent_step",
            "Next latent step",
            "On by one latent step: z, the reasoning, made anew once",
            step("latent_step", 1),
            ("Alt+Right",),
            enabled=lambda: can_go_on() or hides_latent_steps(),
            repeats=True,
        ),
        Command(
            "next",
            "&Next",
            "On by one cycle: z several times, then y, the answer",
            step("cycle", 1),
            ("Right",),
            icon="next",
            enabled=can_go_on,
            repeats=True,
        ),
        Command(
            "next_supervision_step",
            "Next super&vision step",
            "On by one supervision step: some cycles, then how sure the model is",
            step("supervision_step", 1),
            ("Shift+Right",),
            icon="next_supervision_step",
            enabled=can_go_on,
            repeats=True,
        ),
        Command(
            "last",
            "La&st",
            "To the last cycle",
            lambda: session.move_to(frames() - 1),
            ("End",),
            icon="last",
            enabled=is_before_last,
        ),
        Command(
            "latent_steps",
            "Show l&atent steps",
            "Have a frame for every latent step, not only for every cycle",
            lambda: session.set_latent_steps(not session.settings.every_latent_step),
            ("Z",),
            checked=lambda: session.settings.every_latent_step,
        ),
        Command(
            "loop",
            "L&oop",
            "Play again from the start at the end",
            playback.turn_looping,
            ("L",),
            icon="loop",
            checked=lambda: playback.loops,
        ),
        Command(
            "slower",
            "Slo&wer",
            "Play slower: the speed in frames a second",
            partial(playback.change_speed, -1),
            ("-",),
        ),
        Command(
            "faster",
            "Fas&ter",
            "Play faster: the speed in frames a second",
            partial(playback.change_speed, 1),
            ("+", "="),
        ),
    )
    commands.follow(session.trace_changed, session.cursor_changed, playback.playing_changed)
