"""Pictures and films show what the trace says, also when other programs decode them."""

import json
import os
import shutil
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtSvg import QSvgRenderer
from recordings_to_show import recording, with_frames, without_grid

from trm_core.errors import UserError
from trm_gui import theme as themes
from trm_gui.board.geometry import CellGeometry
from trm_gui.board.overlays import CHANGED, VALUES
from trm_gui.export import exporting
from trm_gui.export.drawing import draw_svg
from trm_gui.export.exporting import FORMATS, export
from trm_gui.export.film import Film
from trm_gui.export.images import pillow_image
from trm_gui.export.look import Look, Pace

PLAIN = frozenset({VALUES})
"""Cells look the same as long as their symbol does."""

BARE = Look(side=240, overlays=PLAIN, caption=False, legend=False, curve=False)
SMALL = Look(side=270, overlays=PLAIN)
PACE = Pace(frames_per_second=4, hold=1.5)
FILMS = ("gif", "webp", "mp4")


def needs(program, package):
    return pytest.mark.skipif(
        shutil.which(program) is None, reason=f"needs {program} of Debian's package {package}"
    )


@pytest.fixture(autouse=True)
def _qt(qapp):
    """Fonts need an application."""


def written(recordings, name, folder, look=SMALL, pace=PACE, frame=0):
    target = folder / f"film.{name}"
    export(recordings, name, target, look, pace, frame, lambda done: None)
    return target


def decoded(file):
    """Every picture of a film as an array, and how many milliseconds each stays, if told."""
    if file.suffix == ".mp4":
        frames = imageio_ffmpeg.read_frames(str(file))
        size = next(frames)["size"]
        shape = (size[1], size[0], 3)
        return [np.frombuffer(frame, np.uint8).reshape(shape) for frame in frames], None
    pictures, durations = [], []
    with Image.open(file) as film:
        for index in range(film.n_frames):
            film.seek(index)
            film.load()
            pictures.append(np.asarray(film.convert("RGB")))
            durations.append(film.info["duration"])
    return pictures, durations


def cells_of(picture, film, number=0):
    """The inner part of each cell of the answer, (rows, cols, side, side, 3)."""
    trace = film.traces[number]
    rows, cols = trace.grid(0).shape
    geometry = CellGeometry.fit(film.board_area(number), rows, cols, film.ratio)
    inset = max(2, int(geometry.size * film.ratio * 0.15))
    side = int(geometry.size * film.ratio) - 2 * inset
    left, top = geometry.left * film.ratio, geometry.top * film.ratio
    step = geometry.size * film.ratio

    def inner(row, col):
        y, x = int(top + row * step) + inset, int(left + col * step) + inset
        return picture[y : y + side, x : x + side].astype(int)

    return np.array([[inner(row, col) for col in range(cols)] for row in range(rows)])


def assert_cells_differ_where_changed(pictures, film, number=0, least=4.0):
    """Between frames, a cell's pixels differ by more than `least` of 255 in the mean if and only
    if the trace says that it changed."""
    trace = film.traces[number]
    before = cells_of(pictures[0], film, number)
    for index in range(1, len(trace)):
        now = cells_of(pictures[index], film, number)
        difference = np.abs(now - before).mean((2, 3, 4))
        np.testing.assert_array_equal(difference > least, trace.changed(index), f"frame {index}")
        before = now


@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("latent_steps", [False, True], ids=["cycles", "latent steps"])
def test_a_decoded_film_has_every_frame_and_its_cells_change_with_the_trace(
    name, latent_steps, tmp_path
):
    of = recording("sudoku", every_latent_step=latent_steps)
    film = Film([of.trace], SMALL)
    pictures, durations = decoded(written([of], name, tmp_path))
    held = round(PACE.hold * PACE.frames_per_second) if name == "mp4" else 0
    assert len(pictures) == len(of.trace) + held
    assert {picture.shape for picture in pictures} == {(film.size.height(), film.size.width(), 3)}
    assert any(of.trace.changed(index).any() for index in range(1, len(of.trace)))
    assert_cells_differ_where_changed(pictures, film)
    if durations is not None:
        assert durations == [250] * (len(of.trace) - 1) + [1750]


