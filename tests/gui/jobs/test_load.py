"""The load of the machine: measured on a thread, GPUs by a driver that may be absent or fail."""

import os
import re
import shutil
import subprocess
import sys

import pynvml
import pytest
from runs_to_try import ROOT

from trm_gui.jobs.graphics import Graphics, together
from trm_gui.jobs.load import Gpu, Load

GIB = 2**30


def test_the_load_of_the_machine_is_measured_and_told_in_words(window, until):
    window.commands["show_jobs"].trigger()
    told = window.jobs.dock.pane.load
    until(lambda: re.match(r"Processor \d+% · memory [\d.]+ of [\d.]+ GiB", told.text()))
    load = Load(0.5, (GIB, 8 * GIB))
    assert load.words == "Processor 50% · memory 1.0 of 8.0 GiB"
    load = load._replace(gpu=Gpu(0.25, (2 * GIB, 80 * GIB)))
    assert load.words == "Processor 50% · memory 1.0 of 8.0 GiB · GPU 25%, 2.0 of 80.0 GiB"


def test_several_gpus_are_told_as_one():
    one, other = Gpu(0.4, (GIB, 80 * GIB)), Gpu(0.6, (3 * GIB, 24 * GIB))
    assert together([one]) == one
    assert together([one, other]) == Gpu(0.5, (4 * GIB, 104 * GIB))
    assert together([]) is None


def test_where_there_is_no_driver_nothing_is_told():
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError_LibraryNotFound:
        pass
    else:
        pynvml.nvmlShutdown()
        pytest.skip("there is a driver here")
    graphics = Graphics()
    assert graphics.measured() is None
    graphics.close()


def test_a_driver_that_is_there_tells_of_its_gpus():
    """Of this machine, where it has any."""
    graphics = Graphics()
    found = graphics.measured()
    graphics.close()
    if found is None:
        pytest.skip("no NVIDIA GPU here")
    assert 0 <= found.busy <= 1
    assert 0 < found.memory[0] <= found.memory[1]
    assert graphics.measured() is None  # it has been shut down


DRIVER = r"""
#include <stdio.h>
#include <string.h>
static int begun, asked;
int nvmlInitWithFlags(unsigned flags) { begun++; fprintf(stderr, "begun\n"); return 0; }
int nvmlShutdown(void) { begun--; fprintf(stderr, "ended\n"); return 0; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = 2; return begun != 1 || asked++ == 1; }
int nvmlDeviceGetHandleByIndex_v2(unsigned number, void **gpu) {
    *gpu = (void *)(unsigned long)(number + 1);
    return 0;
}
int nvmlDeviceGetMemoryInfo(void *gpu, unsigned long long *total_free_used) {
    total_free_used[0] = 16ull << 30;
    total_free_used[2] = (unsigned long long)gpu << 30;
    return 0;
}
int nvmlDeviceGetUtilizationRates(void *gpu, unsigned *gpu_memory) {
    gpu_memory[0] = 30 * (unsigned long)gpu;
    return asked == 4 ? 15 : 0;
}
const char *nvmlErrorString(int code) { return "trouble"; }
"""
"""Two GPUs; it fails when it is asked the second time, and a GPU is lost the fourth time."""

MEASURE = """
from PySide6.QtCore import QCoreApplication
from trm_gui.jobs import load
from trm_gui.work import Work
app, times, work = QCoreApplication([]), [], Work()
load.PERIOD = 0.01
def show(measured):
    times.append(measured)
    if len(times) <= 4:
        print(measured.words.partition(" · GPU ")[2])
tasks = work.tasks(print, "")
meter = load.LoadMeter(work, tasks, show)
meter.switch(True)
while len(times) < 5:
    app.processEvents()
meter.switch(False)
while tasks.running:
    app.processEvents()
work.close()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the driver is made for Linux")
def test_a_driver_is_begun_once_asked_again_where_it_fails_and_ended(tmp_path):
    """A driver made for this in the place of NVIDIA's, in a process of its own."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler, which makes a driver for this")
    (tmp_path / "driver.c").write_text(DRIVER)
    library = tmp_path / "libnvidia-ml.so.1"
    make = [compiler, "-shared", "-fPIC", "-o", library, tmp_path / "driver.c"]
    subprocess.run(make, check=True)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        cwd=ROOT,
        env={**os.environ, "LD_LIBRARY_PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "begun\nended\n")
    assert done.stdout.splitlines() == ["45%, 3.0 of 32.0 GiB", "", "45%, 3.0 of 32.0 GiB", ""]
