"""How long 1,000 recordings hold up the GUI thread: while they are read, searched, and scrolled.

Clock and table are those of `library.py`: beside each time as it passed is the processor time that
the GUI thread itself took.
"""

import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from library import gaps_while, milliseconds, tell

from trm_gui.app import launch

RECORDINGS = 1000
WORDS = "maze 11x11 solved"
SAMPLES = sorted((Path(__file__).parents[1] / "recordings" / "version-1").glob("*.trmrec"))


def main() -> None:
    with tempfile.TemporaryDirectory() as settings_dir:
        folder = Path(settings_dir) / "recordings"
        folder.mkdir()
        for number in range(RECORDINGS):
            shutil.copy(SAMPLES[number % len(SAMPLES)], folder / f"solve {number:04}.trmrec")
        _, window = launch(settings_dir)
        catalogue, recordings = window.library.catalogue, window.recordings
        gaps_while(lambda: not catalogue.reading)
        gaps_while(lambda: catalogue.reading)
        dock = recordings.dock
        tell("opening the dock", [milliseconds(dock.enter)])
        reading = gaps_while(lambda: dock.reading)
        tell(f"event loop while {RECORDINGS:,} headers are read", reading)
        assert len(dock.model.rows) == RECORDINGS
        typed = []
        for _ in range(5):
            for end in [*range(1, len(WORDS) + 1), *reversed(range(len(WORDS)))]:
                words = WORDS[:end]
                typed.append(milliseconds(lambda words=words: dock.search.setText(words)))
        tell(f"a letter typed, {RECORDINGS:,} recordings", typed)
        bar = dock.view.verticalScrollBar()
        for title, step in (("a wheel step", 108), ("a page", dock.view.height())):
            bar.setValue(0)
            times = [
                milliseconds(lambda step=step: bar.setValue(bar.value() + step)) for _ in range(150)
            ]
            tell(f"{title} scrolled, thumbnails read and drawn between", times)
        window.close()


if __name__ == "__main__":
    main()