def test_a_picture_frames_the_cells_that_its_caption_counts_and_a_film_leaves_a_trail():
    trace = recording("sudoku").trace
    look = Look(side=360, overlays=frozenset({VALUES, CHANGED}), legend=False)
    still, film = Film([trace], look), Film([trace], look, trail=True)
    plain = Film([trace], Look(side=360, overlays=PLAIN, legend=False))

    def framed(film, index):
        """The cells at whose upper edge something is drawn."""
        pictures = [np.asarray(pillow_image(f.image(index))).astype(int) for f in (film, plain)]
        rows, cols = trace.grid(index).shape
        geometry = CellGeometry.fit(film.board_area(0), rows, cols, film.ratio)
        found = np.zeros((rows, cols), bool)
        for row, col in np.ndindex(rows, cols):
            cell = geometry.rect(row, col)
            x, top = int(cell.center().x()), int(cell.top()) + 2
            found[row, col] = np.abs(pictures[0] - pictures[1])[top : top + 3, x].sum() > 0
        return found

    trailing = 0
    for index in range(1, len(trace)):
        np.testing.assert_array_equal(framed(still, index), trace.changed(index))
        trailing += (framed(film, index) & ~trace.changed(index)).sum()
    assert trailing > 0
    words = Look(side=360, overlays=frozenset({VALUES, CHANGED}))
    assert Film([trace], words).size == Film([trace], words, trail=True).size


@pytest.mark.parametrize("name", [each.name for each in FORMATS if each.is_drawn])
def test_only_formats_that_move_leave_a_trail(name, monkeypatch, tmp_path):
    made = []

    class Watched(Film):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            made.append(options.get("trail", False))

    monkeypatch.setattr(exporting, "Film", Watched)
    of = with_frames(recording("sudoku"), recording("sudoku").trace.frames[:2])
    written([of], name, tmp_path)
    assert made == [name in FILMS]


@pytest.mark.parametrize("name", FILMS)
def test_solves_side_by_side_keep_pace_and_the_shorter_one_waits(name, tmp_path):
    long, short = recording("sudoku", 4), recording("maze", 2)
    film = Film([long.trace, short.trace], SMALL)
    pictures, _ = decoded(written([long, short], name, tmp_path, pace=Pace(8, 0)))
    assert len(pictures) == len(film) == len(long.trace) > len(short.trace)
    assert_cells_differ_where_changed(pictures, film, 0)
    ended = len(short.trace) - 1
    last = cells_of(pictures[ended], film, 1)
    for picture in pictures[ended:]:
        assert np.abs(cells_of(picture, film, 1) - last).mean() < 1


def test_a_gif_has_a_frame_for_every_frame_also_where_nothing_changes(tmp_path):
    of = recording("sudoku")
    still = with_frames(of, [of.trace[0]] * 5)
    pictures, durations = decoded(written([still], "gif", tmp_path, BARE))
    assert len(pictures) == 5
    assert durations == [250] * 4 + [1750]
    for picture in pictures:
        np.testing.assert_array_equal(picture, pictures[0])


@pytest.mark.parametrize("theme", [themes.LIGHT, themes.DARK], ids=lambda theme: theme.name)
def test_flat_colours_of_a_gif_are_exact(theme, tmp_path):
    of = recording("arc")
    look = Look(side=270, theme=theme, overlays=PLAIN)
    film = Film([of.trace], look)
    (first, *_), _ = decoded(written([of], "gif", tmp_path, look))
    drawn = np.asarray(pillow_image(film.image(0)))
    assert [int(channel) for channel in first[1, 1]] == [
        int(theme.background[at : at + 2], 16) for at in (1, 3, 5)
    ]
    np.testing.assert_array_equal(cells_of(first, film), cells_of(drawn, film))


def test_a_webp_is_without_loss(tmp_path):
    of = recording("maze")
    film = Film([of.trace], SMALL)
    pictures, _ = decoded(written([of], "webp", tmp_path))
    for index, picture in enumerate(pictures):
        np.testing.assert_array_equal(picture, np.asarray(pillow_image(film.image(index))))


@pytest.mark.parametrize("speed", [7, 30, 50])
def test_the_pauses_of_a_gif_add_up_to_its_speed(speed, tmp_path):
    of = recording("sudoku", every_latent_step=True)
    _, durations = decoded(written([of], "gif", tmp_path, BARE, Pace(speed, 0)))
    assert sum(durations) == pytest.approx(1000 * len(of.trace) / speed, abs=5)
    assert min(durations) >= 20  # browsers show less as 100 ms


@pytest.mark.parametrize("kind", ["sudoku", "maze", "arc"])
def test_pictures_have_the_board_as_large_as_asked_and_even_sides(kind):
    for side in (241, 700, 1280):
        film = Film([recording(kind).trace], Look(side=side))
        size = film.size
        assert film.board_area(0).width() * film.ratio == pytest.approx(side)
        assert size.width() % 2 == size.height() % 2 == 0
        assert film.image(0).size() == size


