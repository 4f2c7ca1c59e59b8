"""Puzzles drawn small: right, crisp, in both themes, and never many at once."""

from __future__ import annotations

import time

import pytest
from PySide6.QtGui import QColor

from trm_core.puzzles.library import Entry, read_library
from trm_core.puzzles.recipes import Recipe, make
from trm_gui import theme as themes
from trm_gui.library import thumbnails
from trm_gui.library.items import BUNDLED, of_entry
from trm_gui.library.thumbnails import BUDGET_SECONDS, SIZE, Thumbnails

THEMES = pytest.mark.parametrize("theme", [themes.LIGHT, themes.DARK], ids=lambda t: t.name)


@pytest.fixture
def items():
    """One puzzle of each kind; the ARC task is one that the program made up."""
    bundled = {entry.id: entry for entry in read_library()}
    entries = [bundled["sudoku-9x9-easy-01"], bundled["maze-9x9-01"]]
    entries.append(make(Recipe("arc", 6, "recolour", 1)))
    return {entry.kind: of_entry(entry, BUNDLED) for entry in entries}


def draw(item, theme, ratio):
    return Thumbnails(None).draw(item, theme, ratio)  # what is drawn needs no catalogue


def inks(image):
    return {
        image.pixelColor(x, y).name().upper()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }


@THEMES
@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("kind", ["sudoku", "maze", "arc"])
def test_a_thumbnail_has_the_pixels_of_the_screen_and_the_colours_of_the_theme(
    look, items, kind, ratio, theme
):
    pixmap = draw(items[kind], theme, ratio)
    assert pixmap.size() == SIZE * ratio
    assert pixmap.devicePixelRatio() == ratio
    found = inks(pixmap.toImage())
    assert (
        found
        > {
            "sudoku": {theme.board, theme.strong_line},
            "maze": {theme.wall, theme.floor},
            "arc": {theme.arc[0]},
        }[kind]
    )


def test_of_an_arc_task_the_first_example_is_drawn_input_and_output(look, items):
    image = draw(items["arc"], themes.LIGHT, 2.0).toImage()
    pair = items["arc"].puzzle().task.train[0]
    for grid, columns in ((pair.input, (0, 62)), (pair.output, (82, 144))):
        colours = {themes.LIGHT.arc[code] for code in grid.ravel().tolist()}
        there = {
            image.pixelColor(x, y).name().upper()
            for x in range(*columns)
            for y in range(image.height())
        }
        assert colours <= there


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize(
    "recipe", [Recipe("maze", 40, "corridors", 1), Recipe("arc", 30, "mirror", 1)]
)
def test_large_grids_fill_their_place_and_have_every_colour(look, recipe, ratio):
    item = of_entry(make(recipe), BUNDLED)
    image = draw(item, themes.LIGHT, ratio).toImage()
    painted = [
        x for x in range(image.width()) if image.pixelColor(x, image.height() // 2).alpha() == 255
    ]
    room = SIZE.height() if recipe.kind == "maze" else SIZE.width()
    assert painted[-1] - painted[0] >= (room - 4) * ratio
    theme = themes.LIGHT
    if recipe.kind == "maze":
        expected = {theme.wall, theme.floor, theme.start, theme.goal}
    else:
        pair = item.puzzle().task.train[0]
        expected = {theme.arc[code] for code in pair.input.ravel().tolist()}
    assert expected <= inks(image)


def test_a_drawing_that_was_damaged_is_left_empty(look):
    entry = read_library()[0]
    item = of_entry(entry, BUNDLED)
    object.__setattr__(item, "drawing", "12345")
    assert not inks(draw(item, themes.LIGHT, 1.0).toImage())


@pytest.fixture
def catalogue(window):
    window.library.dock.hide()
    return window.library.catalogue


def test_thumbnails_are_drawn_when_asked_for_a_few_at_a_time_and_kept(qtbot, catalogue):
    gallery = Thumbnails(catalogue)
    items = [of_entry(entry, BUNDLED) for entry in read_library() if entry.drawing][:40]
    assert [gallery.picture(item, themes.LIGHT, 1.0) for item in items] == [None] * 40
    with qtbot.waitSignal(gallery.drawn):
        pass
    there = [gallery.picture(item, themes.LIGHT, 1.0) is not None for item in items]
    assert any(there)
    assert not all(there)
    assert there[-1]  # the last one asked for is the one on screen
    qtbot.waitUntil(lambda: all(gallery.picture(item, themes.LIGHT, 1.0) for item in items))
    assert gallery.picture(items[0], themes.DARK, 1.0) is None
    assert gallery.picture(items[0], themes.LIGHT, 2.0) is None


def test_no_more_are_kept_or_waited_for_than_there_is_room(qtbot, catalogue, monkeypatch):
    monkeypatch.setattr(thumbnails, "MOST", 10)
    monkeypatch.setattr(thumbnails, "MOST_WAITING", 15)
    gallery = Thumbnails(catalogue)
    items = [of_entry(entry, BUNDLED) for entry in read_library() if entry.drawing][:30]
    for item in items:
        gallery.picture(item, themes.LIGHT, 1.0)
    qtbot.waitUntil(lambda: not gallery._timer.isActive())
    assert len(gallery._kept) == 10
    assert {key for key, *_ in gallery._kept} <= {item.key for item in items[15:]}


def test_a_task_is_drawn_once_its_data_set_is_read(qtbot, catalogue):
    gallery = Thumbnails(catalogue)
    item = of_entry(Entry("arc-agi-1/0d3d703e", "arc", 3, 3, ""), BUNDLED)
    gallery.picture(item, themes.LIGHT, 1.0)
    assert not gallery._timer.isActive()
    catalogue.read_all()
    qtbot.waitUntil(lambda: catalogue.can_draw(item))
    gallery.picture(item, themes.LIGHT, 1.0)
    qtbot.waitUntil(lambda: gallery.picture(item, themes.LIGHT, 1.0) is not None)


def test_the_list_shows_the_theme_that_is_put_on(qapp, qtbot, window):
    view = window.library.dock.view
    for theme in (themes.DARK, themes.LIGHT):
        themes.apply(qapp, theme)
        qtbot.waitUntil(lambda theme=theme: _is_painted(view, theme))


def _is_painted(view, theme):
    """Whether the first thumbnail on screen has the theme's colours."""
    image = view.viewport().grab().toImage()
    area = {image.pixelColor(x, y).name().upper() for x in range(8, 80) for y in range(8, 64)}
    return {QColor(theme.strong_line).name().upper(), theme.board} <= area


def test_one_thumbnail_takes_less_than_a_frame(look, items):
    for item in items.values():
        draw(item, themes.LIGHT, 2.0)  # fonts are loaded
        worked = time.thread_time()
        draw(item, themes.LIGHT, 2.0)
        assert time.thread_time() - worked < 4 * BUDGET_SECONDS
