"""The page that plays a recording: what it carries, and what a real browser makes of it."""

import dataclasses
import json
import re
import shutil

import numpy as np
import pytest
from recordings_to_show import named, recording, without_grid
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from trm_core.export import export_data
from trm_core.puzzles.arc import COLOURS

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
in_chromium = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs Debian's packages chromium and chromium-driver"
)
DESKTOP, PHONE, SMALL_PHONE = (1280, 800), (390, 844), (320, 568)
SIGNS = {
    "sudoku": lambda value: str(value or "."),
    "maze": str,
    "arc": lambda value: "?" if value < 0 else str(value),
}
"""By kind, what `trm solve --json` prints for a cell as the page has it."""


def page(kind, folder, **changes):
    file = folder / f"{kind}.html"
    export_data(dataclasses.replace(recording(kind), **changes), "html", file)
    return file


def carried(file):
    """The JSON in a page."""
    text = file.read_text(encoding="utf-8")
    (found,) = re.findall(r'<script type="application/json" id="recording">(.*?)</script>', text)
    return json.loads(found)


def rows_of(trace, index):
    """The answer at a frame as the page has it: a string a row."""
    sign = SIGNS[trace.puzzle.kind]
    return ["".join(map(sign, row)) for row in trace.puzzle.json_rows(trace.grid(index))]


@pytest.mark.parametrize("kind", SIGNS)
def test_a_page_carries_every_frame(kind, tmp_path):
    trace, content = recording(kind).trace, carried(page(kind, tmp_path))
    assert len(content["frames"]) == len(trace)
    for index, frame in enumerate(content["frames"]):
        grid = trace.grid(index)
        assert frame["grid"] == rows_of(trace, index)
        assert frame["sentence"] == trace.sentence(index)
        assert frame["halt_probability"] == pytest.approx(trace[index].halt_probability, abs=1e-4)
        changed = trace.changed(index)[: grid.shape[0], : grid.shape[1]]
        assert frame["changed"] == np.argwhere(changed).tolist()
        cells = {cell for rule in trace.conflicts(index) for cell in rule.cells}
        assert set(map(tuple, frame["broken"])) == cells


def test_a_page_needs_no_network(tmp_path):
    text = page("sudoku", tmp_path).read_text(encoding="utf-8")
    addresses = set(re.findall(r"[a-z]+://[^\"'\s<]+", text))
    assert addresses == {"http://www.w3.org/2000/svg"}  # the name of a language, not a place
    assert "default-src 'none'" in text


def test_notes_cannot_end_the_script_that_carries_them(tmp_path):
    notes = "</script><script>document.title = 'taken'</script> <!-- é"
    assert carried(page("sudoku", tmp_path, notes=notes))["notes"] == notes