def test_a_flat_maze_wastes_no_room():
    from trm_core.puzzles.maze_files import parse
    from trm_core.trace import SolveSettings, Trace

    (maze,) = parse("S    G\n######\n######", "flat")
    of = recording("maze").trace
    trace = Trace(maze, of.shape, of.model_name, of.cycles, of.latent_steps, SolveSettings())
    trace.append(of[0])
    area = Film([trace], Look(side=600)).board_area(0)
    assert area.height() == area.width() / 2


def test_a_caption_that_does_not_fit_is_written_smaller():
    """The right end of the longest line stays within the board's width."""
    of = recording("sudoku")
    film = Film([of.trace], Look(side=240, curve=False))
    picture = np.asarray(pillow_image(film.image(0)))
    below = picture[int(film.board_area(0).bottom()) + 8 :]
    ink = (below != below[0, 0]).any((0, 2)).nonzero()[0]
    assert film.board_area(0).left() - 1 <= ink.min()
    assert ink.max() <= film.board_area(0).right() + 1


def test_title_caption_legend_and_curve_take_room_only_where_wanted():
    trace = recording("sudoku").trace
    bare = Film([trace], BARE).size.height()
    heights = [
        Film([trace], Look(**{"side": 240, "overlays": PLAIN} | on)).size.height()
        for on in (
            {"caption": True, "curve": False},
            {"caption": False, "curve": True},
            {"caption": False, "curve": False, "title": "A title"},
            {"caption": False, "curve": False, "overlays": PLAIN | {CHANGED}},
        )
    ]
    assert min(heights) > bare


def test_the_same_frame_looks_other_with_other_options():
    trace = recording("sudoku").trace
    looks = (
        SMALL,
        Look(side=270, overlays=PLAIN | {CHANGED}),
        Look(side=270, overlays=PLAIN, theme=themes.DARK),
    )
    first, *others = (np.asarray(pillow_image(Film([trace], look).image(2))) for look in looks)
    assert not any(np.array_equal(first, other) for other in others)


def test_a_png_is_the_frame_that_was_asked_for(tmp_path):
    of = recording("sudoku")
    file = written([of], "png", tmp_path, frame=3)
    np.testing.assert_array_equal(
        np.asarray(Image.open(file).convert("RGB")),
        np.asarray(pillow_image(Film([of.trace], SMALL).image(3))),
    )


def test_a_folder_of_frames_has_a_picture_for_each(tmp_path):
    of = recording("sudoku")
    export([of], "frames", tmp_path / "frames", SMALL, PACE, 0, lambda done: None)
    names = sorted(os.listdir(tmp_path / "frames"))
    assert names == [f"frame-{number:04}.png" for number in range(1, len(of.trace) + 1)]
    pictures = [np.asarray(Image.open(tmp_path / "frames" / name)) for name in names]
    assert_cells_differ_where_changed(
        [picture[..., :3] for picture in pictures], Film([of.trace], SMALL)
    )


@pytest.mark.parametrize("kind", ["sudoku", "maze", "arc"])
@needs("rsvg-convert", "librsvg2-bin")
def test_a_drawing_looks_the_same_in_another_program(kind, tmp_path):
    of = recording(kind)
    file = written([of], "svg", tmp_path, Look(side=360), frame=2)
    subprocess.run(["rsvg-convert", file, "-o", tmp_path / "drawn.png"], check=True)
    drawn = np.asarray(Image.open(tmp_path / "drawn.png").convert("RGB"))
    film = Film([of.trace], Look(side=360))
    painted = np.asarray(pillow_image(film.image(2)))
    assert drawn.shape == painted.shape
    assert np.abs(drawn.astype(int) - painted).mean() < 6
    difference = np.abs(cells_of(drawn, film) - cells_of(painted, film)).mean((2, 3, 4))
    assert difference.max() < 25  # edges are smoothed in another way


def test_a_drawing_has_its_words_as_text(tmp_path):
    of = recording("sudoku")
    text = written([of], "svg", tmp_path, Look(), frame=2).read_text(encoding="utf-8")
    where, facts = of.trace.sentence(2).split(": ")
    for words in (
        where,
        facts,
        "just changed",
        "breaks a rule",
        of.trace.puzzle.name,
        of.trace.model_name,
    ):
        assert words in text


@pytest.mark.parametrize("name", ["<b>&\"'", "two\nlines", "bell \x07", "日本語 🙂", "long " * 99])
@needs("rsvg-convert", "librsvg2-bin")
def test_a_drawing_can_have_any_title(name, tmp_path):
    file = written([recording("maze")], "svg", tmp_path, Look(side=240, title=name))
    subprocess.run(["rsvg-convert", file, "-o", tmp_path / "drawn.png"], check=True)


