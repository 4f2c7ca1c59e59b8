"""What can be read in the window: the manual, and the card of every model."""

import json
import shutil

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QTextCursor, QTextFormat
from PySide6.QtWidgets import QComboBox, QMenu, QToolButton

from trm_core.checkpoints.card_text import NO_CARD, card_text
from trm_core.checkpoints.info import bundled_models, find_model
from trm_core.puzzles import arc_tasks, maze_files, sudoku_files
from trm_gui import theme as themes
from trm_gui.manual import DOCS, FORMATS, HOW_IT_THINKS, PAGES, Page, PageDialog, manual_page
from trm_gui.model_card import CardDialog


@pytest.fixture
def card(qtbot, window, session):
    """Open the card of a model with a command or control, and wait until it is read."""

    def card(open_it):
        open_it()
        dialog = window.findChildren(CardDialog)[-1]
        qtbot.waitUntil(lambda: dialog.page.toPlainText() != "")
        return dialog

    return card


def test_the_manual_explains_the_words_that_the_window_uses(window, action):
    action("how_it_thinks").trigger()
    dialog = window.findChild(PageDialog)
    text = dialog.page.toPlainText()
    for word in ("latent step", "cycle", "supervision step", "halting probability", "‖Δy‖", "z is"):
        assert word in text
    assert "**" not in text
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == text


def test_every_page_is_there_and_has_its_title():
    assert {file.stem for file in DOCS.glob("*.md")} >= set(PAGES)
    assert manual_page(HOW_IT_THINKS).startswith("# How it thinks\n")


def test_the_examples_of_the_page_on_formats_can_be_read():
    examples = manual_page(FORMATS).split("```\n")[1::2]
    line, _, maze, task = examples
    assert sudoku_files.parse(line)[0].problems() == []
    assert maze_files.parse(maze)[0].problems() == []
    assert arc_tasks.parse(task)[0].grid.tolist() == [[0, 2]]


def test_a_message_about_a_file_leads_to_what_files_look_like(
    qtbot, window, session, control, tmp_path
):
    file = tmp_path / "page.txt"
    file.write_text("<b>hello</b>")
    with qtbot.waitSignal(session.failed) as failed:
        session.open(file)
    assert "HTML or XML" in failed.args[0]
    control("Details of what went wrong").click()
    text = window.findChild(PageDialog).page.toPlainText()
    assert "Empty cells are" in text
    assert "torch" not in text


def test_a_message_that_nothing_helps_with_has_no_details(window, session, control):
    session.fail("The cat sat on it.", "line 1")
    session.fail("There is no puzzle to solve; open one first.")
    assert not control("Details of what went wrong").isVisible()


def test_the_button_beside_the_choice_opens_the_card_of_the_model(window, session, card):
    button = window.findChild(QToolButton, "about_model")
    dialog = card(button.click)
    info = session.model
    text = dialog.page.toPlainText()
    for fact in (
        info.name,
        f"{info.parameters:,}",
        info.weights_hash(),
        str(info.directory),
        info.learned.words,
        f"trm eval {info.name} test.csv.gz",
        "diabolical",
        "Calibration",
    ):
        assert fact in text
    assert dialog.calibration.getAxis("bottom").labelText == "halting probability"
    assert dialog.calibration.getAxis("left").labelText == "right, %"
    x, y = dialog.calibration.dots.getData()
    assert len(x) == len(info.calibration)
    assert y[-1] == pytest.approx(100 * info.calibration[-1].right / info.calibration[-1].puzzles)
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == text


def test_the_menu_has_the_card_of_every_model(window, session, card):
    menu = window.findChild(QMenu, "cards")
    assert len(menu.actions()) == len(session.models.all)
    (entry,) = (each for each in menu.actions() if each.text().startswith("maze-15x15 "))
    assert "maze-15x15" in card(entry.trigger).windowTitle()


@pytest.mark.parametrize("look", [themes.LIGHT, themes.DARK], ids=lambda theme: theme.name)
def test_a_card_can_be_read_in_both_themes(qapp, look, window, session, card):
    themes.apply(qapp, look)
    dialog = card(lambda: window.user_models._show_card(session.model))
    picture = dialog.page.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(8, 400, 3) for y in range(8, 200, 3)}
    assert look.surface.lower() in colours
    shades = {themes.contrast(look.surface, colour) for colour in colours}
    assert max(shades) > 7


def test_of_a_model_without_figures_it_is_said_what_is_not_known(tmp_path):
    copy = shutil.copytree(find_model("sudoku-4x4").directory, tmp_path / "bare")
    (copy / "README.md").unlink()
    config = copy / "config.json"
    kept = ("format", "format_version", "architecture", "puzzle", "model")
    raw = json.loads(config.read_text())
    config.write_text(json.dumps({name: raw[name] for name in kept}))
    text = card_text(find_model(str(copy)))
    assert "What bare was trained on is not known." in text
    assert "How often bare is right has not been measured." in text
    assert NO_CARD in text


@pytest.mark.parametrize("info", bundled_models(), ids=lambda info: info.name)
def test_every_card_names_parameters_training_and_the_command_that_measures(info):
    text = card_text(info)
    assert f"{info.parameters:,}" in text
    assert "## Training" in text
    assert f"`trm eval {info.name}" in text


def test_the_choice_shows_the_headline_of_each_model(window, session, control):
    choice = control("Model")
    assert isinstance(choice, QComboBox)
    for row, info in enumerate(session.models.all):
        hint = choice.itemData(row, Qt.ItemDataRole.ToolTipRole)
        assert " M parameters" in hint
        assert info.learned.words in " ".join(hint.split())
        assert "is right on" in hint
    assert session.model.learned.words in " ".join(choice.toolTip().split())


def test_a_card_that_is_none_is_told_and_links_lead_to_the_web_alone(
    qtbot, tmp_path, monkeypatch, window
):
    copy = shutil.copytree(find_model("sudoku-4x4").directory, tmp_path / "odd")
    (copy / "README.md").write_bytes(b"x" * 2**17)
    assert "Its card cannot be read: " in card_text(find_model(str(copy)))
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    page = PageDialog("odd", "[a](file:///etc/passwd) [b](https://arxiv.org)", window).page
    for link in ("file:///etc/passwd", "https://arxiv.org"):
        page.anchorClicked.emit(QUrl(link))
    assert opened == [QUrl("https://arxiv.org")]


@pytest.mark.parametrize("name", PAGES)
def test_there_is_room_between_the_parts_of_a_page(qtbot, name):
    page = Page(name, manual_page(name))
    qtbot.addWidget(page)

    def margins(block):
        table = QTextCursor(block).currentTable()
        shape = block.blockFormat() if table is None else table.format()
        return table, shape.topMargin(), shape.bottomMargin()

    def is_code(block):
        return block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence.value)

    block, parts = page.document().begin(), 0
    while (following := block.next()).isValid():
        (table, _, below), (other_table, above, _) = margins(block), margins(following)
        in_one = (is_code(block) and is_code(following)) or (table and table is other_table)
        if not in_one:
            parts += 1
            assert max(below, above) >= themes.SPACE // 2, (block.text(), following.text())
        block = following
    assert parts > 10