@pytest.mark.parametrize("word", ["TITLE", "RECORDING", "{{title}}", "{{recording}}", "\\1"])
def test_a_page_can_have_any_name_and_notes(word, tmp_path):
    made = named(recording("maze"), word)
    export_data(dataclasses.replace(made, notes=word), "html", tmp_path / "page.html")
    assert carried(tmp_path / "page.html")["title"] == word
    assert carried(tmp_path / "page.html")["notes"] == word
    assert f"<title>{word}</title>" in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser():
    """A real Chromium without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser, tmp_path):
    """Open the page of a kind in a window of a size; what the browser complains of fails."""

    def opened(kind, size=DESKTOP, touch=False):
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": touch}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": touch})
        browser.get(page(kind, tmp_path).as_uri())
        return browser

    yield opened
    assert browser.get_log("browser") == []


def press(browser, *keys):
    chain = ActionChains(browser)
    for key in keys[:-1]:
        chain.key_down(key)
    chain.send_keys(keys[-1])
    for key in keys[:-1]:
        chain.key_up(key)
    chain.perform()


def shown(browser):
    """The answer on screen as rows of what a reader reads, and of what a screen reader says."""
    script = """
        const rows = [...document.querySelectorAll("#answer [role=row]")];
        return rows.map(row => [...row.querySelectorAll("[role=cell]")].map(cell =>
            [cell.querySelector("text").textContent, cell.getAttribute("aria-label"),
             getComputedStyle(cell.querySelector(".fill")).fill]));
    """
    return browser.execute_script(script)


def frame_number(browser):
    return int(browser.execute_script("return document.body.dataset.frame"))


@in_chromium
def test_stepping_by_keyboard_shows_the_digits_of_every_frame(opened):
    trace = recording("sudoku").trace
    browser = opened("sudoku")
    given = trace.puzzle.grid > 0
    for index in range(len(trace)):
        rows = shown(browser)
        assert frame_number(browser) == index + 1
        digits = trace.puzzle.json_rows(trace.grid(index))
        changed = trace.changed(index)
        assert [[cell[0] for cell in row] for row in rows] == [
            [str(digit) if digit else "" for digit in row] for row in digits
        ]
        for (row, col), is_given in np.ndenumerate(given):
            said = rows[row][col][1]
            assert said.startswith(str(digits[row][col] or "empty"))
            as_posed = is_given and trace.grid(index)[row, col] == trace.puzzle.grid[row, col]
            assert (", given" in said) == as_posed
            assert ("just changed" in said) == changed[row, col]
        sentence = browser.execute_script("return document.getElementById('sentence').textContent")
        assert sentence == trace.sentence(index) + "."
        press(browser, Keys.ARROW_RIGHT)
    assert frame_number(browser) == len(trace)
    press(browser, Keys.HOME)
    assert frame_number(browser) == 1
    press(browser, Keys.SHIFT, Keys.ARROW_RIGHT)
    assert frame_number(browser) == trace.frames_per_step
    press(browser, Keys.END)
    press(browser, Keys.SHIFT, Keys.ARROW_LEFT)
    assert frame_number(browser) == len(trace) - trace.frames_per_step


@in_chromium
def test_a_maze_says_what_each_cell_is(opened):
    trace, browser = recording("maze").trace, opened("maze")
    words = {"#": "wall", " ": "floor", "S": "start", "G": "goal", "o": "path"}
    for index in range(len(trace)):
        said = [[cell[1].split(",")[0] for cell in row] for row in shown(browser)]
        assert said == [[words[sign] for sign in row] for row in rows_of(trace, index)]
        press(browser, Keys.ARROW_RIGHT)


@in_chromium
def test_an_arc_answer_has_the_official_colours_beside_its_input(opened):
    trace, browser = recording("arc").trace, opened("arc")
    rgb = [tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5)) for colour in COLOURS]
    fills = [f"rgb({red}, {green}, {blue})" for red, green, blue in rgb]
    for index in range(len(trace)):
        grid = trace.grid(index)
        painted = [[cell[2] for cell in row] for row in shown(browser)]
        assert painted == [[fills[code] for code in row] for row in grid]
        press(browser, Keys.ARROW_RIGHT)
    inputs = browser.execute_script("return document.querySelectorAll('#input [role=cell]').length")
    assert inputs == trace.puzzle.grid.size


@in_chromium
def test_an_answer_without_a_grid_says_so(browser, tmp_path):
    file = tmp_path / "empty.html"
    export_data(without_grid(recording("arc")), "html", file)
    browser.get(file.as_uri())
    press(browser, Keys.ARROW_RIGHT)
    assert shown(browser) == []
    assert "no grid yet" in browser.execute_script(
        "return document.getElementById('answer').textContent"
    )
    press(browser, Keys.ARROW_RIGHT)
    assert len(shown(browser)) == recording("arc").trace.grid(2).shape[0]
    assert browser.get_log("browser") == []


@in_chromium
@pytest.mark.parametrize("size", [DESKTOP, PHONE, SMALL_PHONE], ids=str)
@pytest.mark.parametrize("kind", SIGNS)
def test_nothing_reaches_over_the_window(opened, kind, size):
    browser = opened(kind, size, touch=size is not DESKTOP)
    over = browser.execute_script("""
        const {scrollWidth, clientWidth} = document.documentElement;
        const out = [...document.querySelectorAll("body *")].filter(element => {
            const box = element.getBoundingClientRect();
            return box.width && (box.left < -0.5 || box.right > innerWidth + 0.5);
        });
        return [scrollWidth - clientWidth, ...out.map(element => element.outerHTML.slice(0, 80))];
    """)
    assert over == [0]


@in_chromium
@pytest.mark.parametrize("size", [PHONE, SMALL_PHONE], ids=str)
def test_long_words_and_controls_stay_within_a_phone(browser, size, tmp_path):
    word = "m" * 200
    made = dataclasses.replace(named(recording("maze"), word), notes=word)
    export_data(made, "html", tmp_path / "page.html")
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get((tmp_path / "page.html").as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0]
    tops = browser.execute_script("""
        return [...document.querySelectorAll(".controls > *")].map(
            element => element.getBoundingClientRect().top);
    """)
    assert len(tops) == 6
    assert len(set(tops)) == 1


@in_chromium
def test_an_outline_is_where_the_sentence_counts_a_change_and_fades_only_while_playing(opened):
    trace, browser = recording("sudoku").trace, opened("sudoku")
    marked = "return document.querySelectorAll('#answer [class*=age]').length"
    for index in range(len(trace)):
        assert browser.execute_script(marked) == trace.changed_cells(index)
        press(browser, Keys.ARROW_RIGHT)
    press(browser, Keys.HOME)
    Select(browser.find_element("id", "speed")).select_by_value("30")
    browser.find_element("id", "play").click()
    WebDriverWait(browser, 30).until(lambda _: frame_number(browser) == len(trace))
    play = browser.find_element("id", "play")
    WebDriverWait(browser, 30).until(lambda _: play.get_attribute("aria-label") == "Play")
    assert browser.execute_script(marked) == trace.changed_cells(len(trace) - 1)


@in_chromium
def test_on_a_phone_the_controls_are_in_sight_and_large_enough_for_a_finger(opened):
    browser = opened("sudoku", PHONE, touch=True)
    boxes = browser.execute_script("""
        return [...document.querySelectorAll("button, select, #scrubber")].map(element => {
            const box = element.getBoundingClientRect();
            return [box.width, box.height, box.bottom];
        });
    """)
    assert len(boxes) == 7
    for width, height, bottom in boxes:
        assert min(width, height) >= 44
        assert bottom <= PHONE[1]


@in_chromium
def test_a_swipe_over_the_board_steps(opened):
    browser = opened("sudoku", PHONE, touch=True)
    browser.execute_script("""
        const boards = document.getElementById("boards");
        for (const [kind, x] of [["pointerdown", 300], ["pointerup", 100]])
            boards.dispatchEvent(new PointerEvent(kind, {pointerType: "touch", clientX: x}));
    """)
    assert frame_number(browser) == 2


@in_chromium
def test_playing_goes_to_the_end_and_stops_there(opened):

    trace, browser = recording("sudoku").trace, opened("sudoku")
    Select(browser.find_element("id", "speed")).select_by_value("30")
    browser.find_element("id", "play").click()
    play = browser.find_element("id", "play")
    WebDriverWait(browser, 30).until(lambda _: frame_number(browser) == len(trace))
    WebDriverWait(browser, 30).until(lambda _: play.get_attribute("aria-label") == "Play")
    assert frame_number(browser) == len(trace)


@in_chromium
def test_a_click_on_the_curve_goes_to_the_frame_there(opened):

    trace, browser = recording("sudoku").trace, opened("sudoku")
    curve = browser.find_element("id", "curve")
    width = curve.size["width"]
    ActionChains(browser).move_to_element_with_offset(curve, width // 2 - 8, 0).click().perform()
    assert frame_number(browser) == len(trace)


@in_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_colour_schemes(opened, scheme):
    browser = opened("sudoku")
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    colours = browser.execute_script("""
        const of = (selector, property) =>
            getComputedStyle(document.querySelector(selector))[property];
        return [[of("#sentence", "color"), of("html", "backgroundColor")],
                [of("header p", "color"), of("html", "backgroundColor")],
                [of(".label", "fill"), of("html", "backgroundColor")],
                [of("#answer .given text", "fill"), of(".ground", "fill")],
                [of("#answer .cell:not(.given) text", "fill"), of(".ground", "fill")],
                [of("#play", "color"), of("#play", "backgroundColor")]];
    """)
    for ink, ground in colours:
        assert contrast(ink, ground) >= 4.5, (ink, ground)
    dark = luminance(colours[0][1]) < 0.2
    assert dark == (scheme == "dark")


def luminance(colour):
    """Relative luminance of a CSS colour (WCAG 2.2)."""
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    brighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)