@needs("ffprobe", "ffmpeg")
def test_another_program_reads_an_mp4_as_what_every_player_plays(tmp_path):
    of = recording("sudoku")
    file = written([of], "mp4", tmp_path)
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "json", file]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    (stream,) = found["streams"]
    film = Film([of.trace], SMALL)
    assert stream["codec_name"] == "h264"
    assert stream["pix_fmt"] == "yuv420p"
    assert (stream["width"], stream["height"]) == film.size.toTuple()
    assert stream["r_frame_rate"] == "4/1"
    assert int(stream["nb_read_frames"]) == len(of.trace) + 6
    content = file.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # plays while it is being loaded


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_what_is_stopped_leaves_nothing_behind(name, tmp_path):
    of = recording("sudoku")

    def stop(done):
        if done >= 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        export([of], name, tmp_path / f"a.{name}", SMALL, PACE, 0, stop)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_what_cannot_be_written_is_told_and_leaves_nothing_behind(name, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        export([recording("sudoku")], name, tmp_path / "file" / "a", SMALL, PACE, 0, lambda _: None)
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_what_was_there_stays_when_an_export_fails(name, tmp_path):
    target = tmp_path / f"a.{name}"
    target.write_text("before")

    def stop(done):
        raise InterruptedError

    with pytest.raises((InterruptedError, OSError)):
        export([recording("sudoku")], name, target, SMALL, PACE, 0, stop)
    assert os.listdir(tmp_path) == [target.name]
    assert target.read_text() == "before"


def test_a_full_disk_is_told_of(tmp_path, monkeypatch):
    """ffmpeg's own complaint comes back as a sentence."""
    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", lambda: "/bin/false")
    with pytest.raises(UserError, match="ffmpeg stopped"):
        written([recording("sudoku")], "mp4", tmp_path)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_a_recording_without_frames_is_refused(name, tmp_path):
    empty = with_frames(recording("sudoku"), [])
    with pytest.raises(UserError, match="no frames"):
        written([empty], name, tmp_path)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_an_answer_without_a_grid_can_be_exported(name, tmp_path):
    target = written([without_grid(recording("arc"))], name, tmp_path, frame=1)
    assert target.exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"side": 20}, "the size of a board: found 20, expected 240 to 2160 pixels"),
        ({"side": 9999}, "the size of a board: found 9999, expected 240 to 2160 pixels"),
    ],
)
def test_a_size_that_cannot_be_is_told_in_a_sentence(options, sentence):
    with pytest.raises(UserError, match=sentence):
        Look(**options)


@pytest.mark.parametrize("options", [(0, 1), (61, 1), (4, -1), (4, 61)])
def test_a_pace_that_cannot_be_is_told_in_a_sentence(options):
    with pytest.raises(UserError, match="expected"):
        Pace(*options)


def test_a_film_that_goes_too_fast_for_a_gif_is_told_of(tmp_path):
    with pytest.raises(UserError, match="50"):
        written([recording("sudoku")], "gif", tmp_path, BARE, Pace(60, 0))
    assert not os.listdir(tmp_path)


def test_pictures_are_painted_the_same_on_another_thread():
    from concurrent.futures import ThreadPoolExecutor

    film = Film([recording("sudoku").trace], Look(side=300))
    with ThreadPoolExecutor(1) as executor:
        image = executor.submit(film.image, 3).result()
    assert isinstance(image, QImage)
    assert image == film.image(3)


def test_what_is_drawn_scaled_and_turned_is_in_a_drawing_where_it_is_on_screen():
    def paint(painter):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(0, 0, 200, 100, QColor("white"))
        painter.translate(10, 10)
        painter.rotate(10)
        painter.scale(40, 10)
        pen = QPen(QColor("black"), 3)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawEllipse(QRectF(0, 0, 1, 3))
        painter.drawEllipse(QRectF(2, 0, 2, 2))
        painter.drawRect(QRectF(1, 4, 1, 2))
        painter.drawPolyline([QPointF(0, 0), QPointF(4, 5), QPointF(4, 6)])

    size = QSize(200, 100)
    drawing = draw_svg(size, QRectF(0, 0, 200, 100), paint, "shapes")
    pictures = [QImage(size, QImage.Format.Format_RGB32) for _ in range(2)]
    for picture, draw in zip(pictures, (paint, QSvgRenderer(drawing).render), strict=True):
        painter = QPainter(picture)
        draw(painter)
        painter.end()
    on_screen, drawn = (np.asarray(pillow_image(picture), int) for picture in pictures)
    assert (on_screen < 128).sum() > 1000
    assert np.abs(on_screen - drawn).max() < 16
    assert b"vector-effect" not in drawing
