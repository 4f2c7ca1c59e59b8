"""A few of the inputs that `fuzz_settings` makes."""

import fuzz_settings
import pytest
from fuzzing import Fuzz


@pytest.fixture
def fuzz(qapp, look, tmp_path):
    (reader,) = fuzz_settings.READERS
    yield Fuzz(reader, tmp_path)
    fuzz_settings.window_in(tmp_path / "samples").close()
    fuzz_settings.window_in.cache_clear()


def test_a_window_begins_with_any_settings(fuzz):
    outcomes = {fuzz.outcome(index) for index in range(60)}
    assert outcomes == {"theme dark", "theme None"}
